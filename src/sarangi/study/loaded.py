"""Which members of the registries a rule loads by name, so that another member's code reruns nothing."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sarangi.corpora.table_formats import FORMATS, formats_of
from sarangi.study.entries import FAMILIES, extraction_of, families_of
from sarangi.study.study import Study
from sarangi.study.table_corpora import has_table


class Registry(NamedTuple):
    """A module that loads others by name, and the package that these are in."""

    loader: str
    package: str


REGISTRIES = {
    "layouts": Registry("sarangi.corpora.registry", "sarangi.corpora.layouts"),
    "formats": Registry("sarangi.corpora.table_formats", "sarangi.corpora.formats"),
    "stand_ins": Registry("sarangi.synthetic.corpus", "sarangi.synthetic"),
    "extractors": Registry("sarangi.features.registry", "sarangi.features.extractors"),
    "speaker_encoders": Registry("sarangi.speakers.registry", "sarangi.speakers.encoders"),
    "families": Registry("sarangi.models.family", "sarangi.models.families"),
    "classifiers": Registry("sarangi.models.classifier", "sarangi.models.classifiers"),
    "regressors": Registry("sarangi.models.regressor", "sarangi.models.regressors"),
}


def families(study: Study, encoders: Iterable[str]) -> dict[str, list[str]]:
    """Return the families of encoders that a rule loads, as its parameter ``loads``."""
    entries = [study.config["encoders"][name] for name in encoders]
    return {"families": sorted({family for entry in entries for family in families_of(entry)})}


def loaded(
    study: Study, wildcards: Mapping[str, str], stated: Mapping[str, Iterable[str]]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return each loader with the modules that it will load, as a fingerprint takes them.

    Parameters
    ----------
    study
        What a rule serves, all of it where its wildcards say no more.
    wildcards
        Of a job.
    stated
        By registry the members that a rule itself states (its parameter ``loads``).
    """
    config = study.config
    corpora = [wildcards["corpus"]] if "corpus" in wildcards else list(config["corpora"])
    tables = [config["corpora"][name] for name in corpora if has_table(config["corpora"][name])]
    sets = [wildcards["feature_set"]] if "feature_set" in wildcards else list(config["feature_sets"])
    extractions = [extraction_of(config["feature_sets"][name]) for name in sets]
    voices = config["speaker_encoders"]
    speaking = [wildcards["speaker_encoder"]] if "speaker_encoder" in wildcards else list(voices)
    members = {
        "layouts": [name for name in corpora if not has_table(config["corpora"][name])],
        "formats": sorted({*(name for table in tables for name in formats_of(table)), *_of_votes(tables)}),
        "stand_ins": corpora,
        "extractors": sorted({found.extractor for found in extractions if found is not None}),
        "classifiers": sorted({entry["kind"] for entry in config["classifiers"].values()}),
        "regressors": sorted({entry["kind"] for entry in config["regressors"].values()}),
        "speaker_encoders": sorted({voices[name]["kind"] for name in speaking}),
        "families": FAMILIES,
        **stated,
    }
    return tuple(
        (registry.loader, tuple(f"{registry.package}.{name}" for name in members[kind]))
        for kind, registry in REGISTRIES.items()
    )


def _of_votes(tables: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the format of tables of votes, where some corpus has one."""
    return [FORMATS["csv"]] if any("table" in entry.get("votes", ()) for entry in tables) else []
