"""A study in three lines: its audit, its best models, and the published study or known speakers."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from sarangi.audit.advice import faults, findings
from sarangi.base import store
from sarangi.base.auditing import FEW_GROUPS, WARNING
from sarangi.base.labels import Labels
from sarangi.base.outcomes import Outcome, outcome
from sarangi.base.premium_rows import MATCHED_FOLDS
from sarangi.base.prose import Sentence
from sarangi.base.score_rows import headline
from sarangi.base.verdicts import AGREE, DISAGREE, SHIFTED, UNDECIDED, UNTESTABLE, verdict_in
from sarangi.paper.summary import counted
from sarangi.published.family import judged_together

SIDES = {
    Outcome.ABOVE: "is above chance on",
    Outcome.BELOW: "is below chance on",
    Outcome.UNDECIDED: "cannot be told from chance on",
}
FEW = f"is descriptive (fewer than {FEW_GROUPS} groups) on"


def verdict(
    read: Mapping[str, Sequence[Path]], baselines: Collection[str], leaking: Collection[str], labels: Labels
) -> list[Sentence]:
    """Return three sentences on a study.

    Parameters
    ----------
    read
        ``audits``, ``scores``, ``findings`` and ``premiums``: files of results.
    baselines
        Names of the models that are baselines.
    leaking
        Names of the protocols that share groups by design.
    labels
        Titles.
    """
    last = _claims(read["findings"]) if read["findings"] else _leakage(read["premiums"][0])
    return [
        _audit(read["audits"], leaking, labels), _best(read["scores"], baselines, leaking, labels), last,
    ]  # fmt: skip


def _audit(audits: Sequence[Path], leaking: Collection[str], labels: Labels) -> Sentence:
    rows = {Path(path).stem: findings(store.read(path), leaking) for path in audits}
    if not rows:
        return Sentence("Audit: no corpus is available")
    fatal = {name: len(faults(some)) for name, some in rows.items()}
    warned = sum(row.verdict == WARNING and not row.by_design for some in rows.values() for row in some)
    where = ", ".join(f"{labels.corpus(name)} {count}" for name, count in fatal.items() if count)
    total = sum(fatal.values())
    return Sentence(
        f"Audit: {counted(total, 'fatal finding') if total else 'no fatal finding'}"
        f"{f' ({where})' if where else ''} and {counted(warned, 'warning')} in "
        f"{counted(len(rows), 'corpus', 'corpora')}"
    )


def _best(
    scores: Sequence[Path], baselines: Collection[str], leaking: Collection[str], labels: Labels
) -> Sentence:
    table = headline(scores)
    table = table[(table["metric"] == "uar") & (table["test"] == table["corpus"]) & table["value"].notna()]
    table = table[~table["model"].isin(baselines) & ~table["protocol"].isin(leaking)]
    if table.empty:
        return Sentence("Scores: no trained model was tested with groups held out")
    # a page of synthetic speech alone says so once, above
    made = set(table["corpus"]) <= set(labels.synthetic)
    found: dict[str, list[str]] = {said: [] for said in (*SIDES.values(), FEW)}
    for corpus, rows in table.groupby("corpus"):
        row = rows.loc[rows["value"].idxmax()]
        side = outcome(row["low"], row["high"], row["chance"], row["groups"])
        name = labels.corpora[corpus] if made else labels.corpus(corpus)
        said = FEW if row["groups"] < FEW_GROUPS else SIDES[side]
        found[said].append(f"{name} {row['value']:.3f} (chance {row['chance']:.3f})")
    parts = [f"{said} {', '.join(names)}" for said, names in found.items() if names]
    return Sentence(
        f"Scores: with groups (speakers, where known) held out, the UAR of the best model {'; '.join(parts)}"
    )


def _claims(paths: Sequence[Path]) -> Sentence:
    table, _ = judged_together(paths)
    table = table[table["counted"].eq(True)]
    kinds = Counter(table["verdict"].map(lambda text: verdict_in(text).kind))

    def many(*names: str) -> int:
        return sum(kinds[name] for name in names)

    if many(UNTESTABLE) == kinds.total():
        return Sentence(
            f"The published study: none of {counted(kinds.total(), 'claim')} that count can be tested with "
            "what is available"
        )
    return Sentence(
        f"The published study: of {counted(kinds.total(), 'claim')} that count, {many(*AGREE)} are borne out "
        f"here, {many(*DISAGREE, SHIFTED)} are not, {many(UNDECIDED)} are undecided, and {many(UNTESTABLE)} "
        "cannot be tested with what is available"
    )


def _leakage(premiums: Path) -> Sentence:
    table = store.read(premiums)
    table = table[(table["metric"] == "uar") & table["value"].notna() & (table["folds"] == MATCHED_FOLDS)]
    sides = Counter(
        outcome(100 * row["low"], 100 * row["high"], 0, row["groups"]) for row in table.to_dict("records")
    )
    if not sides:
        return Sentence("Leakage: nothing here says what known speakers are worth")
    return Sentence(
        f"Leakage: knowing the speakers helps in {sides[Outcome.ABOVE]} of "
        f"{counted(sides.total(), 'comparison')} in matched folds, and is undecided in "
        f"{sides[Outcome.UNDECIDED]}"
    )
