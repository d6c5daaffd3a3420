"""The picture of a clip: its wave, its spectrogram, and the answer of a model over time.

Lines are drawn by the browser, in the colours of the page, and every emotion has a line of its own behind its
name: nothing is told by colour alone, and no letter shrinks with the screen.
"""

import base64
import io
from collections.abc import Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.image import imsave

from sarangi.app.clips import Clip
from sarangi.app.listening import HOP_S, WINDOW_S
from sarangi.app.markup import escaped
from sarangi.base.sound import SAMPLE_RATE

POINTS = 900
"""Columns of the wave and of the spectrogram, at most."""
RANGE_DB = 80
TICKS = 4
HEIGHT = 100
READS = "A text model does not use the voice, so its answer has no course over time."


def picture_of_sound(clip: Clip) -> str:
    """Return waveform and spectrogram as HTML, with words for them."""
    low, high = _outline(clip.signal)
    top = 1.05 * max(float(np.abs(low).max()), float(high.max()), 1e-9)
    edge = [
        *((x, value) for x, value in enumerate(high)),
        *((x, low[x]) for x in range(len(low) - 1, -1, -1)),
    ]
    points = " ".join(f"{x},{(1 - value / top) * HEIGHT / 2:.1f}" for x, value in edge)
    wave = _drawn(len(low) - 1, f'<polygon class="wave" points="{points}"/>', "Waveform of the clip")
    power = f'<img src="data:image/png;base64,{_spectrogram(clip.signal)}" alt="Spectrogram of the clip">'
    return _panel("wave", wave) + _panel("0–8 kHz", power) + _axis(clip.seconds)


def picture_of_answer(
    clip: Clip, emotions: Sequence[str], order: Sequence[int], moving: tuple[np.ndarray, np.ndarray] | None
) -> str:
    """Return the answer of a model over time as HTML: a line an emotion, and a table that says the same.

    Parameters
    ----------
    clip
        What was heard.
    emotions
        In the order of the probabilities.
    order
        Places of the emotions from top to bottom.
    moving
        Of :func:`sarangi.app.listening.over_time`.
    """
    if moving is None:
        return f"<p>{READS}</p>"
    centres, probabilities = moving
    panels = "".join(
        _panel(
            escaped(emotions[place]),
            _line(clip.seconds, centres, probabilities[:, place], f"{emotions[place]} over time"),
            f"{probabilities[:, place].max() * 100:.0f} %",
        )
        for place in order
    )
    said = (
        f"Each line is a probability from 0 to 1 in windows of {WINDOW_S:g} s each {HOP_S:g} s, at their "
        "centres; behind it is its highest. Such windows are shorter than the clips of its training, "
        "and less reliable."
        if clip.seconds > WINDOW_S
        else f"The clip is not longer than a window of {WINDOW_S:g} s, so each line has one value."
    )
    return f"{panels}{_axis(clip.seconds)}<p>{said}</p>{_course(emotions, centres, probabilities)}"


def _panel(name: str, drawn: str, behind: str = "") -> str:
    return (
        f'<div class="panel"><span>{name}</span><div class="drawn">{drawn}</div><span>{behind}</span></div>'
    )


def _drawn(width: float, content: str, said: str) -> str:
    """Return a drawing that is stretched to its place, with words for it."""
    return (
        f'<svg viewBox="0 0 {width:g} {HEIGHT}" preserveAspectRatio="none" role="img" '
        f'aria-label="{escaped(said)}">{content}</svg>'
    )


def _line(end: float, centres: np.ndarray, values: np.ndarray, said: str) -> str:
    # before the first centre and behind the last one the answer of those windows
    times = np.concatenate([[0.0], centres, [end]])
    heights = (1 - np.concatenate([values[:1], values, values[-1:]])) * HEIGHT
    points = " ".join(f"{t / end * POINTS:.1f},{y:.1f}" for t, y in zip(times, heights, strict=True))
    area = f'<polygon class="area" points="0,{HEIGHT} {points} {POINTS},{HEIGHT}"/>'
    return _drawn(POINTS, f'{area}<polyline class="line" points="{points}"/>', said)


def _axis(seconds: float) -> str:
    ticks = "".join(f"<span>{seconds * tick / TICKS:.1f}</span>" for tick in range(TICKS + 1))
    return f'<div class="panel axis"><span>seconds</span><div class="ticks">{ticks}</div><span></span></div>'


def _spectrogram(signal: np.ndarray) -> str:
    """Return the spectrogram as a PNG in base64, low sounds at the bottom."""
    levels = spectrogram(signal)
    columns = np.array_split(np.arange(levels.shape[1]), min(POINTS, levels.shape[1]))
    levels = np.stack([levels[:, some].max(1) for some in columns], 1)
    scaled = np.clip((levels - levels.max()) / RANGE_DB + 1, 0, 1)
    file = io.BytesIO()
    colours = colormaps["magma"](scaled[::-1], bytes=True)
    imsave(file, colours, format="png")
    return base64.b64encode(file.getvalue()).decode("ascii")


def spectrogram(signal: np.ndarray) -> np.ndarray:
    """Return the power of a signal at 16 kHz in dB, (bins, frames): to 8 kHz, 25 ms each 10 ms."""
    size, hop = SAMPLE_RATE // 40, SAMPLE_RATE // 100
    padded = np.pad(signal, (0, max(0, size - len(signal))))
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[::hop] * np.hanning(size)
    power = np.abs(np.fft.rfft(frames, 512)).T ** 2
    return 10 * np.log10(power + 1e-10)


def _outline(signal: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    parts = np.array_split(signal, min(POINTS, len(signal)))
    return np.array([part.min() for part in parts]), np.array([part.max() for part in parts])


def _course(emotions: Sequence[str], centres: np.ndarray, probabilities: np.ndarray) -> str:
    rows = "".join(
        f"<tr><td>{centre:.2f}</td><td>{escaped(emotions[int(each.argmax())])}</td>"
        f"<td>{each.max() * 100:.0f} %</td></tr>"
        for centre, each in zip(centres, probabilities, strict=True)
    )
    head = (
        '<tr><th scope="col">centre (s)</th><th scope="col">most probable</th><th scope="col">says</th></tr>'
    )
    return (
        f"<details><summary>Over time, as a table</summary><table><thead>{head}</thead>"
        f"<tbody>{rows}</tbody></table></details>"
    )
