"""The jobs of the workflow as Snakemake plans them, for what compares results with their plan.

Snakemake's command line does not show parameters, so this uses its API, and of the API parts that are
not public; the version is pinned, and the tests run what stands on them.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from snakemake.api import DAGApi, SnakemakeApi
from snakemake.common import get_appdirs
from snakemake.exceptions import RuleException, WorkflowError
from snakemake.settings.types import (
    ConfigSettings,
    DAGSettings,
    ExecutionSettings,
    OutputSettings,
    Quietness,
    RerunTrigger,
    ResourceSettings,
    StorageSettings,
    WorkflowSettings,
)

from sarangi.base.errors import SarangiError
from sarangi.base.installation import home
from sarangi.runtime import provenance
from sarangi.runtime.profile import profile

SNAKEFILE = home() / "Snakefile"
CANNOT = (WorkflowError, RuleException)
"""What Snakemake raises where it cannot plan; a missing input or rule is not one of the first."""


@dataclass(frozen=True)
class Planned:
    """A job that makes files: what its provenance must say, apart from the hashes of its inputs."""

    described: dict[str, Any]
    inputs: list[str]
    outputs: list[str]
    job: Any


class Plan:
    """The jobs behind some targets in the order of the data, whether they are done or not.

    Made by :func:`plan`, inside which the working directory is the workflow's.
    """

    def __init__(self, workflow: Any):
        self._workflow = workflow
        self.jobs = [
            Planned(
                provenance.described(job.rule.name, job.wildcards_dict, dict(job.params.items())),
                provenance.inputs_of(job.input),
                [str(path) for path in job.output],
                job,
            )
            for level in workflow.dag.toposorted()
            for job in sorted(level, key=lambda job: (job.rule.name, list(map(str, job.output))))
            if job.output
        ]

    def mark_done(self, planned: Planned, inputs: dict[str, str]) -> None:
        """Have Snakemake take the outputs of a job as made by it, from inputs of these sha256."""
        persistence = self._workflow.persistence
        self._workflow.async_run(persistence.finished(planned.job))
        persistence._clear_cache()
        for output in planned.job.output:
            # of an input that is not there Snakemake knows no checksum; we do
            record = persistence.metadata(output)
            names = {str(path): provenance.named(path) for path in planned.job.input}
            known = {path: inputs[name] for path, name in names.items() if name in inputs}
            record.input_checksums = known | record.input_checksums
            persistence._write_record(str(output), record)
        persistence._clear_cache()


@contextmanager
def planned(targets: Sequence[str], directory: Path, **settings: Any) -> Iterator[DAGApi]:
    """Have Snakemake plan ``targets`` in the folder of a workflow, inside which the working directory is.

    All of their jobs, whether they are done or not, unless other ``settings`` of the DAG say otherwise.
    """
    _refuse_without_a_home()
    before = Path.cwd()
    try:
        with SnakemakeApi(OutputSettings(quiet={Quietness.ALL})) as api:
            made = api.workflow(
                resource_settings=ResourceSettings(cores=1),
                config_settings=ConfigSettings(),
                storage_settings=StorageSettings(),
                workflow_settings=WorkflowSettings(),
                snakefile=SNAKEFILE,
                workdir=directory,
            )
            settings = {
                "forceall": True,
                "max_checksum_file_size": profile()["max-checksum-file-size"],
            } | settings
            yield made.dag(DAGSettings(targets=set(targets), **settings))
    finally:
        os.chdir(before)


def _refuse_without_a_home() -> None:
    """Refuse where Snakemake would end in a traceback, since it has no place for its cache.

    Raises
    ------
    SarangiError
        Says what to set.
    """
    try:
        Path(get_appdirs().user_cache_dir, "snakemake").mkdir(parents=True, exist_ok=True)
    except (RuntimeError, OSError) as error:
        raise SarangiError(
            f"Snakemake keeps a cache in the home folder, and has none that it can write ({error}): set HOME "
            "to a folder of your own, such as HOME=$PWD"
        ) from error


def left(targets: Sequence[str], directory: Path) -> list[tuple[str, list[str]]]:
    """Return the jobs that a run of ``targets`` would do now, as rule and outputs, in the order of the data.

    Raises
    ------
    SarangiError
        With Snakemake's words, if it cannot plan.
    """
    triggers = frozenset(map(RerunTrigger.parse_choice, profile()["rerun-triggers"]))
    try:
        with planned(
            targets, directory, forceall=False, force_incomplete=True, rerun_triggers=triggers
        ) as dag:
            workflow = dag.workflow_api._workflow
            workflow.execution_settings = ExecutionSettings()
            workflow._prepare_dag(forceall=False, ignore_incomplete=False, lock_warn_only=False)
            workflow._build_dag()
            return [
                (job.rule.name, [str(path) for path in job.output])
                for level in workflow.dag.toposorted()
                for job in sorted(level, key=lambda job: (job.rule.name, list(map(str, job.output))))
                if job.output and workflow.dag.needrun(job)
            ]
    except CANNOT as error:
        raise _as_ours(error, targets) from error


@contextmanager
def plan(targets: Sequence[str], directory: Path) -> Iterator[Plan]:
    """Plan the jobs behind ``targets`` in the folder of a workflow, and do none of them.

    Raises
    ------
    SarangiError
        With Snakemake's words, if it cannot plan (a mistake in the configuration, a missing input).
    """
    try:
        with planned(targets, directory) as dag:
            workflow = dag.workflow_api._workflow
            workflow.execution_settings = ExecutionSettings()
            workflow._prepare_dag(forceall=True, ignore_incomplete=True, lock_warn_only=False)
            workflow._build_dag()
            yield Plan(workflow)
    except CANNOT as error:
        raise _as_ours(error, targets) from error


def _as_ours(error: Exception, targets: Sequence[str]) -> SarangiError:
    first, *others = str(error).splitlines() or ["no message"]
    return SarangiError(f"Snakemake cannot plan {', '.join(targets)}: {first}", *others)
