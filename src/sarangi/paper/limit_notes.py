"""The notes below a table that say what it does not show."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sarangi.base.auditing import SHARED_SPEAKERS, SHARED_TEXTS
from sarangi.base.labels import Labels
from sarangi.paper.limits import FewGroups, FewTexts, Limit, OneEmotion, Seedless, Shared, WordsTellNothing


def limit_notes(limits: Sequence[Limit], labels: Labels) -> list[str]:
    """Return a sentence for each kind of limit, with all corpora that have it.

    Parameters
    ----------
    limits
        Of :mod:`sarangi.paper.limits`.
    labels
        Titles of the corpora.
    """
    notes = []
    for kind, sentence in SENTENCES.items():
        same = [limit for limit in limits if isinstance(limit, kind)]
        if same:
            notes += sentence(same, labels.corpora)
    return notes


def _few_groups(limits: Sequence[FewGroups], titles: Mapping[str, str]) -> list[str]:
    counts = [
        f"{each.fewest}{'' if each.fewest == each.most else f' to {each.most}'} for {titles[each.corpus]}"
        for each in limits
    ]
    return [f"Groups that a descriptive interval is over: {_in_a_row(counts)}."]


def _one_emotion(limits: Sequence[OneEmotion], titles: Mapping[str, str]) -> list[str]:
    corpora = [f"{titles[each.corpus]} ({each.alone} of {each.groups})" for each in limits]
    return [
        f"Most groups of two or more clips have one emotion alone in {_in_a_row(corpora)}: "
        "whoever recognises the speaker knows the emotion."
    ]


def _shared(limits: Sequence[Shared], titles: Mapping[str, str]) -> list[str]:
    notes = []
    for what, words in SHARED_WORDS.items():
        counts = [
            f"{each.shared:,} of {each.tested:,} for {titles[each.corpus]}"
            + (
                f" (under {each.sharing} of {each.protocols} protocols)"
                if each.sharing < each.protocols
                else ""
            )
            for each in limits
            if each.what == what
        ]
        if counts:
            notes.append(f"{words}, in the fold with the most: {_in_a_row(counts)}.")
    return notes


SHARED_WORDS = {
    SHARED_SPEAKERS: "Test speakers who are in training or validation, too",
    SHARED_TEXTS: "Test texts that are in training or validation, too",
}


def _words_tell_nothing(limits: Sequence[WordsTellNothing], titles: Mapping[str, str]) -> list[str]:
    corpora = [f"{titles[each.corpus]} ({_counted(each.texts, 'text')})" for each in limits]
    return [
        f"Every text is said in every emotion in {_in_a_row(corpora)}, so words cannot tell the emotion "
        "there: a text model is a negative control, and no evidence for or against fusion."
    ]


def _seedless(limits: Sequence[Seedless], titles: Mapping[str, str]) -> list[str]:
    classifiers = [each.classifier for each in limits]
    draw, its = ("draws", "its") if len(classifiers) == 1 else ("draw", "their")
    return [
        f"{_in_a_row(classifiers)} {draw} nothing at random: trained once, without seeds, so {its} "
        "intervals have no part from training."
    ]


def _few_texts(limits: Sequence[FewTexts], titles: Mapping[str, str]) -> list[str]:
    corpora = [f"{titles[each.corpus]} ({_counted(each.texts, 'different text')})" for each in limits]
    return [f"WER and CER do not measure speech recognition on {_in_a_row(corpora)}."]


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"


def _in_a_row(names: Sequence[str]) -> str:
    """Return names with commas, and "and" before the last."""
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


SENTENCES: Mapping[type, Callable[[Sequence[Any], Mapping[str, str]], list[str]]] = {
    FewGroups: _few_groups,
    OneEmotion: _one_emotion,
    Shared: _shared,
    WordsTellNothing: _words_tell_nothing,
    Seedless: _seedless,
    FewTexts: _few_texts,
}
