"""What the table of errata shows: claims, scores, differences, and rows of the audit."""

from collections.abc import Mapping, Sequence
from typing import Any

from sarangi.base import layout
from sarangi.base.missing import CORPUS, NOT_CONFIGURED, Missing
from sarangi.published.accusations import PARTS
from sarangi.published.readings import SIDES
from sarangi.published.records import with_parts
from sarangi.study.availability import unavailable
from sarangi.study.missing import missing_of
from sarangi.study.scored import differences_of_study
from sarangi.study.study import Study

Errata = Mapping[str, Sequence[Mapping[str, Any]]]
"""From :func:`sarangi.study.claims_file.read_errata`."""


def all_points(errata: Errata) -> list[Mapping[str, Any]]:
    """Return the points of all lists of the errata."""
    return [point for part in PARTS for point in errata.get(part, ())]


def compared_by(errata: Errata, kind: str) -> list[Mapping[str, Any]]:
    """Return what errata compare of a kind: a ``claim``, ``score``, ``difference`` or row of an ``audit``."""
    rows = [row for point in all_points(errata) for row in point.get("rows", ())]
    sides = [row[side] for row in rows for side in SIDES if side in row]
    return [side for side in sides if kind in side]


def records_of_errata(study: Study, errata: Errata) -> dict[str, dict[str, Any]]:
    """Return the records of the claims that errata compare or are about, and what these are judged with."""
    about = {name for point in all_points(errata) for name in point.get("claims", ())}
    return with_parts({side["claim"] for side in compared_by(errata, "claim")} | about, study.published)


def scores_of_errata(study: Study, errata: Errata) -> list[str]:
    """Return the scores that errata compare, of what can run or was restored."""
    names = {side["score"] for side in compared_by(errata, "score")}
    return [layout.scores(name) for name in sorted(names & study.available_scores)]


def differences_of_errata(study: Study, errata: Errata) -> list[str]:
    """Return the differences that errata compare, as far as both models can be compared."""
    wanted = {layout.differences(side["difference"]) for side in compared_by(errata, "difference")}
    return sorted(wanted & set(differences_of_study(study)))


def audits_of_errata(study: Study, errata: Errata) -> list[str]:
    """Return the audits that errata show, of the corpora that are available."""
    return [layout.audit(name) for name in _corpora(errata) if name in study.corpora]


def missing_of_errata(study: Study, errata: Errata) -> dict[str, list[Missing]]:
    """Return the other experiments and corpora of errata, with what each needs and does not have."""
    absent = unavailable(study, "corpora")
    corpora = [name for name in _corpora(errata) if name not in study.corpora]
    titles = study.locations.corpus_titles
    return missing_of(study, _experiments(errata)) | {
        name: [Missing(CORPUS, name, absent.get(name, NOT_CONFIGURED), titles.get(name, ""))]
        for name in corpora
    }


def _experiments(errata: Errata) -> list[str]:
    """Return the experiments that errata compare, those behind their differences included."""
    differences = compared_by(errata, "difference")
    pairs = {f"{each['difference']}_{each[side]}" for each in differences for side in ("first", "second")}
    return sorted({side["score"] for side in compared_by(errata, "score")} | pairs)


def _corpora(errata: Errata) -> list[str]:
    """Return the corpora whose audit errata show."""
    shown = {check["corpus"] for point in all_points(errata) for check in point.get("audit", ())}
    return sorted(shown | {side["audit"] for side in compared_by(errata, "audit")})
