"""The scores that the configured experiments can have, by name: names are looked up, never taken apart."""

from sarangi.base.score_id import ScoreId
from sarangi.study.entries import CORPORA
from sarangi.study.study import Study


def scores_by_name(study: Study) -> dict[str, ScoreId]:
    """Return each configured experiment on its own corpus, and on every corpus that can be read."""
    scores = (ScoreId(name, test) for name in study.experiments for test in (None, *CORPORA))
    return {score.name: score for score in scores}
