"""Tokenisers of text encoders, which cut long texts at their beginning."""

import base64
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from transformers import PreTrainedTokenizerFast

from sarangi.base.documents import DocumentError, json_of, text_in
from sarangi.base.errors import SarangiError
from sarangi.models.family import load
from sarangi.models.settings import stated_or_default
from sarangi.sources.tokenisers import refuse_swollen_table

SETTINGS = frozenset(f"{name}_token" for name in ("bos", "eos", "unk", "sep", "pad", "cls", "mask"))
PANIC = "PanicException"  # of Rust, which no module exports
LONGEST_TOKEN = 100  # characters
SHAPE = ("vocab_size", "max_position_embeddings", "pad_token_id")
"""Settings of an encoder that its tokeniser must go with."""
TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json")


def tokenizer_files(folder: Path) -> dict[str, str]:
    """Return the contents of what a tokeniser is loaded from, by name; one of the two is optional."""
    found = [folder / name for name in TOKENIZER_FILES if (folder / name).exists()]
    try:
        return {file.name: text_in(file) for file in found}
    except (OSError, DocumentError) as error:
        raise SarangiError(
            f"{folder}: its tokenizer files cannot be read ({error}); get them again"
        ) from error


def taken(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is read of somebody's ``tokenizer_config.json``: names of tokens, and no class or address.

    Raises
    ------
    DocumentError
        If the name of a token is none.
    """
    found = {}
    for name in SETTINGS & settings.keys():
        value = settings[name]
        if isinstance(value, dict):  # a token with how it is cut, which tokenizer.json states
            value = value.get("content")
        if value is not None and (not isinstance(value, str) or not 0 < len(value) <= LONGEST_TOKEN):
            raise DocumentError(f"{name} is {value!r}; expected a token as text")
        found[name] = value
    return found


def module_named(encoder: Mapping[str, Any]) -> str:
    """Return the architecture of an encoder.

    Raises
    ------
    DocumentError
        If its settings name none.
    """
    found = encoder.get("model_type")
    if not isinstance(found, str):
        raise DocumentError(f"config.json has model_type as {found!r}")
    return found


def refuse_swollen_map(normalizer: Any) -> None:
    """Refuse a table of letters in a normaliser as :func:`refuse_swollen_table` does.

    Raises
    ------
    DocumentError
        Says how large it claims to be, or that it is no table.
    """
    waiting = [normalizer]
    while waiting:
        entry = waiting.pop()
        if not isinstance(entry, dict):
            continue
        inner = entry.get("normalizers")
        waiting += inner if isinstance(inner, list) else []
        text = entry.get("precompiled_charsmap")
        if isinstance(text, str):
            try:
                table = base64.b64decode(text)
            except ValueError as error:
                raise DocumentError(f"precompiled_charsmap is not base64 ({error})") from error
            refuse_swollen_table(table)


def in_file(token: str, whole: Mapping[str, Any]) -> bool:
    """Whether ``tokenizer.json`` has a token, so that none of its own is made for it."""
    added = [entry.get("content") for entry in whole.get("added_tokens") or () if isinstance(entry, dict)]
    vocabulary = whole["model"].get("vocab", {})
    listed = vocabulary if isinstance(vocabulary, dict) else {entry[0] for entry in vocabulary}
    return token in added or token in listed


def load_tokenizer(
    files: Mapping[str, str], encoder: Mapping[str, Any], tokens: int, name: str
) -> PreTrainedTokenizerFast:
    """Load the tokeniser of a text encoder; it cuts long texts at their beginning.

    Parameters
    ----------
    files
        From :func:`tokenizer_files`.
    encoder
        The encoder's ``config.json``.
    tokens
        Tokens of an utterance at most.
    name
        Of the encoder, for messages.

    Raises
    ------
    SarangiError
        If there is no tokeniser, it does not go with the encoder, or the encoder takes fewer tokens.
    """
    if "tokenizer.json" not in files:
        raise SarangiError(f"encoder {name}: no tokenizer.json; put the tokeniser beside the weights")
    try:
        own = json_of(files.get("tokenizer_config.json", "{}"))
        whole = json_of(files["tokenizer.json"])
        if not isinstance(own, dict) or not isinstance(whole, dict):
            raise DocumentError("one of them is not an object")
        refuse_swollen_map(whole.get("normalizer"))
        family = load(module_named(encoder))
        settings = dict(family.tokens if family else {}) | taken(own)
    except DocumentError as error:
        raise SarangiError(
            f"encoder {name}: its tokenizer files are not settings: {error}; get them again"
        ) from error
    # the classes of the families, and so AutoTokenizer, build their own and take only parts of the file
    settings |= {"tokenizer_class": "PreTrainedTokenizerFast", "truncation_side": "left"}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "tokenizer.json").write_text(files["tokenizer.json"], encoding="utf-8")
        (Path(folder) / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
        try:
            tokenizer = PreTrainedTokenizerFast.from_pretrained(folder, local_files_only=True)
            # settings of another kind are found in use alone
            framed = tokenizer("a")["input_ids"]
            if not tokenizer("a", add_special_tokens=False)["input_ids"]:
                raise ValueError("it gives no token for a letter")
        # the tokenizers of Rust raise nothing more special, and what they call a panic is no Exception
        except BaseException as error:
            if not isinstance(error, Exception) and type(error).__name__ != PANIC:
                raise
            raise SarangiError(
                f"encoder {name}: tokenizer.json describes no tokeniser ({type(error).__name__}: {error}); "
                "get it again"
            ) from error
    if whole["model"].get("dropout"):
        raise SarangiError(
            f"encoder {name}: tokenizer.json has a dropout of {whole['model']['dropout']}, by which one text "
            "gives other tokens each time; set it to null"
        )
    for token in (tokenizer.sep_token, tokenizer.pad_token):
        if token is not None and not in_file(token, whole):
            raise SarangiError(
                f"encoder {name}: tokenizer_config.json names the token {token!r}, which tokenizer.json "
                "lacks; take both from one place"
            )
    shape = {key: stated_or_default(encoder, key) for key in SHAPE}
    for key, value in shape.items():
        if type(value) is not int:
            raise SarangiError(
                f"encoder {name}: config.json has {key} as {value!r}; expected a whole number, by "
                "which it is known whether the tokeniser goes with it; get it again"
            )
    size, largest = shape["vocab_size"], max(*tokenizer.get_vocab().values(), *framed)
    if largest >= size:
        raise SarangiError(
            f"encoder {name}: the tokeniser knows {largest + 1} tokens, and the encoder {size}; "
            "take both from one place"
        )
    padding = shape["pad_token_id"]
    if tokenizer.sep_token is None or tokenizer.pad_token_id != padding:
        raise SarangiError(
            f"encoder {name}: the tokeniser separates with {tokenizer.sep_token!r} and pads with "
            f"{tokenizer.pad_token_id}, and the encoder expects a separator and padding with "
            f"{padding}; take both from one place"
        )
    most = shape["max_position_embeddings"]
    if family and family.positions_behind_padding:
        most -= padding + 1  # their positions count from behind the padding's
    if tokens > most:
        raise SarangiError(
            f"encoder {name}: max_tokens is {tokens}, but the encoder takes {most}; choose fewer"
        )
    return tokenizer


def tokens_of(tokenizer: PreTrainedTokenizerFast, text: str, most: int, name: str) -> list[int]:
    """Return the tokens of a text, of a long one those at its end.

    Parameters
    ----------
    tokenizer
        From :func:`load_tokenizer`.
    text
        Of an utterance.
    most
        Tokens at most.
    name
        Of the encoder, for messages.

    Raises
    ------
    SarangiError
        If the tokeniser has no token for it, or fails at it: it has none for what it does not know, or a
        pattern that takes too long.
    """
    try:
        tokens = tokenizer(text, truncation=True, max_length=most)["input_ids"]
        if not tokens:
            raise ValueError("it gives no token")
    # as in load_tokenizer: what Rust calls a panic is no Exception
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != PANIC:
            raise
        raise SarangiError(
            f"encoder {name}: the text {text[:40]!r} cannot be cut into tokens ({type(error).__name__}: "
            f"{error}); get tokenizer.json again, or choose an encoder for the language"
        ) from error
    return tokens
