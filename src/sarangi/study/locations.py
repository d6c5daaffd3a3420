"""Where each corpus, encoder and Whisper is or will be, and what a person can do where it is nowhere."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sarangi.base import layout
from sarangi.base.weights_files import ENCODER_FILES, FASTER_WHISPER, FASTER_WHISPER_FILES
from sarangi.runtime import records
from sarangi.sources.addresses import HUB, KAGGLE, KAGGLE_ADVICE, WHISPER, ZENODO
from sarangi.sources.source import ARCHIVES, IN_HAND, SLOW_ARCHIVES, find
from sarangi.study.entries import Experiment, modality
from sarangi.study.identities import restored

MADE_CORPORA = Path(layout.MADE_CORPORA)
MODELS = Path(layout.MODELS)
MADE_WEIGHTS = Path(layout.WEIGHTS)


@dataclass(frozen=True)
class Locations:
    """Where each corpus, encoder and Whisper of a configuration is, or will be; looked up once a parse.

    ``experiments`` are those of the configuration; ``probe`` says whether the network may be asked for what
    is not in hand.
    """

    config: dict[str, Any]
    experiments: Mapping[str, Experiment]
    probe: bool = False

    @cached_property
    def sources(self) -> dict[str, Path]:
        """Where each corpus that can be had lies, or will lie; looked up once a parse."""
        return self._located("corpora", IN_HAND, MADE_CORPORA, ".zip")

    @cached_property
    def own(self) -> dict[str, Path]:
        """The user's own copy of each corpus that there is one of."""
        found = {name: find(name) for name in self.config["corpora"]}
        return {name: path for name, path in found.items() if path is not None}

    @cached_property
    def compressed(self) -> dict[str, Path]:
        """The user's own compressed archives, which are made into a zip before they are read."""
        return {name: path for name, path in self.own.items() if path.name.endswith(SLOW_ARCHIVES)}

    @cached_property
    def weights(self) -> dict[str, Path]:
        """Where the weights of each encoder (a folder) that can be had lie, or will lie."""
        return self._located("encoders", MODELS, MADE_WEIGHTS, "")

    @cached_property
    def checkpoints(self) -> dict[str, Path]:
        """Where each Whisper that can be had lies, or will lie: a file, or a folder for faster-whisper."""
        return self._located("asr", MODELS, MADE_WEIGHTS, ".pt")

    def _located(self, kind: str, in_hand: Path, made: Path, suffix_of_kind: str) -> dict[str, Path]:
        found = {}
        for name, entry in self.config[kind].items():
            if kind == "corpora" and name in self.kept_corpora:
                continue
            suffix = "" if entry.get("engine") == FASTER_WHISPER else suffix_of_kind
            own = self.own.get(name) if kind == "corpora" else in_hand / f"{name}{suffix}"
            if kind == "corpora" and name in self.compressed:
                found[name] = made / f"{name}{suffix}"
            elif own is not None and own.exists():
                found[name] = own
            elif "folder" in entry["source"]:
                if not lacking(entry):
                    found[name] = Path(entry["source"]["folder"])
            elif self._can_be_made(
                ENCODER_FILES[modality(entry)] if kind == "encoders" else (),
                entry["source"],
                made / f"{name}{suffix}",
            ):
                found[name] = made / f"{name}{suffix}"
        return found

    def _can_be_made(self, names: Iterable[str], source: dict[str, Any], path: Path) -> bool:
        if "packed" in source:
            return Path(source["packed"]).is_file()
        # a fetch that broke off leaves the folder of an encoder, not all of its files
        files = [path / name for name in names] or [path]
        if "synthetic" in source or "random" in source or all(file.exists() for file in files):
            return True
        return address_of(source) in self._reachable

    @cached_property
    def _reachable(self) -> set[str]:
        """Addresses that answer now; never remembered, so that a failure is not kept."""
        if not (self.probe and self.config["download"]):
            return set()
        from sarangi.sources.download import reachable

        entries = [entry for kind in ("corpora", "encoders", "asr") for entry in self.config[kind].values()]
        return reachable(address for e in entries if (address := address_of(e["source"])))

    def missing(self, kind: str) -> dict[str, str]:
        """Return what of a kind is not available and was not restored, each with what to do about it."""
        found = {"corpora": self.sources, "encoders": self.weights, "asr": self.checkpoints}[kind]
        place = {
            "corpora": f"{IN_HAND}/{{}}",
            "encoders": f"{MODELS}/{{}} ({{}})",
            "asr": f"{MODELS}/{{}}.pt",
        }[kind]
        folder = f"{MODELS}/{{}} ({', '.join(FASTER_WHISPER_FILES)})"
        places = {
            name: (folder if entry.get("engine") == FASTER_WHISPER else place).format(
                name, ", ".join(ENCODER_FILES[modality(entry)])
            )
            for name, entry in self.config[kind].items()
        }
        return {
            name: f"put {' and '.join(lacking(entry))} into the folder {entry['source']['folder']}"
            if "folder" in entry["source"]
            else f"{how_to_get(entry['source'])}, put it at {places[name]}{_suffix(entry['source'])}"
            for name, entry in sorted(self.config[kind].items())
            if name not in found and name not in self.kept_corpora and f"{kind}/{name}" not in self.restored
        }

    @cached_property
    def restored(self) -> set[str]:
        """Identities that were restored from a bundle and are still those of the configuration."""
        return restored(self.config, self.experiments)

    @cached_property
    def kept_corpora(self) -> list[str]:
        """Corpora whose recordings are not here, and whose results were restored from a bundle."""
        kept = []
        for name in self.config["corpora"]:
            if f"corpora/{name}" in self.restored and name not in self.own:
                record = records.read(layout.manifest(name))
                if record and all(map(_own, record["inputs"])):
                    kept.append(name)
        return kept


