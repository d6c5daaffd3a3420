"""Errata: where the published study is at fault, each entry measured as the study did it and as is valid.

An entry names claims whose verdicts, and rows of the audit that, show the fault, and compares numbers:
claims as they were printed or read in another way (:func:`sarangi.published.readings.reading`), scores and
differences
of ours, rows of the audit.  The file of errata holds no number.
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
from sarangi.base.finding_rows import read_findings
from sarangi.base.labels import Labels
from sarangi.base.marks import marks_in
from sarangi.base.missing import EXPERIMENT, NOT_CONFIGURED, OTHER, Missing
from sarangi.base.verdicts import CONTRADICTED, FAULTY
from sarangi.paper.mark_notes import letters, meanings
from sarangi.paper.tables.columns import Column
from sarangi.paper.tables.table import Table
from sarangi.paper.tables.writing import write_table
from sarangi.paper.texts import interval_text
from sarangi.published.readings import SIDES, reading
from sarangi.published.scored import scores_by_name

SHORT = 90  # letters of an audit's detail that the table has room for
POINTS = "points"
OF_SIDES = {
    "published": Column("As published", wraps=0.11), "study": Column("Study's way", wraps=0.16),
    "valid": Column("Valid way", wraps=0.16),
}  # fmt: skip
COLUMNS = [
    Column("Entry", text=True), Column("At fault", wraps=0.22, blank="as above"),
    Column("Compared", wraps=0.15), *OF_SIDES.values(), Column("Worth", wraps=0.08),
    Column("Evidence", wraps=0.28),
]  # fmt: skip
FLAT_COLUMNS = [
    "entry", "statement", "compared",
    *(f"{side}{part}" for side in SIDES for part in ("", "_value", "_low", "_high", "_of", "_source")),
    "worth", "evidence", "waits_for",
]  # fmt: skip


@dataclass(frozen=True)
class Operand:
    """A number that an entry compares, or what is missing of it.

    Attributes
    ----------
    text
        As the table shows it; empty where there is none.
    value, low, high
        In no unit: a UAR from 0 to 1.  NaN where there is none.
    label
        What it was measured on, in words.
    decimals
        Of a difference in points.
    marks
        Of :data:`sarangi.paper.mark_notes.MARKS`.
    behind
        Where it stands, each as :func:`sarangi.base.evidence.reference` has it.
    missing
        What is missing, where there is none.
    source
        The file it is from.
    """

    text: str = ""
    value: float = math.nan
    low: float = math.nan
    high: float = math.nan
    label: str = ""
    decimals: int = 1
    marks: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()
    source: str = ""
    behind: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Evidence:
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
        Of schema :data:`sarangi.scoring.differences.DIFFERENCES`.
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

    def operand(self, said: Mapping[str, str]) -> Operand:
        """Return what an entry's operand says, or what is missing of it."""
        kind = next(kind for kind in ("claim", "score", "difference", "audit") if kind in said)
        return getattr(self, f"_{kind}")(said)

    def without(self, name: str, otherwise: Missing) -> Operand:
        """Return an operand without a number: what an experiment or corpus lacks, or something else."""
        return Operand(missing=tuple(self.missing.get(name, (otherwise,))))

    def _claim(self, said: Mapping[str, str]) -> Operand:
        otherwise = said.get("otherwise")
        read = reading(said["claim"], self.records, said.get("as", "printed"), otherwise)
        return Operand(
            *(read.text, read.value, read.low, read.high, otherwise or ""),
            decimals=2,
            source="claims.yaml",
            behind=self.behind_claims([said["claim"]]),
        )

    def behind_claims(self, names: Sequence[str]) -> tuple[Mapping[str, Any], ...]:
        """Return where claims stand in the findings, of those that are there."""
        there = [name for name in names if name in self.verdicts.index]
        return tuple(reference(self.verdicts.loc[name, "file"], "printed", claim=name) for name in there)

    def _score(self, said: Mapping[str, str]) -> Operand:
        name, metric = said["score"], said.get("metric", "uar")
        rows = self.scores[(self.scores["scored"] == name) & (self.scores["slice"] == "")]
        if rows.empty:
            return self.without(name, Missing(EXPERIMENT, name, NOT_CONFIGURED))
        rows = rows[rows["metric"] == metric]
        if rows.empty or pd.isna(rows["value"].iloc[0]):
            why = rows["mark"].iloc[0] if len(rows) else f"it has no {metric}"
            return self.without(name, Missing(OTHER, f"a score of {name}", why))
        row = rows.iloc[0]
        over_clips = said.get("interval") == "clips"
        low, high = (row[f"{key}_clips" if over_clips else key] for key in ("low", "high"))
        return Operand(
            *self._estimate(row, low, high, ".3f"),
            label=f"{self._label(row['corpus'], row['protocol'], row['model'], row['test'])}"
            + (", over clips" if over_clips else ""),
            marks=tuple(marks_in(row["mark"])),
            source=f"results/scores/{name}.parquet",
            behind=tuple(
                reference(row["file"], key, metric=metric, slice=row["reported"])
                for key in ("value", *(f"{key}_clips" if over_clips else key for key in ("low", "high")))
            ),
        )

    def _difference(self, said: Mapping[str, str]) -> Operand:
        name, first, second = said["difference"], said["first"], said["second"]
        table = self.differences
        rows = table[(table["corpus"] + "_" + table["protocol"] == name) & (table["metric"] == "uar")]
        turned = rows[(rows["first"] == second) & (rows["second"] == first)]
        rows = rows[(rows["first"] == first) & (rows["second"] == second)]
        sign = 1
        if rows.empty:
            rows, sign = turned, -1
        if rows.empty:
            absent = [model for model in (first, second) if f"{name}_{model}" in self.missing]
            what = f"the difference of {first} and {second} under {name}"
            other = Missing(OTHER, what, "name both in `compared`")
            return self.without(f"{name}_{absent[0]}" if absent else "", other)
        # the mean over folds where there is one, as the table of differences has it
        row = rows.sort_values("slice", kind="stable").iloc[0]
        low, high = sorted((sign * row["low"], sign * row["high"]))
        return Operand(
            *self._estimate({"value": sign * row["value"]}, low, high, "+.3f"),
            label=self._label(row["corpus"], row["protocol"]),
            marks=tuple(marks_in(row["mark"])),
            source=f"results/differences/{name}.parquet",
            behind=tuple(
                reference(
                    f"results/differences/{name}.parquet",
                    key,
                    metric="uar",
                    **{column: row[column] for column in ("slice", "first", "second")},
                )
                for key in ("value", "low", "high")
            ),
        )

    @staticmethod
    def _estimate(row: Mapping[str, Any], low: float, high: float, form: str) -> tuple:
        value = float(row["value"])
        interval = "" if math.isnan(low) else f" {interval_text(low, high)}"
        return f"{value:{form}}{interval}", value, float(low), float(high)

    def _label(self, corpus: str, protocol: str, model: str = "", test: str = "") -> str:
        name = self.labels.corpus(corpus)
        if test not in ("", corpus):
            name += f" to {self.labels.corpus(test)}"
        parts = [name, self.labels.protocols[protocol]]
        return ", ".join([*parts, self.labels.models[model]] if model else parts)

    def _audit(self, said: Mapping[str, str]) -> Operand:
        corpus, check, subject = said["audit"], said["check"], said.get("subject", "")
        rows = self.rows_of_audit(corpus, check, subject)
        if rows.empty:
            return Operand(missing=self._unaudited(corpus, subject))
        row = rows.iloc[0]
        label = self.labels.corpus(corpus)
        if subject in self.labels.protocols:
            label += f", {self.labels.protocols[subject]}"
        if pd.isna(row["value"]):
            return Operand(missing=(Missing(OTHER, f"check {check} of {corpus}", row["detail"]),))
        file = f"results/audit/{corpus}.parquet"
        behind = (reference(file, "value", check=check, subject=row["subject"]),)
        return Operand(f"{row['value']:.4g}", row["value"], label=label, source=file, behind=behind)

    def rows_of_audit(self, corpus: str, check: str, subject: str | None) -> pd.DataFrame:
        """Return the rows of a check, of one subject or of all; none where the corpus is not in hand."""
        if corpus not in self.audits:
            return pd.DataFrame(columns=["check", "subject", "value", "detail"])
        table = self.audits[corpus]
        rows = table[table["check"] == check]
        return rows if subject is None else rows[rows["subject"] == subject]

    def said_by_audit(self, said: Mapping[str, str]) -> tuple[str, tuple[Missing, ...]]:
        """Return what rows of the audit say, and what is missing."""
        corpus, check = said["corpus"], said["check"]
        rows = self.rows_of_audit(corpus, check, said.get("subject"))
        what = f"{self.labels.corpus(corpus)}, {check.replace('_', ' ')}"
        if rows.empty and corpus in self.audits and "subject" not in said:
            return f"{what}: none", ()
        if rows.empty:
            return "", self._unaudited(corpus, said.get("subject", ""))
        texts = []
        for row in rows.to_dict("records"):
            subject = self.labels.protocols.get(row["subject"], row["subject"])
            detail = row["detail"] if len(row["detail"]) <= SHORT else ""
            value = "" if pd.isna(row["value"]) else f"{row['value']:.4g}"
            texts.append(" ".join(part for part in (subject, value, f"({detail})" if detail else "") if part))
        return f"{what}: {', '.join(texts)}", ()

    def _unaudited(self, corpus: str, subject: str) -> tuple[Missing, ...]:
        what = f"the audit of {' on '.join([subject, corpus] if subject else [corpus])}"
        otherwise = Missing(OTHER, what, "nothing in the configuration asks for it")
        return tuple(self.missing.get(corpus, (otherwise,)))


