"""What tables and figures call the conditions of :data:`sarangi.audio.conditions.CONDITIONS`."""

TITLES = {
    "noise_20": "noise, 20 dB",
    "noise_10": "noise, 10 dB",
    "noise_0": "noise, 0 dB",
    "room": "room",
    "telephone": "telephone",
    "mp3": "MP3",
    "clipped": "clipped",
    "slower": "10 % slower",
    "faster": "10 % faster",
}
