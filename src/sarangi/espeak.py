"""One utterance by espeak-ng, in a process of its own: JSON in, 22.05 kHz 16-bit samples out.

Run as ``python -m sarangi.espeak``.  The library keeps state between utterances that
changes the next one's sound, so a process speaks once.
"""

import ctypes
import json
import sys
from pathlib import Path
from typing import Any

import espeakng_loader

SAMPLE_RATE = 22_050
SYNCHRONOUS, CHARACTERS, UTF8_SSML = 2, 1, 0x1 | 0x10
RATE, PITCH, RANGE = 1, 3, 4


def voices() -> Path:
    """Return the folder of the voice variants (m1, f2, …)."""
    return Path(espeakng_loader.get_data_path()) / "voices" / "!v"


def main() -> None:
    """Speak the utterance that standard input describes and write its samples to standard output."""
    wanted = json.load(sys.stdin)
    # an unknown variant falls back to the plain voice without a word
    if not (voices() / wanted["variant"]).is_file():
        raise SystemExit(f"espeak-ng has no voice variant {wanted['variant']}")
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    data = str(espeakng_loader.get_data_path()).encode()
    if library.espeak_Initialize(SYNCHRONOUS, 0, data, 0) != SAMPLE_RATE:
        raise SystemExit("espeak-ng did not start")
    # breathy voices draw noise from a generator that starts at the time of day
    library.espeak_ng_SetRandSeed(ctypes.c_long(1))
    samples = bytearray()

    @ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)
    def collect(wave: Any, count: int, events: int) -> int:
        if wave and count > 0:
            samples.extend(ctypes.string_at(wave, 2 * count))
        return 0

    library.espeak_SetSynthCallback(collect)
    voice = f"{wanted['language']}+{wanted['variant']}".encode()
    if library.espeak_SetVoiceByName(voice) != 0:
        raise SystemExit(f"espeak-ng has no voice {voice.decode()}")
    for parameter, name in ((RATE, "rate"), (PITCH, "pitch"), (RANGE, "range")):
        library.espeak_SetParameter(parameter, wanted[name], 0)
    text = wanted["ssml"].encode()
    if library.espeak_Synth(text, len(text) + 1, 0, CHARACTERS, 0, UTF8_SSML, None, None) != 0:
        raise SystemExit("espeak-ng could not speak")
    library.espeak_Synchronize()
    sys.stdout.buffer.write(bytes(samples))


if __name__ == "__main__":
    main()
