r"""Where a number comes from: a walk from the paper to the recordings, by what the files themselves say.

An id is what ``\val{...}`` looks up (``<experiment>.uar``, ``<experiment>_to_<corpus>.uar.low``,
``finding_<n>.<claim>.why``, ``premium.<corpus>.<model>``), the same of a slice
(``<experiment>.uar@gender female``), a cell of a table (``scores:12:UAR``, rows counted from 1), the name of
a claim, or a file.  Nothing is inferred: a table's JSON says where the number of a cell stands, the rows
of scores name their experiment, and provenance says what each file was made from.
"""

import difflib
import html
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from sarangi.base import store
from sarangi.base.documents import DocumentError, json_in
from sarangi.base.errors import SarangiError
from sarangi.base.score_rows import headline
from sarangi.paper.mark_notes import MARKS
from sarangi.paper.numbers import forms, plain
from sarangi.paper.tables.html_page import SYNTHETIC
from sarangi.published.expressions import parts as parts_of
from sarangi.runtime import provenance, records
from sarangi.runtime.inventory import digest_of_input
from sarangi.study.claims_file import read_claims

NUMBERS = "paper/numbers.tex"
CLAIMS = f"{provenance.OF_PROJECT}claims.yaml"
SET = re.compile(r"^\\set(val|experiment|outcome|verdict)\{([^}]+)\}\{(.*)\}$", re.MULTILINE)
PREMIUMS = "results/premiums.parquet"
CELL = re.compile(r"(?P<table>\w+)(?:\.(?:md|tex|csv|json))?:(?P<row>\d+)(?::(?P<column>.+))?")
SHOWN = 8  # entries of a list that the text shows; the page has all
LISTED = 20_000  # recordings that a page lists, before it names the files that have the rest
COUNTED = ("n", "groups")  # what \val has of a score beside its metrics
KINDS = {
    "results/features/": "Features",
    "results/states/": "Pooled states of a frozen encoder",
    "results/prefix/": "Output of a frozen prefix",
    "results/transcripts/": "Transcripts",
    "resources/models/": "Weights",
    "resources/weights/": "Weights",
    "results/corpora/": "Audio",
    "resources/": "What the recordings were read from",
    "": "Weights and other files in hand",
}
"""What a model was given, by the folder of the file; the first that fits."""
WITHOUT_PROVENANCE = {
    "config.yaml": "written by hand",
    "costs.yaml": "recorded by python -m sarangi costs",
}
"""Files beside the results that no rule makes."""


