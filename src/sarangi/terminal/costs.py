"""``sarangi costs``: what a finished run took, for the paper."""

from argparse import ArgumentParser, Namespace

HELP = "record what a finished run took in costs.yaml, for the paper"


def arguments(parser: ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument("--energy", type=float, metavar="KWH", help="what a meter measured over the run")


def run(chosen: Namespace) -> int:
    """Write costs.yaml."""
    from sarangi.reproduce.costs import record
    from sarangi.runtime import commands
    from sarangi.runtime.lock import undisturbed

    with undisturbed(chosen.directory / ".snakemake", "nothing is recorded"):
        count = record(chosen.directory, chosen.energy)
    again = commands.snakemake("--cores 1", chosen.directory)
    print(f"recorded what {count} jobs took in costs.yaml; commit it, and {again} makes its table again")
    return 0
