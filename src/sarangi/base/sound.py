"""The form in which the pipeline keeps sound."""

SAMPLE_RATE = 16_000
