"""What makes up for emotions that are rare in a training part, beside weights of the loss.

Oversampling and undersampling take the training part alone, after it was parted from what validates and
tests.  Logit adjustment (Menon et al. 2021, Long-tail learning via logit adjustment, ICLR) moves scores by
the logarithm of each emotion's share of the training part, with τ = 1: by what is trained, or after.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

OVERSAMPLE, UNDERSAMPLE, LOGIT_ADJUSTMENT = "oversample", "undersample", "logit_adjustment"
DRAWN = (OVERSAMPLE, UNDERSAMPLE)
"""The methods that draw clips."""


def drawn_alike(emotions: Sequence[str], method: str, seed: int) -> npt.NDArray[np.int64]:
    """Return places of clips such that every emotion has as many.

    Parameters
    ----------
    emotions
        Of each clip of a training part.
    method
        ``oversample``: every clip, and clips of rarer emotions drawn again, with replacement, up to the count
        of the most frequent.  ``undersample``: as many of each as the rarest has, without replacement.
    seed
        Of the draws.

    Returns
    -------
    int64 array, sorted
    """
    draw = np.random.default_rng(seed)
    labels = np.asarray(emotions, dtype=object)
    places = [np.flatnonzero(labels == emotion) for emotion in sorted(set(labels))]
    counts = [len(each) for each in places]
    chosen = []
    for each in places:
        if method == UNDERSAMPLE:
            chosen.append(draw.choice(each, min(counts), replace=False))
        else:
            chosen += [each, draw.choice(each, max(counts) - len(each), replace=True)]
    return np.sort(np.concatenate(chosen)).astype(np.int64)


def log_shares(emotions: Sequence[str], classes: Sequence[str]) -> npt.NDArray[np.float64]:
    """Return the logarithm of each class's share of the clips, float64 of shape (classes,).

    Parameters
    ----------
    emotions
        Of each clip of a training part, which has every class.
    classes
        In the order of a model's outputs.
    """
    labels = np.asarray(emotions, dtype=object)
    return np.log([np.mean(labels == each) for each in classes])
