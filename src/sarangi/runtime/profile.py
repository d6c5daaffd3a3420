"""Settings of Snakemake, such as of a personal profile, under which results would be stale without a word."""

from collections.abc import Iterator
from typing import Any

from snakemake.settings.types import RerunTrigger

from sarangi.base.errors import SarangiError

NEEDED = (RerunTrigger.MTIME, RerunTrigger.PARAMS, RerunTrigger.INPUT)
"""What reruns a job; its code is among its parameters."""


def refuse_stale(workflow: Any) -> None:
    """Refuse settings under which a job that is due does not run.

    They come of a command line, of ``$SNAKEMAKE_PROFILE``, or of a folder named ``default`` here, which
    Snakemake takes for a profile before ``profiles/default``.

    Raises
    ------
    SarangiError
        Names each setting, and what to do.
    """
    wrong = list(_stale(workflow))
    if wrong:
        raise SarangiError(
            "Snakemake was told to leave jobs out that are due, by its command line or a profile "
            "($SNAKEMAKE_PROFILE, ~/.config/snakemake, a folder named default here):",
            *wrong,
        )


def _stale(workflow: Any) -> Iterator[str]:
    # a plan of ours, or a lint, has not all of them
    dag, execution, ways = workflow.dag_settings, workflow.execution_settings, workflow.workflow_settings
    lacking = [each.name.lower() for each in NEEDED if dag and each not in dag.rerun_triggers]
    if lacking:
        yield (
            f"rerun-triggers lacks {', '.join(lacking)}; expected at least mtime, params and input: say "
            "--workflow-profile profiles/default, or --rerun-triggers mtime params input software-env"
        )
    for name, found in (
        ("ignore-incomplete", execution and execution.ignore_incomplete),
        ("keep-incomplete", execution and execution.keep_incomplete),
        ("drop-metadata", execution and not execution.keep_metadata),
        ("consider-ancient", ways and ways.consider_ancient),
    ):
        if found:
            yield f"{name} is set; expected that it is not: take it out"
