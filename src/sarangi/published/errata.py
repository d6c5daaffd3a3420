"""Errata: what can be said against the published study, and what is no fault of it, with numbers compared.

A point names claims that it is about and rows of the audit, and compares numbers: claims as they were printed
or read in another way (:func:`sarangi.published.readings.reading`), scores and differences of ours, rows of
the audit.  The file of errata holds no number.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sarangi.base import store
from sarangi.base.difference_rows import DIFFERENCES
from sarangi.base.evidence import reference
from sarangi.base.fault_kinds import UNKNOWN, kinds_in
from sarangi.base.finding_rows import read_findings
from sarangi.base.labels import Labels
from sarangi.base.marks import marks_in
from sarangi.base.missing import EXPERIMENT, NOT_CONFIGURED, OTHER, Missing
from sarangi.base.typed_texts import NONE
from sarangi.published.faults import faults
from sarangi.published.readings import reading
from sarangi.published.scored import scores_by_name

SHORT = 90  # letters of an audit's detail that the table has room for
POINTS = "points"


@dataclass(frozen=True)
class Operand:
    """A number that an entry compares, or what is missing of it.

    Attributes
    ----------
    value, low, high
        In no unit: a UAR from 0 to 1.  NaN where there is none.
    form
        How the value is written, as :func:`format` takes it.
    printed
        A claim as it is written, with its interval and unit, in place of the form.
    label
        What it was measured on, in words.
    decimals
        Of a difference in points.
    marks
        Of :mod:`sarangi.base.marks`.
    behind
        Where it stands, each as :func:`sarangi.base.evidence.reference` has it.
    missing
        What is missing, where there is none.
    source
        The file it is from.
    """

    value: float = math.nan
    low: float = math.nan
    high: float = math.nan
    form: str = ".3f"
    printed: str = ""
    label: str = ""
    decimals: int = 1
    marks: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()
    source: str = ""
    behind: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Operands:
    """All that entries compare: claims by name, and the tables of what was measured.

    Attributes
    ----------
    records
        Claims with what they are computed from.
    verdicts
        Rows of the findings, indexed by claim.
    scores
        From :func:`sarangi.published.scored.scores_by_name`.
    differences
        Of schema :data:`sarangi.base.difference_rows.DIFFERENCES`.
    audits
        Tables of the audit by corpus.
    missing
        By experiment or corpus, what is missing of it.
    labels
        Titles, and which corpora are synthetic.
    """

    records: Mapping[str, Any]
    verdicts: pd.DataFrame
    scores: pd.DataFrame
    differences: pd.DataFrame
    audits: Mapping[str, pd.DataFrame]
    missing: Mapping[str, Sequence[Missing]]
    labels: Labels

    def operand(self, wanted: Mapping[str, str]) -> Operand:
        """Return what an entry's operand says, or what is missing of it."""
        kind = next(kind for kind in ("claim", "score", "difference", "audit") if kind in wanted)
        return getattr(self, f"_{kind}")(wanted)

    def without(self, name: str, otherwise: Missing) -> Operand:
        """Return an operand without a number: what an experiment or corpus lacks, or something else."""
        return Operand(missing=tuple(self.missing.get(name, (otherwise,))))

    def _claim(self, wanted: Mapping[str, str]) -> Operand:
        otherwise = wanted.get("otherwise")
        read = reading(wanted["claim"], self.records, wanted.get("as", "printed"), otherwise)
        return Operand(
            *(read.value, read.low, read.high),
            printed=read.text,
            label=otherwise or "",
            decimals=2,
            source="claims.yaml",
            behind=self.behind_claims([wanted["claim"]]),
        )

    def behind_claims(self, names: Sequence[str]) -> tuple[Mapping[str, Any], ...]:
        """Return where claims are in the findings, of those that are there."""
        there = [name for name in names if name in self.verdicts.index]
        return tuple(reference(self.verdicts.loc[name, "file"], "printed", claim=name) for name in there)

    def _score(self, wanted: Mapping[str, str]) -> Operand:
        name, metric = wanted["score"], wanted.get("metric", "uar")
        rows = self.scores[(self.scores["scored"] == name) & (self.scores["slice"] == "")]
        if rows.empty:
            return self.without(name, Missing(EXPERIMENT, name, NOT_CONFIGURED))
        rows = rows[rows["metric"] == metric]
        if rows.empty or pd.isna(rows["value"].iloc[0]):
            why = rows["mark"].iloc[0] if len(rows) else f"it has no {metric}"
            row = rows.iloc[0] if len(rows) else self.scores[self.scores["scored"] == name].iloc[0]
            of = self._label(row["corpus"], row["protocol"], row["model"], row["test"])
            return self.without(name, Missing(OTHER, f"a score of {of}", why))
        row = rows.iloc[0]
        over_clips = wanted.get("interval") == "clips"
        low, high = (row[f"{key}_clips" if over_clips else key] for key in ("low", "high"))
        return Operand(
            *map(float, (row["value"], low, high)),
            label=f"{self._label(row['corpus'], row['protocol'], row['model'], row['test'])}"
            + (", over clips" if over_clips else ""),
            marks=tuple(marks_in(row["mark"])),
            source=row["file"],
            behind=tuple(
                reference(row["file"], key, metric=metric, slice=row["reported"])
                for key in ("value", *(f"{key}_clips" if over_clips else key for key in ("low", "high")))
            ),
        )

    def _difference(self, wanted: Mapping[str, str]) -> Operand:
        name, first, second = wanted["difference"], wanted["first"], wanted["second"]
        table = self.differences
        rows = table[(table["corpus"] + "_" + table["protocol"] == name) & (table["metric"] == "uar")]
        turned = rows[(rows["first"] == second) & (rows["second"] == first)]
        rows = rows[(rows["first"] == first) & (rows["second"] == second)]
        sign = 1
        if rows.empty:
            rows, sign = turned, -1
        if rows.empty:
            absent = [model for model in (first, second) if f"{name}_{model}" in self.missing]
            titles = self.labels.models
            what = f"the difference of {titles.get(first, first)} and {titles.get(second, second)}"
            other = Missing(OTHER, what, "name both in `compared`")
            return self.without(f"{name}_{absent[0]}" if absent else "", other)
        # the mean over folds where there is one, as the table of differences has it
        row = rows.sort_values("slice", kind="stable").iloc[0]
        low, high = sorted((sign * row["low"], sign * row["high"]))
        return Operand(
            *map(float, (sign * row["value"], low, high)),
            form="+z.3f",
            label=self._label(row["corpus"], row["protocol"]),
            marks=tuple(marks_in(row["mark"])),
            source=row["file"],
            behind=tuple(
                reference(
                    row["file"],
                    key,
                    metric="uar",
                    **{column: row[column] for column in ("slice", "first", "second")},
                )
                for key in ("value", "low", "high")
            ),
        )

    def _label(self, corpus: str, protocol: str, model: str = "", test: str = "") -> str:
        name = self.labels.corpus(corpus)
        if test not in ("", corpus):
            name += f" to {self.labels.corpus(test)}"
        parts = [name, self.labels.protocols[protocol]]
        return ", ".join([*parts, self.labels.models[model]] if model else parts)

    def _audit(self, wanted: Mapping[str, str]) -> Operand:
        corpus, check, subject = wanted["audit"], wanted["check"], wanted.get("subject", "")
        rows = self.rows_of_audit(corpus, check, subject)
        if rows.empty:
            return Operand(missing=self._unaudited(corpus, subject))
        row = rows.iloc[0]
        label = self.labels.corpus(corpus)
        if subject in self.labels.protocols:
            label += f", {self.labels.protocols[subject]}"
        if pd.isna(row["value"]):
            what = f"check {check.replace('_', ' ')} of {label}"
            return Operand(missing=(Missing(OTHER, what, row["detail"]),))
        behind = (reference(row["file"], "value", check=check, subject=row["subject"]),)
        return Operand(row["value"], form=".4g", label=label, source=row["file"], behind=behind)

    def rows_of_audit(self, corpus: str, check: str, subject: str | None) -> pd.DataFrame:
        """Return the rows of a check, of one subject or of all; none where the corpus was not audited."""
        if corpus not in self.audits:
            return pd.DataFrame(columns=["check", "subject", "value", "detail", "file"])
        table = self.audits[corpus]
        rows = table[table["check"] == check]
        return rows if subject is None else rows[rows["subject"] == subject]

    def from_audit(self, wanted: Mapping[str, str]) -> tuple[str, tuple[Missing, ...]]:
        """Return what rows of the audit say, and what is missing."""
        corpus, check = wanted["corpus"], wanted["check"]
        rows = self.rows_of_audit(corpus, check, wanted.get("subject"))
        what = f"{self.labels.corpus(corpus)}, {check.replace('_', ' ')}"
        if rows.empty and corpus in self.audits and "subject" not in wanted:
            return f"{what}: none", ()
        if rows.empty:
            return "", self._unaudited(corpus, wanted.get("subject", ""))
        texts = []
        for row in rows.to_dict("records"):
            subject = self.labels.protocols.get(row["subject"], row["subject"])
            detail = row["detail"] if len(row["detail"]) <= SHORT else ""
            value = "" if pd.isna(row["value"]) else f"{row['value']:.4g}"
            texts.append(" ".join(part for part in (subject, value, f"({detail})" if detail else "") if part))
        return f"{what}: {', '.join(texts)}", ()

    def _unaudited(self, corpus: str, subject: str) -> tuple[Missing, ...]:
        title = self.labels.corpora.get(corpus, corpus)
        protocol = self.labels.protocols.get(subject, subject)
        what = f"the audit of {' on '.join([protocol, title] if subject else [title])}"
        otherwise = Missing(OTHER, what, "nothing in the configuration requests it")
        return tuple(self.missing.get(corpus, (otherwise,)))


