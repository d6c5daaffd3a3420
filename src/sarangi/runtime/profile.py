"""The settings of Snakemake on which the workflow is built, and the refusal of others."""

from collections.abc import Iterator
from functools import cache
from typing import Any, NoReturn

import yaml
from snakemake.exceptions import WorkflowError
from snakemake.settings.types import RerunTrigger

from sarangi.base.errors import SarangiError
from sarangi.base.installation import home
from sarangi.runtime import commands

FOLDER = "profiles/default"
NEEDED = (RerunTrigger.MTIME, RerunTrigger.PARAMS, RerunTrigger.INPUT)
"""What reruns a job; its code is among its parameters."""


@cache
def profile() -> dict[str, Any]:
    """Return the profile by which the workflow is run."""
    stated: dict[str, Any] = yaml.safe_load((home() / FOLDER / "config.yaml").read_text(encoding="utf-8"))
    return stated


def refuse_stale(workflow: Any) -> None:
    """Refuse settings under which a job that is due does not run, or one that is done runs again.

    They come of a command line, of ``$SNAKEMAKE_PROFILE``, or of a folder named ``default`` or
    ``profiles/default`` where Snakemake is called, which it takes for the workflow's profile.

    Raises
    ------
    SarangiError
        Names each setting, and what to do.
    """
    wrong = list(_stale(workflow))
    if wrong:
        raise SarangiError(
            "Snakemake has settings that differ from those the workflow is built on, from its "
            "command line or a profile "
            "($SNAKEMAKE_PROFILE, ~/.config/snakemake, a folder named default or profiles/default here); "
            "results would be stale, or recomputed without need:",
            *wrong,
            "The workflow's own profile has the right ones: "
            f"--workflow-profile {commands.quoted(home() / FOLDER)}",
        )


def _stale(workflow: Any) -> Iterator[str]:
    # a plan of ours, or a lint, has not all of them
    dag, execution, ways = workflow.dag_settings, workflow.execution_settings, workflow.workflow_settings
    triggers = " ".join(profile()["rerun-triggers"])
    lacking = [each.name.lower() for each in NEEDED if dag and each not in dag.rerun_triggers]
    if lacking:
        yield (
            f"rerun-triggers lacks {', '.join(lacking)}; expected at least mtime, params and input: say "
            f"--rerun-triggers {triggers}"
        )
    largest = profile()["max-checksum-file-size"]
    if dag and dag.max_checksum_file_size < largest:
        yield (
            f"max-checksum-file-size is {dag.max_checksum_file_size}; expected {largest} or more, since "
            "files are known by their content: remove it"
        )
    for name, stated in (
        ("ignore-incomplete", execution and execution.ignore_incomplete),
        ("keep-incomplete", execution and execution.keep_incomplete),
        ("drop-metadata", execution and not execution.keep_metadata),
        ("consider-ancient", ways and ways.consider_ancient),
    ):
        if stated:
            yield f"{name} is set; expected that it is not: remove it"


def refuse_touch() -> None:
    """Have Snakemake refuse ``--touch``, which would call due jobs done without a look at what they made.

    What executes is known only after the workflow is read, and of a touch no hook is told.
    """
    # here, since it cannot be imported before Snakemake itself
    from snakemake.dag import DAG

    def refused(self: DAG) -> NoReturn:
        raise WorkflowError(
            "--touch calls results current that other parameters, code or inputs made, so they would be "
            f"stale, unnoticed. {commands.sarangi('restore BUNDLE.zip --compare')} adopts results whose "
            "provenance agrees with this clone, and a plain run makes the others"
        )

    DAG.check_touch_compatible = refused
