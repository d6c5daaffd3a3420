"""The page that listens, by Gradio: what a model hears in a clip, how sure it may be, what it is not for."""

import base64
import html
import io
import json
import logging
import os
import signal
import tempfile
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sarangi.app.cards import (
    INTENDED,
    LIMITS,
    NOT_INTENDED,
    SHOWN,
    SYNTHETIC,
    UNTRAINED,
    calibrated,
    tested_on,
)
from sarangi.app.clips import LARGEST_MB, LONGEST_S, MB, NO_SPEECH, Clip, ClipError, read_file
from sarangi.app.listening import HOP_S, WINDOW_S, Listener, load, over_time, runs_in
from sarangi.base.errors import SarangiError
from sarangi.base.sound import SAMPLE_RATE

log = logging.getLogger("sarangi")

LOOPBACK = ("127.0.0.1", "localhost", "::1")
WAITING = 20  # people in the queue, beyond whom it says that it is busy
KEPT = 2  # models held open
FORGET_S = 300  # after which an upload that nobody asked about is deleted
# Okabe and Ito's palette, then the same dashed
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#000000", "#B8A800")
NOTHING_YET = "Record or upload a clip, then press Listen."
WENT_WRONG = (
    "Something went wrong on this machine, and it was written to its log. Try again, or another clip."
)
NO_CARD = (
    "What this model was trained on, what it scores on unseen speakers and how sure it may be are not known: "
    "no card of this study lies beside it."
)
CSS = """
.gradio-container { max-width: 1080px !important; min-width: 0 !important; margin: auto; }
.gradio-container { width: 100% !important; }
#answer table, #about table { border-collapse: collapse; width: 100%; border: 0 !important; }
#answer tr, #about tr { border: 0 !important; }
#answer tr, #about tr { border-bottom: 1px solid var(--border-color-primary) !important; }
#answer td, #answer th, #about td, #about th { padding: 2px 6px; text-align: left; border: 0 !important; }
#answer td[data-p] { white-space: nowrap; }
#answer td.bar { width: 55%; }
#answer td.bar div { background: #0072B2; height: 14px; min-width: 1px; border-radius: 2px; }
#answer .unspoken td.bar div { background: #999999; }
#answer .unspoken, #answer .unspoken * { color: #767676 !important; }
#answer img { width: 100%; max-width: 640px; height: auto; display: block; margin-top: 8px; }
#model input { padding-right: 2.2em; text-overflow: ellipsis; }
#clip select { width: 100%; max-width: none; }
.said { font-size: 1.15em; font-weight: 600; margin: 4px 0; }
.warned { border-left: 4px solid #D55E00; padding: 6px 10px; margin: 6px 0; }
.synthetic { color: #b00000; font-weight: 600; }
.dark .synthetic { color: #ff9090; }
.wide { overflow-x: auto; }
#about ul { padding-left: 1.2em; list-style: disc; }
#about h3 { margin: 12px 0 4px; font-weight: 600; }
"""
# the player calls it an error of the page that the browser cannot play a clip; the page says so in words
HEAD = """<script>
const error = console.error;
const played = (said) => String(said).startsWith("Waveform load error");
console.error = (...said) => (played(said[0]) ? console.info : error)(...said);
</script>"""


