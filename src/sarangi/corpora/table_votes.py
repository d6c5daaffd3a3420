"""Votes of a corpus that a table of labels describes: in a table of their own, or in columns of that one."""

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from sarangi.base.emotions import canonical_of, name_of
from sarangi.base.errors import SarangiError
from sarangi.base.hints import nearest
from sarangi.base.segments import Segment, SegmentError, segment_of
from sarangi.base.store import FAILED, SKIPPED
from sarangi.base.table_columns import FURTHER
from sarangi.corpora.label_rows import LabelRow, further_name
from sarangi.corpora.named_files import NamedFiles
from sarangi.corpora.targets import target_of
from sarangi.corpora.utterance import Utterance
from sarangi.corpora.vote_formats import msp_podcast, rows
from sarangi.corpora.vote_row import VoteRow
from sarangi.corpora.vote_settings import COUNTS, SHARES, VoteSettings
from sarangi.corpora.votes import SELF_REPORT, UNKNOWN_CLIP, Vote, without_contradictions
from sarangi.sources.tables import clean

FORMATS = {"rows": rows, "msp_podcast": msp_podcast}
"""By the name that a configuration states, the module that reads a table of votes."""
WHOLE = 0.01
"""By which the sum of shares may be other than 1: tables round."""

Key = tuple[str, Segment | None]
"""A recording as the table of votes names it, and the segment."""


