"""What the checks of the audit say, how bad it is, and from how many groups on; those that others look up."""

OK, NOTE, WARNING, FATAL = "ok", "note", "warning", "fatal"

FEW_GROUPS = 8  # below, an interval only describes

GROUPS, GROUPS_OF_EMOTION, TESTED_GROUPS = "groups", "groups_of_emotion", "tested_groups"
GUESSED_GROUPS = "guessed_groups"
MISSING_CLASS = "missing_class"
SPEAKERS_OF_PART, PART_CONFOUNDED = "speakers_of_part", "part_confounded"
FAILED_UTTERANCES = "failed"
SOUND = "sound"
RATED, RATING_SPREAD = "rated", "rating_spread"
SPEAKERS_RATED_ALIKE, SPEAKERS_TELL = "speakers_rated_alike", "rating_between_speakers"
TEXTS_FAILED, TEXTS_EMPTY = "texts_failed", "texts_empty"
NEAR_DUPLICATES_ACROSS = "near_duplicates_across"
SHARED_GROUPS, SHARED_SPEAKERS, SHARED_TEXTS = "shared_groups", "shared_speakers", "shared_texts"
TESTED_WITH = {SHARED_SPEAKERS: "tested_speakers", SHARED_TEXTS: "tested_texts"}
"""What is tested in the fold in which most of it is in training, too, by the check that counts that."""
VOTES, VOTES_FAILED, SELF_REPORTS = "votes", "votes_failed", "votes_left_out"
UNVOTED, VOTED_ONCE, WITHOUT_MAJORITY = "clips_without_votes", "clips_voted_once", "clips_without_majority"
AGREEMENT = "agreement"
"""Of annotators: Krippendorff's alpha."""
