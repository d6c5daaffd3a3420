"""The configuration: read by the Snakefile, checked whole before any job starts."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sarangi.base.documents import DocumentError
from sarangi.base.errors import SarangiError
from sarangi.base.hints import nearest
from sarangi.base.yaml_documents import yaml_in
from sarangi.study.defaults import completed
from sarangi.study.entries import on_corpus
from sarangi.study.problems import Problem, against, refuse
from sarangi.study.references import unknown_names
from sarangi.study.study import Study


def refuse_odd_yaml(file: str | Path) -> None:
    """Refuse a configuration that Snakemake could not read, or would read in silence as something else.

    It loads the file itself, with aliases of aliases as what they stand for, and of a key that appears twice
    the last value.

    Raises
    ------
    SarangiError
        Says what is wrong, on which line.
    """
    try:
        found = yaml_in(file)
    except FileNotFoundError:
        return  # Snakemake says so
    except (OSError, DocumentError) as error:
        raise SarangiError(f"{file}: not YAML that can be read; no job was started. {error}") from error
    if not isinstance(found, Mapping):
        what = "it is empty" if found is None else f"it is {type(found).__name__}"
        raise SarangiError(f"{file}:1: {what}; expected keys, such as seed: 42. No job was started.")


def check(
    config: dict[str, Any],
    schema: Path,
    files: list[Path],
    probe: bool = False,
    published: Mapping[str, Any] | None = None,
    stated: Mapping[str, Any] | None = None,
    lacking: Mapping[str, str] | None = None,
) -> Study:
    """Check a configuration, completed by :func:`sarangi.study.defaults.completed`, and return it as a study.

    Parameters
    ----------
    config
        The configuration as Snakemake merged it from files and command line.
    schema
        JSON schema, as YAML.
    files
        The files it came from, to give line numbers; each counts for more than those before it.
    probe
        Whether the study may ask the network for what is not here.
    published
        Claims of the published study, from :func:`sarangi.study.claims_file.read_claims`.
    stated
        What ``--config`` states, which counts for more than all files.
    lacking
        Extras of the package that are not installed, with what to do.

    Raises
    ------
    SarangiError
        Lists every problem: the key, its place, what was found, what is valid, the nearest name.
    """
    for file in files:
        refuse_odd_yaml(file)
    config = completed(config, schema)
    problems = against(config, schema) or _unfit_recipes(config, schema) or list(unknown_names(config))
    refuse(problems, files, "the configuration", stated)
    return Study(config, probe, published or {}, lacking or {})


def _unfit_recipes(config: Mapping[str, Any], schema: Path) -> list[Problem]:
    """Return what the schema refuses in a model as it is on a corpus that it has a recipe of."""
    problems: list[Problem] = []
    for name, entry in config["models"].items():
        for corpus in entry.get("recipes", ()):
            place = ("models", name, "recipes", corpus)
            if corpus not in config["corpora"]:
                hint = nearest(corpus, list(config["corpora"]))
                problems.append((place, f"{corpus!r} is not in corpora; {hint}"))
            whole = {**config, "models": {name: on_corpus(entry, corpus)}}
            problems += [((*place, *path[2:]), text) for path, text in against(whole, schema)]
    return problems
