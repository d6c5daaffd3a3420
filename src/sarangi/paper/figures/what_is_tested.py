"""The figure of what a number rests on: the speakers and emotions of each test part."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sarangi.base import store
from sarangi.base.emotions import ordered, title_of
from sarangi.base.labels import Labels
from sarangi.base.parts import TEST
from sarangi.paper.figures.heat import COLOUR_BAR, draw_colour_bar, shaded
from sarangi.paper.figures.lists import left_out
from sarangi.paper.figures.page import Page, in_words, save
from sarangi.paper.figures.panel_grids import STEP, placed
from sarangi.paper.figures.style import SMALL, STYLE, TINY
from sarangi.paper.figures.text import broken, height_of, width_of

UNKNOWN = "unknown"
"""What is said of a speaker whom nobody names."""
NAMED = 16  # speakers that have room for their names
LINE, THIN, MOST = 0.15, 0.03, 1.5  # inches of a named line, of another one, and of all that are not named
NAMES = 0.62  # inches for the names of speakers
WHERE = "the manifests and protocols have them"


@dataclass(frozen=True)
class _Part:
    """A test part: whose it is, and its utterances by speaker and emotion."""

    corpus: str
    protocols: Sequence[str]
    counts: pd.DataFrame

    @property
    def named(self) -> bool:
        return len(self.counts) <= NAMED

    @property
    def drawn(self) -> float:
        """Inches of all lines."""
        return len(self.counts) * LINE if self.named else min(MOST, max(0.6, len(self.counts) * THIN))


def what_is_tested_figure(
    parts: Sequence[Mapping[str, str]], labels: Labels, output: dict[str, Path]
) -> None:
    """Draw how many utterances of each speaker and emotion a score is computed from, a panel a test part.

    Protocols that test the same utterances share a panel.

    Parameters
    ----------
    parts
        Of each ``corpus`` and ``protocol`` with a score the ``manifest`` and the ``folds``
        (``results/protocols``).
    labels, output
        As in :func:`sarangi.paper.figures.conditions.conditions_figure`.
    """
    found = list(_parts(parts, labels))
    if not found:
        in_words("No test part has an utterance.", labels.synthetic, output)
        return
    width = STEP - NAMES - 0.12
    titles = [_title(part, STEP - 0.15, labels) for part in found]
    heads = [height_of(title, TINY) + 0.25 for title in titles]
    below = 0.1 + max(width_of(title_of(name), TINY) for part in found for name in part.counts)
    grid = placed([head + part.drawn + below for head, part in zip(heads, found, strict=True)])
    kept = len(grid.places)
    notes = [
        "The darker, the more, relative to the largest cell of a panel. Hatched: no utterance of a speaker "
        "and an emotion is tested.",
        *left_out([*map(str, range(len(found)))], [*map(str, range(kept))], WHERE),
    ]
    with matplotlib.rc_context(STYLE):
        page = Page(grid.height, notes, labels.synthetic, legend=COLOUR_BAR)
        for part, title, head, (left, top) in zip(found, titles, heads, grid.places, strict=False):
            top += page.top
            page.text(left, top, labels.corpora[part.corpus], size=SMALL, weight="bold", va="top")
            page.text(left, top + 0.16, title, size=TINY, va="top")
            _draw(page.axes(left + NAMES, top + head, width, part.drawn), part, width)
        draw_colour_bar(page, "of the utterances of the largest cell, per cent", page.legend_place)
        save(page.figure, output)


def _parts(parts: Sequence[Mapping[str, str]], labels: Labels) -> Iterator[_Part]:
    """Yield each set of utterances that is tested, with all protocols that test it."""
    same: dict[tuple[str, frozenset[str]], list[str]] = {}
    manifests = {part["corpus"]: store.read(part["manifest"]) for part in parts}
    for part in sorted(parts, key=lambda p: (p["corpus"], list(labels.protocols).index(p["protocol"]))):
        folds = store.read(part["folds"], ["utterance_id", "part"])
        tested = frozenset(folds.loc[folds["part"] == TEST, "utterance_id"])
        same.setdefault((part["corpus"], tested), []).append(labels.protocols[part["protocol"]])
    for (corpus, tested), protocols in same.items():
        manifest = manifests[corpus]
        here = manifest[manifest["utterance_id"].isin(tested) & manifest["emotion"].notna()]
        if here.empty:
            continue
        counts = pd.crosstab(here["speaker"].fillna(UNKNOWN), here["emotion"]).sort_index()
        every = ordered(manifest["emotion"].dropna(), labels.emotions)
        yield _Part(corpus, list(dict.fromkeys(protocols)), counts.reindex(columns=every, fill_value=0))


def _title(part: _Part, width: float, labels: Labels) -> str:
    count, speakers = int(part.counts.to_numpy().sum()), len(part.counts)
    who = "speakers unknown" if list(part.counts.index) == [UNKNOWN] else f"{speakers} speakers"
    lines = [*part.protocols, f"{count} utterances, {who}, largest cell {int(part.counts.to_numpy().max())}"]
    return "\n".join(broken(line, width, TINY) for line in lines)


def _draw(axes: Axes, part: _Part, width: float) -> None:
    counts = part.counts.to_numpy(float)
    cell = width / counts.shape[1]
    for (down, across), count in np.ndenumerate(counts):
        fits = part.named and width_of(f"{count:.0f}", TINY) < cell
        text = f"{count:.0f}" if count and fits else ""
        shaded(axes, across, down, 1, 1, count / counts.max() if count else np.nan, text)
    axes.set(xlim=(0, counts.shape[1]), ylim=(len(counts), 0))
    axes.set_xticks(np.arange(counts.shape[1]) + 0.5, map(title_of, part.counts), rotation=90, size=TINY)
    names = [_short(str(name)) for name in part.counts.index] if part.named else []
    axes.set_yticks(np.arange(len(names)) + 0.5, names, size=TINY)
    if not part.named:
        axes.set_ylabel("speakers", fontsize=TINY)
    axes.tick_params(length=0, pad=1.5)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _short(speaker: str) -> str:
    """Return a speaker's name as it has room; its end tells speakers apart."""
    while width_of(speaker, TINY) > NAMES - 0.1:
        speaker = "…" + speaker.removeprefix("…")[1:]
    return speaker
