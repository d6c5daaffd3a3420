"""``python -m sarangi``: what is not a target of the workflow."""

import argparse
import contextlib
import os
import signal
import sys
from collections import Counter
from pathlib import Path

from sarangi.base.errors import SarangiError
from sarangi.base.personal_settings import close

STOPPED_EARLY = 128 + signal.SIGPIPE
"""What a shell says of a program whose reader went away."""


def main(arguments: list[str] | None = None) -> int:
    """Run a command; 0 if it did all it was asked to, 1 if not, 2 for a wrong command line."""
    parser = argparse.ArgumentParser(prog="python -m sarangi", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    put_back = commands.add_parser("restore", help="put a bundle of results into a fresh clone")
    put_back.add_argument("bundle", type=Path, help="file that the target results_bundle made")
    put_back.add_argument(
        "--compare",
        action="store_true",
        help="do not use Snakemake's metadata: adopt only results whose provenance agrees with this clone",
    )
    walk = commands.add_parser("explain", help="walk from a number of the paper back to its recordings")
    walk.add_argument("id", help=r"what \val looks up, <table>:<row>:<column>, a claim, or a result's path")
    walk.add_argument(
        "--html", type=Path, metavar="FILE", help="write a page of its own, with every list whole"
    )
    walk.add_argument("--recordings", action="store_true", help="list every recording that was tested")
    fix = commands.add_parser(
        "lock", help="write what is published into results.lock, for snakemake --cores 1 verify"
    )
    fix.add_argument(
        "--tolerance", type=float, default=0.02, help="that a number may differ by elsewhere (0.02)"
    )
    took = commands.add_parser("costs", help="record what a finished run took in costs.yaml, for the paper")
    took.add_argument("--energy", type=float, metavar="KWH", help="what a meter measured over the run")
    page = commands.add_parser("listen", help="open the page that listens, on this machine")
    page.add_argument(
        "--model",
        action="append",
        default=[],
        help="offer this one first (may be repeated): <experiment>/<fold>/<seed>, a folder, or owner/name of "
        "the hub",
    )
    page.add_argument("--port", type=int, help="to listen at (the first free one from 7860)")
    page.add_argument(
        "--host", default="127.0.0.1", help="to listen at (127.0.0.1); 0.0.0.0 lets the whole network in"
    )
    batch = commands.add_parser("predict", help="predict every recording of a folder")
    batch.add_argument("folder", type=Path, help="folder with recordings")
    batch.add_argument("--model", required=True, help="as for listen")
    batch.add_argument(
        "--out", type=Path, required=True, help="file to write, a row a file: .csv or .parquet"
    )
    batch.add_argument(
        "--words", type=Path, help="CSV file with the columns file and text, for a model that reads"
    )
    sent = commands.add_parser("push", help="upload a run with its card, or the Space, to the hub")
    sent.add_argument("run", help="<experiment>/<fold>/<seed>, a folder, or with --space the folder of it")
    sent.add_argument("--to", required=True, metavar="OWNER/NAME", help="repository of the hub")
    sent.add_argument("--space", action="store_true", help="upload the folder of a Space")
    for command in (put_back, walk, fix, took, page, batch, sent):
        command.add_argument(
            "--directory", type=Path, default=Path(), help="folder with config.yaml (this folder)"
        )
    chosen = parser.parse_args(arguments)
    try:
        status = _run(chosen)
        sys.stdout.flush()
        return status
    except SarangiError as error:
        print(f"sarangi: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # a reader such as head stopped early; not by the signal, which would end a server or a test, too
        with open(os.devnull, "wb") as nothing:  # noqa: PTH123
            os.dup2(nothing.fileno(), sys.stdout.fileno())
        return STOPPED_EARLY


def _run(chosen: argparse.Namespace) -> int:
    if chosen.command == "explain":
        return _explain(chosen.id, chosen.directory, chosen.html, chosen.recordings)
    if chosen.command == "lock":
        return _lock(chosen.directory, chosen.tolerance)
    if chosen.command == "costs":
        return _costs(chosen.directory, chosen.energy)
    if chosen.command == "listen":
        return _listen(chosen.directory, chosen.model, chosen.host, chosen.port)
    if chosen.command == "predict":
        return _predict(chosen.folder, chosen.model, chosen.words, chosen.out, chosen.directory)
    if chosen.command == "push":
        return _push(chosen.run, chosen.to, chosen.space, chosen.directory)
    return _restore(chosen.bundle, chosen.directory, not chosen.compare)


def _restore(bundle: Path, directory: Path, trust_metadata: bool) -> int:
    from sarangi.reproduce.restore import restore
    from sarangi.runtime import commands
    from sarangi.runtime.lock import undisturbed

    with undisturbed(directory / ".snakemake", "nothing is restored"):
        refused = restore(bundle, directory, trust_metadata)
    for why, count in sorted(Counter(refused.values()).items()):
        first = next(result for result, text in refused.items() if text == why)
        print(f"left out {count} (such as {first}): {why}")
    plan = commands.snakemake("-n", directory)
    print(f"restored {bundle} into {directory.resolve().name}; {plan} shows what is left to be done")
    return 0


def _explain(wanted: str, directory: Path, page: Path | None, recordings: bool) -> int:
    from sarangi.reproduce.explain import explain
    from sarangi.reproduce.steps import as_page, as_text

    found = explain(wanted, directory, recordings or page is not None)
    if page is None:
        print(as_text(found))
    else:
        page.write_text(as_page(found), encoding="utf-8")
        print(f"wrote {page}")
    return 0


def _lock(directory: Path, tolerance: float) -> int:
    from sarangi.reproduce.results_lock import lock
    from sarangi.runtime import commands

    count = lock(directory, tolerance)
    verify = commands.snakemake("--cores 1 verify", directory)
    print(f"locked {count} published files in results.lock; commit it, and {verify} compares with it")
    return 0


def _costs(directory: Path, energy_kwh: float | None) -> int:
    from sarangi.reproduce.costs import record
    from sarangi.runtime import commands
    from sarangi.runtime.lock import undisturbed

    with undisturbed(directory / ".snakemake", "nothing is recorded"):
        count = record(directory, energy_kwh)
    run = commands.snakemake("--cores 1", directory)
    print(f"recorded what {count} jobs took in costs.yaml; commit it, and {run} makes its table again")
    return 0


def _listen(directory: Path, models: list[str], host: str, port: int | None) -> int:
    # before the library of the hub is imported
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    from sarangi.app.page import serve

    with contextlib.suppress(KeyboardInterrupt):
        serve(directory, models, host, port)
    return 0


def _predict(folder: Path, model: str, words: Path | None, output: Path, directory: Path) -> int:
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    from sarangi.app.opening import folder_of, load
    from sarangi.app.predicting import format_of, predict, words_in

    format_of(output)
    if not folder.is_dir():
        raise SarangiError(f"{folder}: no such folder; expected one with recordings")
    listener = load(model, directory)
    said = None if words is None else words_in(words)
    counts = predict(folder, listener, folder_of(model, directory), said, output)
    print(f"wrote {output}: {', '.join(f'{count} {status}' for status, count in counts.items())}")
    if not counts["ok"]:
        print("sarangi: no file could be predicted; the column reason says why", file=sys.stderr)
    return 0 if counts["ok"] else 1


def _push(run: str, to: str, as_space: bool, directory: Path) -> int:
    from sarangi.app.push import push

    short = directory / "results/runs" / run
    print(f"uploaded to {push(short if short.is_dir() else Path(run), to, as_space)}")
    return 0


if __name__ == "__main__":
    close(os.environ)
    sys.exit(main())
