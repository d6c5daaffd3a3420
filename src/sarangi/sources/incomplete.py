"""What is wrong with an encoder that somebody put here, by the names of its files, and how to fix it."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from sarangi.base.errors import SarangiError

WEIGHTS = "model.safetensors"
POINTER, POINTER_BYTES = b"version https://git-lfs.github.com/spec/", 1024
POINTS = "is a pointer of git-lfs, not the file: run `git lfs pull` in the clone that it is from"
DEEPEST = 3  # folders below the right one, in which the files are looked for
JOIN = "transformers.AutoModel.from_pretrained({place!r}).save_pretrained({place!r}, max_shard_size='1TB')"
CONVERT = (
    "from pathlib import Path; from sarangi.sources.checkpoints import as_safetensors; "
    "as_safetensors(Path({found!r}), Path({place!r}))"
)
TOKENIZE = "transformers.AutoTokenizer.from_pretrained({place!r}).save_pretrained({place!r})"
FROM_PUBLISHER = f"get {WEIGHTS} or pytorch_model.bin from its publisher"
OTHERS = {
    ".h5": "weights of TensorFlow",
    ".msgpack": "weights of Flax",
    ".onnx": "a graph of ONNX",
    ".gguf": "weights of llama.cpp",
    ".ckpt": "a checkpoint of another program",
    ".pt": "a checkpoint of another program",
    ".pth": "a checkpoint of another program",
    ".bin": "weights of another form",
}
"""Files of weights that no encoder is read from, by how their names end."""
OLD_TOKENISERS = ("vocab.json", "vocab.txt", "sentencepiece.bpe.model", "spm.model", "spiece.model")


def refuse_incomplete(folder: Path, files: Sequence[str]) -> None:
    """Refuse a folder of an encoder that lacks files.

    Raises
    ------
    SarangiError
        Says what is there instead, and what to do.
    """
    if wrong := wrong_with_encoder(folder, files):
        raise SarangiError(wrong)


def wrong_with_encoder(folder: Path, files: Sequence[str]) -> str | None:
    """Return what a folder of an encoder lacks, what is there instead and what to do; None if it is whole.

    Parameters
    ----------
    folder
        Where a person put it; only names are looked at, and the beginning of small files.
    files
        That it must have, of :data:`sarangi.base.weights_files.ENCODER_FILES`.
    """
    expected = f"expected a folder with {', '.join(files)}"
    if not folder.is_dir():
        return f"{folder}: {expected}" + ("; it is a file" if folder.exists() else "; there is none")
    there = instead_of_encoder(folder, files)
    lacking = [name for name in files if not _is_file(folder / name)]
    if not lacking:
        return there and f"{folder}: {there}"
    return f"{folder}: no {' and no '.join(lacking)}; {there or expected}"


def instead_of_encoder(folder: Path, files: Sequence[str]) -> str | None:
    """Return what lies in a folder in place of files that it must have, and what to do; None if nothing."""
    try:
        names = sorted(entry.name for entry in folder.iterdir())
    except FileNotFoundError:
        return None
    except OSError as error:
        return f"it cannot be read ({error.strerror}); set its permissions, or put another there"
    if pointers := [name for name in files if name in names and is_pointer(folder / name)]:
        return f"{pointers[0]} {POINTS}"
    lacking = [name for name in files if not _is_file(folder / name)]
    if not lacking:
        return None
    if odd := next((name for name in lacking if name in names), None):
        return f"{odd} is {no_regular(folder / odd)}"
    if found := deeper(folder, lacking[0]):
        return found
    remedies = (_instead_of(name, folder, names) for name in lacking)
    return "; ".join(dict.fromkeys(remedy for remedy in remedies if remedy)) or None


def _is_file(path: Path) -> bool:
    """Whether a regular file is there that can be looked at."""
    try:
        return path.is_file()
    except OSError:  # no permission: said where it is listed
        return False


def no_regular(path: Path) -> str:
    """Return what lies in the place of a file and is none, and what to do; empty for a file."""
    if _is_file(path):
        return ""
    try:
        kind = (
            "a folder"
            if path.is_dir()
            else "a link to no file"
            if path.is_symlink()
            else "a pipe or a device"
        )
    except OSError as error:
        kind = f"what cannot be looked at ({error.strerror})"
    return f"{kind}; put the file itself there, or remove this"


def is_pointer(file: Path) -> bool:
    """Whether a file is a pointer of git-lfs, without what it points to."""
    try:
        # of a pipe or a device the size is 0, and there may be no end
        return (
            file.is_file() and file.stat().st_size <= POINTER_BYTES and file.read_bytes().startswith(POINTER)
        )
    except OSError:  # what cannot be read: said where it is read
        return False


def deeper(folder: Path, name: str) -> str | None:
    """Return that a file lies in a folder below, if it does: a cache of the hub, an archive unpacked."""
    for depth in range(1, DEEPEST + 1):
        for found in sorted(folder.glob("/".join([*"*" * depth, name]))):
            if found.is_file():
                return f"its files are deeper, in {found.parent}: move them up into {folder}"
    return None


def _instead_of(name: str, folder: Path, names: Sequence[str]) -> str | None:
    """Return what to do where a file is missing, by what is there instead."""
    if name == WEIGHTS:
        return _instead_of_weights(folder, names)
    if "adapter_config.json" in names:
        return _adapter()
    old = next((old for old in OLD_TOKENISERS if old in names), None)
    if name == "tokenizer.json" and old is not None:
        return f"its tokeniser is in {old}: make {name} with {_transformers(TOKENIZE, folder)}"
    return f"get {name} from where {WEIGHTS} is from" if WEIGHTS in names else None


def _instead_of_weights(folder: Path, names: Sequence[str]) -> str | None:
    """Return what to do where the weights are missing."""
    if f"{WEIGHTS}.index.json" in names:
        return f"its weights are in several files: join them with {_transformers(JOIN, folder)}"
    if "pytorch_model.bin" in names:
        code = CONVERT.format(found=str(folder / "pytorch_model.bin"), place=str(folder / WEIGHTS))
        return f"its weights are in pytorch_model.bin: convert them with `python -c {shlex.quote(code)}`"
    if "adapter_config.json" in names:
        return _adapter()
    if other := [name for name in names if name.endswith(".safetensors")]:
        return f"there is {other[0]}: if it is the whole encoder, rename it to {WEIGHTS}"
    for name in names:
        if (kind := OTHERS.get(Path(name).suffix)) is not None:
            return f"{name} is {kind}: {FROM_PUBLISHER}"
    return None


def _adapter() -> str:
    return (
        "it is an adapter alone, without its encoder: merge the two with the package peft "
        "(`merge_and_unload`, `save_pretrained`), and put the whole there"
    )


def _transformers(code: str, place: Path) -> str:
    return f"`python -c {shlex.quote(f'import transformers; {code.format(place=str(place))}')}`"
