"""Training clips that are made worse, each otherwise in each epoch."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from torch import Tensor

from sarangi.audio.conditions import under
from sarangi.base.errors import RecordingError
from sarangi.models.run_inputs import Signals
from sarangi.models.utterances import Utterances


class Augmented(Utterances):
    """The utterances of a training part, some of whose sounds are under a condition.

    Which clips, and under which condition, is drawn from the utterance, the epoch and the seed alone, so that
    a run that resumes gets the same input.  A clip that cannot be made worse so stays as it is.

    Parameters
    ----------
    table, emotions, inputs
        As of :class:`~sarangi.models.utterances.Utterances`; ``signals`` are
        :class:`~sarangi.models.run_inputs.Signals`.
    augment
        ``conditions``, of :data:`sarangi.audio.conditions.CONDITIONS`, and the ``share`` of clips.
    seed
        Of the run.
    targets
        As of :class:`~sarangi.models.utterances.Utterances`.
    """

    def __init__(
        self,
        table: pd.DataFrame,
        emotions: list[str],
        inputs: Mapping[str, Callable[[str], Tensor]],
        augment: Mapping[str, Any],
        seed: int,
        targets: pd.DataFrame | None = None,
    ) -> None:
        super().__init__(table, emotions, inputs, targets)
        self._augment, self._seed, self._epoch = augment, seed, 0
        signals = inputs["signals"]
        if not isinstance(signals, Signals):
            raise TypeError("only recordings can be augmented")
        self.inputs = {**inputs, "signals": signals.changed(self._changed)}

    def set_epoch(self, epoch: int) -> None:
        """Have the clips drawn for an epoch, counted from 0; whoever loads the batches calls it."""
        self._epoch = epoch

    def _changed(self, utterance_id: str, signal: np.ndarray) -> np.ndarray:
        named = f"{self._seed} {self._epoch} {utterance_id}"
        draw = np.random.default_rng(int.from_bytes(hashlib.sha256(named.encode()).digest()[:8], "big"))
        if draw.random() >= self._augment["share"]:
            return signal
        conditions = self._augment["conditions"]
        condition, drawn = conditions[draw.integers(len(conditions))], int(draw.integers(2**31))
        try:
            return under(condition, signal.astype(np.float64), utterance_id, drawn).astype(np.float32)
        except RecordingError:  # silence has no level of noise
            return signal
