"""The columns of tables: what is text, what is broken into lines."""

from sarangi.base.emotions import EMOTIONS

TEXT = (
    "Corpus", "Language", "Protocol", "Model", "Against", "Access", "Licence", "Citation", "Marks",
    "Trained on", "Tested on", "Finding", "Claim", "Verdict", "Why",
    "Pair", "Direction", "Features", "Within", "Scores", "Best within", "Best across",
    "Entry", "At fault", "Compared", "As published", "Study's way", "Valid way", "Worth", "Evidence",
    "Varied", "Corpora", "Encoders", "Input", "Warned of", "Fatal", "Absent", "Model and protocols", "Metric",
    "Of", "Shared: published", "Shared: ours", "Apart: published", "Apart: ours", "Whose", "Experiment",
    "Ours, interval", "Rule", "Kind", "Name", "From", "In this build",
    *(f"F1 {emotion}" for emotion in EMOTIONS),
)  # fmt: skip

WRAPPED = {
    "Claim": 0.45, "Verdict": 0.3, "Why": 0.45, "Best within": 0.18, "Best across": 0.18,
    "At fault": 0.22, "Compared": 0.15, "As published": 0.11, "Study's way": 0.16, "Valid way": 0.16,
    "Worth": 0.08, "Evidence": 0.28, "Warned of": 0.3, "Fatal": 0.2, "Model and protocols": 0.26,
    "Shared: ours": 0.21, "Apart: ours": 0.21, "Experiment": 0.3, "Ours, interval": 0.18, "Whose": 0.17,
    "From": 0.3, "In this build": 0.3, **{f"F1 {emotion}": 0.085 for emotion in EMOTIONS},
    "Corpora": 0.2, "Encoders": 0.25, "Input": 0.2,
}  # fmt: skip
"""Columns of text that is broken into lines, with their share of the text's width."""
