"""Refusing what somebody's encoder says of itself, before a network is made of it."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from sarangi.base.documents import DocumentError, Pairs, json_of, text_in
from sarangi.base.errors import SarangiError

LARGEST_NUMBER, MOST_LAYERS = 2**24, 200  # in the settings of an encoder
LONGEST_S = 3600  # that a branch may take of a clip
MOST_SILENCE_S = 30  # behind it
LEAST_TOKENS = 4  # of a text; two of them frame it
SPARE_PARAMETERS = 2**23  # those that may be missing from the weights, of heads and of SpecAugment


def settings_in(file: Path) -> dict[str, Any]:
    """Return the settings that a JSON file beside an encoder's weights holds.

    Raises
    ------
    SarangiError
        If it holds something else, or a name twice, of which one would be a guess.
    """
    try:
        found = _once(json_of(text_in(file), pairs=True))
        if not isinstance(found, dict):
            raise DocumentError(f"it is {type(found).__name__}")
    except (OSError, DocumentError, RecursionError) as error:
        raise SarangiError(f"{file}: expected settings as a JSON object ({error}); get it again") from error
    return found


def _once(value: Any) -> Any:
    """Return what JSON holds, whose objects came as :class:`Pairs`; a name may occur in one only once."""
    if isinstance(value, Pairs):
        names = [name for name, _ in value]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise DocumentError(f"the name {twice!r} appears twice")
        return {name: _once(inner) for name, inner in value}
    return [_once(inner) for inner in value] if isinstance(value, list) else value


def refuse_larger(build: Callable[[], nn.Module], settings: Iterable[Mapping], size: int) -> None:
    """Refuse a network that has more parameters than its file of weights has bytes, before there is one.

    Parameters
    ----------
    build
        Makes the network; it is called where tensors have shapes and no memory.
    settings
        What it is made from; numbers in it that no encoder has are refused first.
    size
        Bytes of the file of the weights.

    Raises
    ------
    ValueError
        Says which number is too large, or how many parameters there would be.
    """
    waiting: list[tuple[str, Any]] = [("settings", entry) for entry in settings]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, Mapping):
            waiting += [(str(key), inner) for key, inner in value.items()]
        elif isinstance(value, list):
            waiting += [(name, inner) for inner in value]
        most = MOST_LAYERS if "layers" in name else LARGEST_NUMBER
        if isinstance(value, int) and abs(value) > most:
            raise ValueError(f"{name} is {value}, and no encoder has more than {most}")
    with torch.device("meta"):
        network = build()
        count = sum(tensor.numel() for tensor in (*network.parameters(), *network.buffers()))
    if count > size + SPARE_PARAMETERS:
        raise ValueError(f"it would have {count} parameters, and the weights have {size} bytes")


def refuse_odd_run(described: Mapping[str, Any]) -> None:
    """Refuse the description of a run whose answers would have no names, or no sound or words to go by.

    Raises
    ------
    ValueError
        Says what is odd, and what is expected.
    """
    if "dimensions" in described:
        _refuse_odd_scales(described["dimensions"])
    else:
        emotions = described["emotions"]
        names = [e for e in emotions if isinstance(e, str) and e] if isinstance(emotions, list) else []
        if not names or len(set(names)) != len(emotions):
            raise ValueError(f"emotions are {str(emotions)[:200]}; expected a list of names, each once")
    if "audio" in described:
        seconds, loudness = described["audio"].get("max_audio_s"), described["audio"].get("normalise")
        if type(seconds) not in (int, float) or not 0 < seconds <= LONGEST_S:
            raise ValueError(f"max_audio_s is {seconds!r}; expected seconds up to {LONGEST_S}")
        silence = described["audio"].get("context", 0)
        if type(silence) not in (int, float) or not 0 <= silence <= MOST_SILENCE_S:
            raise ValueError(f"context is {silence!r}; expected seconds of silence up to {MOST_SILENCE_S}")
        if not isinstance(loudness, bool):
            raise ValueError(f"normalise is {loudness!r}; expected true or false")
    if "text" in described:
        text = described["text"]
        tokens, files = text.get("max_tokens"), text.get("tokenizer")
        if type(tokens) is not int or tokens < LEAST_TOKENS:
            raise ValueError(f"max_tokens is {tokens!r}; expected a whole number from {LEAST_TOKENS} up")
        if not isinstance(files, dict) or not all(isinstance(content, str) for content in files.values()):
            raise ValueError("tokenizer is not a mapping from the names of its files to their contents")
        if not isinstance(text.get("name"), str):
            raise ValueError(f"name is {text.get('name')!r} for the encoder of text; expected its name")


def _refuse_odd_scales(dimensions: Any) -> None:
    if not isinstance(dimensions, dict) or not dimensions:
        raise ValueError(f"dimensions are {str(dimensions)[:200]}; expected the ends of a scale by name")
    for name, ends in dimensions.items():
        numbers = isinstance(ends, list) and [type(end) in (int, float) for end in ends] == [True, True]
        if not numbers or not -LARGEST_NUMBER <= ends[0] < ends[1] <= LARGEST_NUMBER:
            raise ValueError(
                f"the dimension {name[:200]} has the scale {str(ends)[:200]}; expected two numbers, the "
                "lower first"
            )


def refuse_no_numbers(network: nn.Module, folder: Path) -> None:
    """Refuse a network in which a weight is infinite or no number: whatever it says would be none, too.

    Raises
    ------
    SarangiError
        Says which tensor.
    """
    for name, values in (*network.named_parameters(), *network.named_buffers()):
        if not torch.isfinite(values).all():
            raise SarangiError(
                f"{folder}: the weights of {name} hold values that are not numbers; they are "
                "damaged: get them again"
            )
