"""What a number is: a score, a difference, a claim, or an entry that a person wrote; behind it are files."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import yaml

from sarangi.base import layout
from sarangi.base.degenerate import DEGENERATE, is_degenerate
from sarangi.base.finding_rows import sources_in
from sarangi.base.marks import marks_in
from sarangi.base.premium_rows import KEYS_OF_PREMIUMS
from sarangi.base.score_rows import headline
from sarangi.paper.mark_notes import MARKS
from sarangi.published.expressions import parts as parts_of
from sarangi.published.records import source_text
from sarangi.reproduce.printed import CLAIMS, Printed
from sarangi.reproduce.steps import Step, pairs
from sarangi.reproduce.upstream import Scored, Upstream
from sarangi.statistics.metrics import UAR
from sarangi.study.entries import Experiment

COUNTED = ("n", "groups")  # what \val has of a score beside its metrics
OF_EXPERIMENTS = {
    "fairness": "Difference between parts of the speakers",
    "human": "Model and annotators against the others",
    "robustness": "Difference from the recordings as they are",
    "dimension_scores": "Score of a dimension",
}
"""What a row is about one experiment, by what the layout says that its file is."""


class Values:
    """Steps of the values in the results of one folder.

    Parameters
    ----------
    printed
        What the paper prints, with the files of the folder.
    upstream
        What leads from a score to the recordings.
    """

    def __init__(self, printed: Printed, upstream: Upstream):
        self.printed = printed
        self.upstream = upstream
        self.files = printed.files

    # -- scores and what compares them --------------------------------------------------------

    def score(self, file: str, metric: str, part: str, columns: Sequence[str]) -> Step:
        """Return a score by its file, metric and slice, with the columns that are asked for."""
        table = self.files.table(file)
        rows = table[(table["metric"] == metric) & (table["slice"] == part)]
        if rows.empty:
            return Step(f"Score: {file} has no {metric} of {part}", steps=[self.files.step(file)])
        row = rows.iloc[0]
        other = row["test"] if row["test"] != row["corpus"] else None
        step = Step(
            f"Score: {metric} of {row['experiment']}" + (f" on {other}" if other else "") + f", {part}",
            [
                *_asked(row, columns),
                f"{_interval(row)}, {row['low_clips']:.6g} to {row['high_clips']:.6g} over clips",
                pairs({name: row[name] for name in ("n", "groups", "seeds", "chance", "ceiling")}),
                f"emotions: {row['classes']}",
                f"model {row['model']}, corpus {row['corpus']}, protocol {row['protocol']}, "
                f"tested on {row['test']}",
                *_marks(row["mark"]),
            ],
        )
        scored = Scored(row["experiment"], row["corpus"], row["protocol"], other)
        step.steps = self.upstream.behind_score(file, scored)
        return step

    def reported(self, file: str, metric: str) -> str:
        """Return the slice of the score that is reported of a metric."""
        found = headline([self.files.root / file])
        return found.loc[found["metric"] == metric, "slice"].iloc[0]

    def difference(self, file: str, where: Mapping[str, str], columns: Sequence[str]) -> Step:
        """Return the difference between two models, of emotions or of a dimension, in a row of a file."""
        row = self._row(file, where)
        counted = [name for name in ("p", "p_smallest", "p_adjusted", "n", "groups") if name in row]
        step = Step(
            f"Difference: {row['metric']} of {row['first']} minus {row['second']}, "
            f"{row['dimension' if 'dimension' in row else 'slice']}",
            [
                *_asked(row, columns),
                _interval(row),
                pairs({name: row[name] for name in counted}),
                *_marks(row["mark"]),
            ],
        )
        experiments = [Experiment(row["corpus"], row["protocol"], row[side]) for side in ("first", "second")]
        step.steps = self._sides(file, [Scored(e.name, e.corpus, e.protocol) for e in experiments])
        return step

    def of_experiment(self, file: str, kind: str, where: Mapping[str, str], columns: Sequence[str]) -> Step:
        """Return what a row says of one experiment, in a file of one of :data:`OF_EXPERIMENTS`."""
        row = self._row(file, where)
        test = row.get("test", row["corpus"])
        other = test if test != row["corpus"] else None
        which = [str(value) for key, value in where.items() if key != "metric"]
        title = f"{OF_EXPERIMENTS[kind]}: {row['metric']} of {row['experiment']}"
        counted = [name for name in row.index if name.partition("_")[0] in (*COUNTED, "seeds", "missing")]
        step = Step(
            title + (f" on {other}" if other else "") + f", {', '.join(which)}",
            [
                *_asked(row, columns),
                _interval(row),
                pairs({name: row[name] for name in counted}),
                f"model {row['model']}, corpus {row['corpus']}, protocol {row['protocol']}, tested on {test}",
                *_marks(row["mark"]),
            ],
        )
        scored = Scored(row["experiment"], row["corpus"], row["protocol"], other)
        step.steps = list(self.upstream.behind_score(file, scored))
        further = [layout.disturbed_predictions(row["experiment"])]
        further += [layout.votes(test)] if kind == "human" else []
        made_from = self.files.made_from(file)
        step.steps += [self.files.step_with_upstream(path) for path in further if path in made_from]
        return step

    def _row(self, file: str, where: Mapping[str, str]) -> pd.Series:
        table = self.files.table(file)
        keys = [table[key] == value for key, value in where.items()]
        return table[pd.concat(keys, axis=1).all(axis=1)].iloc[0]

    def premium(self, key: str, corpus: str, model: str) -> Step | None:
        """Return what a model gains on a corpus by folds with its speakers in training, if that was computed.

        ``key`` is one of :data:`KEYS_OF_PREMIUMS`: whether those folds are matched, or random.
        """
        file = layout.premiums()
        table = self.files.table(file)
        rows = table[(table["corpus"] == corpus) & (table["model"] == model) & (table["metric"] == UAR.name)]
        rows = rows[rows["folds"].map(KEYS_OF_PREMIUMS) == key]
        if rows.empty:
            return None
        row = rows.iloc[0]
        step = Step(
            f"Premium of {row['folds']} folds: uar of {row['shared']} minus {row['apart']}, "
            "on the same utterances",
            [_interval(row), pairs({name: row[name] for name in COUNTED}), *_marks(row["mark"])],
        )
        step.steps = self._sides(file, [self._on_its_own(row[side]) for side in ("shared", "apart")])
        return step

    def _on_its_own(self, experiment: str) -> Scored:
        row = self.files.table(layout.scores(experiment)).iloc[0]
        return Scored(experiment, row["corpus"], row["protocol"])

    def _sides(self, file: str, sides: Sequence[Scored]) -> list[Step]:
        """Return the file of a comparison, and each of its experiments from the predictions on."""
        own = {scored: self.upstream.predictions(file, scored) for scored in sides}
        return [
            self.files.step(file, only=[path for paths in own.values() for path in paths]),
            *(self.upstream.experiment(scored, paths) for scored, paths in own.items()),
        ]

    # -- claims -------------------------------------------------------------------------------

    def claim(self, file: str, name: str) -> Step:
        """Return a claim as a file of findings judges it."""
        return self.files.once(("claim", name), lambda: self._judged(file, name))

    def _judged(self, file: str, name: str) -> Step:
        table = self.files.table(file)
        row = table[table["claim"] == name].iloc[0]
        step = Step(f"Claim {name}: {row['verdict']}", [row["statement"]])
        if isinstance(row["why"], str) and row["why"]:
            step.facts.append(f"why: {row['why']}")
        numbers = ("printed", "recomputed", "ours", "low", "high")
        step.facts.append(pairs({key: row[key] for key in numbers if not pd.isna(row[key])}))
        step.steps.append(self.files.step(file))
        records = self.printed.records
        record = records.get(name)
        parts = [name]
        if record is not None:
            print_ = Step(f"{CLAIMS}: {name}", [self.files.state(CLAIMS)])
            parts = [name] if record["kind"] == "number" else parts_of(record, records)
            for part in parts:
                number = records[part]
                replayed = number.get("ours", "nothing")
                derived = number["source"].get("derived")
                how = f"derived, not printed ({derived})" if derived else "printed"
                print_.facts.append(f"{part}: {number.get('value', '--')} {how}, replayed by {replayed}")
                print_.facts.append(f"{part}: the study has it in {source_text(number)}")
            step.steps.append(print_)
        sources = sources_in(row["sources"])
        for source in sources:
            step.steps += self._scores_of(source, [records[part] for part in parts if part in records])
        if not sources:
            step.facts.append("no score of ours is behind it")
        return step

    def _scores_of(self, source: str, numbers: Sequence[Mapping[str, Any]]) -> list[Step]:
        """Return the scores in one file that replay printed numbers."""
        place = layout.parse(source)
        name = place.parts["score"] if place else None
        wanted = {
            (number["metric"], number.get("ours_slice", ""))
            for number in numbers
            if number.get("ours") == name
        }
        steps = []
        for metric, part in sorted(wanted) or [(UAR.name, "")]:
            column, metric_ = ("chance", UAR.name) if metric == "chance" else ("value", metric)
            steps.append(self.score(source, metric_, part or self.reported(source, metric_), [column]))
        return steps

    def print_of(self, where: Mapping[str, str]) -> Step:
        """Return what the published study printed of an experiment."""
        step = Step(f"Published study: {CLAIMS}", [self.files.state(CLAIMS)])
        wanted: dict[str, str | None] = {"slice": None, **where}
        for name, record in self.printed.records.items():
            if all(record.get(key) == value for key, value in wanted.items()):
                step.facts.append(
                    f"claim {name}: {record['statement']}: {record['value']}, as it was printed"
                )
                beside = {key: record[key] for key in ("low", "high", "n", "per_seed") if key in record}
                step.facts += [f"printed beside it: {pairs(beside)}"] if beside else []
        return step

    def print_alone(self, claim: str) -> Step:
        """Return what was printed of a claim that nothing of ours is compared with."""
        value = self.printed.records[claim].get("value", "--")
        return Step(f"{CLAIMS}: {claim}", [self.files.state(CLAIMS), f"{claim}: {value} printed"])

    # -- what a person wrote ------------------------------------------------------------------

    def entry(self, file: str, entry: str, columns: Sequence[str]) -> Step:
        """Return an entry of a file that a person wrote or recorded, such as config.yaml."""
        step = Step(f"File: {file}: {entry}", [self.files.state(file)])
        found = self.files.once(("yaml", file), lambda: yaml.safe_load(self.files.text(file)) or {})
        for key in entry.split("."):
            found = found.get(key, {})
        step.facts += [f"{key}: {value}" for key, value in found.items() if not columns or key in columns]
        return step


def _asked(row: pd.Series, columns: Sequence[str]) -> list[str]:
    return [pairs({name: row[name] for name in columns})] if [*columns] != ["value"] else []


def _interval(row: pd.Series) -> str:
    width = f" ({DEGENERATE})" if is_degenerate(row["low"], row["high"]) else ""
    return f"value {row['value']:.6g}, interval {row['low']:.6g} to {row['high']:.6g} over groups{width}"


def _marks(text: str | None) -> list[str]:
    return [f"mark: {mark}: {MARKS.get(mark, mark)}" for mark in marks_in(text)] or ["marks: none"]