def serve(
    directory: Path,
    models: Sequence[str] = (),
    host: str = "127.0.0.1",
    port: int | None = None,
    typed: bool = True,
    wait: bool = True,
) -> str:
    """Open the page.

    Parameters
    ----------
    directory
        Of the study, whose runs are offered.
    models
        Folders, runs or ids of the hub that are offered before them; each is opened once, so that what is
        wrong with one is said at the start.
    host
        To listen at.  Another than the loopback's lets others in.
    port
        To listen at; None takes the first free one from 7860.
    typed
        Whether a model may be typed into the page: a folder of this machine, an id of the hub.  Only at the
        loopback, for whoever reaches the page could read with it.
    wait
        Whether to stay until it is stopped.

    Returns
    -------
    str
        Its address.

    Raises
    ------
    SarangiError
        If there is no model, or one of ``models`` cannot be opened.
    """
    typed = typed and host in LOOPBACK
    # Gradio asks its makers for nothing, and nobody is told of its use
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    for name in models:
        load(name, directory)
    offered = list(dict.fromkeys([*models, *runs_in(directory)]))
    if not offered:
        raise SarangiError(
            f"no model: {directory / 'results/runs'} has no fine-tuned run. Make them with `snakemake app`, "
            "or name one with --model (a folder, or <owner>/<name> of the hub)"
        )
    # a signal of the system's ends it as Ctrl+C does
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # what is uploaded lies in a folder of its own that goes with the process, and is deleted once heard
    uploads = tempfile.TemporaryDirectory(prefix="sarangi_")
    os.environ["GRADIO_TEMP_DIR"] = uploads.name
    page = page_of(offered, directory, typed)
    page.queue(max_size=WAITING, default_concurrency_limit=1)
    try:
        _, address, _ = page.launch(
            server_name=host,
            server_port=port,
            share=False,
            quiet=True,
            show_error=False,
            max_file_size=LARGEST_MB * MB,
            footer_links=[],
            ssr_mode=False,
            pwa=False,
            mcp_server=False,
            run_history=False,
            enable_monitoring=False,
            prevent_thread_lock=True,
            theme=gr.themes.Default(
                primary_hue="blue", font=["system-ui", "sans-serif"], font_mono=["monospace"]
            ).set(block_info_text_color="*neutral_600", block_info_text_color_dark="*neutral_300"),
            css=CSS,
            head=HEAD,
            app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
        )
    except OSError as error:
        uploads.cleanup()
        raise SarangiError(
            f"no page can be opened at {host}, port {port or '7860 to 7959'}: {error}"
        ) from None
    print(f"Sarangi listens at {address} with {len(offered)} models; Ctrl+C ends it.", flush=True)
    if wait:
        try:
            page.block_thread()
        finally:
            uploads.cleanup()
    return address


