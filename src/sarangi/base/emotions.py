"""The canonical emotions."""

EMOTIONS = (
    "angry", "calm", "disgust", "fearful", "happy", "neutral", "sad", "sarcasm", "surprised",
)  # fmt: skip
"""The canonical emotions; a corpus maps its own labels to these."""
