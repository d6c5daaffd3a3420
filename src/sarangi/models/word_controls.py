"""Controls of a text branch: words that say nothing of the utterance that they are read with.

A fusion that gains as much over audio with them as with the true words does not gain by what is said.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


def controlled(
    texts: Mapping[str, Sequence[str]],
    control: Mapping[str, Any],
    parts: Mapping[str, str] | None = None,
) -> dict[str, Sequence[str]]:
    """Return the texts that are read in place of those of utterances.

    Parameters
    ----------
    texts
        By utterance, its turns, the own words last.  One without own words keeps its text: it is skipped.
    control
        ``constant``, a text that is read with every utterance; or ``shuffled``, a seed, by which the texts
        are permuted among the utterances of a part: the same words are as frequent in each part, and whose
        they are is chance.
    parts
        Part of the split by utterance; what is in none is permuted on its own.  Without it all are one part.

    Returns
    -------
    dict
        By utterance, in the order of ``texts``.
    """
    spoken = [name for name, turns in texts.items() if turns[-1].strip()]
    if "constant" in control:
        return {**texts, **dict.fromkeys(spoken, (control["constant"],))}
    draw = np.random.default_rng(control["shuffled"])
    by_part: dict[str, list[str]] = {}
    for name in sorted(spoken):
        by_part.setdefault((parts or {}).get(name, ""), []).append(name)
    found = dict(texts)
    for _, names in sorted(by_part.items()):
        for name, place in zip(names, draw.permutation(len(names)), strict=True):
            found[name] = texts[names[place]]
    return found
