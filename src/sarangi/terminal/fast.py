"""``sarangi fast``: one step of training, validation and test of an experiment, apart from the study."""

import time
from argparse import ArgumentParser, Namespace

HELP = "try an experiment end to end on a few clips in seconds, without touching the results"


def arguments(parser: ArgumentParser) -> None:
    """Add what the command takes."""
    from sarangi.runtime.snakemake_process import available_cores

    parser.add_argument("experiment", metavar="EXPERIMENT", help="<corpus>_<protocol>_<model> of the study")
    parser.add_argument(
        "--cores", default=str(available_cores()), metavar="N", help="number of cores (all: %(default)s)"
    )


def run(chosen: Namespace) -> int:
    """Have Snakemake carry out the experiment on a few clips, below ``fast/``; say what was done."""
    from sarangi.base import layout
    from sarangi.runtime.snakemake_process import snakemake
    from sarangi.study.fast import needed, prepare
    from sarangi.study.opened import opened

    begun = time.monotonic()
    cores = ["--cores", chosen.cores]
    with opened(chosen.directory) as study:
        lacking = needed(study, chosen.experiment)
    if lacking:
        arguments = ["--directory", str(chosen.directory), *cores, "--", *lacking]
        if status := snakemake(arguments, chosen.directory):
            return status
    with opened(chosen.directory) as study:
        fast = prepare(study, chosen.experiment)
    folder = chosen.directory / fast.folder
    scores = layout.scores(fast.experiment)
    if status := snakemake(["--directory", str(folder), *cores, "--", scores], folder):
        return status
    on = ", ".join(f"{part} {count}" for part, count in fast.clips.items()) or "the whole table of features"
    print(f"\nFAST RUN of {chosen.experiment} in {time.monotonic() - begun:.0f} s, end to end (clips: {on}).")
    print(f"No result: {folder / scores} says only that it runs. Nothing of the study was changed.")
    return 0
