"""The picture of a clip: its wave, its spectrogram, and the answer of a model over time."""

import base64
import io
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sarangi.app.clips import Clip
from sarangi.app.listening import HOP_S, WINDOW_S
from sarangi.app.markup import escaped
from sarangi.base.sound import SAMPLE_RATE
from sarangi.paper.figures.defaults import from_defaults

from_defaults()

# Okabe and Ito's palette, then the same dashed
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#000000", "#B8A800")


def picture(clip: Clip, emotions: Sequence[str], moving: tuple[np.ndarray, np.ndarray] | None) -> str:
    """Return waveform, spectrogram and the answer over time as an image in HTML, with words for it."""
    panels = 3 if moving is not None else 2
    figure = Figure(figsize=(5.6, 1.0 + 1.25 * panels), dpi=160, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(panels, 1, sharex=True, height_ratios=[0.7, 1, 1.3][:panels])
    _draw_clip(axes[0], axes[1], clip.signal)
    beside = "A text model does not use the voice, so its answer has no course over time."
    alt, course = "Waveform and spectrogram of the clip", ""
    if moving is not None:
        _draw_answer(axes[2], emotions, *moving)
        alt += ", and the probability of each emotion over time; the table below says the same"
        course = _course(emotions, *moving)
        beside = (
            f"Probabilities in windows of {WINDOW_S:g} s each {HOP_S:g} s, shown at their centres; shorter "
            "than the clips of its training they are less reliable."
            if clip.seconds > WINDOW_S
            else f"The clip is not longer than a window of {WINDOW_S:g} s, so there is one point."
        )
    axes[-1].set_xlabel("seconds")
    for axis in axes:
        axis.spines[["top", "right"]].set_visible(False)
    file = io.BytesIO()
    figure.savefig(file, format="png", metadata={"Software": None})
    coded = base64.b64encode(file.getvalue()).decode()
    return f'<img src="data:image/png;base64,{coded}" alt="{alt}"><p>{beside}</p>{course}'


def _draw_clip(wave: Axes, power: Axes, signal: np.ndarray) -> None:
    end = (len(signal) - 1) / SAMPLE_RATE
    low, high = _outline(signal)
    wave.fill_between(np.linspace(0, end, len(low)), low, high, color=COLOURS[0], linewidth=0.3)
    wave.set(ylabel="wave", yticks=[], ylim=(-1.05 * max(abs(low).max(), high.max()), None))
    levels, top = spectrogram(signal)
    power.imshow(
        levels,
        origin="lower",
        aspect="auto",
        extent=(0, end, 0, top),
        cmap="magma",
        vmin=levels.max() - 80,
        interpolation="nearest",
    )
    power.set(ylabel="kHz", xlim=(0, end))


def _draw_answer(axis: Axes, emotions: Sequence[str], centres: np.ndarray, probabilities: np.ndarray) -> None:
    for place, emotion in enumerate(emotions):
        style = {"color": COLOURS[place % len(COLOURS)], "linestyle": ("-", "--")[place // len(COLOURS) % 2]}
        mark = "o" if len(centres) == 1 else None
        axis.plot(centres, probabilities[:, place], label=emotion, linewidth=1.4, marker=mark, **style)
    axis.set(ylabel="probability", ylim=(0, 1))
    if len(emotions) <= 16:
        axis.legend(ncols=4, loc="upper center", bbox_to_anchor=(0.5, -0.32), frameon=False, fontsize=8)


def spectrogram(signal: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the power of a signal in dB, (bins, frames), in windows of 25 ms, and its top in kHz."""
    size, hop = SAMPLE_RATE // 40, SAMPLE_RATE // 100
    padded = np.pad(signal, (0, max(0, size - len(signal))))
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[::hop] * np.hanning(size)
    power = np.abs(np.fft.rfft(frames, 512)).T ** 2
    return 10 * np.log10(power + 1e-10), SAMPLE_RATE / 2000


def _outline(signal: np.ndarray, points: int = 900) -> tuple[np.ndarray, np.ndarray]:
    parts = np.array_split(signal, min(points, len(signal)))
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
