"""The files that weights consist of."""

from pathlib import Path

FASTER_WHISPER = "faster-whisper"

FASTER_WHISPER_FILES = ("model.bin", "config.json", "tokenizer.json")
FASTER_WHISPER_VOCABULARIES = ("vocabulary.json", "vocabulary.txt")
"""The vocabulary of CTranslate2, in the newer form or in the older."""
FASTER_WHISPER_FOLDER = f"{', '.join(FASTER_WHISPER_FILES)}, and vocabulary.json or vocabulary.txt"

ENCODER_FILES = {
    "speech": ("config.json", "preprocessor_config.json", "model.safetensors"),
    "text": ("config.json", "tokenizer.json", "model.safetensors"),
}
"""The files of an encoder, by its modality."""

WEIGHT_FILES = ("model.safetensors", "pytorch_model.bin")
"""The files that an encoder's weights are published in, the preferred one first."""


def faster_whisper_lacks(folder: Path) -> list[str]:
    """Return the names of the files that a folder lacks to be a Whisper for faster-whisper."""
    lacking = [name for name in FASTER_WHISPER_FILES if not (folder / name).is_file()]
    if not any((folder / name).is_file() for name in FASTER_WHISPER_VOCABULARIES):
        lacking.append(FASTER_WHISPER_VOCABULARIES[0])
    return lacking
