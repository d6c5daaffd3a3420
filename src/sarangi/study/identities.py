"""Which results of a bundle can be used: those of entries that are still as they were."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sarangi.base import layout
from sarangi.base.documents import DocumentError, json_in
from sarangi.base.errors import SarangiError
from sarangi.study.entries import (
    DIMENSIONS,
    NOT_OF_RESULTS,
    Experiment,
    asr_of,
    encoders_needed,
    on_corpus,
    words_of,
)
from sarangi.study.table_corpora import OF_TABLES, has_table

RESTORED = Path(layout.RESTORED)


def identities(config: Mapping[str, Any], experiments: Mapping[str, Experiment]) -> dict[str, str]:
    """Return what a configuration says of each thing whose results can be used without their recordings.

    Returns
    -------
    dict
        ``corpora/<corpus>``, ``asr/<asr>`` and ``experiments/<experiment>``, each with a hash of the
        entries that its results follow from.
    """
    hashes = {f"corpora/{name}": _identity(*_of_corpus(entry)) for name, entry in config["corpora"].items()}
    hashes |= {f"asr/{name}": _identity(entry) for name, entry in config["asr"].items()}
    for name, e in experiments.items():
        model = on_corpus(config["models"][e.model], e.corpus)
        hashes[f"experiments/{name}"] = _identity(
            *_of_corpus(config["corpora"][e.corpus]),
            config["protocols"][e.protocol],
            *_of_voices(config, config["protocols"][e.protocol]),
            model,
            config["feature_sets"].get(model.get("features")),
            config["classifiers"].get(model.get("classifier")),
            *(_of_encoder(config, encoder) for encoder in encoders_needed(config, model)),
            config["asr"].get(words_of(model)),
            config["label_map"],
            config["seed"],
            *([config["regressors"][model["regressor"]]] if "regressor" in model else []),
        )
    return hashes


def _of_corpus(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what results follow from in the entry of a corpus, beside its files."""
    # none of a corpus without, whose identity it leaves as it was
    ratings = [entry[DIMENSIONS]] if entry.get(DIMENSIONS) else []
    further = [*ratings, *(entry[key] for key in ("votes", "target") if key in entry)]
    if not has_table(entry):
        return entry["shards"], *further
    return entry["shards"], *(entry[key] for key in OF_TABLES), entry.get("language"), *further


def _of_voices(config: Mapping[str, Any], protocol: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what the pseudo-speakers that a protocol holds apart follow from; nothing for any other one."""
    if "pseudo_speakers" not in protocol:
        return ()
    entry = config["pseudo_speakers"][protocol["pseudo_speakers"]]
    voices = config["speaker_encoders"][entry["encoder"]]
    calibration = [_of_corpus(config["corpora"][entry["calibration"]])] if "calibration" in entry else []
    encoder = [_of_encoder(config, voices["encoder"])] if "encoder" in voices else []
    chosen = {key: value for key, value in entry.items() if key != "corpora"}
    return chosen, voices, *calibration, *encoder


def _of_encoder(config: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return the entry of an encoder; in that of a Whisper's encoder the source of the Whisper."""
    entry: dict[str, Any] = config["encoders"][name]
    asr = asr_of(entry)
    return entry if asr is None else {**entry, "source": config["asr"][asr]["source"]}


def restored(config: Mapping[str, Any], experiments: Mapping[str, Experiment]) -> set[str]:
    """Return the identities that were restored from a bundle and are still those of the configuration.

    Raises
    ------
    SarangiError
        If what was restored cannot be read.
    """
    if not RESTORED.exists():
        return set()
    try:
        bundled = json_in(RESTORED)
        if not isinstance(bundled, dict):
            raise DocumentError("it is not an object")
    except (OSError, DocumentError) as error:
        raise SarangiError(
            f"{RESTORED}: expected what make restore writes, found something else ({error}). Delete "
            "it, or restore the bundle again"
        ) from error
    current = identities(config, experiments)
    return {name for name, identity in bundled.items() if current.get(name) == identity}


def _identity(*entries: Any) -> str:
    # the family of an encoder only says whose code counts
    aside = (*NOT_OF_RESULTS, "family")
    left = [{k: v for k, v in e.items() if k not in aside} if isinstance(e, dict) else e for e in entries]
    return hashlib.sha256(json.dumps(left, sort_keys=True).encode()).hexdigest()[:16]
