"""What is taken from a stranger's classifier of sound: its labels, and how it prepares a clip; in bounds."""

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sarangi.base.errors import SarangiError
from sarangi.base.sound import SAMPLE_RATE
from sarangi.models.refusals import settings_in

MOST_LABELS, LONGEST_LABEL = 1000, 100
SINGLE, MULTI = "single_label_classification", "multi_label_classification"


def whole(least: int, most: int) -> tuple[str, Callable[[Any], bool]]:
    """Return what a whole number within bounds is, in words and as a check."""
    return f"a whole number from {least} to {most}", lambda v: type(v) is int and least <= v <= most


NUMBER = (
    "a number up to 1000",
    lambda v: type(v) in (int, float) and math.isfinite(v) and abs(v) <= 1000,
)
ABOVE_0 = ("a number above 0, up to 1000", lambda v: NUMBER[1](v) and v > 0)
FLAG = ("true or false", lambda v: type(v) is bool)
COMMON = {"sampling_rate": whole(4000, 96_000), "padding_value": NUMBER, "return_attention_mask": FLAG}
OF_WAVEFORMS = {**COMMON, "feature_size": whole(1, 1), "do_normalize": FLAG}
EXTRACTORS: dict[str, dict[str, tuple[str, Callable[[Any], bool]]]] = {
    "Wav2Vec2FeatureExtractor": OF_WAVEFORMS,
    "ASTFeatureExtractor": {
        **OF_WAVEFORMS,
        "num_mel_bins": whole(1, 512),
        "max_length": whole(1, 10_000),
        "mean": NUMBER,
        "std": ABOVE_0,
    },
    "WhisperFeatureExtractor": {
        **COMMON,
        "feature_size": whole(1, 512),
        "hop_length": whole(1, 4096),
        "chunk_length": whole(1, 60),
        "n_fft": whole(16, 8192),
    },
    "SeamlessM4TFeatureExtractor": {
        **COMMON,
        "feature_size": whole(1, 512),
        "num_mel_bins": whole(1, 512),
        "stride": whole(1, 16),
    },
}
"""What of ``preprocessor_config.json`` is read, by the class of transformers that prepares the clips."""
SEAMLESS = ("wav2vec2-bert", "SeamlessM4TFeatureExtractor")


def extractor_of(folder: Path, model_type: str) -> Any:
    """Return what prepares clips for a network of transformers.

    Parameters
    ----------
    folder
        With ``preprocessor_config.json``.
    model_type
        Of the network, which decides the class: the file's own word on it is not followed.

    Raises
    ------
    SarangiError
        If the file is not there, or states what cannot be.
    """
    import transformers
    from transformers.models.auto.feature_extraction_auto import FEATURE_EXTRACTOR_MAPPING_NAMES

    name = dict([*FEATURE_EXTRACTOR_MAPPING_NAMES.items(), SEAMLESS]).get(model_type)
    if name not in EXTRACTORS:
        raise SarangiError(f"config.json: model_type is {model_type}, which is not a classifier of sound")
    settings = settings_in(folder / "preprocessor_config.json")
    taken = {key: settings[key] for key in EXTRACTORS[name] if settings.get(key) is not None}
    for key, value in taken.items():
        expected, fits = EXTRACTORS[name][key]
        if not fits(value):
            raise SarangiError(
                f"preprocessor_config.json: {key} is {value!r}; expected {expected}; get it again"
            )
    return getattr(transformers, name)(**{"sampling_rate": SAMPLE_RATE} | taken)


def labels_of(settings: Mapping[str, Any]) -> list[str]:
    """Return the labels of a classifier, in the order of its outputs.

    Parameters
    ----------
    settings
        Of its ``config.json``, with ``id2label``.

    Raises
    ------
    SarangiError
        If there are none, or too many, or a number has no label, or two have the same.
    """
    found = settings.get("id2label")
    expected = "expected id2label with a name for each number from 0 up; add them to config.json"
    if not isinstance(found, Mapping) or not found:
        raise SarangiError(f"config.json: id2label is {type(found).__name__} without names; {expected}")
    if len(found) > MOST_LABELS:
        raise SarangiError(f"config.json: id2label has {len(found)} labels; at most {MOST_LABELS} are read")
    numbers = {str(key): value for key, value in found.items()}
    lacking = [place for place in range(len(found)) if str(place) not in numbers]
    if lacking:
        raise SarangiError(
            f"config.json: id2label has {len(found)} labels and none for {lacking[0]}; {expected}"
        )
    labels = [numbers[str(place)] for place in range(len(found))]
    for place, label in enumerate(labels):
        if not isinstance(label, str) or not label.strip() or len(label) > LONGEST_LABEL:
            raise SarangiError(
                f"config.json: id2label has {label!r} for {place}; expected a name of up to "
                f"{LONGEST_LABEL} characters"
            )
        if label in labels[:place]:
            raise SarangiError(
                f"config.json: id2label has {label!r} for {labels.index(label)} and for {place}; "
                "expected a name of its own for each"
            )
    return labels


def kind_of_problem(settings: Mapping[str, Any]) -> str:
    """Return whether one label is right or several may be.

    Raises
    ------
    SarangiError
        If it is another problem, such as a regression.
    """
    found = settings.get("problem_type")
    if found not in (None, SINGLE, MULTI):
        raise SarangiError(
            f"config.json: problem_type is {found!r}, which does not give probabilities of "
            "emotions; expected "
            f"{SINGLE} or {MULTI}"
        )
    return found or SINGLE
