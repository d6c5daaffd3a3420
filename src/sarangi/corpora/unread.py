"""What lies in a corpus and no layout can say anything of: the manifest lists it, too."""

from collections.abc import Collection, Iterator
from pathlib import PurePosixPath

from sarangi.base.errors import CANNOT_BE_READ, SarangiError
from sarangi.corpora.utterance import Utterance, failed, skipped
from sarangi.sources.listing import LOOP, NOT_LISTED
from sarangi.sources.source import Source

SHOWN = 5


def refuse_unlisted(source: Source) -> None:
    """Refuse a corpus with a folder that cannot be listed: how many recordings are in it nobody can say.

    Raises
    ------
    SarangiError
        Names the first folders.
    """
    unlisted = sorted(path for path, found in source.problems.items() if found.kind == NOT_LISTED)
    if unlisted:
        more = f", and {len(unlisted) - SHOWN} more" if len(unlisted) > SHOWN else ""
        which = "; ".join(f"{path} is {source.problems[path].problem}" for path in unlisted[:SHOWN])
        raise SarangiError(
            f"{source.path}: {which}{more}. The recordings in it would be missing silently: make it "
            "readable, or remove it from the corpus"
        )


def unread(source: Source, utterances: Collection[Utterance]) -> Iterator[Utterance]:
    """Yield a row for each thing that cannot be read and that none of the utterances is.

    It failed if recordings may be missing with it: a link without a target may have been a folder.
    """
    known = {utterance.file for utterance in utterances}
    for path, found in sorted(source.problems.items()):
        if path not in known:
            harmless = found.kind == LOOP or PurePosixPath(path).suffix
            yield (skipped if harmless else failed)(path, found.problem, CANNOT_BE_READ)