def errata_table(
    errata: Sequence[Mapping[str, Any]],
    records: Mapping[str, Any],
    tables: Mapping[str, Sequence[Path]],
    missing: Mapping[str, Sequence[Missing]],
    labels: Labels,
    output: dict[str, Path],
) -> None:
    """Write every erratum: what was published, the same in the study's way and in a valid one, the worth.

    A claim that a finding's verdict puts at fault and that no entry names has a line of its own, below.
    The CSV has the numbers and files of each line.

    Parameters
    ----------
    errata
        Entries of :func:`sarangi.study.claims_file.read_errata`.
    records
        The claims that they name, with what these are computed from.
    tables
        Files by kind: ``findings``, ``scores``, ``differences`` and ``audits`` (``<corpus>.parquet``).
    missing
        By experiment or corpus of an entry that is not among these, what is missing of it.
    labels
        Titles, and which corpora are synthetic.
    output
        Files to write by suffix: ``tex``, ``md``, ``csv``, ``json``.
    """
    differences = [store.read(path) for path in tables["differences"]]
    evidence = Evidence(
        records,
        read_findings(tables["findings"]).set_index("claim"),
        scores_by_name(tables["scores"]),
        pd.concat(differences) if differences else pd.DataFrame(columns=DIFFERENCES.names),
        {Path(path).stem: store.read(path) for path in tables["audits"]},
        missing,
        labels,
    )
    lines, flat, marks, missing_, behind = [], [], [], [], []
    for entry in [*errata, *_unnamed(errata, evidence.verdicts)]:
        texts, absent = _evidence(entry, evidence)
        for place, row in enumerate(entry["rows"]):
            sides = {side: evidence.operand(row[side]) if side in row else Operand() for side in SIDES}
            held = [mark for side in sides.values() for mark in side.marks]
            needed = [each for side in sides.values() for each in side.missing]
            marks += held
            needed = list(dict.fromkeys([*needed, *(absent if place == 0 else ())]))
            missing_ += needed
            short = dict.fromkeys(each.what for each in needed)
            said = [*(texts if place == 0 else ()), *([f"waits for {'; '.join(short)}"] if short else ())]
            worth = _worth(row, sides)
            behind.append(_behind(entry, sides, evidence))
            lines.append(
                {
                    "Entry": str(entry["number"]),
                    "At fault": entry["statement"] if place == 0 else "",
                    "Compared": row["compared"],
                    "As published": sides["published"].text or "--",
                    "Study's way": _cell(sides["study"]),
                    "Valid way": _cell(sides["valid"]),
                    "Worth": worth or "--",
                    "Evidence": "; ".join(said),
                }
            )
            flat.append(
                {"entry": entry["number"], "statement": entry["statement"], "compared": row["compared"]}
                | _numbers(sides)
                | {"worth": worth, "evidence": "; ".join(texts), "waits_for": "; ".join(map(str, needed))}
            )
    caption = (
        "Errata: where the published study is at fault. Each is shown by its own print or by the audit, and "
        "compares what was published with the same number measured or computed in the study's way and in a "
        "valid one; an interval in brackets is over groups unless it says over clips, and no two are "
        "compared but within a line. Worth is the valid one less the study's, or less the published one if "
        "the study's way has none of its own; points are hundredths of a score."
    )
    notes = [*meanings(marks), *_advice(missing_)]
    write_table(Table("errata", caption, COLUMNS, lines, behind, notes), labels, output)
    table = pd.DataFrame(flat, columns=FLAT_COLUMNS)
    output["csv"].write_text(table.to_csv(index=False, lineterminator="\n"), encoding="utf-8")