@dataclass
class Step:
    """A station of a walk.

    Attributes
    ----------
    title
        What it is.
    facts
        What is known of it, a line each.
    lines
        A list that may be long: whole on a page, its beginning in a text.
    steps
        Where it leads.
    whole
        Whether a text, too, has all of ``lines``.
    """

    title: str
    facts: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    steps: list["Step"] = field(default_factory=list)
    whole: bool = False


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
        self.root = Path(directory)
        self.recordings = recordings
        self._digests: dict[str, str | None] = {}
        self._kept: dict[tuple, Any] = {}

    # -- ids ----------------------------------------------------------------------------------

    @cached_property
    def entries(self) -> dict[str, dict[str, str]]:
        """What ``numbers.tex`` sets, as the paper prints it: val, experiment, outcome, verdict, by key."""
        found: dict[str, dict[str, str]] = {"val": {}, "experiment": {}, "outcome": {}, "verdict": {}}
        for kind, key, text in SET.findall(self._text(NUMBERS)):
            found[kind][key] = plain(text)
        return found

    @property
    def numbers(self) -> dict[str, str]:
        r"""Numbers and texts as the paper prints them, by what ``\val`` looks up."""
        return self.entries["val"]

    @cached_property
    def tables(self) -> dict[str, dict[str, Any]]:
        """What the JSON of each generated table says, by the table's name."""
        files = sorted((self.root / "paper/tables").glob("*.json"))
        return {file.stem: _table_in(file) for file in files}

    @cached_property
    def claims(self) -> dict[str, str]:
        """The file of findings in which each claim is judged."""
        found = {}
        for file in sorted((self.root / "results/findings").glob("*.parquet")):
            name = str(file.relative_to(self.root))
            found |= dict.fromkeys(store.read(file, ["claim"])["claim"], name)
        return found

    @cached_property
    def records(self) -> dict[str, dict[str, Any]]:
        """What the published study printed, by the name of the claim."""
        schema = provenance.PROJECT / "workflow/schemas/claims.schema.yaml"
        return read_claims(provenance.located(CLAIMS), schema)

    def cells(self) -> Iterable[str]:
        """Yield the id of every cell of every generated table."""
        for name, table in self.tables.items():
            for row in range(1, len(table["rows"]) + 1):
                yield from (f"{name}:{row}:{column}" for column in table["columns"])

    def explain(self, wanted: str) -> Step:
        """Return the walk behind an id; see :func:`explain`."""
        cell = CELL.fullmatch(wanted)
        if wanted in self.numbers:
            found = self._number(wanted)
        elif wanted.partition(".")[0] in self.entries["experiment"] and wanted.partition(".")[2] in forms():
            found = self._absent(wanted)
        elif "@" in wanted:
            found = self._slice(wanted)
        elif cell and cell["table"] in self.tables:
            found = self._cell(cell["table"], int(cell["row"]), cell["column"])
        elif wanted in self.claims:
            found = self._claim(self.claims[wanted], wanted)
        elif wanted.startswith(("results/", "paper/", "resources/")) and (
            (self.root / wanted).is_file() or (self.root / provenance.place(wanted)).is_file()
        ):
            found = self._behind_file(wanted)
        elif wanted in self.tables:
            found = self._behind_file(f"paper/tables/{wanted}.tex")
        else:
            raise self._unknown(wanted)
        if r"\synthetictrue" in self._text(NUMBERS):
            found.facts.insert(0, SYNTHETIC)
        return found

    def _unknown(self, wanted: str) -> SarangiError:
        known = [*self.numbers, *self.claims, *self.tables]
        known += [str(path.relative_to(self.root)) for path in (self.root / "results").glob("*/*.parquet")]
        if ":" in wanted:
            known = [*self.cells(), *known]
        near = difflib.get_close_matches(wanted, known, n=5)
        if not near:
            near = [name for name in known if wanted.split(".")[0] in name][:5]
        return SarangiError(
            f"{wanted}: no number, cell, claim or file of {self.root.resolve().name} has this id; "
            + (f"did you mean {' or '.join(near)}?" if near else "")
            + r" An id is what \val looks up in paper/numbers.tex, <table>:<row>:<column>, a claim of "
            "claims.yaml, or a result's path. If the results are not made yet, run snakemake --cores 2 first"
        )

    # -- numbers, cells and claims ------------------------------------------------------------

    def _number(self, wanted: str) -> Step:
        step = Step(f"{wanted} = {self.numbers[wanted]}", [f"stands in {NUMBERS}"])
        for kind, turned in (("outcome", r"\byoutcome"), ("verdict", r"\byverdict")):
            if wanted in self.entries[kind]:
                step.facts.append(f"sentences of {turned} follow: {self.entries[kind][wanted]}")
        step.facts += [f"is printed by {place}" for place in self._printed_in(wanted)]
        scored, _, rest = wanted.partition(".")
        if re.fullmatch(r"finding_\d+", scored):
            return self._of_claim(step, scored, rest)
        if scored == "claims":
            files = sorted(set(self.claims.values()))
            step.steps.append(self._file(NUMBERS, only=files))
            step.steps += [self._file(file) for file in files]
            return step
        if scored == "bootstrap":
            step.steps += [self._file(NUMBERS), self._entry("config.yaml", scored, [rest])]
            return step
        if scored == "premium":
            return self._premium(step, rest)
        metric, _, column = rest.partition(".")
        if metric in COUNTED:
            metric, column = "uar", metric
        file = f"results/scores/{scored}.parquet"
        step.steps.append(self._file(NUMBERS, only=[file]))
        found = headline([self.root / file])
        found = found[found["metric"] == metric]
        columns = ["low", "high"] if column == "interval" else [column or "value"]
        step.steps.append(self._score(file, metric, found["slice"].iloc[0], columns))
        return step

    def _absent(self, wanted: str) -> Step:
        """Return what is known of a number that an experiment does not have."""
        name = wanted.partition(".")[0]
        step = Step(f"{wanted} is not available: {self.entries['experiment'][name]}")
        step.facts += [f"is printed by {place}" for place in self._printed_in(wanted)]
        step.steps.append(self._file(NUMBERS, only=[f"results/scores/{name}.parquet"]))
        return step

    def _of_claim(self, step: Step, finding: str, rest: str) -> Step:
        claim, _, _ = rest.rpartition(".")
        claim = rest if rest in self.records else claim
        file = f"results/findings/{finding}.parquet"
        step.steps.append(self._file(NUMBERS, only=[file]))
        if claim in self.claims:
            step.steps.append(self._claim(file, claim))
        else:
            step.facts.append(f"{finding} is not in the configuration: only the print is known")
            said = f"{claim}: {self.records[claim].get('value', '--')} printed"
            step.steps.append(Step(f"{CLAIMS}: {claim}", [self._bytes(CLAIMS), said]))
        return step

    def _premium(self, step: Step, rest: str) -> Step:
        corpus, model = rest.split(".")[:2]
        step.steps.append(self._file(NUMBERS, only=[PREMIUMS]))
        table = self._table(PREMIUMS)
        rows = table[(table["corpus"] == corpus) & (table["model"] == model) & (table["metric"] == "uar")]
        if rows.empty:
            step.facts.append(f"{PREMIUMS} has no such pair")
            return step
        row = rows.iloc[0]
        sides = [row["shared"], row["apart"]]
        own = {name: self._own_predictions(PREMIUMS, name, None) for name in sides}
        found = Step(
            f"Premium: uar of {row['shared']} minus {row['apart']}, on the same utterances",
            [
                f"value {row['value']:.6g}, interval {row['low']:.6g} to {row['high']:.6g} over groups",
                _pairs({name: row[name] for name in COUNTED}),
                *_marks(row["mark"]),
            ],
        )
        found.steps.append(self._file(PREMIUMS, only=[path for paths in own.values() for path in paths]))
        found.steps += [self._experiment(name, own[name], corpus, self._protocol_of(name)) for name in sides]
        step.steps.append(found)
        return step

    def _protocol_of(self, experiment: str) -> str:
        return self._table(f"results/scores/{experiment}.parquet")["protocol"].iloc[0]

    def _experiment(self, name: str, own: list[str], corpus: str, protocol: str) -> Step:
        """Return one side of a comparison, from its predictions on."""

        def walk() -> list[Step]:
            return self._behind_predictions(own, name, corpus, protocol, None)

        return Step(f"Experiment {name}", steps=self._once(("predictions", name), walk))

    def _printed_in(self, wanted: str) -> list[str]:
        found = []
        for path in sorted((provenance.PROJECT / "paper").rglob("*.tex")):
            name = path.relative_to(provenance.PROJECT)
            if name.parts[1] not in ("tables", "numbers.tex"):
                lines = path.read_text(encoding="utf-8").splitlines()
                found += [f"{name}:{n}" for n, line in enumerate(lines, 1) if f"{{{wanted}}}" in line]
        return found

    def _slice(self, wanted: str) -> Step:
        name, _, part = wanted.partition("@")
        scored, _, rest = name.partition(".")
        metric, _, column = rest.partition(".")
        file = f"results/scores/{scored}.parquet"
        if not (self.root / file).exists():
            raise self._unknown(name)
        table = self._table(file)
        slices = list(dict.fromkeys(table["slice"]))
        if part not in slices:
            raise SarangiError(f"{wanted}: {file} has no slice {part!r}; it has {', '.join(slices)}")
        if metric not in set(table["metric"]):
            raise SarangiError(
                f"{wanted}: {file} has no metric {metric!r}; it has {_several(table['metric'])}"
            )
        return Step(wanted, steps=[self._score(file, metric, part, [column or "value"])])

    def _cell(self, name: str, number: int, column: str | None) -> Step:
        table = self.tables[name]
        if not 1 <= number <= len(table["rows"]):
            raise SarangiError(f"{name}:{number}: table {name} has rows 1 to {len(table['rows'])}")
        if column is not None and column not in table["columns"]:
            near = difflib.get_close_matches(column, table["columns"], n=1)
            said = f"did you mean {near[0]}?" if near else f"it has {', '.join(table['columns'])}"
            raise SarangiError(f"{name}:{number}:{column}: table {name} has no such column; {said}")
        row = table["rows"][number - 1]
        title = f"{name}:{number}" + (f":{column} = {row['cells'][column]}" if column else "")
        step = Step(title, [f"row {number} of table {name}: {table['caption']}"])
        step.lines = [f"{key}: {text}" for key, text in row["cells"].items()]
        step.whole = True
        known = row["from"].get(column or "", row["from"].get("", []))
        tex, places = f"paper/tables/{name}.tex", f"paper/tables/{name}.json"
        step.steps.append(self._file(tex, only=[entry["file"] for entry in known], also=[places]))
        if not known:
            step.facts.append("nothing stands behind it: it is not there, or only names what waits")
            step.facts += [f"the table says: {note}" for note in table["notes"]]
        for (file, where), columns in _together(known).items():
            step.steps.append(self._reference(file, dict(where), columns))
        return step

    def _reference(self, file: str, where: Mapping[str, str], columns: list[str]) -> Step:
        if file.startswith("results/scores/"):
            return self._score(file, where["metric"], where["slice"], columns)
        if file.startswith("results/differences/"):
            return self._difference(file, where, columns)
        if file.startswith("results/findings/"):
            return self._claim(file, where["claim"])
        if file == CLAIMS:
            return self._print(where)
        if "entry" in where:
            return self._entry(file, where["entry"], columns)
        return self._behind_file(file)

    def _print(self, where: Mapping[str, str]) -> Step:
        """Return what the published study printed of an experiment."""
        step = Step(f"Published study: {CLAIMS}", [self._bytes(CLAIMS)])
        where = {"slice": None, **where}
        for name, record in self.records.items():
            if all(record.get(key) == value for key, value in where.items()):
                step.facts.append(
                    f"claim {name}: {record['statement']}: {record['value']}, as it was printed"
                )
                beside = {key: record[key] for key in ("low", "high", "n", "per_seed") if key in record}
                step.facts += [f"printed beside it: {_pairs(beside)}"] if beside else []
        return step

    def _entry(self, file: str, entry: str, columns: Sequence[str]) -> Step:
        """Return an entry of a file that a person wrote or recorded, such as config.yaml."""
        step = Step(f"File: {file}: {entry}", [self._bytes(file)])
        found = self._once(("yaml", file), lambda: yaml.safe_load(self._text(file)) or {})
        for key in entry.split("."):
            found = found.get(key, {})
        wanted = {key: value for key, value in found.items() if not columns or key in columns}
        step.facts += [f"{key}: {value}" for key, value in wanted.items()]
        return step

    def _claim(self, file: str, name: str) -> Step:
        return self._once(("claim", name), lambda: self._judged(file, name))

    def _judged(self, file: str, name: str) -> Step:
        table = self._table(file)
        row = table[table["claim"] == name].iloc[0]
        step = Step(f"Claim {name}: {row['verdict']}", [row["statement"]])
        if isinstance(row["why"], str) and row["why"]:
            step.facts.append(f"why: {row['why']}")
        numbers = ("printed", "recomputed", "ours", "low", "high")
        step.facts.append(_pairs({key: row[key] for key in numbers if not pd.isna(row[key])}))
        step.steps.append(self._file(file))
        record = self.records.get(name)
        parts = [name]
        if record is not None:
            said = Step(f"{CLAIMS}: {name}", [self._bytes(CLAIMS)])
            parts = [name] if record["kind"] == "number" else parts_of(record, self.records)
            for part in parts:
                number = self.records[part]
                replayed = number.get("ours", "nothing")
                said.facts.append(f"{part}: {number.get('value', '--')} printed, replayed by {replayed}")
            step.steps.append(said)
        sources = [source for source in (row["sources"] or "").split("; ") if source]
        for source in sources:
            metrics = {
                (number["metric"], number.get("slice", ""))
                for part in parts
                if (number := self.records.get(part)) and number.get("ours") == Path(source).stem
            }
            for metric, part in sorted(metrics) or [("uar", "")]:
                column, metric_ = ("chance", "uar") if metric == "chance" else ("value", metric)
                where = part or self._reported(source, metric_)
                step.steps.append(self._score(source, metric_, where, [column]))
        if not sources:
            step.facts.append("no score of ours stands behind it")
        return step

    def _reported(self, file: str, metric: str) -> str:
        found = headline([self.root / file])
        return found.loc[found["metric"] == metric, "slice"].iloc[0]

    # -- scores and differences ---------------------------------------------------------------

    def _score(self, file: str, metric: str, part: str, columns: Sequence[str]) -> Step:
        table = self._table(file)
        rows = table[(table["metric"] == metric) & (table["slice"] == part)]
        if rows.empty:
            return Step(f"Score: {file} has no {metric} of {part}", steps=[self._file(file)])
        row = rows.iloc[0]
        step = Step(
            f"Score: {metric} of {row['experiment']}"
            + (f" on {row['test']}" if row["test"] != row["corpus"] else "")
            + f", {part}",
            [
                *([_pairs({name: row[name] for name in columns})] if [*columns] != ["value"] else []),
                f"value {row['value']:.6g}, interval {row['low']:.6g} to {row['high']:.6g} over groups, "
                f"{row['low_clips']:.6g} to {row['high_clips']:.6g} over clips",
                _pairs({name: row[name] for name in ("n", "groups", "seeds", "chance", "ceiling")}),
                f"emotions: {row['classes']}",
                f"model {row['model']}, corpus {row['corpus']}, protocol {row['protocol']}, "
                f"tested on {row['test']}",
                *_marks(row["mark"]),
            ],
        )
        test = row["test"] if row["test"] != row["corpus"] else None
        step.steps = self._behind_score(file, row["experiment"], row["corpus"], row["protocol"], test)
        return step

    def _behind_score(
        self, file: str, experiment: str, corpus: str, protocol: str, test: str | None
    ) -> list[Step]:
        def walk() -> list[Step]:
            own = self._own_predictions(file, experiment, test)
            manifest = f"results/corpora/{test or corpus}/manifest.parquet"
            only = [*own, f"results/protocols/{corpus}/{protocol}.parquet", manifest]
            return [
                self._file(file, only=only),
                *self._behind_predictions(own, experiment, corpus, protocol, test),
            ]

        return self._once(("score", file, experiment), walk)

    def _own_predictions(self, file: str, experiment: str, test: str | None) -> list[str]:
        """Return the predictions of an experiment among what a file was made from."""
        record = self._record(file)
        inputs = record["inputs"] if record else {}
        folder = f"results/runs/{experiment}/"
        return [path for path in inputs if path.startswith(folder) and Path(path).stem == (test or "within")]

    def _behind_predictions(
        self, own: list[str], experiment: str, corpus: str, protocol: str, test: str | None
    ) -> list[Step]:
        """Return the steps from some files of predictions to the recordings."""
        protocol_file = f"results/protocols/{corpus}/{protocol}.parquet"
        upstream = self._upstream(own, experiment, {corpus, test or corpus}, protocol_file)
        predictions = Step(f"Predictions: {len(own)} file{'s' * (len(own) != 1)}")
        total: Counter = Counter()
        for path in own:
            step = self._file(path, only=upstream)
            counts, right = self._answers(path)
            total += counts
            step.facts.insert(0, f"{_status(counts)}; {right} of those predicted are right")
            predictions.steps.append(step)
        predictions.facts.append(_status(total))
        steps = [predictions]
        models = [path for path in upstream if path.startswith("results/runs/") and path not in own]
        for path in own:  # what a run left beside its predictions
            record = self._record(path)
            folder = str(Path(path).parents[1])
            beside = [other for other in (record or {}).get("outputs", []) if other.startswith(f"{folder}/")]
            models += [other for other in beside if other not in (path, *models)]
        if models:
            steps.append(
                Step(f"Runs: {len(models)} files", steps=[self._file(path) for path in sorted(models)])
            )
        if protocol_file in upstream:
            steps.append(self._protocol(protocol_file))
        named: dict[str, list[str]] = {kind: [] for kind in KINDS.values()}
        for path in upstream:
            shown = path.endswith("manifest.parquet") or path == protocol_file
            if not shown and not path.startswith("results/runs/"):
                named[next(kind for start, kind in KINDS.items() if path.startswith(start))].append(path)
        for kind, paths in named.items():
            if paths:
                title = f"{kind}: {len(paths)} file{'s' * (len(paths) != 1)}"
                steps.append(Step(title, steps=[self._file(path) for path in sorted(paths)]))
        for name in dict.fromkeys([corpus, test or corpus]):
            steps.append(self._manifest(f"results/corpora/{name}/manifest.parquet"))
        steps.append(self._tested(own, f"results/corpora/{test or corpus}/manifest.parquet"))
        return steps

    def _upstream(self, files: list[str], experiment: str, corpora: set[str], protocol: str) -> list[str]:
        """Return all that files were made from, without what their jobs read for other experiments."""

        def own(path: str) -> bool:
            parts = Path(path).parts
            if path.startswith("results/runs/"):
                return parts[2] == experiment
            if path.startswith("results/protocols/"):
                return path == protocol
            if path.startswith("results/audit/"):
                return False  # read before training, and no part of it
            if path.startswith("results/corpora/"):
                return parts[2] in corpora
            if path.startswith(("results/features/", "results/transcripts/", "results/states/")):
                return parts[-2] in corpora
            return True

        found: dict[str, None] = {}
        waiting = list(files)
        while waiting:
            record = self._record(waiting.pop(0))
            for path in (record or {}).get("inputs", ()):
                if path not in found and own(path):
                    found[path] = None
                    waiting.append(path)
        return list(found)

    def _answers(self, path: str) -> tuple[Counter, int]:
        counts: Counter = Counter()
        right = 0
        for row in self._rows(path, ["status", "emotion", "predicted"]):
            counts[row["status"]] += 1
            right += row["status"] == store.OK and row["emotion"] == row["predicted"]
        return counts, right

    def _difference(self, file: str, where: Mapping[str, str], columns: Sequence[str]) -> Step:
        table = self._table(file)
        keys = [table[key] == value for key, value in where.items()]
        row = table[pd.concat(keys, axis=1).all(axis=1)].iloc[0]
        step = Step(
            f"Difference: {row['metric']} of {row['first']} minus {row['second']}, {row['slice']}",
            [
                *([_pairs({name: row[name] for name in columns})] if [*columns] != ["value"] else []),
                f"value {row['value']:.6g}, interval {row['low']:.6g} to {row['high']:.6g} over groups",
                _pairs({name: row[name] for name in ("p", "p_smallest", "n", "groups")}),
                *_marks(row["mark"]),
            ],
        )
        names = {
            model: f"{row['corpus']}_{row['protocol']}_{model}" for model in (row["first"], row["second"])
        }
        own = {name: self._own_predictions(file, name, None) for name in names.values()}
        step.steps.append(self._file(file, only=[path for paths in own.values() for path in paths]))
        step.steps += [
            self._experiment(name, paths, row["corpus"], row["protocol"]) for name, paths in own.items()
        ]
        return step

    # -- protocol, manifest, recordings -------------------------------------------------------

    def _protocol(self, file: str) -> Step:
        def walk() -> Step:
            step = self._file(file)
            step.title = f"Protocol: {file}"
            sizes: Counter = Counter()
            leaks = 0
            for row in self._rows(file, ["fold", "part", "leaks"]):
                sizes[row["fold"], row["part"]] += 1
                leaks += bool(row["leaks"])
            folds = sorted({fold for fold, _ in sizes if fold is not None})
            step.facts.insert(0, f"{len(folds)} folds; {leaks} rows of groups that stand on both sides")
            for fold in folds:
                parts = {part: count for (number, part), count in sorted(sizes.items()) if number == fold}
                step.facts.append(f"fold {fold}: {_pairs(parts)}")
            return step

        return self._once(("protocol", file), walk)

    def _manifest(self, file: str) -> Step:
        def walk() -> Step:
            step = self._file(file)
            step.title = f"Manifest: {file}"
            step.facts.insert(0, _status(Counter(row["status"] for row in self._rows(file, ["status"]))))
            return step

        return self._once(("manifest", file), walk)

    def _tested(self, predictions: Sequence[str], manifest: str) -> Step:
        """Return the recordings that were tested."""
        clips = {
            row["utterance_id"]
            for path in predictions
            for row in self._rows(path, ["utterance_id", "status"])
            if row["status"] == store.OK
        }
        step = Step(f"Recordings: {len(clips)} tested", [f"sha256 as in {manifest}"])
        if not self.recordings:
            step.facts.append("--recordings or --html lists them")
            return step
        sums = {
            row["utterance_id"]: row["sha256"] for row in self._rows(manifest, ["utterance_id", "sha256"])
        }
        step.whole = True
        columns = ["utterance_id", "fold", "seed", "status", "emotion", "predicted"]
        for path in predictions:
            for row in self._rows(path, columns):
                if len(step.lines) == LISTED:
                    step.facts.append(f"the first {LISTED} are listed; the rest stands in the predictions")
                    return step
                answer = row["predicted"] if row["status"] == store.OK else row["status"]
                run = f"fold {row['fold']}" + ("" if row["seed"] is None else f", seed {row['seed']}")
                sum_ = sums.get(row["utterance_id"]) or "none: its corpus publishes features"
                step.lines.append(
                    f"{row['utterance_id']}: {row['emotion']}, predicted {answer} ({run}); sha256 {sum_}"
                )
        return step

    # -- files --------------------------------------------------------------------------------

    def _behind_file(self, file: str) -> Step:
        """Return a file with all that it was made from."""
        upstream: dict[str, None] = {}
        waiting = [file]
        while waiting:
            record = self._record(waiting.pop(0))
            for path in (record or {}).get("inputs", ()):
                if path not in upstream:
                    upstream[path] = None
                    waiting.append(path)
        step = self._file(file)
        path = self.root / file
        if path.suffix == ".parquet" and path.exists() and "status" in pq.read_schema(path).names:
            step.facts.insert(0, _status(Counter(row["status"] for row in self._rows(file, ["status"]))))
        behind = [path for path in upstream if path not in (self._record(file) or {"inputs": {}})["inputs"]]
        if behind:
            lines = [f"{path}: {self._bytes(path)}" for path in behind]
            step.steps.append(Step(f"Further behind it: {len(behind)} files", lines=lines))
        return step

    def _file(self, file: str, only: Iterable[str] | None = None, also: Sequence[str] = ()) -> Step:
        """Return a file with its provenance; of its inputs those of ``only``, and how many others."""
        step = Step(f"File: {file}", [self._bytes(file)])
        step.facts += [f"{path}: {self._bytes(path)}" for path in also]
        record = self._record(file)
        if record is None:
            return step
        wildcards = f" ({_pairs(record['wildcards'])})" if record["wildcards"] else ""
        step.facts.append(
            f"rule {record['rule']}{wildcards}, code {record['code']}, parameters {record['parameters']}"
        )
        inputs = record["inputs"]
        wanted = inputs if only is None else [path for path in inputs if path in set(only)]
        step.lines = [f"from {path}: {self._input(path, inputs[path])}" for path in wanted]
        if len(wanted) < len(inputs):
            step.facts.append(f"its job also read {len(inputs) - len(wanted)} files for other numbers")
        return step

    def _input(self, path: str, recorded: str) -> str:
        here = self._digest(path)
        if here is None:
            return f"sha256 {recorded} (not here)"
        if here == recorded:
            return f"sha256 {recorded} (the same bytes)"
        return f"sha256 {recorded}, but OTHER BYTES lie there now: {here}; snakemake verify says what to do"

    def _bytes(self, file: str) -> str:
        """Say whether a file still has the bytes that its provenance states."""
        record, here = self._record(file), self._digest(file)
        if record is None:
            if here is None:
                return "neither it nor its provenance is here"
            own = file.startswith(provenance.OF_PROJECT)
            unknown = "written by hand" if own else "no provenance says how it was made"
            return f"sha256 {here} ({WITHOUT_PROVENANCE.get(file, unknown)})"
        if here is None:
            return f"sha256 {record['sha256']} (the file is not here)"
        if here == record["sha256"]:
            return f"sha256 {here} (the bytes that its rule made)"
        return (
            f"sha256 {here}: NOT THE BYTES that its rule made, {record['sha256']}; "
            "snakemake verify says what to do"
        )

    def _record(self, file: str) -> dict[str, Any] | None:
        if file.startswith(provenance.OF_PROJECT):
            return None
        return self._once(("record", file), lambda: records.read(file, self.root))

    def _digest(self, file: str) -> str | None:
        if file not in self._digests:
            path = self.root / provenance.located(file)
            self._digests[file] = digest_of_input(path) if path.exists() else None
        return self._digests[file]

    def _table(self, file: str) -> pd.DataFrame:
        def read() -> pd.DataFrame:
            try:
                return store.read(self.root / file)
            except (OSError, pa.ArrowException) as error:
                raise SarangiError(
                    f"{file}: cannot be read ({error}); snakemake verify says what to do"
                ) from error

        return self._once(("table", file), read)

    def _rows(self, file: str, columns: list[str]) -> Iterable[dict[str, Any]]:
        """Yield the rows of a file; none of one that is gone, or is not what its rule made."""
        record = self._record(file)
        if record is not None and self._digest(file) == record["sha256"]:
            yield from store.rows(self.root / file, columns)

    def _text(self, file: str) -> str:
        path = self.root / file
        return self._once(("text", file), lambda: path.read_text(encoding="utf-8") if path.exists() else "")

    def _once(self, key: tuple, make: Callable[[], Any]) -> Any:
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]


