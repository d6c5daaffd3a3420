"""The entries of the configuration that an experiment is made of, and what follows from one alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from sarangi.base.score_id import experiment_name

CORPORA = tuple(
    sorted(
        file.stem
        for file in (Path(__file__).parents[1] / "corpora/layouts").glob("*.py")
        if file.stem[0] != "_"
    )
)
"""Names of the corpora that can be read: one module each."""

STAND_INS = tuple(
    name for name in CORPORA if (Path(__file__).parents[1] / "synthetic" / f"{name}.py").exists()
)
"""Names of the corpora that the demo's generator can speak."""

EXTRACTORS = tuple(
    sorted(
        file.stem
        for file in (Path(__file__).parents[1] / "features/extractors").glob("*.py")
        if file.stem[0] != "_"
    )
)
"""Names of the extractors of acoustic features: one module each."""

SPEAKER_ENCODERS = tuple(
    sorted(
        file.stem
        for file in (Path(__file__).parents[1] / "speakers/encoders").glob("*.py")
        if file.stem[0] != "_"
    )
)
"""Kinds of speaker encoders: one module each."""

FAMILIES = tuple(
    sorted(
        file.stem
        for file in (Path(__file__).parents[1] / "models/families").glob("*.py")
        if file.stem[0] != "_"
    )
)
"""Names of the families of encoders: one module each."""

X_VECTOR = "x_vector"
"""The kind of a speaker encoder whose weights are an entry of ``encoders``."""

WHISPER = "whisper"
"""The family of an encoder that is part of an entry of ``asr``."""

ASR_DEFAULTS = {
    "engine": "openai-whisper",
    "language": "manifest",
    "context": "whole",
    "precision": "full",
}
BRANCHES = {"audio": "speech", "text": "text"}
"""The branches of a fine-tuned model, with the modality of the encoder of each."""
SHUFFLED = ("stratified_kfold", "stratified_group_kfold", "random")
"""The kinds of protocols whose test parts follow from a seed."""
CORPUS_WORDS = "corpus"
CHECKPOINTS = "checkpoints"
"""Key of a model whose networks the published study has trained."""
SOUND, FEATURES, WORDS = "recordings", "features", "words"
"""What a corpus may hold: recordings; features of recordings that are not published; words alone."""
READ = "read"
"""That a Whisper transcribes the corpora whose transcripts a model reads, and no others."""
NOT_OF_RESULTS = ("title", "together")
"""Keys of an entry that no result follows from: what it is called, and which job makes it."""
DIMENSIONS = "dimensions"
"""Key of a model that predicts ratings on a scale in place of an emotion, and of a corpus that has some."""
PREPARED = ("scaling", "alignment", "project_out", "seeds")
"""Keys of a classical model that say how its features are prepared."""


@dataclass(frozen=True)
class Experiment:
    """A model on a corpus under a protocol."""

    corpus: str
    protocol: str
    model: str

    @property
    def name(self) -> str:
        """Name of the experiment, as in file names and tables."""
        return experiment_name(self.corpus, self.protocol, self.model)


@dataclass(frozen=True)
class Batch:
    """Experiments that one job trains and predicts, and one scores: on features of a corpus, or guessing."""

    corpus: str
    features: str | None
    classifier: str | None
    """Or regressor; None for all that are trained together."""
    experiments: tuple[Experiment, ...]

    @property
    def name(self) -> str:
        """Name of the batch, as in names of rules and logs."""
        return "_".join(filter(None, (self.corpus, self.features or "baselines", self.classifier)))

    @property
    def protocols(self) -> list[str]:
        """Names of its protocols, sorted."""
        return sorted({e.protocol for e in self.experiments})


def is_rated(model: Mapping[str, Any]) -> bool:
    """Whether a model's entry predicts ratings on a scale, and no emotion."""
    return DIMENSIONS in model


def experiments_of(config: Mapping[str, Any], *, rated: bool = False) -> dict[str, Experiment]:
    """Return every experiment of a configuration by name, sorted, whether it can run or not.

    With ``rated`` those whose models predict ratings, else those whose models tell emotions.
    """
    grid = (
        Experiment(corpus, protocol, model)
        for entry in config["experiments"]
        for corpus in entry["corpora"]
        for protocol in entry["protocols"]
        for model in entry["models"]
        if is_rated(config["models"].get(model, {})) == rated
    )
    return {experiment.name: experiment for experiment in sorted(grid, key=lambda e: e.name)}


def on_corpus(model: Mapping[str, Any], corpus: str) -> dict[str, Any]:
    """Return a model's entry as it is on a corpus: its recipe of it in place of the general values."""
    recipe = model.get("recipes", {}).get(corpus, {})
    entry = {key: value for key, value in model.items() if key != "recipes"}
    return entry | {part: {**entry.get(part, {}), **changed} for part, changed in recipe.items()}


