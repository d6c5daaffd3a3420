"""``sarangi restore``: a bundle of results into a fresh clone."""

from argparse import ArgumentParser, Namespace
from collections import Counter
from pathlib import Path

HELP = "restore a bundle of results into a fresh clone"


def arguments(parser: ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument("bundle", type=Path, help="file that the target results_bundle made")
    parser.add_argument(
        "--compare",
        action="store_true",
        help="do not use Snakemake's metadata: adopt only results whose provenance agrees with this clone",
    )


def run(chosen: Namespace) -> int:
    """Restore the bundle, and say what was left out and why."""
    from sarangi.reproduce.restore import restore
    from sarangi.runtime import commands
    from sarangi.runtime.lock import undisturbed

    with undisturbed(chosen.directory / ".snakemake", "nothing is restored"):
        refused = restore(chosen.bundle, chosen.directory, not chosen.compare)
    for why, count in sorted(Counter(refused.values()).items()):
        first = next(result for result, text in refused.items() if text == why)
        print(f"left out {count} (such as {first}): {why}")
    plan = commands.snakemake("-n", chosen.directory)
    folder = chosen.directory.resolve().name
    print(f"restored {chosen.bundle} into {folder}; {plan} shows what is left to be done")
    return 0
