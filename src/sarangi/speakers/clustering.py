"""Voices from embeddings: clusters whose number nobody states, and how sure each clip's place in one is."""

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import pdist

from sarangi.base.errors import SarangiError

MOST = 12_000
"""Clips that are clustered at once: their distances, twice in memory, are 1.2 GB."""


def merges_of(embeddings: np.ndarray) -> np.ndarray:
    """Return the merges of agglomerative clustering: average linkage on cosine distance.

    Parameters
    ----------
    embeddings : array of float of shape (clips, width)
        Two or more, none of length 0.

    Returns
    -------
    float64 array of shape (clips - 1, 4)
        As SciPy has them; the third column is the distance at which two clusters become one.

    Raises
    ------
    SarangiError
        For more than :data:`MOST` clips.
    """
    if len(embeddings) > MOST:
        raise SarangiError(
            f"{len(embeddings):,} clips, and {MOST:,} at most are clustered at once; state `within: gender` "
            "or `within: session` in the entry of pseudo_speakers, or part the corpus"
        )
    return linkage(pdist(embeddings.astype(np.float64), "cosine"), "average")


def voices_at(merges: np.ndarray, threshold: float) -> np.ndarray:
    """Return the cluster of each clip, from 0 in the order of their first clips, int64 of shape (clips,).

    No two clusters are nearer to each other, on average, than the threshold.
    """
    found = fcluster(merges, threshold, "distance")
    _, first, places = np.unique(found, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[places]


def clustered(embeddings: np.ndarray, threshold: float) -> np.ndarray:
    """Return the voice of each of any number of clips; see :func:`voices_at`."""
    if len(embeddings) < 2:
        return np.zeros(len(embeddings), np.int64)
    return voices_at(merges_of(embeddings), threshold)


def margins(embeddings: np.ndarray, voices: np.ndarray) -> np.ndarray:
    """Return the silhouette of each clip by cosine distance (Rousseeuw 1987), float64 of shape (clips,).

    1 is a clip much nearer to its own voice than to the next one, 0 one between two, below 0 one that is
    nearer to another.  A clip that is a voice by itself has 0; where there is one voice alone there is none
    to be nearer to, and all have NaN.

    Parameters
    ----------
    embeddings : array of float of shape (clips, width)
        Of length 1.
    voices : array of int of shape (clips,)
        From 0, without gaps.
    """
    count = int(voices.max(initial=-1)) + 1
    if count < 2:
        return np.full(len(voices), np.nan)
    clips = embeddings.astype(np.float64)
    sums, sizes = np.zeros((count, clips.shape[1])), np.bincount(voices, minlength=count)
    np.add.at(sums, voices, clips)
    # the mean distance to the clips of a voice is that to their mean, since all have length 1
    similar = clips @ sums.T
    own = similar[np.arange(len(voices)), voices] - np.square(clips).sum(1)
    inner = 1 - own / np.maximum(1, sizes[voices] - 1)
    others = 1 - similar / sizes
    others[np.arange(len(voices)), voices] = np.inf
    nearest = others.min(1)
    with np.errstate(invalid="ignore"):
        found = (nearest - inner) / np.maximum(nearest, inner)
    return np.where((sizes[voices] == 1) | ~np.isfinite(found), 0.0, found)
