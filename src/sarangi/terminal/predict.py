"""``sarangi predict``: the predictions of a model for every recording of a folder."""

import os
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from sarangi.base.errors import SarangiError

HELP = "predict the emotion of every recording in a folder"


def arguments(parser: ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument("folder", type=Path, help="folder with recordings")
    parser.add_argument(
        "--model", required=True, help="<experiment>/<fold>/<seed>, a folder, or owner/name of the hub"
    )
    parser.add_argument(
        "--out", type=Path, required=True, help="file to write, one row per file: .csv or .parquet"
    )
    parser.add_argument(
        "--words", type=Path, help="CSV file with the columns file and text, for a text model"
    )


def run(chosen: Namespace) -> int:
    """Write the predictions; 1 if no file could be predicted."""
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    from sarangi.app.opening import folder_of, load
    from sarangi.app.predicting import format_of, predict, words_in

    format_of(chosen.out)
    if not chosen.folder.is_dir():
        raise SarangiError(f"{chosen.folder}: no such folder; expected one with recordings")
    listener = load(chosen.model, chosen.directory)
    words = None if chosen.words is None else words_in(chosen.words)
    counts = predict(chosen.folder, listener, folder_of(chosen.model, chosen.directory), words, chosen.out)
    print(f"wrote {chosen.out}: {', '.join(f'{count} {status}' for status, count in counts.items())}")
    if not counts["ok"]:
        print("sarangi: no file could be predicted; the column reason says why", file=sys.stderr)
    return 0 if counts["ok"] else 1