class TableVotes:
    """The votes of a table corpus, read before its labels.

    Parameters
    ----------
    table
        Of votes; None where they are in columns of the table of labels.
    settings
        How to read them.
    emotions
        By label in lower case, the emotion that it is in the table of labels.
    skip
        Labels of what does not belong to the study, in lower case.

    Raises
    ------
    SarangiError
        As the reader of the table; and if two rows of labels are meant by the same votes.
    """

    def __init__(
        self, table: Path | None, settings: VoteSettings, emotions: Mapping[str, str], skip: frozenset[str]
    ):
        self.table, self.settings = table, settings
        module = FORMATS.get(settings.kind)
        own = {clean(label).casefold(): name_of(to) or to for label, to in settings.emotions.items()}
        self._emotions = {**(module.EMOTIONS if module else {}), **emotions, **own}
        others = (*settings.others, *(module.OTHERS if module else ()))
        self._others = skip | {clean(label).casefold() for label in others}
        self._selves = {clean(name).casefold() for name in settings.self_reports}
        self._of_keys: dict[Key, list[Vote]] = {}
        self._named = NamedFiles([])
        self._claimed: dict[Key, str] = {}
        self._rows: list[tuple[Key | None, list[Vote]]] = []
        if module is not None and table is not None:
            for row in module.read(table, settings):
                self._add(row)
            self._of_keys = _checked(self._of_keys)
            self._named = NamedFiles({file for file, _ in self._of_keys})

    # -- a table of their own -----------------------------------------------------------------

    def _add(self, row: VoteRow) -> None:
        vote = Vote(row.where, row.file or row.where, row.annotator or None, label=row.label or None)
        try:
            segment = segment_of(row.start, row.end)
        except SegmentError as error:
            segment, row = None, row._replace(problem=row.problem or str(error))
        votes = self._of_keys.setdefault((row.file or row.where, segment), [])
        if row.problem is not None or not row.file:
            votes.append(vote.failed(row.problem or "no file", "a row that cannot be read"))
        elif not row.annotator:
            votes.append(vote.failed("no annotator", "no annotator"))
        elif row.annotator.casefold() in self._selves:
            votes.append(vote.unused(SKIPPED, f"{row.annotator} is the speaker", SELF_REPORT))
        else:
            votes += self._of_row(row, vote)

    def _of_row(self, row: VoteRow, vote: Vote) -> Iterator[Vote]:
        if row.label or not self.settings.dimensions:
            yield self._labelled(vote, 1.0)
        for dimension, text in row.ratings.items():
            rated = vote._replace(dimension=dimension, label=text or None)
            rating = _number(text)
            if rating is not None:
                yield rated._replace(rating=rating, weight=1.0)
            elif text:
                yield rated.failed(
                    f"{dimension} is {text!r}, expected a number", f"{dimension} is not a number"
                )

    def _labelled(self, vote: Vote, weight: float) -> Vote:
        """Return a vote with the emotion of its label, or as failed where nobody knows the label."""
        label = vote.label or ""
        folded = clean(label).casefold()
        if folded in self._others:
            return vote._replace(weight=weight)
        emotion = self._emotions.get(folded) or canonical_of(label)
        if emotion is None and name_of(label) in self._emotions.values():
            emotion = name_of(label)
        if emotion is not None:
            return vote._replace(emotion=emotion, weight=weight)
        if not folded:
            return vote.failed("no label", "no label")
        known = sorted({*self._emotions, *self._others, *self._emotions.values()})
        why = (
            f"label {label!r} is unknown; {nearest(label, known)} Give it an emotion under votes.emotions, "
            "or list it under votes.others"
        )
        return vote.failed(why, f"unknown label {label!r}")

    def _key_of(self, cells: Mapping[str, str | None], where: str) -> Key | None:
        """Return the key of the votes for a row of labels; None where there are none.

        Raises
        ------
        SarangiError
            If another row has taken them.
        """
        text = cells.get("file") or ""
        file = text if (text, None) in self._of_keys else self._named.of(text) or text
        try:
            segment = segment_of(cells.get("start"), cells.get("end"))
        except SegmentError:
            return None  # the row itself fails of that
        key = (file, segment) if (file, segment) in self._of_keys else (file, None)
        if key not in self._of_keys:
            return None
        named = f"{text} {segment}"
        if self._claimed.setdefault(key, named) != named:
            raise SarangiError(
                f"{self.table}: the votes for {key[0]} fit several rows of labels, {where} among them; name "
                "each recording by its path there, and segments by start and end"
            )
        return key

    # -- columns of the table of labels -------------------------------------------------------

    def _of_columns(self, row: LabelRow) -> list[Vote]:
        """Return the counts or shares in the cells of a row, or one failed vote that says what is wrong."""
        votes, problem = [], None
        for label, column in self.settings.columns.items():
            text = row.cells.get(further_name(column)) or ""
            vote = Vote(row.where, "", label=label)
            value = _number(text) if text else 0.0
            if value is None:
                problem = f"{column} is {text!r}, expected a number", "not a number"
            elif value < 0:
                problem = f"{column} is {text}, and there is no negative number of votes", "a negative number"
            elif self.settings.kind == COUNTS and value != int(value):
                problem = f"{column} is {text}, expected a whole number of votes", "not a whole number"
            if problem is not None:
                return [vote.failed(*problem)]
            if value:
                votes.append(self._labelled(vote, float(value)))
        total = sum(vote.weight or 0.0 for vote in votes)
        if self.settings.kind == SHARES and votes and abs(total - 1) > WHOLE:
            why = f"its shares have the sum {total:g}, expected 1"
            return [Vote(row.where, "").failed(why, "shares whose sum is not 1")]
        return votes

    def refuse_missing_columns(self, columns: set[str]) -> None:
        """Refuse a table of labels that lacks a column of counts or shares.

        Parameters
        ----------
        columns
            Names of its cells, as :class:`sarangi.corpora.label_rows.LabelRow` has them.

        Raises
        ------
        SarangiError
            Names the column and the nearest one.
        """
        if self.settings.kind not in (COUNTS, SHARES):
            return
        for label, column in self.settings.columns.items():
            if further_name(column) not in columns:
                known = sorted(name.removeprefix(FURTHER) for name in columns if name.startswith(FURTHER))
                raise SarangiError(
                    f"no column {column!r} for the votes for {label}; {nearest(column, known)} Correct "
                    f"votes.{self.settings.kind}"
                )

    # -- both ---------------------------------------------------------------------------------

    def row(self, row: LabelRow) -> LabelRow:
        """Return a row of labels with the target that its votes make, if one is asked for."""
        key = None
        if self.settings.kind in (COUNTS, SHARES):
            votes = self._of_columns(row)
        else:
            key = self._key_of(row.cells, row.where)
            votes = [] if key is None else self._of_keys[key]
        self._rows.append((key, votes))
        if self.settings.target is None:
            return row
        return row._replace(target=target_of(votes, self.settings.target))

    def of(self, found: Sequence[Utterance]) -> list[Vote]:
        """Return all votes, of clips that the corpus does not have, too.

        Parameters
        ----------
        found
            The utterance of each row that :meth:`row` was given, in their order.
        """
        paths: dict[Key, str] = {}
        votes: list[Vote] = []
        for (key, own), utterance in zip(self._rows, found, strict=True):
            if key is None or key not in paths:
                votes += [vote._replace(path=utterance.path) for vote in own]
            if key is not None:
                paths.setdefault(key, utterance.path)
        for key, others in self._of_keys.items():
            if key not in paths:
                votes += [_without_clip(vote) for vote in others]
        return votes


def _without_clip(vote: Vote) -> Vote:
    if vote.status == FAILED:
        return vote
    return vote.failed(f"no row of the table of labels is of {vote.path}", UNKNOWN_CLIP)


def _checked(of_keys: Mapping[Key, Sequence[Vote]]) -> dict[Key, list[Vote]]:
    return {key: without_contradictions(votes) for key, votes in of_keys.items()}


def _number(text: str) -> float | None:
    """Return a finite number that a cell states; a comma may take the place of the point."""
    plain = text.replace(",", ".") if text.count(",") == 1 and "." not in text else text
    try:
        number = float(plain)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
