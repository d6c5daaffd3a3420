"""What experiments and transfers need and do not have."""

from collections.abc import Iterable

from sarangi.base import layout
from sarangi.base.errors import SarangiError
from sarangi.base.missing import CORPUS, EXPERIMENT, NOT_CONFIGURED, TRANSFER, Missing
from sarangi.study.availability import unavailable
from sarangi.study.study import Study

NO_CORPUS = "config.yaml names none: put one under corpora, or let sarangi new write one from a table"


def what_is_missing(study: Study, name: str) -> list[Missing]:
    """Return what the score of an experiment or a transfer cannot have now.

    Parameters
    ----------
    name
        As claims name it; of one that is not in the configuration that is what is missing.
    """
    score = study.scores.get(name)
    if score is None:
        return [Missing(EXPERIMENT, name, NOT_CONFIGURED)]
    experiment = study.experiments[score.experiment]
    if score.test is None:
        return study.waits_for(experiment)
    absent = unavailable(study, "corpora").get(score.test)
    titles = study.locations.corpus_titles
    return [
        *study.waits_for(experiment),
        *([Missing(CORPUS, score.test, absent, titles.get(score.test, ""))] if absent else []),
        *([silent] if (silent := study.lacks_sound(experiment, score.test)) else []),
    ] or [Missing(TRANSFER, f"{experiment.name} to {score.test}", NOT_CONFIGURED)]


def missing_of(study: Study, names: Iterable[str]) -> dict[str, list[Missing]]:
    """Return what each of some scores needs and does not have, without those that there are or can be."""
    available = study.available_scores
    return {name: what_is_missing(study, name) for name in names if name not in available}


def missing_of_experiments(study: Study) -> list[list[object]]:
    """Return the experiments on emotions that cannot run now: corpus, protocol, model, what each needs."""
    return [
        [e.corpus, e.protocol, e.model, study.waits_for(e)]
        for name, e in study.experiments.items()
        if name not in study.scored
    ]


def scores_or_error(study: Study, name: str) -> str:
    """Return the scores of an experiment or a transfer.

    Raises
    ------
    SarangiError
        Where there can be none; it says what is missing.
    """
    if name not in study.available_scores:
        raise SarangiError(f"{name} needs {'; '.join(map(str, what_is_missing(study, name)))}")
    return layout.scores(name)


def page_of_audits(study: Study) -> str:
    """Return the page with the audits of the corpora that are available.

    Raises
    ------
    SarangiError
        Where none is; it says of each what to do.
    """
    if not study.corpora:
        advised = unavailable(study, "corpora")
        absent = [f"{name}: {advice}" for name, advice in sorted(advised.items())]
        raise SarangiError("no corpus is available, so nothing can be audited:", *(absent or [NO_CORPUS]))
    return layout.audit_page()
