"""What is wrong with a Whisper that somebody put here, by the names of its files, and how to fix it."""

import shlex
from pathlib import Path

from sarangi.base.weights_files import FASTER_WHISPER_FOLDER, faster_whisper_lacks
from sarangi.sources.incomplete import POINTS, WEIGHTS, deeper, is_pointer, no_regular


def wrong_with(place: Path, faster: bool) -> str | None:
    """Return what is wrong with a Whisper that a person put here, and what to do; None if nothing is seen.

    Parameters
    ----------
    place
        A checkpoint of openai-whisper, or a folder for faster-whisper.
    faster
        Whether it is for faster-whisper.
    """
    if faster:
        lacking = faster_whisper_lacks(place)
        # the others are optional, and a job reads all that lie there
        for path in sorted(place.iterdir()) if place.is_dir() else ():
            if (problem := no_regular(path)) and (path.name in lacking or not path.is_dir()):
                return f"{place}: {path.name} is {problem}"
        if not lacking:
            pointers = [path.name for path in sorted(place.iterdir()) if path.is_file() and is_pointer(path)]
            return f"{place}: {pointers[0]} {POINTS}" if pointers else None
        expected = f"expected a Whisper of CTranslate2: a folder with {FASTER_WHISPER_FOLDER}"
        if place.is_file():
            return f"{place}: it is a file; {expected}"
        of_hub = (place / WEIGHTS).exists() or (place / "pytorch_model.bin").exists()
        if "model.bin" in lacking and of_hub:
            here, there = shlex.quote(str(place)), shlex.quote(f"{place}-ct2")
            return (
                f"{place}: no {lacking[0]}; it is a Whisper of Hugging Face: convert it with "
                f"`ct2-transformers-converter --model {here} --copy_files tokenizer.json --output_dir "
                f"{there}`, and put the new folder in its place"
            )
        return f"{place}: no {lacking[0]}; {deeper(place, lacking[0]) or expected}"
    if place.is_dir():
        return f"{place}: {_whisper_folder(place)}"
    if odd := no_regular(place):
        return f"{place} is {odd}"
    return f"{place}: it {POINTS}" if is_pointer(place) else None


def beside(place: Path) -> str | None:
    """Return what is wrong with a folder that lies where a checkpoint of openai-whisper was expected."""
    folder = place.with_suffix("")
    return f"{folder}: {_whisper_folder(folder)}" if folder.is_dir() else None


def _whisper_folder(folder: Path) -> str:
    expected = "expected a checkpoint of openai-whisper, one file that ends in .pt"
    if found := sorted(folder.glob("*.pt")):
        return f"it is a folder; {expected}: move {found[0]} there and remove the folder"
    if (folder / "model.bin").exists():
        return f"it is a Whisper of CTranslate2; {expected}, or write `engine: faster-whisper` in its entry"
    kind = "it is a Whisper of Hugging Face" if (folder / "config.json").exists() else "it is a folder"
    return f"{kind}; {expected}: fetch it with `whisper.load_model` of the package openai-whisper"
