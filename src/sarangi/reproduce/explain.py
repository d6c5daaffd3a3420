r"""Where a number comes from: a walk from the paper to the recordings, by what the files themselves say.

An id is what ``\val{...}`` looks up (``<experiment>.uar``, ``<experiment>_to_<corpus>.uar.low``,
``finding_<n>.<claim>.why``, ``leakage.<corpus>.<model>``), the same of a slice
(``<experiment>.uar@gender female``), a cell of a table (``scores:12:UAR``, rows counted from 1), the name of
a claim, or a file.  Nothing is inferred: a table's JSON says where the number of a cell stands, the rows
of scores name their experiment, and provenance says what each file was made from.
"""

import difflib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sarangi.base import layout
from sarangi.base.errors import SarangiError
from sarangi.base.premium_rows import KEYS_OF_PREMIUMS
from sarangi.paper.numbers import forms
from sarangi.paper.synthetic import SYNTHETIC
from sarangi.reproduce.files import Files
from sarangi.reproduce.printed import CLAIMS, NUMBERS, Printed
from sarangi.reproduce.steps import SYNTHETIC as SET_APART
from sarangi.reproduce.steps import Line, Step
from sarangi.reproduce.upstream import Upstream
from sarangi.reproduce.values import COUNTED, OF_EXPERIMENTS, Values
from sarangi.runtime import provenance
from sarangi.statistics.metrics import UAR

ERRATA = "errata"  # numbers of the text, and the table of what they count
CELL = re.compile(r"(?P<table>\w+)(?:\.(?:md|tex|csv|json))?:(?P<row>\d+)(?::(?P<column>.+))?")


def explain(wanted: str, directory: Path = Path(), recordings: bool = False) -> Step:
    """Return the walk behind a number.

    Parameters
    ----------
    wanted
        Its id (see the module).
    directory
        Folder of the workflow, with ``results/`` and ``paper/``.
    recordings
        Whether to list every recording that was tested.

    Raises
    ------
    SarangiError
        If there is no such id, with those most like it.
    """
    return Walk(directory, recordings).explain(wanted)