TEXTS = {"type": "array", "items": {"type": "string"}}
REFERENCES = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["file"],
        "properties": {
            "file": {
                "type": "string",
                "pattern": r"^([^/\x00-\x1f]{1,80}/)*[^/\x00-\x1f]{1,200}$",
                "maxLength": 500,
            },
            "column": {"type": "string"},
            "where": {
                "type": "object",
                "properties": {key: {"type": "string"} for key in ("entry", "metric", "slice", "claim")},
                "additionalProperties": {"type": ["string", "number", "null"]},
            },
        },
    },
}
TABLE = {
    "type": "object",
    "required": ["caption", "columns", "rows", "notes"],
    "properties": {
        "caption": {"type": "string"},
        "columns": TEXTS,
        "notes": TEXTS,
        "rows": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["cells", "from"],
                "properties": {
                    "cells": {"type": "object", "additionalProperties": {"type": "string"}},
                    "from": {"type": "object", "additionalProperties": REFERENCES},
                },
            },
        },
    },
}
"""What :func:`sarangi.paper.tables.writing.write_table` writes as JSON, as a JSON schema."""


def _table_in(file: Path) -> dict[str, Any]:
    try:
        found = json_in(file)
        problem = jsonschema.exceptions.best_match(jsonschema.Draft202012Validator(TABLE).iter_errors(found))
        if problem is not None:
            raise DocumentError(f"{problem.json_path}: {problem.message}")
        odd = [row for row in found["rows"] if set(row["cells"]) != set(found["columns"])]
        if odd:
            raise DocumentError(f"a row has the columns {', '.join(odd[0]['cells'])}")
    except (OSError, DocumentError) as error:
        raise SarangiError(
            f"{file}: expected a table that Sarangi wrote, found something else ({error}); snakemake verify "
            "says what to do"
        ) from error
    return found


