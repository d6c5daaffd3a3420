"""``python -m sarangi``: what is not a target of the workflow."""

import argparse
import signal
import sys
from collections import Counter
from pathlib import Path

from sarangi.errors import SarangiError


def main(arguments: list[str] | None = None) -> int:
    """Run a command; 0 if it did all it was asked to, 1 if not, 2 for a wrong command line."""
    parser = argparse.ArgumentParser(prog="python -m sarangi", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    put_back = commands.add_parser("restore", help="put a bundle of results into a fresh clone")
    put_back.add_argument("bundle", type=Path, help="file made by snakemake results_bundle")
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
    fix = commands.add_parser("lock", help="write what is published into results.lock, for snakemake verify")
    fix.add_argument(
        "--tolerance", type=float, default=0.02, help="that a number may differ by elsewhere (0.02)"
    )
    for command in (put_back, walk, fix):
        command.add_argument(
            "--directory", type=Path, default=Path(), help="folder with config.yaml (this folder)"
        )
    chosen = parser.parse_args(arguments)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # a reader such as head may stop early
    try:
        if chosen.command == "explain":
            return _explain(chosen.id, chosen.directory, chosen.html, chosen.recordings)
        if chosen.command == "lock":
            return _lock(chosen.directory, chosen.tolerance)
        return _restore(chosen.bundle, chosen.directory, not chosen.compare)
    except SarangiError as error:
        print(f"sarangi: {error}", file=sys.stderr)
        return 1


def _restore(bundle: Path, directory: Path, trust_metadata: bool) -> int:
    from sarangi.restore import restore

    refused = restore(bundle, directory, trust_metadata)
    for why, count in sorted(Counter(refused.values()).items()):
        first = next(result for result, text in refused.items() if text == why)
        print(f"left out {count} (such as {first}): {why}")
    print(f"restored {bundle} into {directory.resolve().name}; snakemake -n shows what is left to be done")
    return 0


def _explain(wanted: str, directory: Path, page: Path | None, recordings: bool) -> int:
    from sarangi.explain import as_page, as_text, explain

    found = explain(wanted, directory, recordings or page is not None)
    if page is None:
        print(as_text(found))
    else:
        page.write_text(as_page(found), encoding="utf-8")
        print(f"wrote {page}")
    return 0


def _lock(directory: Path, tolerance: float) -> int:
    from sarangi.results_lock import write

    count = write(directory, tolerance)
    print(f"locked {count} published files in results.lock; commit it, and snakemake verify compares with it")
    return 0


if __name__ == "__main__":
    sys.exit(main())
