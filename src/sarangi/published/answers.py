"""The answers of a published experiment by run, as its result files have them, and what follows from them."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from sarangi.published.expressions import Record


class Answers(NamedTuple):
    """Counts of answers.

    Parameters
    ----------
    emotions
        In the order of lines and columns.
    runs
        Of each run, a line a true emotion and a column an answer.
    """

    emotions: list[str]
    runs: dict[str, list[list[int]]]

    def right(self, run: str) -> list[int]:
        """Return the clips of each emotion that a run answers right."""
        return [line[place] for place, line in enumerate(self.runs[run])]

    def clips(self, run: str) -> list[int]:
        """Return the clips of each emotion that a run is tested on."""
        return [sum(line) for line in self.runs[run]]

    def answered(self, run: str) -> list[int]:
        """Return how often a run answers each emotion."""
        return [sum(column) for column in zip(*self.runs[run], strict=True)]

    def pooled(self) -> tuple[list[int], list[int]]:
        """Return the clips answered right, and all, of each emotion over all runs."""
        rights, clips = (zip(*map(of, self.runs), strict=True) for of in (self.right, self.clips))
        return [sum(each) for each in rights], [sum(each) for each in clips]

    def same_clips(self) -> bool:
        """Whether every run is tested on the same number of clips of each emotion."""
        return len({tuple(self.clips(run)) for run in self.runs}) == 1

    def most_answered(self) -> list[tuple[str, str, int, int]]:
        """Return of each run its most frequent answer, how often it is given, and to how many clips."""
        found = []
        for run in self.runs:
            counts = self.answered(run)
            most = max(counts)
            found.append((run, self.emotions[counts.index(most)], most, sum(counts)))
        return found

    def averaged(self, run: str, predicted: bool) -> tuple[Fraction, list[str]]:
        """Return a run's mean recall and the emotions that it is over.

        These are those that the test has, and, if ``predicted``, those that are answered, too, whose recall
        is 0.
        """
        right, clips, answered = self.right(run), self.clips(run), self.answered(run)
        places = [place for place, n in enumerate(clips) if n or (predicted and answered[place])]
        recalls = [Fraction(right[place], clips[place]) if clips[place] else Fraction(0) for place in places]
        return sum(recalls, Fraction(0)) / len(recalls), [self.emotions[place] for place in places]


def answers_of(record: Record) -> Answers | None:
    """Return the answers behind a published number; None where the study's files have none."""
    known: Mapping[str, Any] | None = record.get("facts", {}).get("answers")
    return known and Answers(list(known["emotions"]), dict(known["runs"]))


def run_of(record: Record, answers: Answers) -> str | None:
    """Return the run that a number is of by the end of its name, such as ``uar_SM2``; None if of all."""
    end = record["key"].rpartition("_")[2]
    return end if end in answers.runs else None
