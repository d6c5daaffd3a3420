"""What a study has to score a model from outside by: a split, and its own predictions on it."""

from pathlib import Path

from sarangi.base import layout
from sarangi.base.errors import SarangiError
from sarangi.base.hints import nearest
from sarangi.base.scored import Compared
from sarangi.runtime import commands
from sarangi.scoring.outside import Split
from sarangi.study.inputs import predictions_of
from sarangi.study.scored import mean_of_folds
from sarangi.study.study import Study


def split_of(study: Study, protocol: str, corpus: str | None) -> Split:
    """Return the split that a corpus has by a protocol; the files are there.

    Parameters
    ----------
    study
        Opened in its folder.
    protocol, corpus
        Their names in the configuration; a study of one corpus, or with one under the protocol, need not say
        which.

    Raises
    ------
    SarangiError
        If one is not in the configuration, several corpora are meant, or a file is not made yet; then says
        which command makes it.
    """
    if protocol not in study.config["protocols"]:
        names = list(study.config["protocols"])
        raise SarangiError(f"{protocol!r} is not in protocols of config.yaml; {nearest(protocol, names)}")
    corpora = sorted({e.corpus for e in study.experiments.values() if e.protocol == protocol})
    if corpus is None and len(corpora) != 1:
        corpora = corpora or sorted(study.config["corpora"])
        if len(corpora) != 1:
            several = ", ".join(corpora)
            raise SarangiError(f"several corpora have {protocol}: name one of {several} by --corpus")
    corpus = corpus or corpora[0]
    if corpus not in study.config["corpora"]:
        known = list(study.config["corpora"])
        raise SarangiError(f"{corpus!r} is not in corpora of config.yaml; {nearest(corpus, known)}")
    files = [
        layout.manifest(corpus),
        layout.protocol(corpus, protocol),
        layout.protocol_audit(corpus, protocol),
    ]
    absent = [file for file in files if not Path(file).is_file()]
    if absent:
        command = commands.snakemake(f"--cores 1 {' '.join(files)}")
        raise SarangiError(f"{absent[0]} is not made yet; make it by {command}")
    manifest, protocol_file, audit = map(Path, files)
    return Split(corpus, protocol, mean_of_folds(study, protocol), manifest, protocol_file, audit)


def own_models(study: Study, split: Split) -> dict[str, Compared]:
    """Return the study's models whose predictions of a split are there, in the order of the configuration."""
    on_it = {
        e.model: predictions_of(study, e)
        for e in study.experiments.values()
        if (e.corpus, e.protocol) == (split.corpus, split.protocol)
    }
    return {
        name: Compared(on_it[name], baseline="baseline" in entry, untrained=study.untrained(name))
        for name, entry in study.config["models"].items()
        if name in on_it and all(Path(path).is_file() for path in on_it[name])
    }
