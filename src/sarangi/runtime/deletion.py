"""What goes with results that Snakemake deletes: what says how they were made."""

import contextlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from sarangi.runtime import provenance


def with_provenance(workflow: Any) -> Callable[..., None]:
    """Return what deletes the outputs of a Snakemake workflow, with their provenance.

    Snakemake has no hook for ``--delete-all-output``.  The provenance that it leaves says of each file that
    it is missing, and of corpora and weights that they were lost (:func:`sarangi.study.wanted.lost`).
    """
    delete = workflow.delete_output

    def delete_output(only_temp: bool = False, dryrun: bool = False) -> None:
        delete(only_temp=only_temp, dryrun=dryrun)
        if not (only_temp or dryrun):
            forget(str(file) for job in workflow.dag.jobs for file in job.output)

    return delete_output


def forget(results: Iterable[str]) -> None:
    """Delete the provenance of those of some results that are gone, and the folders that it leaves empty."""
    for result in results:
        if Path(result).exists():
            continue
        place = provenance.place(result)
        place.unlink(missing_ok=True)
        for folder in place.parents:
            if folder == provenance.FOLDER.parent:
                break
            with contextlib.suppress(OSError):  # there is more in it, or it is not there
                folder.rmdir()
