"""Distances that tell one voice from two: of a clip to others, of two sets of clips, and within one set."""

from collections.abc import Iterator

import numpy as np
from sklearn.cluster import KMeans

BLOCK = 2**25
"""Distances that are held at once, in float32: 134 MB."""

COMPARED = 30
"""Clips of a name that are compared with those of another one; of more, the nearest is nearer by chance."""

STARTS = 10  # of 2-means


def distances(embeddings: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the cosine distances of all clips to all clips, some clips at a time.

    Parameters
    ----------
    embeddings : float32 array of shape (clips, width)
        Of length 1.

    Yields
    ------
    places : int64 array of shape (some,)
    distances : float32 array of shape (some, clips)
    """
    some = max(1, BLOCK // max(1, len(embeddings)))
    for start in range(0, len(embeddings), some):
        places = np.arange(start, min(start + some, len(embeddings)))
        yield places, 1 - embeddings[places] @ embeddings.T


def drawn(clips: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """Return :data:`COMPARED` of some clips, sorted, or all if there are no more."""
    return clips if len(clips) <= COMPARED else np.sort(draw.choice(clips, COMPARED, replace=False))


def between(first: np.ndarray, second: np.ndarray) -> float:
    """Return how far two sets of clips are apart: the median cosine distance of a clip to the other set.

    Of each clip of the smaller set to the nearest one of the other; of two as large, the smaller median.

    Parameters
    ----------
    first, second : array of float of shape (clips, width)
        Embeddings of length 1.
    """
    apart = 1 - first @ second.T
    sides = [np.median(apart.min(1)), np.median(apart.min(0))]
    if len(first) != len(second):
        return float(sides[0] if len(first) < len(second) else sides[1])
    return float(min(sides))


def within(clips: np.ndarray, seed: int) -> float:
    """Return how far a set of clips is apart in itself: the mean distance between its two halves.

    The halves are those of 2-means, so that two voices of unequal numbers of clips are told, too.

    Parameters
    ----------
    clips : array of float of shape (clips, width)
        Embeddings of length 1, two or more.
    seed
        Of where 2-means starts.
    """
    if (clips == clips[0]).all():  # nothing to part
        return 0.0
    halves = KMeans(2, n_init=STARTS, random_state=seed).fit(clips).labels_
    # the mean distance of pairs is that of the means, since all have length 1
    return float(1 - clips[halves == 0].mean(0) @ clips[halves == 1].mean(0))