def page_of(offered: Sequence[str], directory: Path, typed: bool) -> gr.Blocks:
    """Return the page.

    Parameters
    ----------
    offered
        Models to choose among, the first chosen.
    directory, typed
        As for :func:`serve`.
    """

    @lru_cache(maxsize=KEPT)
    def opened(name: str) -> Listener:
        if name not in offered and not typed:
            raise ClipError("This model is not offered here.")
        return load(name, directory)

    def listener_of(name: str | None) -> Listener:
        try:
            return opened((name or "").strip())
        except ClipError:
            raise
        except SarangiError as error:
            log.warning("%s", error)
            # who reaches the page from elsewhere is told no place of this machine
            raise ClipError(str(error) if typed else "This model cannot be opened.") from None

    def listen(
        upload: str | None, name: str | None, words: str, heard: tuple[str, Clip] | None
    ) -> tuple[str, tuple[str, Clip] | None]:
        try:
            if upload is None:
                return _said(NOTHING_YET), None
            clip, heard = _clip_of(upload, heard)
            return answer_of(listener_of(name), clip, words or ""), heard
        except SarangiError as error:
            return _said(str(error)), heard
        except Exception:
            log.exception("listening failed")
            return _said(WENT_WRONG), heard

    def chosen(name: str | None) -> tuple[str, Any]:
        try:
            listener = listener_of(name)
        except SarangiError as error:
            return _said(str(error)), gr.update(visible=False)
        except Exception:
            log.exception("opening a model failed")
            return _said(WENT_WRONG), gr.update(visible=False)
        hint = (
            "Left empty, the model's own Whisper writes them."
            if listener.writes
            else "Type what is said in the clip: the Whisper of this model is not at hand."
        )
        return about(listener), gr.update(visible=listener.reads, info=hint)

    first, shown = chosen(offered[0])
    with gr.Blocks(title="Sarangi listens", analytics_enabled=False, delete_cache=(60, FORGET_S)) as page:
        gr.Markdown(
            "# Sarangi listens\n"
            "Models of a study of speech emotion recognition say which emotion they take a clip for, and how "
            "often they are wrong. Nothing is stored. "
            "**Not for decisions about people, and not for work or schools** (see below)."
        )
        heard = gr.State(None, time_to_live=FORGET_S)
        with gr.Row():
            with gr.Column(scale=2, min_width=280):
                audio = gr.Audio(
                    label=f"Clip, up to {LONGEST_S} s and {LARGEST_MB} MB",
                    sources=["upload", "microphone"],
                    type="filepath",
                    editable=False,
                    buttons=[],
                    elem_id="clip",
                )
                model = gr.Dropdown(
                    list(offered),
                    value=offered[0],
                    label="Model",
                    info="Or type a folder, or owner/name of the hub." if typed else None,
                    allow_custom_value=typed,
                    filterable=True,
                    elem_id="model",
                )
                words = gr.Textbox(
                    label="Words",
                    lines=2,
                    max_length=1000,
                    elem_id="words",
                    visible=shown["visible"],
                    info=shown.get("info"),
                )
                button = gr.Button("Listen", variant="primary", elem_id="listen")
            with gr.Column(scale=3, min_width=280):
                answer = gr.HTML(_said(NOTHING_YET), elem_id="answer")
        with gr.Accordion("About this model", open=True):
            card = gr.HTML(first, elem_id="about")
        hidden = {"api_visibility": "private", "show_progress": "minimal"}
        button.click(listen, [audio, model, words, heard], [answer, heard], **hidden)
        model.change(chosen, model, [card, words], **hidden)
        # the words of one clip are not those of the next; in the browser, so that no answer is overtaken
        blank = f"() => ['', {json.dumps(_said(NOTHING_YET))}]"
        audio.change(None, None, [words, answer], js=blank, **hidden)
    return page


def _clip_of(upload: str, heard: tuple[str, Clip] | None) -> tuple[Clip, tuple[str, Clip]]:
    """Return the clip of an upload, whose file is deleted: another model hears what is in memory."""
    if heard is not None and heard[0] == upload:
        return heard[1], heard
    path = Path(upload)
    if not path.exists():
        raise ClipError("The clip was deleted after a while; upload or record it again.")
    try:
        clip = read_file(path)
    finally:
        path.unlink(missing_ok=True)
    return clip, (upload, clip)


