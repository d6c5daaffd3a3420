"""The page that listens, by Gradio: what a model hears in a clip, how sure it may be, what it is not for."""

import json
import logging
import os
import shlex
import signal
import tempfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import gradio as gr

from sarangi.app.answers import about, answer_of
from sarangi.app.clips import LARGEST_MB, LONGEST_S, MB, Clip, ClipError, read_file
from sarangi.app.listening import Listener
from sarangi.app.look import CSS, HEAD
from sarangi.app.markup import status_of
from sarangi.app.opening import RUNS, load, runs_in
from sarangi.base.errors import SarangiError

log = logging.getLogger("sarangi")

LOOPBACK = ("127.0.0.1", "localhost", "::1")
WAITING = 20  # people in the queue, beyond whom it says that it is busy
KEPT = 2  # models held open
FORGET_S = 300  # after which an upload that nobody asked about is deleted
NOTHING_YET = "Record or upload a clip, then press Listen."
WENT_WRONG = (
    "Something went wrong on this machine, and it was written to its log. Try again, or another clip."
)


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
        where = "" if directory == Path() else f" --directory {shlex.quote(str(directory))}"
        raise SarangiError(
            f"no model: {directory / RUNS} has no fine-tuned run. Make them with snakemake{where} --cores 2 "
            "app, or name one with --model (a folder, or <owner>/<name> of the hub)"
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
                return status_of(NOTHING_YET), None
            clip, heard = _clip_of(upload, heard)
            return answer_of(listener_of(name), clip, words or ""), heard
        except SarangiError as error:
            return status_of(str(error)), heard
        except Exception:
            log.exception("listening failed")
            return status_of(WENT_WRONG), heard

    def chosen(name: str | None) -> tuple[str, Any]:
        try:
            listener = listener_of(name)
        except SarangiError as error:
            return status_of(str(error)), gr.update(visible=False)
        except Exception:
            log.exception("opening a model failed")
            return status_of(WENT_WRONG), gr.update(visible=False)
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
                answer = gr.HTML(status_of(NOTHING_YET), elem_id="answer")
        with gr.Accordion("About this model", open=True):
            card = gr.HTML(first, elem_id="about")
        hidden = {"api_visibility": "private", "show_progress": "minimal"}
        button.click(listen, [audio, model, words, heard], [answer, heard], **hidden)
        model.change(chosen, model, [card, words], **hidden)
        # the words of one clip are not those of the next; in the browser, so that no answer is overtaken
        blank = f"() => ['', {json.dumps(status_of(NOTHING_YET))}]"
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
