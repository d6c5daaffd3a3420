"""Readers of models of others in the form of transformers and of CTranslate2, given damaged ones."""

from pathlib import Path

import numpy as np
from fuzzing import HarmError
from mutations import Chance, rezipped
from reader import Folder, reader


def noise(seconds: float) -> np.ndarray:
    return np.random.default_rng(0).normal(0, 0.1, round(seconds * 16_000)).astype(np.float32)


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@reader
class Classifier(Folder):
    """A classifier of sound of somebody else's, opened and asked about a clip."""

    name = "classifier"
    said = ("model",)
    slow = 4

    def files(self) -> dict[str, bytes]:
        from support.strangers import saved_classifier

        return files_in(saved_classifier(self.folder / "saved"))

    def read(self, data: bytes) -> None:
        from sarangi.app.foreign import Foreign

        opened = Foreign(self.unpacked(data), "model")
        found = opened.answer([noise(0.5)], [""])
        if found.shape != (1, len(opened.emotions)) or not ((found >= 0) & (found <= 1)).all():
            raise HarmError(f"no probabilities: {found}")


@reader
class FasterWhisperFolder(Folder):
    """A folder of faster-whisper, opened and asked about a clip."""

    name = "faster-whisper"
    said = ("model", "a.wav")
    slow = 10

    def files(self) -> dict[str, bytes]:
        from support.small_whisper import converted

        from sarangi.sources.small_weights import random_whisper

        checkpoint = self.folder / "small.pt"
        random_whisper({"width": 16, "layers": 1, "heads": 2, "seed": 1}, checkpoint)
        return files_in(converted(checkpoint, self.folder / "converted"))

    def make(self, chance: Chance) -> bytes:
        name = chance.choice(list(self.whole))
        # whole trees of JSON for the settings; the tokeniser's is of megabytes
        if name == "config.json":
            return super().make(chance)
        data = self.whole[name]
        return rezipped(self.seeds[0], name, chance.damaged(data, [data], self.words, tuple(range(64))))

    def read(self, data: bytes) -> None:
        from sarangi.transcripts.ctranslate2_whisper import FasterWhisper

        settings = {"context": "whole", "tokens": 4}
        engine = FasterWhisper(self.unpacked(data), settings, 1)
        (heard,) = engine.hear([noise(0.5)], "en", ["a.wav"])
        heard.text.encode()
