"""Acoustic features as a corpus without recordings publishes them, one row an utterance."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sarangi.base import store
from sarangi.base.errors import RecordingError, SarangiError
from sarangi.corpora.registry import load as load_corpus
from sarangi.corpora.unchanged import refuse_changed
from sarangi.features.registry import load as load_extractor
from sarangi.features.rows import Recorded, Row, listed, write
from sarangi.sources.source import Source


def published_features(
    source: Path, corpus: str, manifest: Path, shard: int, feature_set: str, output: store.Output
) -> None:
    """Write the features of one shard of a corpus that is published as features, without recordings.

    The publisher gives no names; values as many as openSMILE has get its names, in its order, and those
    of a set that is not openSMILE's are numbered.

    Parameters
    ----------
    source
        Folder or archive of the corpus.
    corpus
        Its name.
    manifest
        Its manifest; what is not ok there is carried over with its reason.
    shard
        Which shard to write.
    feature_set
        Name in ``opensmile.FeatureSet``, or in ``UNNAMED`` of the corpus's module: sets without names, and
        how many values they have.
    output
        As for :func:`sarangi.features.extraction.features`, and the same schema.

    Raises
    ------
    SarangiError
        If there is no such set, or the corpus cannot be opened.
    """
    module = load_corpus(corpus)
    names = names_of(feature_set, getattr(module, "UNNAMED", {}))
    utterances = listed(manifest, shard)
    with Source(source) as opened:

        def work(utterance: tuple[Row, Recorded]) -> Row:
            row, place = utterance
            if row.status != store.OK:
                return row
            try:
                values = module.features(opened, place.file, feature_set)
                # after they were read: what changed in between shows, too
                refuse_changed(module.describe(opened, place.file)["sha256"], place.sha256)
                _refuse_odd(values, names, feature_set)
            except SarangiError as error:
                return row._replace(status=store.FAILED, reason=str(error))
            return row._replace(values=values)

        done = map(work, utterances)
        write(done, len(utterances), f"{feature_set} shard {shard}", names, output)


def names_of(feature_set: str, unnamed: dict[str, int]) -> Sequence[str]:
    """Return the names of a set's features: openSMILE's, or ``prosody_01`` and on for one without names.

    Parameters
    ----------
    feature_set
        Name in ``opensmile.FeatureSet``, or in ``unnamed``.
    unnamed
        Sets that are published without names, and how many values they have.

    Raises
    ------
    SarangiError
        If there is no such set.
    """
    if feature_set in unnamed:
        return [f"{feature_set.lower()}_{number:02}" for number in range(1, unnamed[feature_set] + 1)]
    return load_extractor("opensmile", {"feature_set": feature_set}).names


def _refuse_odd(values: np.ndarray, names: Sequence[str], feature_set: str) -> None:
    if len(values) != len(names):
        raise RecordingError(f"{len(values)} values; {feature_set} has {len(names)}")
    bad = np.flatnonzero(~np.isfinite(values))
    if len(bad):
        raise RecordingError(f"{len(bad)} of {len(values)} values are NaN or infinite, first {names[bad[0]]}")