def _own(recordings: str) -> bool:
    """Whether the recordings that a manifest was made from were the user's own, or repacked from that."""
    made = records.read(recordings)
    return Path(recordings).is_relative_to(IN_HAND) or (made is not None and made["rule"] == "repack")


def _suffix(source: Mapping[str, Any]) -> str:
    """Return how the name of a downloaded archive ends, for the place where a user puts it."""
    path = urlsplit(source.get("address", "")).path
    return next((suffix for suffix in ARCHIVES if path.endswith(suffix)), "")


def address_of(source: Mapping[str, Any]) -> str | None:
    """Return the address that a source is fetched from, or None where it is not fetched.

    A data set of Kaggle is fetched only with a token of the user's.
    """
    if "hub" in source:
        return HUB
    if "whisper" in source:
        return WHISPER
    if "zenodo" in source:
        return f"{ZENODO}/{source['zenodo']}"
    if "kaggle" in source:
        from sarangi.sources.download import kaggle_token

        return f"{KAGGLE}/{source['kaggle']}" if kaggle_token() else None
    return source.get("address") or source.get("git")


def lacking(encoder: Mapping[str, Any]) -> list[str]:
    """Return which of an encoder's files the folder of its source lacks."""
    folder = Path(encoder["source"]["folder"])
    return [name for name in ENCODER_FILES[modality(encoder)] if not (folder / name).is_file()]


def how_to_get(source: Mapping[str, Any]) -> str:
    """Return what a person can do to get what a source describes."""
    if "address" in source:
        return f"download {source['address']}"
    if "git" in source:
        return f"clone {source['git']} at {source['commit'][:12]}"
    if "zenodo" in source:
        return f"download the files of Zenodo record {source['zenodo']}"
    if "kaggle" in source:
        return f"{KAGGLE_ADVICE}, or download {source['kaggle']}"
    if "hub" in source:
        return f"fetch {source['hub']} at revision {source['revision'][:12]} of the Hugging Face hub"
    if "whisper" in source:
        return f"fetch Whisper {source['whisper']} of openai-whisper"
    if "packed" in source:
        return f"restore {source['packed']}, which is missing, or fetch another Whisper"
    return source.get("request", "make it")
