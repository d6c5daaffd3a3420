"""What the page shows, by Gradio, and what it answers."""

import json
import logging
from collections.abc import Sequence
from functools import lru_cache
from itertools import cycle
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from sarangi.app.answers import about, answer_of
from sarangi.app.clips import LARGEST_MB, LONGEST_S, Clip, ClipError, read_file
from sarangi.app.example import example
from sarangi.app.listening import Listener
from sarangi.app.markup import escaped, status_of
from sarangi.app.offers import Offer
from sarangi.app.opening import load
from sarangi.base.errors import SarangiError
from sarangi.base.sound import SAMPLE_RATE

log = logging.getLogger("sarangi")

KEPT = 2  # models held open
FORGET_S = 300  # after which an upload that nobody asked about is deleted
NOTHING_YET = "Record or upload a clip, or take the example, then press Listen."
EXAMPLE = "Example: a synthetic voice"
EXAMPLES = 20  # with bytes of their own, so that nobody's example is deleted when another one was heard
WENT_WRONG = (
    "Something went wrong on this machine, and it was written to its log. Try again, or another clip."
)
INTRODUCTION = (
    "# Sarangi listens\n"
    "A model says which emotion it takes a clip for. "
    "**Not for decisions about people, and not for work or schools.**"
)


class Answers:
    """What the page answers.

    Parameters
    ----------
    offered
        Models to choose among.
    directory, typed
        As for :func:`sarangi.app.page.serve`.
    """

    def __init__(self, offered: Sequence[Offer], directory: Path, typed: bool):
        self._offered = {offer.name: offer for offer in offered}
        self._directory, self._typed = directory, typed
        self._examples = cycle(range(EXAMPLES))
        self._opened = lru_cache(maxsize=KEPT)(self._open)

    def _open(self, name: str) -> Listener:
        if name not in self._offered and not self._typed:
            raise ClipError("This model is not offered here.")
        return load(name, self._directory)

    def _listener_of(self, name: str | None) -> Listener:
        try:
            return self._opened(self._named((name or "").strip()))
        except ClipError:
            raise
        except SarangiError as error:
            log.warning("%s", error)
            # who reaches the page from elsewhere is told no place of this machine
            raise ClipError(str(error) if self._typed else "This model cannot be opened.") from None

    def _named(self, typed: str) -> str:
        """Return the name of a model of which a part of the title was typed; anything else as it is."""
        part = typed.casefold()
        meant = [offer.name for offer in self._offered.values() if part in offer.label.casefold()]
        return meant[0] if len(meant) == 1 and typed not in self._offered and "/" not in typed else typed

    def listen(
        self, upload: str | None, name: str | None, words: str, heard: tuple[str, Clip] | None
    ) -> tuple[str, tuple[str, Clip] | None]:
        """Return what a model hears in an upload, as HTML, and the clip, for another model to hear."""
        try:
            if upload is None:
                return status_of(NOTHING_YET), None
            clip, heard = _clip_of(upload, heard)
            return answer_of(self._listener_of(name), clip, words or ""), heard
        except SarangiError as error:
            return status_of(str(error)), heard
        except Exception:
            log.exception("listening failed")
            return status_of(WENT_WRONG), heard

    def example(self) -> tuple[int, np.ndarray]:
        """Return the example as sample rate and int16 array of shape (samples,)."""
        return SAMPLE_RATE, example(next(self._examples))

    def chosen(self, name: str | None) -> tuple[str, str, Any]:
        """Return what is known of a model as HTML, in short and in full, and how the field of words looks."""
        try:
            listener = self._listener_of(name)
        except SarangiError as error:
            return "", status_of(str(error)), gr.update(visible=False)
        except Exception:
            log.exception("opening a model failed")
            return "", status_of(WENT_WRONG), gr.update(visible=False)
        offer = self._offered.get(listener.name)
        short = f"<p><strong>{escaped(offer.label)}.</strong> {escaped(offer.about)}</p>" if offer else ""
        hint = (
            "Left empty, the model's own Whisper writes them."
            if listener.writes
            else "Type what is said in the clip: the Whisper of this model is not available."
        )
        return short, about(listener), gr.update(visible=listener.reads, info=hint)


def page_of(offered: Sequence[Offer], directory: Path, typed: bool) -> gr.Blocks:
    """Return the page.

    Parameters
    ----------
    offered
        Models to choose among, the first chosen.
    directory, typed
        As for :func:`sarangi.app.page.serve`.
    """
    answers = Answers(offered, directory, typed)
    short, first, shown = answers.chosen(offered[0].name)
    with gr.Blocks(title="Sarangi listens", analytics_enabled=False, delete_cache=(60, FORGET_S)) as page:
        gr.Markdown(INTRODUCTION)
        heard = gr.State(None, time_to_live=FORGET_S)
        with gr.Row():
            with gr.Column(scale=2, min_width=280):
                audio, taken, model, chosen, words, button = _question(offered, typed, short, shown)
            with gr.Column(scale=3, min_width=280):
                answer = gr.HTML(status_of(NOTHING_YET), elem_id="answer")
        with gr.Accordion("About this model", open=True):
            card = gr.HTML(first, elem_id="about")
        hidden = {"api_visibility": "private", "show_progress": "minimal"}
        button.click(answers.listen, [audio, model, words, heard], [answer, heard], **hidden)
        model.change(answers.chosen, model, [chosen, card, words], **hidden)
        taken.click(answers.example, None, audio, **hidden)
        # the words of one clip are not those of the next; in the browser, so that no answer is overtaken
        blank = f"() => ['', {json.dumps(status_of(NOTHING_YET))}]"
        audio.change(None, None, [words, answer], js=blank, **hidden)
    return page


def _question(offered: Sequence[Offer], typed: bool, short: str, shown: dict[str, Any]) -> tuple[Any, ...]:
    """Put what a person fills in on the page: a clip or the example, a model, words, and the button."""
    audio = gr.Audio(
        label=f"Clip, up to {LONGEST_S} s and {LARGEST_MB} MB",
        sources=["upload", "microphone"],
        type="filepath",
        editable=False,
        buttons=[],
        elem_id="clip",
    )
    taken = gr.Button(EXAMPLE, size="sm", elem_id="example")
    model = gr.Dropdown(
        [(offer.label, offer.name) for offer in offered],
        value=offered[0].name,
        label="Model",
        info="Or type a folder, or owner/name of the hub." if typed else None,
        allow_custom_value=typed,
        filterable=True,
        elem_id="model",
    )
    chosen = gr.HTML(short, elem_id="chosen")
    words = gr.Textbox(
        label="Words",
        lines=2,
        max_length=1000,
        elem_id="words",
        visible=shown["visible"],
        info=shown.get("info"),
    )
    return audio, taken, model, chosen, words, gr.Button("Listen", variant="primary", elem_id="listen")


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
