"""Where each corpus, encoder and Whisper is or will be, and what a person can do where it is nowhere."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from sarangi.base import layout
from sarangi.base.documents import DocumentError, json_in
from sarangi.base.errors import SarangiError
from sarangi.base.weights_files import ENCODER_FILES, FASTER_WHISPER, FASTER_WHISPER_FOLDER
from sarangi.corpora.titles import titles_of_corpora
from sarangi.corpora.words_alone import is_of_words_alone, sound_of_layout
from sarangi.runtime import records
from sarangi.sources import other_whispers
from sarangi.sources.checksums import committed
from sarangi.sources.incomplete import instead_of_encoder, wrong_with_encoder
from sarangi.sources.kinds import Hub, Kind, Random, WhisperEncoder, kind_of
from sarangi.sources.reachability import reachable
from sarangi.sources.source import IN_HAND, SLOW_ARCHIVES, find, names_in
from sarangi.study.entries import SOUND, WORDS, Experiment, asr_of, modality
from sarangi.study.identities import restored
from sarangi.study.table_corpora import audio_of, has_table, missing_of, table_of, titles_of_tables

MADE_CORPORA = Path(layout.MADE_CORPORA)
MODELS = Path(layout.MODELS)
MADE_WEIGHTS = Path(layout.WEIGHTS)
EXTRAS = {"encoders": "neural", "asr": "asr"}
"""The extra of the package that a kind of thing needs wherever it is used."""
DEMO = "demo"
"""The extra that speaks synthetic corpora."""


@dataclass(frozen=True)
class Locations:
    """Where each corpus, encoder and Whisper of a configuration is, or will be; looked up once a parse.

    ``experiments`` are those of the configuration; ``probe`` says whether the network may be asked for what
    is not here; ``lacking`` are the extras of the package whose programs are not installed, with what to do.
    """

    config: dict[str, Any]
    experiments: Mapping[str, Experiment]
    probe: bool = False
    lacking: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def corpus_titles(self) -> dict[str, str]:
        """The title of each corpus that can be read, by its name."""
        return titles_of_corpora() | titles_of_tables(self.config["corpora"])

    @cached_property
    def sources(self) -> dict[str, Path]:
        """Where each available corpus is, or will be."""
        return self._located("corpora", IN_HAND, MADE_CORPORA, ".zip")

    @cached_property
    def own(self) -> dict[str, Path]:
        """The user's own copy of each corpus that there is one of."""
        return {name: found for name, found in self._found.items() if isinstance(found, Path)}

    @cached_property
    def _found(self) -> dict[str, Path | SarangiError | None]:
        """The user's own copy of each corpus, or why what is in its place cannot be one."""
        found: dict[str, Path | SarangiError | None] = {}
        for name, entry in self.config["corpora"].items():
            try:
                found[name] = _own_audio(entry) if has_table(entry) else None
                if not has_table(entry) or audio_of(entry) is None:
                    found[name] = find(name)
            except SarangiError as error:
                found[name] = error
        return found

    @cached_property
    def tables(self) -> dict[str, Path]:
        """The table of labels of each corpus that has one and is available."""
        entries = self.config["corpora"]
        return {name: table_of(entries[name]) for name in self.sources if has_table(entries[name])}

    @cached_property
    def of_words_alone(self) -> frozenset[str]:
        """The available corpora without recordings that can be used for their words.

        Those that say so, and those of a layout whose tables suffice, where nothing else is there now.
        """
        found = {name for name, entry in self.config["corpora"].items() if entry.get("holds") == WORDS}
        for name in (*self.sources, *self.kept_corpora):
            if has_table(self.config["corpora"][name]) or sound_of_layout(name) is None:
                continue
            if name in self.kept_corpora:
                silent = not Path(layout.levels(name, 0)).exists()
            else:
                silent = is_of_words_alone(self.sources[name])
            found |= {name} if silent else set()
        return frozenset(found)

    def holds(self, corpus: str) -> str:
        """Return what a corpus holds: ``recordings``, or without any ``features`` or ``words``."""
        if corpus in self.of_words_alone:
            return WORDS
        stated: str = self.config["corpora"][corpus].get("holds", SOUND)
        return stated

    def advice_on_sound(self, corpus: str) -> str:
        """Return what a person can do about a corpus of words alone whose recordings are needed."""
        if self.config["corpora"][corpus].get("holds") == WORDS:
            return "it holds words alone, as the configuration says"
        how = kind_of(self.config["corpora"][corpus]["source"]).how_to_get
        return f"its tables are here alone; put beside them {sound_of_layout(corpus)} ({how})"

    @cached_property
    def compressed(self) -> dict[str, Path]:
        """The user's own compressed archives, which are made into a zip before they are read."""
        return {name: path for name, path in self.own.items() if path.name.lower().endswith(SLOW_ARCHIVES)}

    @cached_property
    def weights(self) -> dict[str, Path]:
        """Where the weights of each encoder (a folder) are, or will be, where available."""
        return self._located("encoders", MODELS, MADE_WEIGHTS, "")

    def layers_of(self, encoder: str) -> int | None:
        """Return how many layers an encoder has, where its settings are here and state it."""
        folder = self.weights.get(encoder)
        if folder is None:
            return None
        try:
            settings = json_in(folder / ENCODER_FILES["speech"][0])
        except (OSError, DocumentError):
            return None  # not made yet, or what its job refuses
        stated = settings if isinstance(settings, dict) else {}
        # Whisper's own name first: its other one may count the decoder's
        layers = stated.get("encoder_layers", stated.get("num_hidden_layers"))
        return layers if isinstance(layers, int) else None

    @cached_property
    def checkpoints(self) -> dict[str, Path]:
        """Where each available Whisper is, or will be: a file, or a folder for faster-whisper."""
        return self._located("asr", MODELS, MADE_WEIGHTS, ".pt")

    def _located(self, kind: str, in_hand: Path, made: Path, suffix_of_kind: str) -> dict[str, Path]:
        located = {}
        for name, entry in self.config[kind].items():
            # in place of what a user has put there, and cannot be read, nothing else is fetched
            if kind == "corpora" and (
                name in self.kept_corpora or isinstance(self._found[name], SarangiError)
            ):
                continue
            suffix = "" if entry.get("engine") == FASTER_WHISPER else suffix_of_kind
            if (kind, name) in self.wrong or EXTRAS.get(kind) in self.lacking:
                continue
            own = self.own.get(name) if kind == "corpora" else in_hand / f"{name}{suffix}"
            to_make = made / f"{name}{suffix}"
            if kind == "corpora" and name in self.compressed:
                located[name] = to_make
            elif own is not None and own.exists():
                located[name] = own
            elif _maker(entry) in self.lacking and not to_make.exists():
                continue
            elif (asr := entry["source"].get("asr")) is not None:
                located |= {name: to_make} if asr in self.checkpoints else {}
            elif path := kind_of(entry["source"]).located(to_make, _files(kind, entry), self._answers):
                located[name] = path
        return located

    @cached_property
    def wrong(self) -> dict[tuple[str, str], str]:
        """What a person put in the place of weights and is none that can be read, with what to do."""
        found = {}
        for kind in ("encoders", "asr"):
            for name, entry in self.config[kind].items():
                wrong = _wrong(kind, name, entry)
                # the folder of an encoder of the same name is no Whisper that went wrong
                if wrong and not (kind == "asr" and name in self.config["encoders"]):
                    found[kind, name] = wrong
        return found

    def _answers(self, address: str) -> bool:
        return address in self._reachable

    @cached_property
    def _reachable(self) -> set[str]:
        """Addresses that answer now; never remembered, so that a failure is not kept."""
        if not (self.probe and self.config["download"]):
            return set()
        entries = [entry for kind in ("corpora", "encoders", "asr") for entry in self.config[kind].values()]
        addresses = [kind_of(entry["source"]).fetched_from for entry in entries]
        return reachable(address for address in addresses if address)

    @cached_property
    def committed(self) -> dict[str, dict[str, Any]]:
        """What git has committed of ``checksums.yaml``, by which weights count as pinned."""
        return committed()

    def origin_of_weights(self, entry: Mapping[str, Any]) -> str:
        """Return where weights are from, in words, and whether they are pinned."""
        kind = kind_of(entry["source"])
        if isinstance(kind, WhisperEncoder):
            return f"{kind.origin}: {self.origin_of_weights(self.config['asr'][kind.asr])}"
        return kind.origin_by(self.committed) if isinstance(kind, Hub) else kind.origin

    def first_source(self, entry: Mapping[str, Any]) -> Kind:
        """Return where weights are from at first: a Whisper's encoder is from where the Whisper is."""
        kind = kind_of(entry["source"])
        return self.first_source(self.config["asr"][kind.asr]) if isinstance(kind, WhisperEncoder) else kind

    def has_random_weights(self, encoder: str) -> bool:
        """Whether an encoder's weights are random ones of ours, and nobody's copy in their place."""
        entry = self.config["encoders"][encoder]
        asr = asr_of(entry)
        paths = [self.weights.get(encoder), *([] if asr is None else [self.checkpoints.get(asr)])]
        ours = all(path is not None and path.is_relative_to(MADE_WEIGHTS) for path in paths)
        return ours and isinstance(self.first_source(entry), Random)

    def missing(self, kind: str) -> dict[str, str]:
        """Return what of a kind is not available and was not restored, each with what to do about it."""
        return self._missing[kind]

    @cached_property
    def _missing(self) -> dict[str, dict[str, str]]:
        located = {"corpora": self.sources, "encoders": self.weights, "asr": self.checkpoints}
        return {
            kind: {
                name: self._advice(kind, name, entry)
                for name, entry in sorted(self.config[kind].items())
                if name not in paths
                and name not in self.kept_corpora
                and f"{kind}/{name}" not in self.restored
            }
            for kind, paths in located.items()
        }

    def _advice(self, kind: str, name: str, entry: Mapping[str, Any]) -> str:
        """Return what a person can do about something that is missing."""
        if (kind, name) in self.wrong:
            return self.wrong[kind, name]
        if kind == "corpora" and isinstance(self._found[name], SarangiError):
            return str(self._found[name])
        extra = EXTRAS.get(kind) or _maker(entry)
        if extra is not None and extra in self.lacking:
            return self.lacking[extra]
        source = kind_of(entry["source"])
        if isinstance(source, WhisperEncoder):
            return f"{source.how_to_get}: {self._advice('asr', source.asr, self.config['asr'][source.asr])}"
        advice = source.advice(_place(kind, name, entry), _files(kind, entry))
        alike = names_like(name, IN_HAND, self.config["corpora"]) if kind == "corpora" else []
        return f"{advice} ({IN_HAND} has {', '.join(alike)}: rename it to that)" if alike else advice

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
                entry = self.config["corpora"][name]
                stated = {str(entry.get(key)) for key in ("table", "audio")}
                stated.add(str(entry.get("votes", {}).get("table")))
                if record and all(path in stated or _own(path) for path in record["inputs"]):
                    kept.append(name)
        return kept


