"""What each check of the audit counts, in words, and what a person can do about it; findings by severity."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

import pandas as pd

from sarangi.base.auditing import (
    AGREEMENT,
    FAILED_UTTERANCES,
    FATAL,
    FEW_GROUPS,
    GROUPS,
    GROUPS_OF_EMOTION,
    GUESSED_GROUPS,
    MISSING_CLASS,
    NEAR_DUPLICATES_ACROSS,
    NOTE,
    OK,
    PART_CONFOUNDED,
    RATED,
    RATING_SPREAD,
    SELF_REPORTS,
    SHARED_GROUPS,
    SHARED_SPEAKERS,
    SHARED_TEXTS,
    SOUND,
    SPEAKERS_OF_PART,
    SPEAKERS_RATED_ALIKE,
    SPEAKERS_TELL,
    TESTED_GROUPS,
    TESTED_WITH,
    TEXTS_EMPTY,
    TEXTS_FAILED,
    UNVOTED,
    VOTED_ONCE,
    VOTES,
    VOTES_FAILED,
    WARNING,
    WITHOUT_MAJORITY,
)
from sarangi.base.store import SKIPPED
from sarangi.base.voice_checks import (
    GENDERS_ALIKE,
    KNOWN_VOICES,
    NEAR_VOICES,
    OF_VOICES,
    ONE_VOICE,
    SEVERAL_VOICES,
    SHARED_VOICES,
    SPEAKERS_ALIKE,
    TWO_SPEAKERS_ALIKE,
    VOICES,
)

SEVERITY = (FATAL, WARNING, NOTE, OK)
"""Verdicts, the worst first."""

LEAKING = (SHARED_GROUPS, SHARED_SPEAKERS, NEAR_DUPLICATES_ACROSS, SHARED_VOICES)
"""Checks that find what a protocol is made to show, if its entry says ``leaks: true``."""

FOLLOWING = ("uar_ceiling", "uar_chance")
"""Checks that are fatal only where, and because, :data:`MISSING_CLASS` is."""


class Advice(NamedTuple):
    """What a check counts, and what to do where its verdict is not ``ok``."""

    words: str
    todo: str = ""


DISJOINT = "trust only scores of speaker-disjoint protocols"
LOOKED_AT = "listen to one of them; leave such clips out of the table, or keep them and say so"
ERRING = "see the share that is corrected by the errors of the threshold"
UNCALIBRATED = "name a corpus with known speakers under calibration of the entry of pseudo_speakers"
CONFOUNDED = "a model may learn this instead of the emotion: say so next to every score"

CHECKS = {
    "utterances": Advice("utterances", "compare with the publisher's own copy"),
    "emotion": Advice("utterances of an emotion", "compare with the publisher's own copy"),
    SKIPPED: Advice("utterances left out", "nothing, if intended; otherwise change what the reason names"),
    FAILED_UTTERANCES: Advice(
        "utterances that cannot be used", "fix what the reason names, and run the command again"
    ),
    "copied": Advice("duplicate files", "nothing: the copies are left out"),
    GROUPS: Advice(
        "speakers or other groups",
        f"record more speakers: with fewer than {FEW_GROUPS} the interval is descriptive",
    ),
    GROUPS_OF_EMOTION: Advice(
        "groups with an emotion", "record it with more speakers, or leave the emotion out (skip)"
    ),
    "speakers": Advice(
        "speakers", "name the speakers in the table: without them no score tells what holds for other people"
    ),
    "speakers_with_one_emotion": Advice(
        "speakers who have one emotion only", f"the speaker gives the emotion away: {DISJOINT}"
    ),
    SPEAKERS_OF_PART: Advice(
        "speakers of one gender, age or language",
        f"record more of them: with fewer than {FEW_GROUPS} nothing can be said about others like them",
    ),
    PART_CONFOUNDED: Advice(
        "what tells the gender, age or language of speakers",
        "name it next to every comparison of them, or record them alike",
    ),
    RATED: Advice(
        "utterances with a rating",
        "see the notes in the manifest, which name file and line; correct the ratings, or scale or column",
    ),
    RATING_SPREAD: Advice("standard deviation of a rating", "remove the dimension from the corpus"),
    SPEAKERS_RATED_ALIKE: Advice(
        "speakers whose ratings are all alike",
        "say so: their scores say nothing of what varies within a speaker",
    ),
    SPEAKERS_TELL: Advice(
        "share of a rating's variance that is between speakers",
        "compare scores with the oracle that knows each speaker's own mean (baseline: speaker_mean)",
    ),
    "speakers_in_one_group": Advice("speakers in one group", "nothing: they are kept on one side"),
    "name_collision": Advice(
        "files of one name in several folders", "check that they are different recordings, labelled each"
    ),
    SOUND: Advice("recordings", "nothing for models of words; put the recordings there to have them checked"),
    "sample_rates": Advice(
        "sample rates", "check that no emotion or speaker has a rate of its own, which a model could learn"
    ),
    "stereo": Advice("recordings of several channels", "nothing: the channels are averaged"),
    "clipped": Advice("clipped recordings", LOOKED_AT),
    "silent": Advice("recordings that are almost silent", LOOKED_AT),
    "short": Advice("very short recordings", LOOKED_AT),
    "long": Advice("very long recordings", "cut them by utterance (columns start and end)"),
    "near_duplicates": Advice("pairs of recordings that share sound", "see each pair"),
    "near_duplicate": Advice(
        "a pair of recordings that share sound",
        "listen to both; leave one out, correct its label or speaker, or give both one group",
    ),
    TEXTS_FAILED: Advice(
        "texts that fail Whisper's checks in every try",
        "listen to some: models skip them unless their accept says otherwise; try a larger Whisper",
    ),
    TEXTS_EMPTY: Advice("recordings in which Whisper finds no speech", LOOKED_AT),
    "folds": Advice("folds", "choose another protocol, or change what the message names"),
    SHARED_GROUPS: Advice("groups in both training and test", DISJOINT),
    SHARED_SPEAKERS: Advice("speakers in both training and test", DISJOINT),
    SHARED_TEXTS: Advice(
        "sentences in both training and test", "nothing for acoustic models; a text model may know them"
    ),
    TESTED_WITH[SHARED_SPEAKERS]: Advice("speakers in that test part"),
    TESTED_WITH[SHARED_TEXTS]: Advice("sentences in that test part"),
    NEAR_DUPLICATES_ACROSS: Advice(
        "near-duplicates in both training and test", "give both of a pair one group, or leave one out"
    ),
    "folds_missing_class": Advice(
        "folds that do not test every emotion", "nothing where folds are scored together, as one left out"
    ),
    MISSING_CLASS: Advice(
        "emotions that are never tested", "leave the emotion out (skip), or choose another protocol"
    ),
    "uar_ceiling": Advice("highest UAR possible", "see the emotions that are never tested"),
    "uar_chance": Advice("UAR of guessing", "see the emotions that are never tested"),
    TESTED_GROUPS: Advice(
        "groups that are tested", f"with fewer than {FEW_GROUPS} the interval is descriptive"
    ),
    GUESSED_GROUPS: Advice(
        "estimated voices that are held out",
        "see paper/tables/speakers for how often the estimate is wrong; name the speakers if anybody can",
    ),
    "constant_uar": Advice("UAR of always the same answer", "compare scores with it"),
    "speaker_only_uar": Advice(
        "UAR from knowing the speaker alone", f"the speaker gives the emotion away: {DISJOINT}"
    ),
    "duration_uar": Advice("UAR from the duration alone", CONFOUNDED),
    "loudness_uar": Advice("UAR from the loudness alone", CONFOUNDED),
    NEAR_VOICES: Advice("share of test clips with a clip near in training, by voice", ERRING),
    SHARED_VOICES: Advice(
        "share of test clips whose voice seems to be in training",
        f"compare with what is known of the speakers; if nothing is, {DISJOINT}",
    ),
    KNOWN_VOICES: Advice(
        "share of test clips whose named speaker is in training", "compare the voices with it"
    ),
    SPEAKERS_ALIKE: Advice("pairs of speakers who seem to be one voice", "see each pair"),
    TWO_SPEAKERS_ALIKE: Advice(
        "two speakers who seem to be one voice", "listen to both; if they are one person, give them one group"
    ),
    SEVERAL_VOICES: Advice(
        "speakers who seem to be several voices",
        "listen to clips that are far apart; if they are one person, emotion may separate them, too",
    ),
    GENDERS_ALIKE: Advice(
        "two genders that seem to be one voice",
        "listen to both; leaving one gender out then leaves no voice out",
    ),
    ONE_VOICE: Advice(
        "how far the clips of a gender are apart in voice",
        "where one voice is not rejected, no folds by pseudo-speaker: leave one gender out, and name it so",
    ),
    VOICES: Advice("voices", UNCALIBRATED),
    VOTES: Advice("votes of annotators"),
    VOTES_FAILED: Advice("votes that cannot be used", "correct what the reason names in the table of votes"),
    SELF_REPORTS: Advice("votes that do not count", "nothing, if intended"),
    UNVOTED: Advice("clips without a vote", "annotate them, or remove them from the table of labels"),
    VOTED_ONCE: Advice("clips with one vote", "have them annotated again to know how far people agree"),
    WITHOUT_MAJORITY: Advice(
        "clips on which no more than half of the votes agree", "train on soft labels, or say what is left out"
    ),
    AGREEMENT: Advice(
        "agreement of annotators", "compare models with what an annotator reaches (paper/tables/annotators)"
    ),
}
"""By check; what the audits yield and is not here has its name for words."""


class Finding(NamedTuple):
    """A row of an audit with what to do.

    Attributes
    ----------
    by_design
        Whether a protocol is made to show it (``leaks: true``), so that it is no fault of the corpus.
    """

    verdict: str
    check: str
    subject: str
    value: float
    detail: str
    by_design: bool

    @property
    def severity(self) -> tuple[int, bool]:
        """What sorts findings, the worst first."""
        meant = self.by_design and self.verdict in (FATAL, WARNING)
        return SEVERITY.index(WARNING if meant else self.verdict), meant

    @property
    def words(self) -> str:
        """What the check counts."""
        return CHECKS[self.check].words if self.check in CHECKS else self.check.replace("_", " ")

    @property
    def todo(self) -> str:
        """What a person can do; empty where the verdict is ``ok``."""
        if self.verdict == OK or self.check not in CHECKS:
            return ""
        if self.verdict == NOTE and pd.isna(self.value):
            # it could not be checked
            if self.check == AGREEMENT:
                return CHECKS[VOTED_ONCE].todo
            return UNCALIBRATED if self.check in OF_VOICES else CHECKS[SOUND].todo
        if self.by_design:
            return "meant: compare with a speaker-disjoint protocol"
        return CHECKS[self.check].todo

    @property
    def number(self) -> str:
        """The value as a reader wants it; empty where there is none."""
        return "" if pd.isna(self.value) else f"{self.value:.4g}"


def findings(audit: pd.DataFrame, leaking: Collection[str] = ()) -> list[Finding]:
    """Return the rows of an audit, the worst first; what is fatal by design comes behind the warnings.

    Parameters
    ----------
    audit
        Of schema :data:`sarangi.audit.rows.AUDIT`.
    leaking
        Names of the protocols that share groups by design.
    """
    rows = (
        Finding(
            row["verdict"],
            row["check"],
            row["subject"],
            row["value"],
            row["detail"],
            row["check"] in LEAKING and row["subject"] in leaking,
        )
        for row in audit.to_dict("records")
    )
    return sorted(rows, key=lambda row: (row.severity, row.check, row.subject))


def faults(rows: Iterable[Finding]) -> list[Finding]:
    """Return what is fatal, of one cause each, without what is so by design."""
    return [row for row in rows if row.verdict == FATAL and row.check not in FOLLOWING and not row.by_design]