def answer_of(listener: Listener, clip: Clip, words: str) -> str:
    """Return what a model hears in a clip as HTML.

    Parameters
    ----------
    listener
        The model.
    clip
        What was recorded or uploaded.
    words
        That a person typed; where they are empty the model's Whisper writes them, if it is at hand.

    Raises
    ------
    ClipError
        If the model reads and nothing else, and there are no words.
    """
    said, by = words.strip(), "as typed"
    if listener.reads and not said and listener.writes:
        said, by = listener.transcribe([clip.signal], ["clip"])[0], "by Whisper"
    if listener.reads and not listener.hears and not said.strip():
        raise ClipError("This model reads words and hears no voice, and there are no words in this clip.")
    probabilities = listener.answer([clip.signal], [said])[0]
    moving = over_time(listener, clip.signal, said)
    order = np.argsort(-probabilities, kind="stable")
    most, sure = listener.emotions[order[0]], float(probabilities[order[0]])
    rows = "".join(
        f'<tr><th scope="row">{_escaped(listener.emotions[place])}</th>'
        f'<td class="bar" aria-hidden="true"><div style="width:{probabilities[place] * 100:.1f}%"></div></td>'
        f'<td data-emotion="{_escaped(listener.emotions[place])}" data-p="{float(probabilities[place])!r}">'
        f"{probabilities[place] * 100:.1f} %</td></tr>"
        for place in order
    )
    parts = []
    if listener.card and listener.card["synthetic"]:
        parts.append(
            '<p class="synthetic">Synthetic: a model of the demo, trained on a program\'s speech.</p>'
        )
    if not clip.spoken:
        parts.append(f'<p class="warned">{NO_SPEECH}</p>')
    said_most = f"It takes this for <em>{_escaped(most)}</em>, and says {sure * 100:.0f} %."
    parts.append(f'<p class="said{"" if clip.spoken else " unspoken"}">{said_most}</p>')
    if not clip.spoken:
        parts.append("<p>How often it is right on what is no speech is not known.</p>")
    elif listener.card:
        parts.append(f"<p>{_escaped(calibrated(listener.card, sure))}</p>")
    else:
        parts.append("<p>How often it is right when it is so sure is not known.</p>")
    if listener.reads:
        parts.append(f"<p>Words ({by}): “{_escaped(said.strip()) or 'none'}”</p>")
    heard = clip.seconds
    if listener.hears and listener.seconds and heard > listener.seconds:
        parts.append(
            f"<p>Of the {heard:.1f} s it heard the middle {listener.seconds:g} s, as in training; below, "
            "every part by itself.</p>"
        )
    if clip.note:
        parts.append(f"<p>The clip was {_escaped(clip.note)}.</p>")
    table = (
        f'<table class="{"" if clip.spoken else "unspoken"}"><caption class="sr-only">Probabilities</caption>'
        f"<tbody>{rows}</tbody></table>"
    )
    return _said_html("".join(parts) + table + picture(clip, listener.emotions, moving))


