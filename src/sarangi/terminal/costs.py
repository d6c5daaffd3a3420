"""``sarangi costs``: what a finished run took, for the paper; with ``--plan``, what one will take."""

import sys
from argparse import ArgumentParser, Namespace

HELP = "record what a finished run took in costs.yaml; with --plan, estimate how long fine-tuning will take"


def arguments(parser: ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument(
        "--energy", type=float, metavar="KWH", help="energy of the run, if a meter measured it"
    )
    parser.add_argument(
        "--plan", action="store_true",
        help="time a few steps of each fine-tuning on this machine, with random weights, and print an upper "
        "bound of the hours of all epochs, folds and seeds; nothing is written",
    )  # fmt: skip
    parser.add_argument(
        "--experiment", action="append", metavar="NAME", help="estimate only this one (may be repeated)"
    )
    parser.add_argument("--json", action="store_true", help="print the plan as JSON")


def run(chosen: Namespace) -> int:
    """Write costs.yaml, or print a plan."""
    from sarangi.base.errors import SarangiError

    if chosen.plan and chosen.energy is not None:
        raise SarangiError("--energy is of a run that has finished, and --plan of none; give one of them")
    if not chosen.plan and (chosen.experiment or chosen.json):
        raise SarangiError("--experiment and --json need --plan")
    return _plan(chosen) if chosen.plan else _record(chosen)


def _record(chosen: Namespace) -> int:
    from sarangi.reproduce.costs import record
    from sarangi.runtime import commands
    from sarangi.runtime.lock import undisturbed

    with undisturbed(chosen.directory / ".snakemake", "nothing is recorded"):
        count = record(chosen.directory, chosen.energy)
    again = commands.snakemake("--cores 1", chosen.directory)
    print(f"recorded what {count} jobs took in costs.yaml; commit it, and {again} makes its table again")
    return 0


def _plan(chosen: Namespace) -> int:
    import json

    from sarangi.base.device_names import CPU
    from sarangi.base.progress import progress
    from sarangi.reproduce.projection import (
        LIMIT_S,
        as_document,
        machine,
        measure,
        processor_share,
        projected,
        shapes,
        table,
    )
    from sarangi.runtime.devices import device
    from sarangi.study.opened import opened
    from sarangi.study.workloads import planned, tuned

    with opened(chosen.directory) as study:
        plan = [planned(study, e) for e in tuned(study, chosen.experiment)]
        threads = study.config["threads"]["torch"]
        workloads, on = shapes(plan), machine(threads)
        runs = sum(each.runs for each in plan)
        print(
            f"{len(plan)} fine-tuned experiments with {runs} runs. {len(workloads)} shapes of networks are "
            f"timed on {on}: about {LIMIT_S:g} s each, and the time to build it.",
            file=sys.stderr,
        )
        with progress(None, len(workloads), "shapes") as bar:
            found = {}
            for key, workload in workloads.items():
                found[key] = measure(workload, threads)
                bar.update()
    rows = projected(plan, found)
    # with several threads a process has more time than the clock, and on a GPU it waits
    share = processor_share(found.values()) if device() == CPU and threads == 1 else 1.0
    if chosen.json:
        print(json.dumps(as_document(rows, on, share), indent=2))
    else:
        print(f"On {on}:\n")
        for line in table(rows, share):
            print(line)
    return 0
