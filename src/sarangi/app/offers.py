"""The models that the page offers: by title, one run of each experiment, and which of them to begin with."""

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sarangi.app.card_files import read_card
from sarangi.app.markup import number
from sarangi.statistics.metrics import UAR

log = logging.getLogger("sarangi")

RECOMMENDED = "recommended"
WHY = "Of the models here that need no words, its UAR is furthest above chance on new speakers."
NO_CARD = "What it was trained on and what it scores are not known."


class Offer(NamedTuple):
    """A model that the page offers.

    Attributes
    ----------
    name
        As :func:`sarangi.app.opening.load` takes it.
    label
        Its title in the list, which no other has.
    about
        What it was trained on and what it scores, in a sentence or two.
    """

    name: str
    label: str
    about: str


class _Known(NamedTuple):
    name: str
    title: str
    protocol: str
    about: str
    above: float | None
    """How far its UAR is above chance, of what is possible; None of a model that is not recommended."""


def offers(
    named: Sequence[str], runs: Sequence[str], directory: Path, folder: Path, opens: Callable[[str], bool]
) -> list[Offer]:
    """Return what the page offers: first what was named, then the recommended model, then others by title.

    Of an experiment whose runs nobody named there is one, its first: others differ in fold and seed alone.

    Parameters
    ----------
    named
        Models that a person asked for, in their order: runs, folders, or ids of the hub.
    runs
        Every run of the study, ``<experiment>/<fold>/<seed>``, sorted.
    directory
        Of the study; a folder among ``named`` may be relative to the working folder.
    folder
        Of the runs, within the study.
    opens
        Whether a model can be opened; asked of those that could be recommended, until one can.
    """
    counts = Counter(run.partition("/")[0] for run in runs)
    asked = {name.partition("/")[0] for name in named if name in runs}
    first = {run.partition("/")[0]: run for run in reversed(runs)}
    rest = [_known(run, directory / folder / run, counts) for key, run in first.items() if key not in asked]
    begin = [_known(name, _place(name, directory / folder), counts) for name in named]
    scored = [each for each in (*begin, *rest) if each.above is not None]
    scored.sort(key=lambda each: (-(each.above or 0.0), each.name))
    best = next((each for each in scored if opens(each.name)), None)
    rest.sort(key=lambda each: (each is not best, each.title, each.protocol, each.name))
    every = [*begin, *rest]
    titles = Counter(each.title for each in every)
    longer = Counter((each.title, each.protocol) for each in every)
    found = []
    for each in every:
        label = each.title
        if titles[each.title] > 1 and each.protocol:
            label += f", {each.protocol}"
        if longer[each.title, each.protocol] > 1:
            label += f", {each.name}"
        label += f" ({RECOMMENDED})" if each is best else ""
        found.append(Offer(each.name, label, f"{each.about} {WHY}" if each is best else each.about))
    return found


def _place(name: str, runs: Path) -> Path:
    return runs / name if (runs / name).is_dir() else Path(name)


def _known(name: str, folder: Path, counts: Mapping[str, int]) -> _Known:
    """Return what the card in a folder says of a model; of one without a card, its name."""
    try:
        card = read_card(folder)
        if card is not None:
            return _of_card(name, card, counts)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        log.warning("%s: card.json is no card of this study (%r); it is not shown", name, error)
    return _Known(name, name, "", NO_CARD, None)


def _of_card(name: str, card: Mapping[str, Any], counts: Mapping[str, int]) -> _Known:
    title, protocol = f"{card['model']}, {card['corpus']['title']}", str(card["protocol"]["title"])
    score = next((row for row in card["scores"] if row["metric"] == UAR.name), None)
    unseen = card["speakers"]["unseen"] is True
    about = f"Trained on {card['corpus']['title']}."
    above = None
    if score is not None and score["value"] is not None:
        whose = "on new speakers" if unseen else "in its test, whose speakers may be in its training, too"
        about += f" UAR {number(score['value'])} {whose}; chance is {number(score['chance'])}."
        usable = unseen and not card["untrained"] and "text" not in card["encoders"]
        above = (score["value"] - score["chance"]) / (1 - score["chance"]) if usable else None
    if "text" in card["encoders"]:
        about += " It needs the words of the clip."
    count = counts.get(name.partition("/")[0], 1)
    if count > 1:
        about += f" One of {count} runs of this model, which differ in fold and seed."
    return _Known(name, title, protocol, about, above)
