"""What the files of a benchmark's folder are called."""

ABOUT = "bench.json"
SHEET = "DATASHEET.md"
SUMS = "SHA256SUMS"
TASKS = "tasks"
TASK = "task.json"
UTTERANCES = "utterances.parquet"
FOLDS = "folds.parquet"
AUDIT = "audit.parquet"
HASHES = "recordings.sha256"
BASELINES = "baselines"


def predictions_of(model: str) -> str:
    """Return the place of a baseline's predictions in the folder of a task."""
    return f"{BASELINES}/{model}.predictions.parquet"


def scores_of(model: str) -> str:
    """Return the place of a baseline's scores in the folder of a task."""
    return f"{BASELINES}/{model}.scores.parquet"
