r"""Numbers of the paper's text, and what its sentences follow: looked up by key, none is typed.

``paper/sarangi.sty`` has the macros of the text, this module writes what they look up:

- ``<experiment>.<metric>`` and ``<experiment>_to_<corpus>.<metric>``: a reported score, with ``.low``,
  ``.high`` and ``.interval`` over groups, ``.chance`` (guessing uniformly) and ``.ceiling``;
  ``<experiment>.n`` and ``.groups``, the utterances and groups tested.
- ``finding_<n>.<claim>``: our number for a published one, with as many digits, and ``.low``, ``.high``,
  ``.interval``; ``.published``, what was printed; ``.beside``, both in words; ``.recomputed``, a derived
  number from the published parts; ``.verdict`` and ``.why``, the verdict of
  :mod:`sarangi.published.findings` in words; and, only where something is said against the claim, ``.fault``
  (its kinds of :mod:`sarangi.base.fault_kinds`), ``.fault.why`` and ``.disclosed`` (where the study says so
  itself), which a sentence asks for by ``\ifval``.
- ``leakage.<corpus>.<model>``: percentage points of UAR that groups in training and test add, against folds
  of the same sizes and class counts, with ``.low``, ``.high``, ``.interval``, ``.n`` and ``.groups``;
  ``random_folds.<corpus>.<model>``: likewise what random folds add, whose sizes and counts differ, too.
- ``bootstrap.draws`` and ``bootstrap.confidence``, in per cent: how intervals are made.
- ``claims.n`` and ``claims.counted``: how many claims there are, and how many are counted; of these
  ``claims.recomputed``, ``.not_recomputed``, ``.reproduced``, ``.shifted``, ``.differs``, ``.holds``,
  ``.fails``, ``.undecided`` and ``.untested``, corrected as :mod:`sarangi.published.family` has it;
  ``claims.judged`` sizes that were tested, ``claims.departing`` of them that differ or have shifted, and
  ``claims.by_chance``, how many would by themselves if every published score were true; ``claims.fault``:
  against how many claims something is said, whatever their verdict.
- ``finding_<n>.claims``: how many claims a finding has; ``finding_<n>.needs``: what those that cannot be
  tested need.  ``\iftested{finding_<n>}`` takes its first text where something of it is tested.
- ``errata.n``, ``errata.arithmetic``, ``errata.label``, ``errata.not_interpretable``, ``errata.imprecise``:
  how many distinct points are said against the study, and of each kind.

What is known but not available is ``not available: <why>``.  ``\byverdict`` takes one of five sentences by
the verdict of a claim, ``\byoutcome`` by the interval of a score against chance, or of a difference against
zero.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sarangi.base import store
from sarangi.base.emotions import EMOTIONS, ordered
from sarangi.base.fault_kinds import MEANS
from sarangi.base.marks import UNTRAINED, marks_in
from sarangi.base.missing import Missing
from sarangi.base.outcomes import outcome
from sarangi.base.premium_rows import KEYS_OF_PREMIUMS
from sarangi.base.verdicts import (
    DIFFERS,
    FAILS,
    HOLDS,
    KINDS,
    LISTED,
    NOT_RECOMPUTED,
    RECOMPUTED,
    REPRODUCED,
    SHIFTED,
    UNDECIDED,
    UNTESTABLE,
    Verdict,
    is_further,
    verdict_in,
)
from sarangi.paper.escapes import latex
from sarangi.paper.texts import interval_text
from sarangi.paper.untested import needs, untested
from sarangi.published.estimates import digits
from sarangi.published.family import judged_together
from sarangi.published.scored import scores_by_name
from sarangi.statistics.families import Family
from sarangi.statistics.metrics import METRICS, OF_CLASS

AGREES, DISAGREES = "agrees", "disagrees"
VERDICTS = {
    RECOMPUTED: AGREES, REPRODUCED: AGREES, HOLDS: AGREES,
    NOT_RECOMPUTED: DISAGREES, DIFFERS: DISAGREES, FAILS: DISAGREES,
    SHIFTED: "shifted", UNDECIDED: "undecided", UNTESTABLE: "untested",
}  # fmt: skip
"""The sentence of ``\byverdict`` that a verdict takes; what is listed and not judged has none."""
COUNTED = {kind: kind.replace(" ", "_") for kind in KINDS if kind not in (LISTED, UNTESTABLE)}
COUNTED[UNTESTABLE] = "untested"
"""How numbers call the count of a verdict."""
ABSENT = "absent"
"""The outcome of a number that is not there."""
OF_SCORE = ("low", "high", "interval", "chance", "ceiling")
OF_CLAIM = ("low", "high", "interval", "published", "recomputed", "beside")
OF_PREMIUM = ("low", "high", "interval", "n", "groups")
POINTS = "percentage points"
PRECISE = 3
"""Decimals of a number that nothing was published of."""


Texts = dict[str, str]


@dataclass(frozen=True)
class Results:
    """The results that numbers are looked up in.

    Attributes
    ----------
    scores
        Scores of experiments and of transfers.
    findings
        ``results/findings/finding_<n>.parquet`` of the configured findings.
    premiums
        ``results/premiums.parquet``.
    """

    scores: Sequence[Path]
    findings: Sequence[Path]
    premiums: Path


@dataclass(frozen=True)
class Asked:
    """What the text may look up, whether there is a result of it or not.

    Attributes
    ----------
    claims
        Of every claim of the published study ``finding``, ``printed`` (None for a statement), ``ours``, the
        experiments that its numbers are compared with, and for a number ``score``: the experiment, metric
        and slice whose chance level its outcome is decided by.
    missing
        Of each experiment and transfer that is configured or compared and has no scores, what is missing.
    pairs
        Keys of the configured premiums, ``leakage.<corpus>.<model>`` and ``random_folds.<corpus>.<model>``,
        whether they are available or not.
    bootstrap
        ``draws`` and ``confidence`` of the configuration.
    errata
        How many points are said against the published study, by kind.
    """

    claims: Mapping[str, Mapping[str, Any]]
    missing: Mapping[str, Sequence[Missing]]
    pairs: Sequence[str]
    bootstrap: Mapping[str, float]
    errata: Mapping[str, int]


def numbers(results: Results, asked: Asked, synthetic: Sequence[str], output: Path) -> None:
    """Write every number that the text may look up, and the outcomes that its sentences follow.

    Parameters
    ----------
    results
        The results to look up in.
    asked
        What may be looked up.
    synthetic
        Names of the corpora spoken by the demo's generator; the paper's pages then say so.
    output
        File to write.
    """
    table = scores_by_name(results.scores)
    reported = table[table["slice"] == ""].sort_values(["scored", "metric"])
    untrained = any(UNTRAINED in marks_in(text) for text in reported["mark"])
    lines = ["% Made by Snakemake from results, not by hand."]
    lines.append(r"\synthetictrue" if synthetic else r"\syntheticfalse")
    lines.append(r"\untrainedtrue" if untrained else r"\untrainedfalse")
    lines += [rf"\setfinding{{{path.stem}}}" for path in sorted(results.findings)]
    claims, together = judged_together(results.findings)
    lines += [rf"\settested{{finding_{number}}}" for number in _tested(claims)]
    lines += [rf"\setform{{{form}}}" for form in forms(_emotions_in(reported["metric"]))]
    known = dict.fromkeys(reported["scored"], "it is not among the scores of this experiment")
    known |= {name: short(absent) for name, absent in asked.missing.items()}
    lines += [rf"\setexperiment{{{name}}}{{{latex(why)}}}" for name, why in sorted(known.items())]
    judged = list(_of_claims(claims, asked, table))
    for values, outcomes, verdicts in (
        *(_of_score(row) for _, row in reported.iterrows()),
        *judged,
        *_of_premiums(store.read(results.premiums), asked.pairs),
        _of_all_claims(judged, claims, together, asked),
        (_of_findings(claims, asked), {}, {}),
        (_of_errata(asked.errata), {}, {}),
        ({key: latex(text) for key, text in _of_bootstrap(asked.bootstrap).items()}, {}, {}),
    ):
        lines += [rf"\setval{{{key}}}{{{text}}}" for key, text in values.items()]
        lines += [rf"\setoutcome{{{key}}}{{{outcome}}}" for key, outcome in outcomes.items()]
        lines += [rf"\setverdict{{{key}}}{{{verdict}}}" for key, verdict in verdicts.items()]
    output.write_text("\n".join(lines) + "\n", encoding="utf-8")


def forms(emotions: Iterable[str] = ()) -> list[str]:
    """Return what may stand behind the name of an experiment in a key: every metric, with its suffixes.

    Parameters
    ----------
    emotions
        Those beside the canonical ones.
    """
    metrics = [metric.name for metric in METRICS]
    metrics += [f"{kind}_{emotion}" for kind in OF_CLASS for emotion in ordered([*EMOTIONS, *emotions])]
    return ["n", "groups", *(key for name in metrics for key in (name, *(f"{name}.{s}" for s in OF_SCORE)))]


def _emotions_in(metrics: Iterable[str]) -> set[str]:
    """Return the emotions that scores of single classes are of."""
    kinds = (re.match(f"(?:{'|'.join(OF_CLASS)})_(.+)", metric) for metric in metrics)
    return {kind[1] for kind in kinds if kind}


def short(missing: Iterable[Missing]) -> str:
    """Return in few words what is missing."""
    words = (each.in_words if each.configured else "not in this configuration" for each in missing)
    return "; ".join(dict.fromkeys(words))


def _number(value: float, decimals: int, signed: bool = False) -> str:
    return latex(f"{value:{'+' if signed else ''}.{decimals}f}")


def _unavailable(why: str) -> str:
    return f"not available: {latex(why)}"


def _shown(values: Mapping[str, float], why: str, decimals: int, signed: bool = False) -> Texts:
    """Return numbers and their interval as text, or why they are not there."""
    texts = {
        name: _unavailable(why) if math.isnan(value) else _number(value, decimals, signed)
        for name, value in values.items()
    }
    low, high = values["low"], values["high"]
    if math.isnan(low) or math.isnan(high):
        texts["interval"] = _unavailable(why)
    else:
        texts["interval"] = latex(interval_text(low, high, f"{'+' if signed else ''}.{decimals}f"))
    return texts


def _keyed(key: str, texts: Mapping[str, str]) -> Texts:
    return {key if name == "value" else f"{key}.{name}": text for name, text in texts.items()}


Entry = tuple[Texts, Texts, Texts]
"""Texts, outcomes and verdicts by key."""


def _of_score(row: pd.Series) -> Entry:
    key = f"{row['scored']}.{row['metric']}"
    why = row["mark"] if math.isnan(row["value"]) and row["mark"] else "it is undefined here"
    texts = _keyed(
        key, _shown({name: row[name] for name in ("value", *OF_SCORE) if name in row}, why, PRECISE)
    )
    if row["metric"] == "uar":
        texts |= {f"{row['scored']}.{name}": str(row[name]) for name in ("n", "groups")}
    return texts, {key: _against_chance(row)}, {}


def _against_chance(row: pd.Series) -> str:
    if math.isnan(row["value"]) or math.isnan(row["chance"]):
        return ABSENT
    return outcome(row["low"], row["high"], row["chance"], row["groups"])


def _of_claims(judged: pd.DataFrame, asked: Asked, table: pd.DataFrame) -> Iterator[Entry]:
    rows = {row["claim"]: row for _, row in judged.iterrows()}
    scored = {(row["scored"], row["metric"], row["slice"]): row for _, row in table.iterrows()}
    for name, claim in asked.claims.items():
        key = f"{claim['finding']}.{name}"
        if name not in rows:
            why = "its finding is not in this configuration"
            texts = dict.fromkeys(("value", *OF_CLAIM, "verdict", "why"), _unavailable(why))
            texts["verdict"] = latex(str(Verdict(UNTESTABLE, why)))
            texts |= {"published": latex(claim["printed"])} if claim["printed"] else {}
            texts["beside"] = _beside(texts)
            yield _keyed(key, texts), {key: ABSENT}, {key: VERDICTS[UNTESTABLE]}
            continue
        row = rows[name]
        verdict = verdict_in(row["verdict"])
        if claim["printed"] is None:
            why = "it states no number"
        else:
            absent = [each for name_ in claim["ours"] for each in asked.missing.get(name_, ())]
            why = short(absent) or verdict.reason or "ours has no such number"
        points = row["unit"] == POINTS
        # as many digits as were printed, since rounding to them is what counts
        decimals = PRECISE if claim["printed"] is None else digits(claim["printed"])
        numbers_ = {"value": row["ours"], "low": row["low"], "high": row["high"]}
        texts = _shown(numbers_, why, decimals, points)
        texts["published"] = (
            latex(claim["printed"]) if claim["printed"] else _unavailable("it states no number")
        )
        texts["recomputed"] = (
            _unavailable("nothing is computed from published parts")
            if math.isnan(row["recomputed"])
            else _number(row["recomputed"], max(decimals, 2), points)
        )
        texts["beside"] = _beside(texts)
        texts |= {"verdict": latex(row["verdict"]), "why": latex(row["why"])}
        if pd.notna(row["fault"]):
            texts |= {"fault": latex(row["fault"]), "fault.why": latex(row["fault_why"])}
            texts |= {"disclosed": latex(row["disclosed"])}
        outcomes = {key: _outcome_of_claim(row, claim, scored)}
        yield _keyed(key, texts), outcomes, {} if verdict.kind == LISTED else {key: VERDICTS[verdict.kind]}


def _beside(texts: Mapping[str, str]) -> str:
    """Return what was published and what is ours, in words."""
    ours = texts["value"]
    if ours.startswith(_unavailable("")):
        return f"published {texts['published']}, ours {ours}"
    known = not texts["interval"].startswith(_unavailable(""))
    return f"published {texts['published']}, ours {ours}" + (f" {texts['interval']}" if known else "")


def _of_bootstrap(settings: Mapping[str, float]) -> Texts:
    confidence = f"{100 * settings['confidence']:g}"
    return {"bootstrap.draws": str(settings["draws"]), "bootstrap.confidence": confidence}


def _of_all_claims(judged: Sequence[Entry], table: pd.DataFrame, together: Family, asked: Asked) -> Entry:
    """Return how many claims there are, how many are counted, and of these how many have each verdict."""
    counted = table[table["counted"].eq(True)]
    elsewhere = sum(
        claim["counted"] for name, claim in asked.claims.items() if name not in set(table["claim"])
    )
    kinds = Counter(counted["verdict"].map(lambda text: verdict_in(text).kind))
    kinds[UNTESTABLE] += elsewhere
    texts = {"claims.n": str(len(asked.claims)), "claims.counted": str(kinds.total())}
    texts |= {f"claims.{key}": str(kinds[kind]) for kind, key in COUNTED.items()}
    texts["claims.judged"] = str(together.judged)
    texts["claims.departing"] = str(together.differs + together.shifted)
    texts["claims.by_chance"] = f"{together.by_chance:.1f}"
    against = sum(any(key.endswith(".fault") for key in values) for values, _, _ in judged)
    texts["claims.fault"] = str(against)
    return texts, {}, {}


def _tested(claims: pd.DataFrame) -> list[Any]:
    """Return the numbers of the findings of which something is tested, or has a number of ours."""
    return sorted(claims["finding"][~untested(claims) & ~claims["claim"].map(is_further)].unique())


def _of_findings(claims: pd.DataFrame, asked: Asked) -> Texts:
    """Return how many claims each finding has, and what those that cannot be tested need."""
    texts: Texts = {}
    for finding in sorted({claim["finding"] for claim in asked.claims.values()}):
        counted = sum(claim["finding"] == finding for claim in asked.claims.values())
        rows = claims[("finding_" + claims["finding"].astype(str)).eq(finding)]
        rows = rows[~rows["claim"].map(is_further)]
        said = needs(rows) if len(rows) else "the finding is not in this configuration"
        texts |= {f"{finding}.claims": str(counted), f"{finding}.needs": latex(said)}
    return texts


def _of_errata(counts: Mapping[str, int]) -> Texts:
    texts = {f"errata.{kind.replace(' ', '_')}": str(counts.get(kind, 0)) for kind in MEANS}
    return {"errata.n": str(sum(counts.values()))} | texts


def _outcome_of_claim(row: pd.Series, claim: Mapping[str, Any], scored: Mapping[tuple, pd.Series]) -> str:
    if math.isnan(row["ours"]) or (row["unit"] == POINTS and math.isnan(row["low"])):
        return ABSENT
    if row["unit"] == POINTS:
        groups = [scored[name, "uar", ""]["groups"] for name in claim["ours"] if (name, "uar", "") in scored]
        return outcome(row["low"], row["high"], 0, min(groups, default=0))
    score = scored.get(tuple(claim["score"])) if claim.get("score") else None
    return ABSENT if score is None else _against_chance(score)


def _of_premiums(table: pd.DataFrame, pairs: Sequence[str]) -> Iterator[Entry]:
    rows: dict[str, pd.Series] = {}
    for _, row in table[table["metric"] == "uar"].iterrows():
        # of pairs that differ in their emotions the first, as in the figure
        rows.setdefault(f"{KEYS_OF_PREMIUMS[row['folds']]}.{row['corpus']}.{row['model']}", row)
    for key in sorted({*pairs, *rows}):
        if key not in rows:
            why = "one of the two protocols has no scores"
            texts = dict.fromkeys(("value", *OF_PREMIUM), _unavailable(why))
            yield _keyed(key, texts), {key: ABSENT}, {}
            continue
        row = rows[key]
        values = {name: 100 * float(row[name]) for name in ("value", "low", "high")}
        texts = _shown(values, row["mark"] or "it is undefined here", 1, signed=True)
        texts |= {name: str(row[name]) for name in ("n", "groups")}
        absent = math.isnan(values["value"])
        decided = ABSENT if absent else outcome(values["low"], values["high"], 0, row["groups"])
        yield _keyed(key, texts), {key: decided}, {}
