"""Model cards: what a run was trained on, how well it does, how sure it may be, what it is not for.

Beside each run lie ``README.md``, as the Hugging Face hub shows it, and ``card.json``, the same for machines:
the page that listens reads nothing but the run's own folder.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sarangi.app.card_text import INTENDED, LIMITS, NOT_INTENDED, SHOWN, TENTHS, as_markdown, tenth
from sarangi.base import store
from sarangi.base.human_rows import SIDES
from sarangi.base.parts import TEST, TRAIN, VALIDATION
from sarangi.statistics.confusions import confusion, uar
from sarangi.statistics.metrics import CALIBRATION_ERROR, CALIBRATION_ERROR_IF_CALIBRATED, RECALL


@dataclass(frozen=True)
class RunFiles:
    """The files of a run: its predictions of its own test part, its weights, and where to write its cards."""

    predictions: Path
    weights: Path
    card: Path
    data: Path


@dataclass(frozen=True)
class ExperimentFiles:
    """The scores of an experiment over all folds and seeds, and the manifest and protocol of its corpus.

    ``fairness`` has the differences between parts of the speakers, ``human`` what annotators reach beside it,
    where its corpus has votes.
    """

    scores: Path
    fairness: Path
    manifest: Path
    protocol: Path
    human: Path | None = None


def model_cards(
    runs: Mapping[tuple[int, int], RunFiles],
    files: ExperimentFiles,
    about: Mapping[str, Any],
    made_from: Mapping[str, Any],
) -> None:
    """Write the cards of all runs of a fine-tuned experiment.

    Parameters
    ----------
    runs
        By fold and seed.
    files
        Of the experiment.  Manifest and protocol say whether a tested speaker is in the training or
        validation part, too.
    about
        ``experiment``, ``model`` (title), ``corpus`` (``name``, ``title``, ``licence``, ``citation``,
        ``access``, ``source``), ``protocol`` (``title``, ``leaks``), ``mean_of_folds``, ``synthetic``,
        ``untrained``, ``encoders`` (by branch: ``name``, ``title``, ``licence``, ``source``, ``hub``,
        ``folder``), ``asr`` (``name``, ``title``, ``licence``, ``source``, ``checkpoint``, ``settings``; None
        where no transcripts are read), ``recipe`` and ``confidence`` (of the intervals).
    made_from
        The job's provenance: the hashes of the inputs, and the code.
    """
    tables = {key: store.read(run.predictions) for key, run in runs.items()}
    answers = pd.concat(tables.values(), ignore_index=True)
    answers = answers[answers["status"] == store.OK]
    emotions = [column.removeprefix("p_") for column in answers.columns if column.startswith("p_")]
    languages = store.read(files.manifest, ["utterance_id", "language"])
    languages = languages[languages["utterance_id"].isin(answers["utterance_id"])]["language"]
    shared = {
        **{key: about[key] for key in ("experiment", "model", "corpus", "protocol", "encoders", "asr")},
        **{key: about[key] for key in ("synthetic", "untrained", "recipe", "confidence")},
        "emotions": emotions,
        "languages": sorted(languages.dropna().unique()),
        "speakers": speakers(files.protocol, files.manifest),
        "scores": scores_shown(files.scores, "folds" if about["mean_of_folds"] else "pooled"),
        "fairness": fairness_shown(files.fairness),
        "human": [] if files.human is None else human_shown(files.human),
        "calibration": calibration(answers, files.scores),
        "intended": list(INTENDED),
        "not_intended": list(NOT_INTENDED),
        "limits": list(LIMITS),
        "code": made_from["code"],
    }
    for (fold, seed), run in runs.items():
        own = tables[fold, seed]
        own = own[own["status"] == store.OK]
        weights = made_from["inputs"].get(str(run.weights))
        data = {
            **shared,
            "name": f"{about['experiment']}/{fold}/{seed}",
            "fold": fold,
            "seed": seed,
            "own": {
                "clips": len(own),
                "uar": _number(uar(confusion(own["emotion"], own["predicted"], emotions))),
            },
            "sha256": weights,
        }
        text = json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
        run.data.write_text(text + "\n", encoding="utf-8")
        run.card.write_text(as_markdown(data), encoding="utf-8")


def speakers(protocol: Path, manifest: Path) -> dict[str, int | bool | None]:
    """Return how many speakers are tested, and how many of them the same fold trains on or chooses by.

    Returns
    -------
    dict
        ``tested`` and ``heard`` (of ``tested``), and ``unseen``: whether none is heard, None where the corpus
        does not state the speaker of each clip.
    """
    parts = store.read(protocol, ["utterance_id", "fold", "part"])
    parts = parts.merge(store.read(manifest, ["utterance_id", "speaker"]), on="utterance_id")
    tested = parts[parts["part"] == TEST]
    if tested["speaker"].isna().any() or tested.empty:
        return {"tested": None, "heard": None, "unseen": None}
    learnt = parts[parts["part"].isin([TRAIN, VALIDATION])]
    both = tested[["fold", "speaker"]].drop_duplicates().merge(
        learnt[["fold", "speaker"]].drop_duplicates(), on=["fold", "speaker"]
    )  # fmt: skip
    heard = both["speaker"].nunique()
    return {"tested": tested["speaker"].nunique(), "heard": heard, "unseen": heard == 0}


def scores_shown(scores: Path, reported: str) -> list[dict[str, Any]]:
    """Return the scores of :data:`SHOWN` and the recall of each emotion, and what stands beside."""
    table = store.read(scores)
    columns = ["metric", "value", "low", "high", "n", "groups", "seeds", "chance", "mark"]
    table = table[table["slice"] == reported]
    wanted = table["metric"].isin(SHOWN) | table["metric"].str.startswith(f"{RECALL}_")
    return [
        {key: _number(value) if isinstance(value, float) else value for key, value in row.items()}
        for row in table.loc[wanted, columns].to_dict("records")
    ]


def fairness_shown(fairness: Path) -> list[dict[str, Any]]:
    """Return the UAR and the recall of each emotion of parts of the speakers, and their differences."""
    table = store.read(fairness)
    columns = [
        "attribute", "first", "second", "metric", "value_first", "value_second", "value", "low", "high",
        "groups_first", "groups_second", "unknown", "mark",
    ]  # fmt: skip
    return [
        {
            key: None if pd.isna(value) else _number(value) if isinstance(value, float) else value
            for key, value in row.items()
        }
        for row in table[columns].to_dict("records")
    ]


def human_shown(human: Path) -> list[dict[str, Any]]:
    """Return the scores of a model and of annotators against others' votes; None for what there is not."""
    sides = [name for names in SIDES.values() for name in names[:3]]
    columns = ["reference", "metric", *sides, "best", "n", "groups", "votes", "ties", "outside", "mark"]
    return [
        {
            key: None if pd.isna(value) else _number(value) if isinstance(value, float) else value
            for key, value in row.items()
        }
        for row in store.read(human)[columns].to_dict("records")
    ]