def read_operands(
    records: Mapping[str, Any],
    tables: Mapping[str, Sequence[Path]],
    missing: Mapping[str, Sequence[Missing]],
    labels: Labels,
) -> Operands:
    """Return what entries compare, read from tables by kind: see :func:`sarangi.paper.tables.errata`."""
    differences = [store.read(path).assign(file=str(path)) for path in tables["differences"]]
    return Operands(
        records,
        read_findings(tables["findings"]).set_index("claim"),
        scores_by_name(tables["scores"]),
        pd.concat(differences) if differences else pd.DataFrame(columns=[*DIFFERENCES.names, "file"]),
        {Path(path).stem: store.read(path).assign(file=str(path)) for path in tables["audits"]},
        missing,
        labels,
    )


def unnamed(points: Sequence[Mapping[str, Any]], verdicts: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield an entry for what a rule says against a claim, of a kind of which no point names the claim."""
    named = {(name, point["kind"]) for point in points for name in point.get("claims", ())}
    for name, row in verdicts[verdicts["fault"].notna()].iterrows():
        for kind in kinds_in(row["fault"]):
            if (name, kind) not in named:
                yield {
                    "number": NONE, "kind": kind, "statement": row["statement"], "claims": [name],
                    "where": UNKNOWN,
                }  # fmt: skip


def shown_by(entry: Mapping[str, Any], operands: Operands) -> tuple[list[str], list[Missing]]:
    """Return what rules, the study's parts and the audit say of a point, and what else is missing."""
    texts = list(
        dict.fromkeys(
            fault.why
            for name in entry.get("claims", ())
            for fault in faults(name, operands.records)
            if fault.kind == entry["kind"]
        )
    )
    for part in entry.get("evidence", ()):
        texts.append(part["printed"] if "printed" in part else f"{part['file']}, {part['key']}")
    missing: list[Missing] = []
    for wanted in entry.get("audit", ()):
        text, needed = operands.from_audit(wanted)
        texts += [text] if text else []
        missing += needed
    return texts, [*missing, *([Missing(OTHER, entry["waits_for"])] if "waits_for" in entry else [])]


def worth(row: Mapping[str, Any], sides: Mapping[str, Operand]) -> str:
    """Return how far both numbers are apart, or nothing where one of them is not there."""
    one, other = sides["valid"], sides["study" if "study" in row else "published"]
    how = row.get("worth", POINTS)
    widths = [side.high - side.low for side in (one, other)]
    difference = one.value - other.value
    if math.isnan(difference) or (how == "width" and any(map(math.isnan, widths))):
        return ""
    if how == POINTS:
        decimals = max(one.decimals, other.decimals) if one.decimals == other.decimals else 1
        return f"{100 * difference:+.{decimals}f} points"
    if how == "number":
        return f"{difference:+.3g}"
    above, below = (one.value, other.value) if how == "times" else widths
    # a perfect score has an interval without width
    return f"{above / below:.1f} times" + (" as wide" if how == "width" else "") if below else ""
