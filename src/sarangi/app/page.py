"""Opening the page that listens: at which address, for whom, and what is left when it ends."""

import atexit
import contextlib
import errno
import logging
import os
import shlex
import signal
import socket
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sarangi.app.guard import guarded, is_loopback
from sarangi.app.look import CSS, HEAD
from sarangi.base.errors import SarangiError

if TYPE_CHECKING:
    import gradio as gr

    from sarangi.app.offers import Offer

log = logging.getLogger("sarangi")

WAITING = 20  # people in the queue, beyond whom it says that it is busy
ENDING = (signal.SIGTERM, signal.SIGHUP)  # signals of the system's that end it as Ctrl+C does
LAST_PORT = 65_535


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
    loopback = is_loopback(host)
    typed = typed and loopback
    refuse_place(host, port)
    # Gradio asks its makers for nothing, and nobody is told of its use
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    for number in ENDING:
        signal.signal(number, signal.default_int_handler)
    with contextlib.ExitStack() as stack:
        uploads = stack.enter_context(_own_folder())
        # Gradio and torch put something into the temporary folder where they are imported
        from sarangi.app.clips import LARGEST_MB, MB
        from sarangi.app.view import FORGET_S, page_of

        offered = _offered(directory, models)
        page = page_of(offered, directory, typed)
        page.queue(max_size=WAITING, default_concurrency_limit=1)
        stack.callback(page.close, verbose=False)
        largest, space = LARGEST_MB * MB, "SPACE_ID" in os.environ
        guard = guarded(uploads=uploads, largest=largest, loopback=loopback, space=space, forget=FORGET_S)
        address = _launched(page, host, port, {"max_file_size": largest}, guard)
        print(f"Sarangi listens at {address} with {len(offered)} models; Ctrl+C ends it.", flush=True)
        if wait:
            page.block_thread()
        else:
            atexit.register(stack.pop_all().close)
    return address


def _offered(directory: Path, models: Sequence[str]) -> "list[Offer]":
    """Return the models that are offered, each of ``models`` opened once."""
    from sarangi.app.offers import offers
    from sarangi.app.opening import RUNS, load, runs_in

    for name in models:
        listener = load(name, directory)
        if listener.own_words is not None:
            facts = [f"{called}: {told}" for called, told in listener.own_words.facts.items()]
            print("; ".join([f"{name}: labels {', '.join(listener.emotions)}", *facts]), flush=True)

    def opens(name: str) -> bool:
        try:
            load(name, directory)
        except SarangiError as error:
            log.warning("%s", error)
            return False
        return True

    offered = offers(list(dict.fromkeys(models)), runs_in(directory), directory, Path(RUNS), opens)
    if not offered:
        where = "" if directory == Path() else f" --directory {shlex.quote(str(directory))}"
        raise SarangiError(
            f"no model: {directory / RUNS} has no fine-tuned run. Make them with snakemake{where} --cores 2 "
            "app, take a public one with --pretrained, or name one with --model (a folder, or <owner>/<name> "
            "of the hub)"
        )
    return offered


def refuse_place(host: str, port: int | None) -> None:
    """Refuse to listen where this machine cannot.

    Raises
    ------
    SarangiError
        Says why, and what to do.
    """
    if port is not None and not 0 < port <= LAST_PORT:
        raise SarangiError(f"--port {port}: expected a number from 1 to {LAST_PORT}")
    why = _unusable(host, port or 0)
    if why == errno.EADDRINUSE:
        free = next((p for p in range(port + 1, LAST_PORT) if _unusable(host, p) is None), None)
        raise SarangiError(
            f"port {port} of {host} is in use by another program, perhaps by this page; close that, choose "
            f"another (--port {free}), or leave --port out for the first free one"
        )
    if why == errno.EACCES:
        raise SarangiError(
            f"port {port} is for the system's own programs; choose one from 1024 (--port 7860)"
        )
    if why is not None:
        reason = os.strerror(why) if why > 0 else "unknown name"
        raise SarangiError(
            f"--host {host}: this machine has no such address ({reason}); expected 127.0.0.1 for this "
            "machine alone, or 0.0.0.0 for its whole network"
        )


def _unusable(host: str, port: int) -> int | None:
    """Return the number of the error with which a port cannot be listened at, or None if it can."""
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
        for family, kind, protocol, _, place in found[:1]:
            with socket.socket(family, kind, protocol) as tried:
                tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                tried.bind(place)
    except (OSError, UnicodeError) as error:  # a name server's numbers are below zero
        return getattr(error, "errno", None) or -1
    return None


@contextlib.contextmanager
def _own_folder() -> Iterator[Path]:
    """Give the folder of uploads; it goes with the page, and all else that is put into temporary files."""
    before = tempfile.tempdir
    whole = tempfile.TemporaryDirectory(prefix="sarangi_", ignore_cleanup_errors=True)
    uploads, others = Path(whole.name) / "uploads", Path(whole.name) / "others"
    try:
        uploads.mkdir()
        others.mkdir()
        os.environ["GRADIO_TEMP_DIR"], tempfile.tempdir = str(uploads), str(others)
        yield uploads
    finally:
        tempfile.tempdir = before
        # a second signal does not stop the sweeping
        stopping = {number: signal.signal(number, signal.SIG_IGN) for number in (*ENDING, signal.SIGINT)}
        whole.cleanup()
        for number, handler in stopping.items():
            signal.signal(number, handler)


def _launched(page: "gr.Blocks", host: str, port: int | None, limits: dict[str, int], guard: Any) -> str:
    """Start the server, and return its address."""
    import gradio as gr

    # Gradio asks its own server whether it is there, which no proxy knows
    local = ",".join(filter(None, (os.environ.get("NO_PROXY"), "localhost,127.0.0.1,::1")))
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = local
    try:
        _, address, _ = page.launch(
            server_name=f"[{host}]" if ":" in host.strip("[]") else host,
            server_port=port,
            share=False,
            quiet=True,
            show_error=False,
            **limits,
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
            app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None, "lifespan": guard},
        )
    except OSError:
        place = f"port {port}" if port else "the ports from 7860 to 7959"
        raise SarangiError(
            f"no page can be opened at {host}: {place} cannot be used; choose another with --port"
        ) from None
    return address
