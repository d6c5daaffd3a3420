"""Tokenisers of older forms, made into the one file that is read here: ``tokenizer.json``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sarangi.base.documents import DocumentError, json_in, text_in
from sarangi.base.errors import SarangiError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

SETTINGS = (
    "do_lower_case", "split_by_punct", "strip_accents", "tokenize_chinese_chars", "add_prefix_space",
    "keep_accents",
)  # fmt: skip
"""What of ``tokenizer_config.json`` says how text is cut; each is true or false."""


ALBERT = ("do_lower_case", "keep_accents")


def refuse_swollen_table(table: bytes) -> None:
    """Refuse a table of letters that says it is larger than it is: Rust would take the memory, and abort.

    Raises
    ------
    DocumentError
        Says how large it claims to be.
    """
    size = int.from_bytes(table[:4], "little")  # of the trie behind these four bytes
    if size > len(table) - 4:
        raise DocumentError(f"precompiled_charsmap says {size} bytes, and has {len(table)}")


@dataclass
class _Slow:
    """What a converter of transformers asks of a tokeniser of the older kind."""

    vocab_file: str
    ids: dict[str, int]
    do_lower_case: bool = False
    split_by_punct: bool = False
    add_prefix_space: bool = True
    keep_accents: bool = True

    def convert_tokens_to_ids(self, token: str) -> int:
        """Return the number of a token."""
        return self.ids[token]


def _of_sentencepiece(files: Mapping[str, Path], settings: Mapping[str, bool]) -> "Tokenizer":
    from transformers.convert_slow_tokenizer import (
        AlbertConverter,
        DebertaV2Converter,
        XLMRobertaConverter,
        import_protobuf,
    )

    (name,) = files
    model = import_protobuf().ModelProto()
    model.ParseFromString(files[name].read_bytes())
    refuse_swollen_table(model.normalizer_spec.precompiled_charsmap or bytes(4))
    if model.trainer_spec.model_type != 1:
        raise ValueError("its algorithm is not Unigram")
    ids = {piece.piece: number for number, piece in enumerate(model.pieces)}
    if name == "spiece.model":
        # what transformers strips as accents are the vowel signs of Indian scripts: only where it is stated
        chosen = {"do_lower_case": True} | {key: settings[key] for key in ALBERT if key in settings}
        return AlbertConverter(_Slow(str(files[name]), ids, **chosen)).converted()
    if name == "spm.model":
        chosen = {key: settings[key] for key in ("do_lower_case", "split_by_punct") if key in settings}
        return DebertaV2Converter(_Slow(str(files[name]), ids, **chosen)).converted()
    # the numbers of fairseq, which the converter gives the first tokens
    slow = _Slow(str(files[name]), {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3})
    return XLMRobertaConverter(slow).converted()


def _of_wordpiece(files: Mapping[str, Path], settings: Mapping[str, bool]) -> "Tokenizer":
    from transformers import BertTokenizer

    words = text_in(files["vocab.txt"]).split("\n")
    vocabulary = {
        word.rstrip("\r"): number for number, word in enumerate(words) if word or number < len(words) - 1
    }
    taken = {
        key: value
        for key, value in settings.items()
        if key not in ("split_by_punct", "add_prefix_space", "keep_accents")
    }
    return BertTokenizer(vocab=vocabulary, **taken)._tokenizer


def _of_byte_pairs(files: Mapping[str, Path], settings: Mapping[str, bool]) -> "Tokenizer":
    from transformers import RobertaTokenizer

    vocabulary = json_in(files["vocab.json"])
    lines = text_in(files["merges.txt"]).split("\n")
    merges = [tuple(line.split(" ")) for line in lines if line and not line.startswith("#version")]
    taken = {key: value for key, value in settings.items() if key == "add_prefix_space"}
    return RobertaTokenizer(vocab=vocabulary, merges=merges, **taken)._tokenizer


OLDER: dict[tuple[str, ...], Callable[[Mapping[str, Path], Mapping[str, bool]], "Tokenizer"]] = {
    ("spm.model",): _of_sentencepiece,
    ("spiece.model",): _of_sentencepiece,
    ("sentencepiece.bpe.model",): _of_sentencepiece,
    ("vocab.txt",): _of_wordpiece,
    ("vocab.json", "merges.txt"): _of_byte_pairs,
}
"""The files of each older form, with what makes a tokeniser of them, by what transformers has for it."""


def fast_tokenizer(files: Mapping[str, Path], settings: Path | None, output: Path) -> None:
    """Write the ``tokenizer.json`` of a tokeniser of an older form.

    Parameters
    ----------
    files
        By the names of one of :data:`OLDER`.
    settings
        Its ``tokenizer_config.json``, if it has one; of it :data:`SETTINGS` are read.
    output
        File to write.

    Raises
    ------
    SarangiError
        If the files hold no tokeniser of that form.
    """
    try:
        stated = json_in(settings) if settings is not None else {}
        if not isinstance(stated, dict):
            raise DocumentError(f"{settings}: it is not an object")
        chosen = {name: stated[name] for name in SETTINGS if isinstance(stated.get(name), bool)}
        made = OLDER[tuple(files)](files, chosen)
        output.write_text(made.to_str(), encoding="utf-8")
    # a protobuf, a vocabulary and Rust each raise whatever they stumble over; a panic of Rust is no Exception
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise SarangiError(
            f"{', '.join(files)}: not a tokeniser of that form that can be read ({type(error).__name__}: "
            f"{error}); put the encoder with a tokenizer.json into resources/models yourself"
        ) from error