def _together(known: Sequence[Mapping[str, Any]]) -> dict[tuple, list[str]]:
    """Return the columns of references by their file and rows."""
    found: dict[tuple, list[str]] = {}
    for entry in known:
        key = (entry["file"], tuple(sorted(entry.get("where", {}).items())))
        columns = found.setdefault(key, [])
        if entry.get("column") not in (None, *columns):
            columns.append(entry["column"])
    return found


def _pairs(known: Mapping[str, Any]) -> str:
    texts = (
        f"{name} {value:.6g}" if isinstance(value, float) else f"{name} {value}"
        for name, value in known.items()
    )
    return ", ".join(texts)


def _status(counts: Mapping[str, int]) -> str:
    kinds = (store.OK, store.SKIPPED, store.FAILED)
    return f"{sum(counts.values())} rows: {_pairs({kind: counts.get(kind, 0) for kind in kinds})}"


def _marks(text: str | None) -> list[str]:
    held = [mark for mark in (text or "").split("; ") if mark]
    return [f"mark: {mark}: {MARKS.get(mark, mark)}" for mark in held] or ["marks: none"]


def _several(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))


# -- what a walk looks like -------------------------------------------------------------------


def as_text(step: Step, depth: int = 0) -> str:
    """Return a walk as indented text."""
    lines = ["  " * depth + step.title]
    inner = "  " * (depth + 1)
    lines += [f"{inner}{fact}" for fact in step.facts]
    shown = step.lines if step.whole else step.lines[:SHOWN]
    lines += [f"{inner}- {line}" for line in shown]
    if len(shown) < len(step.lines):
        lines.append(f"{inner}- and {len(step.lines) - len(shown)} more (--html shows all)")
    return "\n".join([*lines, *(as_text(following, depth + 1) for following in step.steps)])


STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.3rem } p { margin: .15rem 0 } .synthetic, .bad { color: #b00020; font-weight: 600 }
details { margin: .4rem 0 .4rem .2rem; padding-left: .8rem; border-left: 2px solid #cbd5e1 }
summary { cursor: pointer; font-weight: 600 } ul { margin: .2rem 0; padding-left: 1.2rem }
p, li { overflow-wrap: anywhere }
"""


def as_page(step: Step) -> str:
    """Return a walk as one HTML page that needs no other file."""
    title = html.escape(step.title)
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n{_inside(step)}</body>\n</html>\n"
    )


def _inside(step: Step, depth: int = 0) -> str:
    text = "".join(f"<p{_class(fact)}>{html.escape(fact)}</p>\n" for fact in step.facts)
    entries = "".join(f"<li{_class(line)}>{html.escape(line)}</li>\n" for line in step.lines)
    if len(step.lines) > SHOWN and depth:
        text += f"<details><summary>{len(step.lines)} entries</summary>\n<ul>\n{entries}</ul></details>\n"
    elif entries:
        text += f"<ul>\n{entries}</ul>\n"
    for following in step.steps:
        # the way is open, what stands beside it folded
        state = " open" if depth < 1 else ""
        inner = _inside(following, depth + 1)
        text += f"<details{state}><summary>{html.escape(following.title)}</summary>\n{inner}</details>\n"
    return text


def _class(text: str) -> str:
    if text == SYNTHETIC:
        return ' class="synthetic"'
    return ' class="bad"' if "NOT THE BYTES" in text or "OTHER BYTES" in text else ""