def calibration(answers: pd.DataFrame, scores: Path) -> dict[str, Any] | None:
    """Return how often the answers of an experiment were right, by how sure they were.

    Parameters
    ----------
    answers
        Predictions that are ok, of all folds and seeds.
    scores
        Of the experiment.

    Returns
    -------
    dict or None
        ``error`` (expected calibration error, all clips, 15 bins) with ``low`` and ``high``;
        ``if_calibrated``, that to expect of a perfectly calibrated model; ``tenths``: of
        each tenth of stated probability that has answers its bounds, the ``answers`` in it, the ``right``
        share of them and the mean ``confidence``; ``answers`` and ``clips`` in all.  None without answers.
    """
    if answers.empty:
        return None
    probabilities = answers[[column for column in answers.columns if column.startswith("p_")]].to_numpy(float)
    sure = probabilities.max(1)
    right = (answers["emotion"] == answers["predicted"]).to_numpy()
    place = tenth(sure)
    table = store.read(scores)
    pooled = table[table["slice"] == "pooled"].set_index("metric")
    error = CALIBRATION_ERROR.name
    wanted = {
        "error": (error, "value"),
        "low": (error, "low"),
        "high": (error, "high"),
        "if_calibrated": (CALIBRATION_ERROR_IF_CALIBRATED.name, "value"),
    }
    found = {
        key: _number(pooled.loc[metric, column]) if metric in pooled.index else None
        for key, (metric, column) in wanted.items()
    }
    tenths = [
        {
            "from": n / TENTHS,
            "to": (n + 1) / TENTHS,
            "answers": int((place == n).sum()),
            "right": round(float(right[place == n].mean()), 6),
            "confidence": round(float(sure[place == n].mean()), 6),
        }
        for n in range(TENTHS)
        if (place == n).any()
    ]
    return {**found, "tenths": tenths, "answers": len(answers), "clips": answers["utterance_id"].nunique()}


def _number(value: float) -> float | None:
    return None if pd.isna(value) else round(float(value), 6)