def encoders_of(model: Mapping[str, Any]) -> dict[str, str]:
    """Return the encoder of each branch of a model's entry; none where nothing is fine-tuned."""
    return {branch: model[branch]["encoder"] for branch in BRANCHES if branch in model}


def asr_of(encoder: Mapping[str, Any]) -> str | None:
    """Return the entry of ``asr`` whose encoder an encoder's entry is; None for one from elsewhere."""
    asr: str | None = encoder["source"].get("asr")
    return asr


def context_of(config: Mapping[str, Any], model: Mapping[str, Any]) -> float:
    """Return the seconds of silence that the encoder of a model's audio branch gets after a clip."""
    encoder = encoders_of(model).get("audio")
    seconds: float = config["encoders"].get(encoder, {}).get("context", 0)
    return seconds


def encoders_needed(config: Mapping[str, Any], model: Mapping[str, Any]) -> list[str]:
    """Return every encoder that a model's entry needs: of its branches, or of its feature set."""
    pooled = states_of(config["feature_sets"].get(model.get("features"), {}))
    return [*encoders_of(model).values(), *([] if pooled is None else [pooled.encoder])]


def families_of(encoder: Mapping[str, Any]) -> list[str]:
    """Return the modules of the families that the entry of an encoder may be of."""
    if asr_of(encoder) is not None:
        return [WHISPER]
    return [encoder["family"].replace("-", "_")] if "family" in encoder else list(FAMILIES)


class Extraction(NamedTuple):
    """An extractor of acoustic features, by the name of its module, with its settings."""

    extractor: str
    settings: dict[str, Any]


def extraction_of(feature_set: Mapping[str, Any]) -> Extraction | None:
    """Return what computes the entry of a feature set; None for one that is only published."""
    if "opensmile" in feature_set:
        return Extraction("opensmile", {"feature_set": feature_set["opensmile"]})
    if "extractor" in feature_set:
        return Extraction(feature_set["extractor"], feature_set.get("settings", {}))
    return None


class FrozenStates(NamedTuple):
    """What a feature set takes of an encoder that does not learn, of at most so many seconds of a clip."""

    encoder: str
    seconds: float
    layers: str | int
    """``mean`` over all states, the ``last`` one, or the number of one."""


def states_of(feature_set: Mapping[str, Any]) -> FrozenStates | None:
    """Return the states that the entry of a feature set takes; None for one that needs no encoder."""
    if "encoder" not in feature_set:
        return None
    layers = feature_set.get("layers", "mean")
    return FrozenStates(feature_set["encoder"], feature_set["max_audio_s"], layers)


def needs_recordings(feature_set: Mapping[str, Any]) -> bool:
    """Whether the entry of a feature set is only computed from recordings, and never published."""
    return bool({"rate", "extractor", "encoder"} & set(feature_set))


def words_of(model: Mapping[str, Any]) -> str | None:
    """Return the entry of ``asr`` whose transcripts a model's entry reads; None for a corpus's own words."""
    words = model.get("text", {}).get("words", CORPUS_WORDS)
    return None if words == CORPUS_WORDS else words


def needs_sound(model: Mapping[str, Any]) -> bool:
    """Whether a model's entry needs recordings, or what is computed from them."""
    return bool({"audio", "features"} & set(model)) or words_of(model) is not None


def is_control(model: Mapping[str, Any]) -> bool:
    """Whether a model's entry reads other words than those of the utterance."""
    return "control" in model.get("text", {})


def modality(encoder: Mapping[str, Any]) -> str:
    """Return the modality of an encoder's entry: ``speech``, if it does not say ``text``."""
    stated: str = encoder.get("modality", "speech")
    return stated


def fold_count(protocol: Mapping[str, Any]) -> int | None:
    """Return how many folds the entry of a protocol says there are; None where the corpus decides."""
    if protocol["kind"] == "held_out":
        return len(protocol["test"])
    return 1 if protocol["kind"] in ("random", "publisher") else protocol.get("folds")


def trainable(protocol: Mapping[str, Any]) -> bool:
    """Whether the folds are counted and a validation part is there, as fine-tuning needs."""
    validates = {"validation", "validate"} & set(protocol) or protocol["kind"] in ("publisher", "emobox")
    return bool(validates) and fold_count(protocol) is not None


def keeps_apart(protocol: Mapping[str, Any]) -> bool:
    """Whether a protocol is group-disjoint, and not only because a corpus states none, nor by guess."""
    apart = protocol["kind"] not in ("stratified_kfold", "random") and "pseudo_speakers" not in protocol
    return apart and not protocol["leaks"]
