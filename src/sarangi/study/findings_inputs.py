"""What the findings and numbers of the paper are computed from: claims, scores, and what is missing."""

from collections.abc import Mapping
from typing import Any

from sarangi.base import layout
from sarangi.base.missing import Missing
from sarangi.base.scored import Scored
from sarangi.published.accusations import points_by_claim
from sarangi.published.expressions import Records, parts
from sarangi.published.records import compared_in, of_finding, our_experiments, with_parts
from sarangi.study.labels import labels_of
from sarangi.study.missing import missing_of
from sarangi.study.scored import to_score
from sarangi.study.study import Study


def findings(study: Study) -> list[str]:
    """Return the files of all configured findings, sorted."""
    return [layout.finding(name) for name in sorted(study.config["findings"])]


def further_experiments(study: Study, finding: str) -> list[str]:
    """Return the experiments that bear on a finding besides those that its claims name."""
    return list(study.config["findings"][finding].get("experiments", []))


def titles_of_further(study: Study, finding: str) -> dict[str, str]:
    """Return model, corpora and protocol of the further experiments of a finding, by their names."""
    labels, titles = labels_of(study), {}
    for name in further_experiments(study, finding):
        score = study.scores[name]
        e = study.experiments[score.experiment]
        corpora = dict.fromkeys([e.corpus, score.test or e.corpus])
        where = " to ".join(labels.corpora[each] for each in corpora)
        titles[name] = f"{labels.models[e.model]}, {where}, {labels.protocols[e.protocol]}"
    return titles


def experiments_of_finding(study: Study, finding: str) -> list[str]:
    """Return the experiments and transfers that a finding uses, sorted."""
    claims = of_finding(study.published, finding)["records"]
    return sorted({*our_experiments(claims), *further_experiments(study, finding)})


def claims_of_finding(study: Study, errata: Mapping[str, Any], finding: str) -> dict[str, Any]:
    """Return the claims of a finding with their records, and the points of the errata that are about them."""
    claims = of_finding(study.published, finding)
    return claims | {"points": points_by_claim(errata, claims["claims"])}


def scores_of_finding(study: Study, finding: str) -> list[str]:
    """Return the scores that a finding uses, of what can run or was restored."""
    available = study.available_scores
    return [layout.scores(name) for name in experiments_of_finding(study, finding) if name in available]


def confusions_of_finding(study: Study, finding: str) -> list[str]:
    """Return the confusions beside the scores that the claims of a finding name, of what can run."""
    claims = of_finding(study.published, finding)["records"]
    return [layout.confusions(name) for name in our_experiments(claims) if name in study.available_scores]


def systems_of_finding(study: Study, finding: str) -> dict[str, Scored]:
    """Return the experiments and transfers that a finding compares with each other, of what can run."""
    needed = of_finding(study.published, finding)
    compared = {
        needed["records"][part].get("ours")
        for name in needed["claims"]
        for part in compared_in(needed["records"][name], needed["records"])
    }
    own = {e.name: to_score(study, e) for e in study.scored.values() if e.name in compared}
    transfers = (to_score(study, e, test) for e, test in study.transfers)
    return dict(sorted((own | {each.name: each for each in transfers if each.name in compared}).items()))


def files_of_systems(systems: Mapping[str, Scored]) -> list[str]:
    """Return the predictions and manifests that comparisons of systems are computed from, sorted."""
    return sorted({path for each in systems.values() for path in (*each.predictions, each.manifest)})


def missing_of_finding(study: Study, finding: str) -> dict[str, list[Missing]]:
    """Return the other experiments that a finding uses, with what each needs and does not have."""
    return missing_of(study, experiments_of_finding(study, finding))


def claims_of_numbers(published: Records) -> dict[str, dict[str, Any]]:
    """Return every claim with its finding, what was printed, and what of ours is listed next to it."""
    claims: dict[str, dict[str, Any]] = {}
    for name, record in published.items():
        needed = with_parts([name], published)
        ours = our_experiments({part: needed[part] for part in (parts(record, published) or [name])})
        claims[name] = {"finding": record["finding"], "printed": record.get("value"), "ours": ours}
        claims[name]["counted"] = record["counted"]
        if record["kind"] == "number" and "ours" in record and record["metric"] != "chance":
            claims[name]["score"] = [record["ours"], record["metric"], record.get("ours_slice", "")]
    return claims


def missing_of_numbers(study: Study) -> dict[str, list[Missing]]:
    """Return the experiments and transfers that are configured or that claims name, and have no scores."""
    return missing_of(study, sorted({*study.wanted_scores, *our_experiments(study.published)}))
