"""``python -m sarangi``: what is not a target of the workflow."""

import argparse
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
        "--directory", type=Path, default=Path(), help="folder with config.yaml (this folder)"
    )
    put_back.add_argument(
        "--compare",
        action="store_true",
        help="do not use Snakemake's metadata: adopt only results whose provenance agrees with this clone",
    )
    chosen = parser.parse_args(arguments)
    try:
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


if __name__ == "__main__":
    sys.exit(main())
