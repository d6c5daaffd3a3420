"""Where the report shows each table and figure, and what it says of them."""

from typing import NamedTuple

RESULTS, PUBLISHED, DATA, METHODS = "Results", "The published study", "Data", "What was done"


class Picture(NamedTuple):
    """A figure of the report: its section, its heading, and what it shows."""

    section: str
    heading: str
    caption: str


FIGURES = {
    "leakage": Picture(
        RESULTS,
        "What known speakers are worth",
        "UAR with speakers in training and test against UAR with the same speakers held out, and the "
        "difference with its interval over groups. Right of 0, a model gains from knowing the speakers.",
    ),
    "conditions": Picture(
        RESULTS,
        "Each model under every protocol",
        "UAR with its interval over groups, next to the chance level; letters are the marks that the "
        "figure explains below.",
    ),
    "what_is_tested": Picture(
        RESULTS,
        "What a score rests on",
        "The utterances of each test part by speaker and emotion; hatched cells have none.",
    ),
    "recalls": Picture(
        RESULTS,
        "Which emotions are recognised",
        "Recall of each emotion in per cent, by model; an emotion that a test part lacks has no recall.",
    ),
    "confusions": Picture(
        RESULTS,
        "Which emotions are taken for which",
        "Of the best model of a corpus and protocol and its rivals: in each row the share of the utterances "
        "of an emotion that were taken for each emotion, over all folds and seeds together.",
    ),
    "seeds": Picture(
        RESULTS,
        "How much the seed decides",
        "UAR of each seed, and of all of them with its interval: what differs between seeds is no finding.",
    ),
    "learning_curves": Picture(
        RESULTS,
        "Learning curves",
        "Losses and UAR on the validation part of each fine-tuned run by epoch, with the epoch that is kept.",
    ),
    "fairness": Picture(
        RESULTS,
        "Parts of the speakers",
        "UAR on one part of the speakers minus that on another, with its interval over groups.",
    ),
    "robustness": Picture(
        RESULTS,
        "Worse recordings",
        "UAR on worse recordings of the same clips minus that as recorded, with its interval over groups.",
    ),
    "dimension_scatter": Picture(
        RESULTS,
        "Ratings and predictions",
        "Of the model with the highest CCC of each dimension; on the line, the prediction is the rating.",
    ),
    "dimension_speakers": Picture(
        RESULTS,
        "Ratings by speaker",
        "CCC on the clips of each speaker, of the same models; next to each point the number of clips.",
    ),
    "inversion": Picture(
        RESULTS,
        "Within and across languages",
        "UAR of each feature set within a language, and trained on one language and tested on the other.",
    ),
    "published": Picture(
        PUBLISHED,
        "Published and ours",
        "Published scores, above, and those of ours that replay them, below, with intervals; colour and "
        "mark are the verdict.",
    ),
    "published_points": Picture(
        PUBLISHED,
        "Published differences and ours",
        "In percentage points: published, above, and ours, below; colour and mark are the verdict.",
    ),
    "methodology": Picture(METHODS, "From the recordings to this page", "What is made from what."),
}
"""By the name of the figure; those of findings are made by :func:`of_finding`."""
OF_FINDING = "Published numbers and ours, with our interval and the verdict on each claim."

TABLES = {
    "audit": "Audit",
    "scores": "Scores",
    "differences": "Differences between models",
    "transfer": "On corpora that a model was not trained on",
    "within_language": "Within languages",
    "across_languages": "Across languages",
    "gaps": "What is lost across languages",
    "sensitivity": "Sample rates",
    "splits": "Other splits of few groups",
    "speakers": "Pseudo-speakers",
    "pseudo_speakers": "How far pseudo-speakers can be believed",
    "fairness": "Parts of the speakers",
    "annotators": "Single annotators",
    "robustness": "Worse recordings",
    "dimensions": "Ratings on a scale",
    "dimension_differences": "Differences between models of ratings",
    "confounds": "What a model may learn instead of the emotion",
    "english": "English corpora side by side, published and ours",
    "ravdess": "RAVDESS, published and ours",
    "meld": "MELD, published and ours",
    "seeds": "Seed by seed, published and ours",
    "findings": "All findings",
    "errata": "What does not add up in the published study",
    "errata_apart": "What does not add up, entry by entry",
    "marks": "What marks mean",
    "corpora": "Corpora",
    "transcripts": "Transcripts",
    "recipes": "Recipes of training",
    "availability": "Where corpora and weights come from",
    "absent": "Not available here",
    "costs": "What a run took",
}
"""Heading of each table, in the order of the report; another one has its name, behind these."""
SECTION_OF_TABLE = {
    "audit": "The audit",
    **dict.fromkeys(("english", "ravdess", "meld", "seeds", "findings", "errata", "errata_apart"), PUBLISHED),
    **dict.fromkeys(("corpora", "absent", "transcripts"), DATA),
    **dict.fromkeys(("recipes", "availability", "costs"), METHODS),
}
"""Of those that are in no section of their own: any other one is among the scores in full."""


def figure_of(name: str, statements: dict[str, str]) -> Picture:
    """Return what the report says of a figure.

    Parameters
    ----------
    name
        Of its file.
    statements
        What each finding of the published study says, by name.
    """
    if name in statements:
        return Picture(PUBLISHED, titled(name), f"{statements[name]} {OF_FINDING}")
    return FIGURES.get(name, Picture(RESULTS, titled(name), ""))


def titled(name: str) -> str:
    """Return the name of a file as a heading."""
    return name.replace("_", " ").capitalize()
