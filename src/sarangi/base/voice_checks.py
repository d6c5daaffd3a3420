"""What the audit of voices calls its checks."""

NEAR_VOICES, SHARED_VOICES, KNOWN_VOICES = "near_voices", "shared_voices", "known_voices"
"""Of a protocol: share of test clips that have a training clip nearer than a threshold, what that says after
the errors of the threshold, and what is true where speakers are known."""

SPEAKERS_ALIKE, TWO_SPEAKERS_ALIKE = "speakers_alike", "two_speakers_alike"
SEVERAL_VOICES = "speakers_of_several_voices"
GENDERS_ALIKE, ONE_VOICE = "genders_alike", "one_voice"
VOICES = "voices"
"""Why nothing of voices is checked."""

OF_VOICES = (
    NEAR_VOICES, SHARED_VOICES, KNOWN_VOICES, SPEAKERS_ALIKE, TWO_SPEAKERS_ALIKE, SEVERAL_VOICES,
    GENDERS_ALIKE, ONE_VOICE, VOICES,
)  # fmt: skip
