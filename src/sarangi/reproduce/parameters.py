"""The parameters of jobs: provenance holds their hash, and a plan of the workflow what has that hash."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from sarangi.base.errors import SarangiError
from sarangi.reproduce.steps import MadeBy, Parameters, Step

NOT_NOW = "not those of the configuration as it is now"
WIDTH = 100


def parameters_of(walk: Step, directory: Path) -> dict[MadeBy, Parameters]:
    """Return the parameters of every job on a walk.

    They are those of the plan of the workflow as its configuration is now, where they have the hash that the
    provenance states: then they are the very ones.

    Parameters
    ----------
    walk
        Of :func:`sarangi.reproduce.explain.explain`.
    directory
        Folder of the workflow.
    """
    # here, since Snakemake takes a second to import, and a text needs none of it
    from sarangi.reproduce.plan import plan

    made = list(dict.fromkeys(_made(walk)))
    try:
        with plan(sorted({each.file for each in made}), directory) as planned:
            known = {
                (job.described["rule"], job.described["parameters"]): dict(job.job.params.items())
                for job in planned.jobs
            }
    except SarangiError as error:
        return {each: Parameters({}, str(error)) for each in made}
    return {each: _parameters(known.get((each.rule, each.parameters))) for each in made}


def _made(step: Step) -> Iterator[MadeBy]:
    if step.made is not None:
        yield step.made
    for following in step.steps:
        yield from _made(following)


def _parameters(values: Mapping[str, Any] | None) -> Parameters:
    if values is None:
        return Parameters({}, NOT_NOW)
    return Parameters({name: _text(value) for name, value in sorted(values.items()) if name != "code"})


def _text(value: Any) -> str:
    """Return a value as one line, or as YAML where it has parts."""
    value = _plain(value)
    if not isinstance(value, dict | list):
        return str(value)
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=WIDTH).rstrip("\n")


def _plain(value: Any) -> Any:
    """Return a value in the types of YAML; a named tuple by the names of its fields."""
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, set | frozenset):
        value = sorted(value)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_plain(each) for each in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)
