"""An example for who has no clip at hand: a voice made of numbers, in which nobody speaks.

Pulses of a larynx (Rosenberg 1971) go through four resonances, which move between those of five vowels
(Peterson and Barney 1952, men).  It says nothing, and no recording of a person is in it.
"""

import numpy as np
from scipy.signal import lfilter

from sarangi.base.sound import SAMPLE_RATE

RESONANCES_HZ = {
    "a": (730, 1090, 2440, 3400),
    "e": (530, 1840, 2480, 3500),
    "i": (270, 2290, 3010, 3700),
    "o": (570, 840, 2410, 3300),
    "u": (300, 870, 2240, 3300),
}
BANDWIDTHS_HZ = (80, 90, 120, 200)
SYLLABLES = (("a", 0.18), ("i", 0.16), ("o", 0.2), ("e", 0.16), ("a", 0.22), ("u", 0.22))
"""Vowels of a phrase, and how long each is in seconds."""
PHRASES, PAUSE_S = 3, 0.18
PITCH_HZ, FALL = 130, 0.3
OPEN, CLOSING = 0.4, 0.16
"""Shares of a period in which the larynx opens, and closes."""
BREATH = 0.02
HOP = SAMPLE_RATE // 200


def example(number: int = 0) -> np.ndarray:
    """Return a synthetic voice of four seconds, int16 of shape (samples,) at 16 kHz.

    Parameters
    ----------
    number
        Seed of the noise of its breath: another one gives other bytes that sound the same.
    """
    vowels, loudness = _course()
    count = len(loudness)
    generator = np.random.default_rng(number)
    within = np.linspace(0, PHRASES, count, endpoint=False) % 1
    melody = 1 + 0.12 * np.sin(2 * np.pi * 1.9 * np.arange(count) / SAMPLE_RATE)
    phase = np.cumsum(PITCH_HZ * melody * (1 + FALL / 2 - FALL * within)) / SAMPLE_RATE % 1
    opening = np.sin(np.pi * phase / OPEN)
    closing = -2 * np.sin(np.pi * (phase - OPEN) / (2 * CLOSING))
    sound = np.where(phase < OPEN, opening, np.where(phase < OPEN + CLOSING, closing, 0.0))
    sound = sound + BREATH * generator.standard_normal(count)
    for place, bandwidth in enumerate(BANDWIDTHS_HZ):
        sound = _resonance(sound, vowels[:, place], bandwidth)
    sound = sound * loudness
    return np.rint(sound / np.abs(sound).max() * 16_000).astype(np.int16)


def _course() -> tuple[np.ndarray, np.ndarray]:
    """Return the resonances in Hz, (samples, 4), and the loudness, (samples,), smooth in time."""
    vowels, loudness = [], []
    for _ in range(PHRASES):
        for vowel, seconds in SYLLABLES:
            count = round(seconds * SAMPLE_RATE)
            vowels.append(np.tile(np.array(RESONANCES_HZ[vowel], dtype=float), (count, 1)))
            loudness.append(np.sqrt(np.sin(np.pi * np.linspace(0.08, 0.92, count))))
        pause = round(PAUSE_S * SAMPLE_RATE)
        vowels.append(np.tile(vowels[-1][-1], (pause, 1)))
        loudness.append(np.zeros(pause))
    moving = np.stack([_smooth(column, 0.06) for column in np.concatenate(vowels).T], 1)
    return moving, _smooth(np.concatenate(loudness), 0.03)


def _smooth(values: np.ndarray, seconds: float) -> np.ndarray:
    window = np.hanning(2 * round(seconds * SAMPLE_RATE / 2) + 1)
    half = len(window) // 2
    return np.convolve(np.pad(values, half, mode="edge"), window / window.sum(), "valid")


def _resonance(sound: np.ndarray, centre_hz: np.ndarray, bandwidth_hz: float) -> np.ndarray:
    """Return a sound behind a resonance whose centre moves, of gain 1 at 0 Hz."""
    radius = np.exp(-np.pi * bandwidth_hz / SAMPLE_RATE)
    found, state = np.empty_like(sound), np.zeros(2)
    for start in range(0, len(sound), HOP):
        angle = 2 * np.pi * centre_hz[start] / SAMPLE_RATE
        poles = np.array([1, -2 * radius * np.cos(angle), radius**2])
        part = slice(start, start + HOP)
        found[part], state = lfilter([poles.sum()], poles, sound[part], zi=state)
    return found
