"""``sarangi where``: for ``snakemake -s "$(sarangi where)"``."""

from argparse import ArgumentParser, Namespace

from sarangi.base.installation import home

HELP = "print the path of the Snakefile"


def arguments(parser: ArgumentParser) -> None:
    """Take no further argument."""


def run(chosen: Namespace) -> int:
    """Print the path of the Snakefile."""
    print(home() / "Snakefile")
    return 0