def picture(clip: Clip, emotions: Sequence[str], moving: tuple[np.ndarray, np.ndarray] | None) -> str:
    """Return waveform, spectrogram and the answer over time as an image in HTML, with words for it."""
    panels = 3 if moving is not None else 2
    figure = Figure(figsize=(5.6, 1.0 + 1.25 * panels), dpi=160, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(panels, 1, sharex=True, height_ratios=[0.7, 1, 1.3][:panels])
    time = np.arange(len(clip.signal)) / SAMPLE_RATE
    low, high = _outline(clip.signal)
    axes[0].fill_between(np.linspace(0, time[-1], len(low)), low, high, color=COLOURS[0], linewidth=0.3)
    axes[0].set(ylabel="wave", yticks=[], ylim=(-1.05 * max(abs(low).max(), high.max()), None))
    levels, top = spectrogram(clip.signal)
    axes[1].imshow(
        levels,
        origin="lower",
        aspect="auto",
        extent=(0, time[-1], 0, top),
        cmap="magma",
        vmin=levels.max() - 80,
        interpolation="nearest",
    )
    axes[1].set(ylabel="kHz", xlim=(0, time[-1]))
    beside = "The model reads words and hears no voice, so its answer has no course over time."
    if moving is not None:
        centres, probabilities = moving
        for place, emotion in enumerate(emotions):
            style = {
                "color": COLOURS[place % len(COLOURS)],
                "linestyle": ("-", "--")[place // len(COLOURS) % 2],
            }
            mark = "o" if len(centres) == 1 else None
            axes[2].plot(centres, probabilities[:, place], label=emotion, linewidth=1.4, marker=mark, **style)
        axes[2].set(ylabel="probability", ylim=(0, 1))
        if len(emotions) <= 16:
            axes[2].legend(
                ncols=4, loc="upper center", bbox_to_anchor=(0.5, -0.32), frameon=False, fontsize=8
            )
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
    course = "" if moving is None else _course(emotions, *moving)
    alt = "Waveform and spectrogram of the clip" + (
        ""
        if moving is None
        else ", and the probability of each emotion over time; the table below says the same"
    )
    return f'<img src="data:image/png;base64,{coded}" alt="{alt}"><p>{beside}</p>{course}'


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
        f"<tr><td>{centre:.2f}</td><td>{_escaped(emotions[int(each.argmax())])}</td>"
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


def about(listener: Listener) -> str:
    """Return what there is to know of a model as HTML."""
    card = listener.card
    if card is None:
        parts = [f"<p><strong>{_escaped(listener.name)}</strong></p>", f'<p class="warned">{NO_CARD}</p>']
        if not listener.hears or listener.seconds is None:
            parts.append(f"<p>It tells apart {_escaped(', '.join(listener.emotions))}.</p>")
    else:
        parts = _known(listener, card)
    uses = (("Meant for", INTENDED), ("Not for", NOT_INTENDED), ("Limits", LIMITS))
    for head, texts in uses:
        parts.append(f"<h3>{head}</h3><ul>{''.join(f'<li>{_escaped(text)}</li>' for text in texts)}</ul>")
    return "".join(parts)


def _known(listener: Listener, card: Mapping[str, Any]) -> list[str]:
    corpus = card["corpus"]
    parts = [f"<p><strong>{_escaped(card['model'])}</strong> ({_escaped(listener.name)})</p>"]
    if card["synthetic"]:
        parts.append(f'<p class="synthetic">Synthetic. {SYNTHETIC}</p>')
    if card["untrained"]:
        parts.append(f'<p class="synthetic">{UNTRAINED}</p>')
    languages = ", ".join(card["languages"]) or "not stated"
    began = "; ".join(f"{e['title']} ({e['source']})" for _, e in sorted(card["encoders"].items()))
    parts.append(
        f"<p>Trained on {_escaped(corpus['title'])} ({_escaped(corpus['citation'])}), language "
        f"{_escaped(languages)}, from {_escaped(began)}. "
        f"Emotions: {_escaped(', '.join(card['emotions']))}.</p>"
    )
    whose = "Scores on unseen speakers" if card["speakers"]["unseen"] else "Scores (not on unseen speakers)"
    parts.append(
        f"<h3>{whose}</h3><p>Protocol: {_escaped(card['protocol']['title'])}. Tested on "
        f"{_escaped(tested_on(card))}; all folds and seeds together.</p>"
    )
    rows = [
        [
            SHOWN[row["metric"]],
            _number(row["value"]),
            f"{_number(row['low'])} to {_number(row['high'])}",
            _number(row["chance"]),
            row["n"],
            row["groups"],
        ]
        for row in card["scores"]
        if row["metric"] in SHOWN
    ]
    interval = f"{card.get('confidence', 0.95) * 100:g} % interval"
    parts.append(_table(["score", "value", interval, "chance", "clips", "groups"], rows))
    marks = sorted({row["mark"] for row in card["scores"]} - {""})
    parts += [f'<p class="warned">Mark: {_escaped(mark)}.</p>' for mark in marks]
    known = card["calibration"]
    if known:
        rows = [
            [f"{t['from'] * 100:.0f}–{t['to'] * 100:.0f} %", f"{t['right'] * 100:.0f} %", t["answers"]]
            for t in known["tenths"]
        ]
        parts.append(
            f"<h3>Calibration</h3><p>Expected calibration error {_number(known['error'])} (interval "
            f"{_number(known['low'])} to {_number(known['high'])}; 0 is best).</p>"
        )
        parts.append(_table(["when it says", "it was right in", "answers"], rows))
    else:
        parts.append("<h3>Calibration</h3><p>Not known: none of its predictions could be compared.</p>")
    return parts


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    heads = "".join(f'<th scope="col">{_escaped(text)}</th>' for text in head)
    body = "".join(f"<tr>{''.join(f'<td>{_escaped(str(cell))}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>'


def _number(value: float | None) -> str:
    return "--" if value is None else f"{value:.3f}"


def _said(text: str) -> str:
    return _said_html(f"<p>{_escaped(text)}</p>")


def _said_html(content: str) -> str:
    # read aloud when it changes
    return f'<div role="status" aria-live="polite">{content}</div>'


def _escaped(text: str) -> str:
    return html.escape(str(text), quote=True)
