"""Which experiments are shown under other splits and sample rates too, and what that is computed from."""

from pathlib import Path

from sarangi.base import layout
from sarangi.base.scored import SplitAgain
from sarangi.study.comparisons import other_splits, own_rate, split_again
from sarangi.study.inputs import feature_shards
from sarangi.study.scored import mean_of_folds
from sarangi.study.speaker_inputs import voices_of_protocol
from sarangi.study.study import Study


def corpora_split_again(study: Study) -> list[str]:
    """Return the corpora with experiments that are shown under other splits, or were before a restore."""
    return [
        corpus
        for corpus in study.corpora
        if split_again(study, corpus)
        and (corpus in study.sources or Path(layout.sensitivity(corpus)).exists())
    ]


def experiments_split_again(study: Study, corpus: str) -> dict[str, SplitAgain]:
    """Return features, protocol and classifier of each experiment on a corpus to show under other splits."""
    return {
        e.name: SplitAgain(
            features=study.config["models"][e.model]["features"],
            own_rate=own_rate(study, e),
            protocol=e.protocol,
            split=study.config["protocols"][e.protocol],
            others=other_splits(study, e.protocol),
            settings=study.settings(e.model),
            mean_of_folds=mean_of_folds(study, e.protocol),
            voices=tuple(voices_of_protocol(study, e.protocol, corpus)),
        )
        for e in split_again(study, corpus)
    }


def voices_split_again(study: Study, corpus: str) -> list[str]:
    """Return the files that say who seems to speak in a corpus, for splits that hold that apart, sorted."""
    entries = experiments_split_again(study, corpus).values()
    return sorted({file for entry in entries for file in entry.voices})


def features_split_again(study: Study, corpus: str) -> dict[str, list[str]]:
    """Return the features of a corpus that models are split again on, by feature set."""
    entries = experiments_split_again(study, corpus).values()
    sets = {name for entry in entries for name in (entry.features, entry.own_rate) if name is not None}
    return {name: feature_shards(study, corpus, name) for name in sorted(sets)}


def scores_split_again(study: Study) -> list[str]:
    """Return the scores of the experiments that are shown under other splits."""
    corpora = corpora_split_again(study)
    return [layout.scores(e.name) for corpus in corpora for e in split_again(study, corpus)]
