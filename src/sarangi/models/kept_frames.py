"""Frames of convolutions, computed once for all epochs, folds and seeds of a training.

The convolutions of an encoder of speech never learn here and draw nothing at random, so that to keep what
they give changes no recipe.  A file without a name, beside the results, has it, and is gone with the process:
a run that resumes computes it again.
"""

import fcntl
import json
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from transformers import PreTrainedModel

from sarangi.base.errors import SarangiError
from sarangi.base.progress import progress
from sarangi.base.sound import SAMPLE_RATE
from sarangi.models.convolutions import convolved
from sarangi.models.shortest import frames_of, samples_needed

log = logging.getLogger("sarangi")

WHOLE = 4  # bytes of a number: on a GPU, too, whose training then takes frames as exact as its answers do


class _Place(NamedTuple):
    """Where the frames of an utterance are: first byte, and shape (frames, width)."""

    start: int
    shape: Sequence[int]


class KeptFrames:
    """What an encoder's convolutions give for utterances, by id, float32, on disk.

    Memory does not grow with them: of the file only what is asked for is read.  A context, which closes it.

    Parameters
    ----------
    folder
        On a disk with room.
    most_gb
        Most to keep, in 10⁹ bytes; half of what is free on the disk, where that is less.
    """

    def __init__(self, folder: Path, most_gb: float) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._most = min(round(most_gb * 1e9), shutil.disk_usage(folder).free // 2)
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  (closed by the context)
        self._places: dict[str, _Place] = {}
        self._end = 0

    def __enter__(self) -> "KeptFrames":
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def __contains__(self, utterance_id: str) -> bool:
        return utterance_id in self._places

    def __getitem__(self, utterance_id: str) -> Tensor:
        """Return frames of shape (frames, width)."""
        place = self._places[utterance_id]
        frames = np.empty(place.shape, np.float32)
        # where the file stands is shared by threads and by forked processes
        read = os.preadv(self._file.fileno(), [memoryview(frames).cast("B")], place.start)
        if read != frames.nbytes:
            raise SarangiError(
                f"{utterance_id}: {read} bytes of its kept frames could be read, of {frames.nbytes} that "
                "were written; look at the disk of the results, and run the same command again"
            )
        return torch.from_numpy(frames)

    def fill(
        self,
        encoder: PreTrainedModel,
        signal_of: Callable[[str], Tensor],
        seconds: dict[str, float],
        batch: int,
    ) -> None:
        """Keep the frames of utterances that are not kept yet, the shortest first, as far as there is room.

        Parameters
        ----------
        encoder
            On the device where the convolutions are to run; the same in every call.
        signal_of
            Gives the signal of an utterance, as :func:`sarangi.models.convolutions.convolved` takes it.
        seconds
            By utterance, how long its signal is.
        batch
            Utterances computed at once.
        """
        missing = sorted((length, name) for name, length in seconds.items() if name not in self)
        if not missing or not self._foreseen(encoder, [length for length, _ in missing]):
            return
        device = next(encoder.parameters()).device
        names = [name for _, name in missing]
        for start in progress(range(0, len(names), batch), -(-len(names) // batch), "convolutions"):
            chosen = names[start : start + batch]
            frames = convolved(encoder, [signal_of(name).to(device) for name in chosen])
            if not all(self._kept(name, clip) for name, clip in zip(chosen, frames, strict=True)):
                return

    def _foreseen(self, encoder: PreTrainedModel, seconds: Sequence[float]) -> bool:
        """Tell how much there is to keep; return whether there is room for any."""
        settings = encoder.config.to_dict()
        samples = (np.array(seconds) * SAMPLE_RATE).round().astype(int)
        device = next(encoder.parameters()).device
        shortest = torch.zeros(samples_needed(encoder.config), device=device)
        width = convolved(encoder, [shortest])[0].shape[1]
        needed, left = int(frames_of(samples, settings).sum()) * width * WHOLE, self._most - self._end
        log.info(
            "what the convolutions give for %d clips is %.3f GB; it is computed once",
            len(seconds),
            needed / 1e9,
        )
        if needed > left:
            log.warning(
                "there is room for %.3f GB (cache_gb, or half of what is free on the disk), and each epoch "
                "computes the rest again, with the same result; to save that time, raise cache_gb",
                left / 1e9,
            )
        return left > 0

    def _kept(self, name: str, frames: Tensor) -> bool:
        """Keep the frames of an utterance; return whether there was room."""
        numbers = frames.float().cpu().contiguous().numpy()
        if self._end + numbers.nbytes > self._most:
            return False
        try:
            self._file.seek(self._end)
            self._file.write(numbers.data)
            self._file.flush()
        except OSError as error:  # such as a disk that others have filled since
            log.warning("the convolutions of the clips that are left are computed in each epoch: %s", error)
            self._most = self._end
            return False
        self._places[name] = _Place(self._end, numbers.shape)
        self._end += numbers.nbytes
        return True

    def giving(self, signal_of: Callable[[str], Tensor]) -> Callable[[str], Tensor]:
        """Return what gives the frames of an utterance where they are kept, else its signal."""
        return lambda name: self[name] if name in self else signal_of(name)


class SharedFrames(KeptFrames):
    """The same for processes that are forked off one: what one of them has computed, all others take.

    Only one of them computes at a time, so that none computes what another does.
    """

    def __init__(self, folder: Path, most_gb: float) -> None:
        super().__init__(folder, most_gb)
        self._index = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115  (closed by the context)

    def __exit__(self, *error: object) -> None:
        super().__exit__(*error)
        self._index.close()

    def fill(
        self,
        encoder: PreTrainedModel,
        signal_of: Callable[[str], Tensor],
        seconds: dict[str, float],
        batch: int,
    ) -> None:
        """As of :class:`KeptFrames`, after what other processes have kept."""
        fcntl.lockf(self._index, fcntl.LOCK_EX)  # the kernel lets go when the process ends
        try:
            self._take_over()
            super().fill(encoder, signal_of, seconds, batch)
            self._tell()
        finally:
            fcntl.lockf(self._index, fcntl.LOCK_UN)

    def _take_over(self) -> None:
        self._index.seek(0)
        if told := self._index.read():
            places, self._end, self._most = json.loads(told)
            self._places = {name: _Place(*place) for name, place in places.items()}

    def _tell(self) -> None:
        told = json.dumps([self._places, self._end, self._most]).encode()
        self._index.seek(0)
        self._index.truncate()
        self._index.write(told)
