"""A published layout whose files have votes: its utterances, by its own labels or by their votes."""

from collections.abc import Iterator
from types import ModuleType
from typing import Any

from sarangi.corpora.targets import target_of
from sarangi.corpora.utterance import Utterance
from sarangi.corpora.vote_settings import VoteSettings
from sarangi.corpora.votes import Target, Vote, without_contradictions
from sarangi.sources.source import Source


class VotedLayout:
    """What reads a layout with ``votes(source)``, in place of its module.

    Parameters
    ----------
    module
        Of the layout; what it has beside ``utterances`` is found here, too.
    settings
        What its votes are used for.
    """

    def __init__(self, module: ModuleType, settings: VoteSettings):
        self._module, self._settings = module, settings
        self.votes: list[Vote] = []
        """Of the source that was read last."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)

    def utterances(self, source: Source) -> Iterator[Utterance]:
        """Yield the utterances of the module, after the votes were read."""
        self.votes = without_contradictions(self._module.votes(source))
        if self._settings.target is None:
            return self._module.utterances(source)
        return self._module.utterances(source, _Targets(self.votes, self._settings))


class _Targets(dict[str, Target]):
    """Targets by the path of an utterance; one without any vote has one, too."""

    def __init__(self, votes: list[Vote], settings: VoteSettings):
        of_clips: dict[str, list[Vote]] = {}
        for vote in votes:
            of_clips.setdefault(vote.path, []).append(vote)
        self._settings = settings.target
        super().__init__({path: target_of(each, settings.target) for path, each in of_clips.items()})

    def __missing__(self, path: str) -> Target:
        return target_of([], self._settings)