class Walk:
    """Walks in the results of one folder; what was read or hashed once is kept.

    Parameters
    ----------
    directory, recordings
        As for :func:`explain`.
    """

    def __init__(self, directory: Path, recordings: bool = False):
        self.files = Files(directory)
        self.printed = Printed(self.files)
        self.values = Values(self.printed, Upstream(self.files, recordings))

    def explain(self, wanted: str) -> Step:
        """Return the walk behind an id; see :func:`explain`."""
        found = self._walk(wanted)
        if self.printed.synthetic:
            found.facts.insert(0, Line(SYNTHETIC, SET_APART))
        return found

    def _walk(self, wanted: str) -> Step:
        cell = CELL.fullmatch(wanted)
        name, _, form = wanted.partition(".")
        if wanted in self.printed.numbers:
            return self._number(wanted)
        if name in self.printed.entries["experiment"] and form in forms():
            return self._absent(wanted)
        if "@" in wanted:
            return self._slice(wanted)
        if cell and cell["table"] in self.printed.tables:
            return self._cell(cell["table"], int(cell["row"]), cell["column"])
        if wanted in self.printed.claims:
            return self.values.claim(self.printed.claims[wanted], wanted)
        if wanted.startswith(("results/", "paper/", "resources/")) and (
            (self.files.root / wanted).is_file() or (self.files.root / provenance.place(wanted)).is_file()
        ):
            return self.files.step_with_upstream(wanted)
        if wanted in self.printed.tables:
            return self.files.step_with_upstream(layout.table(wanted))
        raise self.printed.unknown(wanted)

    # -- numbers of the text ------------------------------------------------------------------

    def _number(self, wanted: str) -> Step:
        step = Step(f"{wanted} = {self.printed.numbers[wanted]}", [f"is in {NUMBERS}"])
        for kind, turned in (("outcome", r"\byoutcome"), ("verdict", r"\byverdict")):
            if wanted in self.printed.entries[kind]:
                step.facts.append(f"sentences of {turned} follow: {self.printed.entries[kind][wanted]}")
        step.facts += self._places(wanted)
        subject, _, rest = wanted.partition(".")
        if re.fullmatch(r"finding_\d+", subject):
            self._of_finding(step, subject, rest)
        elif subject == "claims":
            files = sorted(set(self.printed.claims.values()))
            step.steps += [self.files.step(NUMBERS, only=files), *map(self.files.step, files)]
        elif subject == ERRATA:
            step.facts.append("counts entries of errata.yaml, which the table lists by kind")
            step.steps += [self.files.step(NUMBERS), self.files.step(layout.table(ERRATA))]
        elif subject == "bootstrap":
            step.steps += [self.files.step(NUMBERS), self.values.entry("config.yaml", subject, [rest])]
        elif subject in KEYS_OF_PREMIUMS.values():
            self._of_premium(step, subject, rest)
        else:
            self._of_score(step, layout.scores(subject), rest)
        return step

    def _of_score(self, step: Step, file: str, rest: str) -> None:
        metric, _, column = rest.partition(".")
        if metric in COUNTED:
            metric, column = UAR.name, metric
        columns = ["low", "high"] if column == "interval" else [column or "value"]
        score = self.values.score(file, metric, self.values.reported(file, metric), columns)
        step.steps += [self.files.step(NUMBERS, only=[file]), score]

    def _of_finding(self, step: Step, finding: str, rest: str) -> None:
        claim = rest
        while claim and claim not in self.printed.records:  # forms of a number are behind its name
            claim = claim.rpartition(".")[0]
        file = layout.finding(finding)
        step.steps.append(self.files.step(NUMBERS, only=[file]))
        if not claim:
            step.facts.append(f"says of all claims of {finding} how many there are, or what they need")
            step.steps += [self.files.step(file)] if (self.files.root / file).is_file() else []
        elif claim in self.printed.claims:
            step.steps.append(self.values.claim(file, claim))
        else:
            step.facts.append(f"{finding} is not in the configuration: only the print is known")
            step.steps.append(self.values.print_alone(claim))

    def _of_premium(self, step: Step, key: str, rest: str) -> None:
        corpus, model = rest.split(".")[:2]
        file = layout.premiums()
        premium = self.values.premium(key, corpus, model)
        step.steps.append(self.files.step(NUMBERS, only=[file]))
        if premium is None:
            step.facts.append(f"{file} has no such pair")
        else:
            step.steps.append(premium)

    def _absent(self, wanted: str) -> Step:
        """Return what is known of a number that an experiment does not have."""
        name = wanted.partition(".")[0]
        step = Step(f"{wanted} is not available: {self.printed.entries['experiment'][name]}")
        step.facts += self._places(wanted)
        step.steps.append(self.files.step(NUMBERS, only=[layout.scores(name)]))
        return step

    def _places(self, wanted: str) -> list[str]:
        return [f"is printed by {place}" for place in self.printed.places(wanted)]

    def _slice(self, wanted: str) -> Step:
        name, _, part = wanted.partition("@")
        subject, _, rest = name.partition(".")
        metric, _, column = rest.partition(".")
        file = layout.scores(subject)
        if not (self.files.root / file).exists():
            raise self.printed.unknown(name)
        table = self.files.table(file)
        for kind, value in (("slice", part), ("metric", metric)):
            names = list(dict.fromkeys(table[kind]))
            if value not in names:
                raise SarangiError(f"{wanted}: {file} has no {kind} {value!r}; it has {', '.join(names)}")
        return Step(wanted, steps=[self.values.score(file, metric, part, [column or "value"])])

    # -- cells of tables ----------------------------------------------------------------------

    def _cell(self, name: str, number: int, column: str | None) -> Step:
        table = self.printed.tables[name]
        if not 1 <= number <= len(table["rows"]):
            raise SarangiError(f"{name}:{number}: table {name} has rows 1 to {len(table['rows'])}")
        if column is not None and column not in table["columns"]:
            near = difflib.get_close_matches(column, table["columns"], n=1)
            hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(table['columns'])}"
            raise SarangiError(f"{name}:{number}:{column}: table {name} has no such column; {hint}")
        row = table["rows"][number - 1]
        title = f"{name}:{number}" + (f":{column} = {row['cells'][column]}" if column else "")
        step = Step(title, [f"row {number} of table {name}: {table['caption']}"], whole=True)
        step.lines = [f"{key}: {text}" for key, text in row["cells"].items()]
        references = row["from"].get(column or "", row["from"].get("", []))
        step.steps.append(
            self.files.step(
                layout.table(name),
                only=[entry["file"] for entry in references],
                also=[layout.table(name, "json")],
            )
        )
        if not references:
            step.facts.append("nothing is behind it: it is missing, or only names what it needs")
            step.facts += [f"the table says: {note}" for note in table["notes"]]
        for (file, where), columns in _together(references).items():
            step.steps.append(self._reference(file, dict(where), columns))
        return step

    def _reference(self, file: str, where: Mapping[str, str], columns: list[str]) -> Step:
        place = layout.parse(file)
        kind = place.kind if place else None
        if kind == "scores":
            return self.values.score(file, where["metric"], where["slice"], columns)
        if kind in ("differences", "dimension_differences"):
            return self.values.difference(file, where, columns)
        if kind in OF_EXPERIMENTS:
            return self.values.of_experiment(file, kind, where, columns)
        if kind == "finding":
            return self.values.claim(file, where["claim"])
        if file == CLAIMS:
            return self.values.print_of(where)
        if "entry" in where:
            return self.values.entry(file, where["entry"], columns)
        return self.files.step_with_upstream(file)


def _together(references: Sequence[Mapping[str, Any]]) -> dict[tuple, list[str]]:
    """Return the columns of references by their file and rows."""
    found: dict[tuple, list[str]] = {}
    for entry in references:
        key = (entry["file"], tuple(sorted(entry.get("where", {}).items())))
        columns = found.setdefault(key, [])
        if entry.get("column") not in (None, *columns):
            columns.append(entry["column"])
    return found
