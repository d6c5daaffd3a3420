"""``sarangi listen``: the page that listens, on this machine."""

import contextlib
import os
from argparse import ArgumentParser, Namespace

HELP = "open a page on this machine that predicts the emotion of a recording"


def arguments(parser: ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument(
        "--model",
        action="append",
        default=[],
        help="model to offer first (may be repeated): <experiment>/<fold>/<seed>, a folder, or owner/name of "
        "the hub",
    )
    parser.add_argument(
        "--pretrained",
        action="store_true",
        help="offer a public emotion model at a pinned revision, fetched once from the hub",
    )
    parser.add_argument("--port", type=int, help="port of the page (the first free one from 7860)")
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="address of the page (127.0.0.1); 0.0.0.0 opens it to the whole network",
    )


def run(chosen: Namespace) -> int:
    """Serve the page until it is interrupted."""
    # before the library of the hub is imported
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    from sarangi.app.page import serve
    from sarangi.app.pinned import PRETRAINED

    models = [*chosen.model, *([PRETRAINED] if chosen.pretrained else [])]
    with contextlib.suppress(KeyboardInterrupt):
        serve(chosen.directory, models, chosen.host, chosen.port)
    return 0
