"""``sarangi submit``: predictions for tasks of a benchmark, checked, scored and put on its leaderboard."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

HELP = "check a submission to a benchmark, and put it on the leaderboard"


def arguments(parser: ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument(
        "submission",
        type=Path,
        help="folder with description.yaml and <task>.csv, .tsv or .parquet of each task",
    )
    parser.add_argument("--bench", type=Path, required=True, help="folder of the benchmark: bench/<name>")
    parser.add_argument(
        "--hidden",
        type=Path,
        help="the maintainer's file, if tasks hide their labels: <name>.hidden.parquet",
    )
    parser.add_argument(
        "--leaderboard", type=Path, help="folder of the leaderboard (bench/<name>.leaderboard)"
    )


def run(chosen: Namespace) -> int:
    """Print the rows of the tasks that were entered."""
    from tempfile import TemporaryDirectory

    from sarangi.benchmark.leaderboard import enter
    from sarangi.benchmark.opened import opened
    from sarangi.benchmark.submission import submission

    bench = opened(chosen.bench)
    folder = chosen.leaderboard or chosen.bench.with_name(f"{chosen.bench.name}.leaderboard")
    with TemporaryDirectory() as made:
        entered = submission(chosen.submission, bench, chosen.hidden, Path(made))
        rows = enter(bench, entered, folder, Path(made))
    shown = rows[["task", "rank", "entry", "uar", "low", "high", "groups", "reported"]]
    print(shown.to_string(index=False, float_format="{:.3f}".format))
    print(f"wrote {folder}/leaderboard.parquet, .md and .html")
    return 0
