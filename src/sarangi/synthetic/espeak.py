"""Utterances by espeak-ng, each in a process of its own: JSON in, 22.05 kHz 16-bit samples out.

Run as ``python -m sarangi.synthetic.espeak``: each line of standard input describes an utterance, and its
answer on
standard output is the number of bytes that follow as a line, ``-`` before it where they are words of why
there is no sound.  The library keeps state between utterances that changes the next one's sound, so this
process never speaks: it forks for each utterance, which takes a twentieth of the time that a new Python does.
"""

import ctypes
import json
import os
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
    """Speak each utterance that standard input describes, in a child of its own."""
    for line in sys.stdin.buffer:
        here, there = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(here)
            _answer(json.loads(line), there)
        os.close(there)
        with open(here, "rb") as pipe:  # noqa: PTH123  (a pipe's descriptor, no path)
            answer = pipe.read()
        os.waitpid(child, 0)
        # a child that was killed has said nothing
        sys.stdout.buffer.write(answer or _with_length(b"espeak-ng was stopped", sound=False))
        sys.stdout.buffer.flush()


def _answer(wanted: dict[str, Any], pipe: int) -> None:
    """Write the answer to one line, and end this process without what its parent has at its end."""
    try:
        answer = _with_length(samples_of(wanted), sound=True)
    except ValueError as error:
        answer = _with_length(str(error).encode(), sound=False)
    with open(pipe, "wb") as file:
        file.write(answer)
    os._exit(0)


def _with_length(content: bytes, sound: bool) -> bytes:
    return b"%s%d\n%s" % (b"" if sound else b"-", len(content), content)


def samples_of(wanted: dict[str, Any]) -> bytes:
    """Return the samples of an utterance; a process may call this once.

    Parameters
    ----------
    wanted
        ``language``, ``variant``, ``pitch``, ``range``, ``rate`` and ``ssml``.

    Returns
    -------
    bytes
        Little-endian int16.

    Raises
    ------
    ValueError
        If espeak-ng lacks the voice, or fails.
    """
    # an unknown variant falls back to the plain voice without a word
    if not (voices() / wanted["variant"]).is_file():
        raise ValueError(f"espeak-ng has no voice variant {wanted['variant']}")
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    data = str(espeakng_loader.get_data_path()).encode()
    if library.espeak_Initialize(SYNCHRONOUS, 0, data, 0) != SAMPLE_RATE:
        raise ValueError("espeak-ng did not start")
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
        raise ValueError(f"espeak-ng has no voice {voice.decode()}")
    for parameter, name in ((RATE, "rate"), (PITCH, "pitch"), (RANGE, "range")):
        library.espeak_SetParameter(parameter, wanted[name], 0)
    text = wanted["ssml"].encode()
    if library.espeak_Synth(text, len(text) + 1, 0, CHARACTERS, 0, UTF8_SSML, None, None) != 0:
        raise ValueError("espeak-ng could not synthesise speech")
    library.espeak_Synchronize()
    return bytes(samples)


if __name__ == "__main__":
    main()
