"""The configuration: read by the Snakefile, checked whole before any job starts."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from sarangi import source
from sarangi.errors import SarangiError

CORPORA = tuple(
    sorted(file.stem for file in (Path(__file__).parent / "corpora").glob("*.py") if file.stem[0] != "_")
)
"""Names of the corpora that can be read: one module each."""

BASELINES = ("constant", "uniform", "speaker_only")


@dataclass(frozen=True)
class Experiment:
    """A model on a corpus under a protocol."""

    corpus: str
    protocol: str
    model: str

    @property
    def name(self) -> str:
        """Name of the experiment, as in file names and tables."""
        return f"{self.corpus}_{self.protocol}_{self.model}"


@dataclass(frozen=True)
class Study:
    """A checked configuration and what follows from it and from the corpora in hand."""

    config: dict[str, Any]

    @cached_property
    def sources(self) -> dict[str, Path]:
        """Where each corpus that can be had lies, or will lie; looked up once a parse."""
        found = {}
        for corpus, entry in self.config["corpora"].items():
            in_hand = source.find(corpus)
            if in_hand is not None:
                found[corpus] = in_hand
            elif "synthetic" in entry:
                found[corpus] = Path(f"resources/synthetic/{corpus}.zip")
        return found

    @property
    def unavailable(self) -> list[str]:
        """Corpora of the study that cannot be had now."""
        return sorted(set(self.config["corpora"]) - set(self.sources))

    @property
    def synthetic(self) -> list[str]:
        """Corpora that the demo's generator speaks."""
        return sorted(c for c, path in self.sources.items() if path.parent.name == "synthetic")

    @cached_property
    def experiments(self) -> dict[str, Experiment]:
        """Every experiment of the configuration by name, sorted, whether it can run or not."""
        grid = (
            Experiment(corpus, protocol, model)
            for entry in self.config["experiments"]
            for corpus in entry["corpora"]
            for protocol in entry["protocols"]
            for model in entry["models"]
        )
        return {experiment.name: experiment for experiment in sorted(grid, key=lambda e: e.name)}

    @property
    def runnable(self) -> dict[str, Experiment]:
        """The experiments whose corpus can be had."""
        return {name: e for name, e in self.experiments.items() if e.corpus in self.sources}


def check(config: dict[str, Any], schema: Path, files: list[Path]) -> Study:
    """Check a configuration and return it as a study.

    Parameters
    ----------
    config
        The configuration as Snakemake merged it from files and command line.
    schema
        JSON schema, as YAML.
    files
        The files it came from, to give line numbers.

    Raises
    ------
    SarangiError
        Lists every problem: the key, its place, what was found, what is valid, the nearest name.
    """
    validator = jsonschema.Draft202012Validator(yaml.safe_load(schema.read_text(encoding="utf-8")))
    errors = sorted(validator.iter_errors(config), key=lambda error: list(map(str, error.path)))
    # of a value of the wrong type nothing else is worth saying
    mistyped = {tuple(error.path) for error in errors if error.validator == "type"}
    errors = [error for error in errors if error.validator == "type" or tuple(error.path) not in mistyped]
    problems = [problem for error in errors for problem in _explain(error)]
    if not problems:
        problems = list(_unknown_names(config))
    if problems:
        lines = "\n".join(f"  {_place(path, files)}: {text}" for path, text in problems)
        raise SarangiError(
            f"the configuration has {len(problems)} problem{'s' if len(problems) > 1 else ''}; "
            f"no job was started.\n{lines}"
        )
    return Study(config)


def nearest(name: str, valid: list[str] | tuple[str, ...]) -> str:
    """Return a hint: the valid name most like ``name``, or all of them."""
    valid = ["null" if choice is None else choice for choice in valid]
    close = difflib.get_close_matches(str(name), valid, n=1, cutoff=0.5)
    return f"did you mean {close[0]}?" if close else f"valid: {', '.join(sorted(valid))}"


Path_ = tuple[str | int, ...]


def _explain(error: jsonschema.ValidationError) -> Iterator[tuple[Path_, str]]:
    path = tuple(error.absolute_path)
    if error.validator == "additionalProperties":
        valid = list(error.schema.get("properties", {}))
        for key in sorted(set(error.instance) - set(valid), key=str):
            yield (*path, key), f"unknown key {key!r}; {nearest(key, valid)}"
    elif error.validator == "enum":
        yield path, f"{error.instance!r} is not valid; {nearest(error.instance, error.validator_value)}"
    elif error.validator in ("oneOf", "anyOf"):
        choices = " or ".join(branch.get("title", "?") for branch in error.validator_value)
        yield path, f"expected one of: {choices}; found keys {', '.join(error.instance)}"
    elif error.validator == "required":
        missing = [key for key in error.validator_value if key not in error.instance]
        yield path, f"the key {missing[0]!r} is missing: {_description(error, missing[0])}"
    elif error.validator == "type":
        found = type(error.instance).__name__
        yield path, f"expected {error.validator_value}, found {found} {error.instance!r}"
    else:
        yield path, error.message


def _description(error: jsonschema.ValidationError, key: str) -> str:
    return error.schema.get("properties", {}).get(key, {}).get("description", "")


def _unknown_names(config: Mapping[str, Any]) -> Iterator[tuple[Path_, str]]:
    """Yield each name that refers to an entry which is not there."""
    for corpus in config["corpora"]:
        if corpus not in CORPORA:
            yield ("corpora", corpus), f"no reader for corpus {corpus!r}; {nearest(corpus, CORPORA)}"
    for model, entry in config["models"].items():
        known = list(config["feature_sets"])
        if "features" in entry and entry["features"] not in known:
            yield (
                ("models", model, "features"),
                f"unknown feature set {entry['features']!r}; {nearest(entry['features'], known)}",
            )
    for position, entry in enumerate(config["experiments"]):
        for kind in ("corpora", "protocols", "models"):
            for place, name in enumerate(entry[kind]):
                if name not in config[kind]:
                    hint = nearest(name, list(config[kind]))
                    yield ("experiments", position, kind, place), f"{name!r} is not in {kind}; {hint}"


def _place(path: Path_, files: list[Path]) -> str:
    """Return file, line and key of a place in the configuration."""
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
    for file in reversed(files):
        line = _line(yaml.compose(file.read_text(encoding="utf-8")), path)
        if line is not None:
            return f"{file}:{line}: {key or 'top level'}"
    return key or "top level"


def _line(node: yaml.Node | None, path: Path_) -> int | None:
    """Return the line of a place below a node, or None where the file does not have it."""
    if not path:
        return None if node is None else node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(path[0]):
                return key.start_mark.line + 1 if len(path) == 1 else _line(value, path[1:])
    if isinstance(node, yaml.SequenceNode) and isinstance(path[0], int) and path[0] < len(node.value):
        return _line(node.value[path[0]], path[1:])
    return None
