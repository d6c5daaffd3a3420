"""Which findings have something that their figures can draw: claims with a value of ours."""

from collections.abc import Iterable
from typing import NamedTuple

from sarangi.base.score_id import ScoreId
from sarangi.base.statements import title_and_number
from sarangi.base.verdicts import claim_of_further
from sarangi.published.estimates import UNITS
from sarangi.published.expressions import Records, parts
from sarangi.published.records import of_finding
from sarangi.statistics.metrics import METRICS
from sarangi.study.findings_inputs import further_experiments
from sarangi.study.labels import labels_of
from sarangi.study.study import Study

COMPARED = {metric.prose for metric in METRICS if metric.compared}


class Drawn(NamedTuple):
    """Whether some findings can have scores of whole test parts with ours, and differences in points."""

    scores: bool
    points: bool


def claims_drawn(study: Study, findings: Iterable[str]) -> Drawn:
    """Return what the claims of some findings can have of ours, of what can run or was restored."""
    units = set()
    for finding in findings:
        claims = of_finding(study.published, finding)
        for name in claims["claims"]:
            if _is_drawn(name, claims["records"]) and _has_ours(study, name, claims["records"]):
                units.add(claims["records"][name]["unit"])
    return Drawn(scores="" in units, points=bool(units - {""}))


def findings_drawn(study: Study) -> list[str]:
    """Return the findings that have a figure, in the order of the configuration."""
    return [
        finding
        for finding in study.config["findings"]
        if any(claims_drawn(study, [finding]))
        or set(further_experiments(study, finding)) & study.available_scores
    ]


def titles_of_further(study: Study, finding: str) -> dict[str, str]:
    """Return what the further experiments of a finding are called, by their claims."""
    return {
        claim_of_further(name): title_of_score(study, study.scores[name])
        for name in further_experiments(study, finding)
        if name in study.scores
    }


def title_of_score(study: Study, score: ScoreId) -> str:
    """Return what a score is of in words: the model, its corpus and protocol, and the corpus tested."""
    labels, e = labels_of(study), study.every_experiment[score.experiment]
    tested = f" → {labels.corpora[score.test]}" if score.test else ""
    return f"{labels.models[e.model]}; {labels.corpora[e.corpus]}, {labels.protocols[e.protocol]}{tested}"


def _is_drawn(name: str, records: Records) -> bool:
    record = records[name]
    if record["kind"] == "derived":
        return record["unit"] in UNITS
    return record["kind"] == "number" and title_and_number(record["statement"])[1] in COMPARED


def _has_ours(study: Study, name: str, records: Records) -> bool:
    """Whether everything that a claim is computed from can be scored."""
    needed = [name] if records[name]["kind"] == "number" else parts(records[name], records)
    ours = [records[part].get("ours") for part in needed]
    return bool(ours) and study.available_scores.issuperset(ours)
