"""``sarangi push``: a run with its card, or the Space, to the hub."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

HELP = "upload a run with its model card, or the Space, to the Hugging Face hub"


def arguments(parser: ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument(
        "run", help="<experiment>/<fold>/<seed>, a folder, or with --space the folder of the Space"
    )
    parser.add_argument("--to", required=True, metavar="OWNER/NAME", help="repository on the hub")
    parser.add_argument("--space", action="store_true", help="upload the folder of a Space")


def run(chosen: Namespace) -> int:
    """Upload, and print where it is."""
    from sarangi.app.push import push

    of_study = chosen.directory / "results/runs" / chosen.run
    folder = of_study if of_study.is_dir() else Path(chosen.run)
    print(f"uploaded to {push(folder, chosen.to, chosen.space)}")
    return 0
