"""``sarangi lock``: what is published, for ``snakemake --cores 1 verify`` to compare with."""

from argparse import ArgumentParser, Namespace

HELP = "record the published numbers and files in results.lock, which verify compares with"


def arguments(parser: ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument(
        "--tolerance", type=float, default=0.02, help="how far a number may differ on another machine (0.02)"
    )


def run(chosen: Namespace) -> int:
    """Write results.lock."""
    from sarangi.reproduce.results_lock import lock
    from sarangi.runtime import commands

    count = lock(chosen.directory, chosen.tolerance)
    verify = commands.snakemake("--cores 1 verify", chosen.directory)
    print(f"locked {count} published files in results.lock; commit it, and {verify} compares with it")
    return 0
