"""Names of entries of the configuration by what can be done with them, as rules divide them."""

from collections.abc import Callable, Mapping
from typing import Any

from sarangi.sources.kinds import Kind, kind_of
from sarangi.study.entries import modality
from sarangi.study.study import Study


def source_of(study: Study, kind: str, name: str) -> dict[str, Any]:
    """Return where a corpus, an encoder or a Whisper comes from when it is not available."""
    source: dict[str, Any] = study.config[kind][name]["source"]
    return source


def made_from(study: Study, section: str, kind: type[Kind], of: str | None = None) -> list[str]:
    """Return the names in a section whose source is of a kind, for the rule that fetches or makes them.

    A user's own compressed archive goes before the source: rule repack makes the same file from it.

    Parameters
    ----------
    section
        ``corpora``, ``encoders`` or ``asr``.
    kind
        Class of :mod:`sarangi.sources.kinds`.
    of
        Modality of the encoders; any where it is not given.
    """
    return [
        name
        for name, entry in study.config[section].items()
        if isinstance(kind_of(entry["source"]), kind) and of in (None, modality(entry))
        if section != "corpora" or name not in study.compressed
    ]


def corpora_holding(study: Study, kind: str) -> list[str]:
    """Return the names of the available corpora that hold recordings, features, or words alone."""
    return [name for name in study.sources if study.holds(name) == kind]


def feature_sets_where(study: Study, wanted: Callable[[Mapping[str, Any]], bool]) -> list[str]:
    """Return the names of the feature sets with a wanted entry."""
    return [name for name, entry in study.config["feature_sets"].items() if wanted(entry)]


def set_published(study: Study, feature_set: str) -> str:
    """Return a feature set by openSMILE's name, or by that under which a corpus publishes it."""
    entry = study.config["feature_sets"][feature_set]
    return str(entry.get("opensmile") or entry["published"])