def _behind(
    entry: Mapping[str, Any], sides: Mapping[str, Operand], evidence: Evidence
) -> dict[str, list[Mapping[str, Any]]]:
    """Return where the columns of a line come from."""
    found = {column.name: list(sides[side].behind) for side, column in OF_SIDES.items()}
    compared = [one for side in sides.values() for one in side.behind]
    said = list(evidence.behind_claims(entry.get("claims", ())))
    for check in entry.get("audit", ()):
        where = {key: check[key] for key in ("check", "subject") if key in check}
        if check["corpus"] in evidence.audits:
            said.append(reference(f"results/audit/{check['corpus']}.parquet", "value", **where))
    return found | {"Worth": compared, "Evidence": said, "": [*compared, *said]}


def _advice(missing: Sequence[Missing]) -> list[str]:
    """Return notes that say what is missing and what to do, what takes the same in one."""
    together: dict[str, list[str]] = {}
    for each in sorted(set(missing), key=str):
        together.setdefault(each.advice, []).append(each.what)
    return [
        f"Waits for {', '.join(names)}{f': {advice}' if advice else ''}".rstrip(".") + "."
        for advice, names in together.items()
    ]


def _unnamed(errata: Sequence[Mapping[str, Any]], verdicts: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield an entry for each claim that a verdict puts at fault and no entry names."""
    named = {name for entry in errata for name in entry.get("claims", ())}
    for name, row in verdicts[verdicts["verdict"].isin([FAULTY, CONTRADICTED])].iterrows():
        if name not in named:
            yield {"number": "--", "statement": row["statement"], "claims": [name], "rows": [_AS_IT_STANDS]}


_AS_IT_STANDS: dict[str, str] = {"compared": "--"}


def _evidence(entry: Mapping[str, Any], evidence: Evidence) -> tuple[list[str], list[Missing]]:
    """Return what the verdicts and the audit say of an entry, and what else is missing."""
    verdicts = evidence.verdicts
    named = verdicts[verdicts.index.isin(entry.get("claims", ()))]
    faulty = named[named["verdict"].isin([FAULTY, CONTRADICTED])]
    texts, missing = list(dict.fromkeys(faulty["why"])), []
    for said in entry.get("audit", ()):
        text, needed = evidence.said_by_audit(said)
        texts += [text] if text else []
        missing += needed
    return texts, [*missing, *([Missing(OTHER, entry["waits_for"])] if "waits_for" in entry else [])]


def _cell(side: Operand) -> str:
    """Return a number with what it was measured on and the letters of its marks."""
    if side.missing:
        return "waits"
    marked = f"{side.text} {letters(side.marks)}".rstrip()
    return ": ".join(part for part in (marked, side.label) if part) or "--"


def _worth(row: Mapping[str, Any], sides: Mapping[str, Operand]) -> str:
    """Return what the fault is worth, or nothing where one of both numbers is not there."""
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


def _numbers(sides: Mapping[str, Operand]) -> dict[str, Any]:
    """Return the numbers of a line, what each was measured on and the file it is from."""
    found: dict[str, Any] = {}
    for name, side in sides.items():
        found |= {name: side.text, f"{name}_value": side.value, f"{name}_low": side.low}
        found |= {f"{name}_high": side.high, f"{name}_of": side.label, f"{name}_source": side.source}
    return found
