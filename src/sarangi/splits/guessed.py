"""Utterances with the pseudo-speakers that a protocol holds apart."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.base.single_voices import one_voice_each
from sarangi.base.voices import PSEUDO_SPEAKER

NO_VOICE = "no pseudo-speaker"
"""The cause of what has failed since nobody can say whose voice it is."""
NO_VOICES = (
    "it holds apart the pseudo-speakers {}, and nothing was said of these here; make the protocol's file by "
    "Snakemake, and read the folds from it"
)


class Guess(NamedTuple):
    """Estimated speakers in a corpus, for a protocol that holds pseudo-speakers apart.

    Parameters
    ----------
    voices
        Of schema :data:`sarangi.speakers.pseudo_speakers.PSEUDO_SPEAKERS`.
    single
        Of schema :data:`sarangi.base.single_voices.SINGLE_VOICES`; None where no other corpus says what one
        voice is.
    """

    voices: Path
    single: Path | None = None

    def refuse_one_voice(self, where: str) -> None:
        """Raise a SarangiError where nothing says that the corpus, or each gender, is more than one voice."""
        why = one_voice_each(self.single) if self.single is not None else None
        if why is not None:
            raise SarangiError(f"{where}: {why}")


def guess_of(files: Sequence[str | Path]) -> Guess | None:
    """Return what some files say of who speaks, those of :class:`Guess` in their order; None without any."""
    return Guess(*map(Path, files)) if files else None


def with_voices(utterances: pd.DataFrame, voices: Path) -> pd.DataFrame:
    """Return utterances with their ``pseudo_speaker``; what has none has failed, with the reason.

    Parameters
    ----------
    utterances : data frame of utterance_id, status, reason and cause
        Of the manifest.
    voices
        Pseudo-speakers of the corpus, of schema :data:`sarangi.speakers.pseudo_speakers.PSEUDO_SPEAKERS`.
    """
    said = store.read(voices, ["utterance_id", "reason", PSEUDO_SPEAKER]).set_index("utterance_id")
    said = said.reindex(utterances["utterance_id"])
    whose = said[PSEUDO_SPEAKER].to_numpy(dtype=object)
    lost = (utterances["status"] == store.OK).to_numpy() & pd.isna(whose)
    why = (f"{NO_VOICE}: " + said["reason"].fillna("its voice was not looked at")).to_numpy(object)
    found = utterances.assign(**{PSEUDO_SPEAKER: whose})
    for column, text in (("status", store.FAILED), ("reason", why), ("cause", NO_VOICE)):
        found[column] = np.where(lost, text, utterances[column].astype(object))
    return found


def called(settings: Mapping[str, Any]) -> str:
    """Return what messages call that which the entry of a protocol keeps whole."""
    return "pseudo-speaker" if "pseudo_speakers" in settings else str(settings.get("by", "group"))


def too_few(settings: Mapping[str, Any]) -> str:
    """Return what else a person can do where a protocol has too few pseudo-speakers; empty for any other."""
    if "pseudo_speakers" not in settings:
        return ""
    return (
        f". {settings['pseudo_speakers']} tells too few voices apart to hold them out; where all are one, "
        "nothing can be: leave one gender out (by: gender), or take random folds, with leaks: true"
    )