def _own_audio(entry: Mapping[str, Any]) -> Path | None:
    """Return the recordings of an entry with a table; None where they are fetched.

    Raises
    ------
    SarangiError
        If they or the table are not there.
    """
    missing = missing_of(entry)
    if missing is not None:
        raise SarangiError(missing)
    return audio_of(entry)


def _maker(entry: Mapping[str, Any]) -> str | None:
    """Return the extra that makes a thing of the configuration."""
    return DEMO if "synthetic" in entry.get("source", ()) else None


def _own(recordings: str) -> bool:
    """Whether the recordings that a manifest was made from were the user's own, or repacked from that."""
    made = records.read(recordings)
    return Path(recordings).is_relative_to(IN_HAND) or (made is not None and made["rule"] == "repack")


def _wrong(kind: str, name: str, entry: Mapping[str, Any]) -> str | None:
    """Return what is wrong with the weights that a person put here; None where none or whole ones are."""
    place = MODELS / name
    if kind == "encoders":
        files, beside = _files(kind, entry), entry["source"].get("folder")
        if place.exists() or beside is None:
            return wrong_with_encoder(place, files) if place.exists() else None
        there = instead_of_encoder(Path(beside), files)
        return there and f"{beside}: {there}"
    if entry.get("engine") == FASTER_WHISPER:
        return other_whispers.wrong_with(place, faster=True) if place.exists() else None
    checkpoint = MODELS / f"{name}.pt"
    return (
        other_whispers.wrong_with(checkpoint, faster=False)
        if checkpoint.exists()
        else other_whispers.beside(checkpoint)
    )


def _files(kind: str, entry: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of the files that rules need of an encoder's folder; none of another kind."""
    return ENCODER_FILES[modality(entry)] if kind == "encoders" else ()


def _place(kind: str, name: str, entry: Mapping[str, Any]) -> str:
    """Return where a person puts a corpus, an encoder or a Whisper, with the files that it needs."""
    if kind == "corpora":
        return f"{IN_HAND}/{name}"
    if entry.get("engine") == FASTER_WHISPER:
        return f"{MODELS}/{name} ({FASTER_WHISPER_FOLDER})"
    return (
        f"{MODELS}/{name} ({', '.join(_files(kind, entry))})" if kind == "encoders" else f"{MODELS}/{name}.pt"
    )


def names_like(corpus: str, folder: Path, corpora: Iterable[str]) -> list[str]:
    """Return the names in a folder that begin like a corpus's, and like no other's at more length."""

    def plain(name: str) -> str:
        return re.sub(r"[\W_]", "", name.casefold())

    names = [name for name in names_in(folder) if not name.startswith(".")]
    longer = tuple(plain(other) for other in corpora if len(plain(other)) > len(plain(corpus)))
    return [
        name for name in names if plain(name).startswith(plain(corpus)) and not plain(name).startswith(longer)
    ]
