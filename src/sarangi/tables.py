"""The paper's tables: LaTeX (booktabs), with the same rows as Markdown and CSV."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from sarangi import store
from sarangi.corpora import load
from sarangi.source import IN_HAND

MARKS = {
    "groups shared": "groups (speakers) stand in training and test: the score is too good",
    "descriptive interval": "fewer than 8 groups: the interval only describes",
    "interval too narrow": "speakers are unknown, so clips are resampled: the interval is too narrow",
}
SPEAKER_ONLY = (
    "speaker only: the speaker's commonest emotion in training. Where every speaker has all emotions "
    "alike it falls below chance, since what is tested is missing from training."
)
SYNTHETIC = "Synthetic speech made by this project's demo: no result about people."


def corpora_table(
    manifests: Sequence[Path],
    audio: Sequence[Path],
    unavailable: Sequence[str],
    synthetic: Sequence[str],
    output: dict[str, Path],
) -> None:
    """Write what is in hand of each corpus, and how to get what is not.

    Parameters
    ----------
    manifests
        Manifest of each corpus in hand.
    audio
        Audio shards of all of them; their status counts, since it covers decoding.
    unavailable
        Names of the corpora of the study that are not in hand.
    synthetic
        Names of the corpora spoken by the demo's generator.
    output
        Files to write by suffix: ``tex``, ``md``, ``csv``.
    """
    ends = pd.concat([store.read(shard, ["utterance_id", "status"]) for shard in audio])
    lines = {}
    for path in manifests:
        manifest = store.read(path)
        corpus = manifest["corpus"].iloc[0]
        module = load(corpus)
        status = manifest[["utterance_id"]].merge(ends, on="utterance_id")["status"]
        usable = manifest[manifest["status"] == store.OK]
        lines[corpus] = {
            "Corpus": _title(corpus, synthetic),
            "Language": ", ".join(sorted(usable["language"].unique())),
            "Utterances": len(manifest),
            "ok": int((status == store.OK).sum()),
            "Skipped": int((status == store.SKIPPED).sum()),
            "Failed": int((status == store.FAILED).sum()),
            "Speakers": usable["speaker"].nunique(),
            "Groups": usable["group"].nunique(),
            "Emotions": usable["emotion"].nunique(),
            "Hours": f"{usable['duration_s'].sum() / 3600:.2f}",
            "Licence": module.LICENCE,
        }
    columns = list(next(iter(lines.values()), {"Corpus": "", "Licence": ""}))
    for corpus in unavailable:
        blank = dict.fromkeys(columns, "--")
        lines[corpus] = blank | {
            "Corpus": f"{load(corpus).TITLE} (unavailable)",
            "Licence": load(corpus).LICENCE,
        }
    frame = pd.DataFrame([lines[corpus] for corpus in sorted(lines)], columns=columns)
    _write(frame, "Corpora.", "corpora", _notes(unavailable, synthetic, ()), output)


def scores_table(
    scores: Sequence[Path],
    titles: dict[str, dict[str, str]],
    unavailable: Sequence[str],
    synthetic: Sequence[str],
    output: dict[str, Path],
) -> None:
    """Write the scores of every experiment with interval, chance level and marks.

    Parameters
    ----------
    scores
        Scores of each experiment.
    titles
        ``protocols`` and ``models``: names to titles, in the order of the rows.
    unavailable, synthetic
        As in :func:`corpora_table`.
    output
        Files to write by suffix: ``tex``, ``md``, ``csv``.
    """
    found = headline(scores)
    letters = dict(zip(MARKS, "abc", strict=True))
    lines = []
    marks: list[str] = []
    for (corpus, protocol, model), metrics in found.groupby(["corpus", "protocol", "model"]):
        uar = metrics[metrics["metric"] == "uar"].iloc[0]
        values = metrics.set_index("metric")["value"]
        held = [mark for mark in uar["mark"].split("; ") if mark]
        marks += held
        lines.append(
            {
                "Corpus": _title(corpus, synthetic),
                "Protocol": titles["protocols"][protocol],
                "Model": titles["models"][model],
                "UAR": f"{uar['value']:.3f}",
                "Interval": _interval(uar["low"], uar["high"]),
                "Chance": f"{uar['chance']:.3f}",
                "Pooled": f"{uar['pooled']:.3f}",
                "WF1": f"{values['wf1']:.3f}",
                "UF1": f"{values['uf1']:.3f}",
                "Accuracy": f"{values['accuracy']:.3f}",
                "n": uar["n"],
                "Groups": uar["groups"],
                "Marks": " ".join(letters[mark] for mark in held),
                "order": (
                    corpus,
                    list(titles["protocols"]).index(protocol),
                    list(titles["models"]).index(model),
                ),
            }
        )
    lines.sort(key=lambda line: line.pop("order"))
    columns = [
        "Corpus", "Protocol", "Model", "UAR", "Interval", "Chance", "Pooled",
        "WF1", "UF1", "Accuracy", "n", "Groups", "Marks",
    ]  # fmt: skip
    for corpus in unavailable:
        blank = dict.fromkeys(columns, "--")
        lines.append(blank | {"Corpus": f"{load(corpus).TITLE} (unavailable)", "Marks": ""})
    notes = [f"{letters[mark]}: {MARKS[mark]}." for mark in MARKS if mark in marks]
    if "speaker_only" in set(found["model"]):
        notes.append(SPEAKER_ONLY)
    caption = (
        "Scores. UAR is the macro recall; its 95% interval resamples groups; chance is guessing "
        "uniformly. Random folds report the mean over folds, and pooled beside it the UAR of all "
        "folds' predictions together."
    )
    _write(
        pd.DataFrame(lines, columns=columns), caption, "scores", _notes(unavailable, synthetic, notes), output
    )


def headline(scores: Sequence[Path]) -> pd.DataFrame:
    """Return the scores to report: the mean over folds where there is one, else the pooled score.

    Column ``pooled`` has the pooled value beside it.
    """
    table = pd.concat([store.read(path) for path in scores], ignore_index=True)
    pooled = table[table["slice"] == "pooled"].set_index(["experiment", "metric"])["value"].rename("pooled")
    folds = table[table["slice"] == "folds"]
    alone = table[(table["slice"] == "pooled") & ~table["experiment"].isin(folds["experiment"])]
    return pd.concat([folds, alone]).join(pooled, on=["experiment", "metric"])


def _interval(low: float, high: float) -> str:
    return "--" if pd.isna(low) else f"[{low:.3f}, {high:.3f}]"


def _title(corpus: str, synthetic: Sequence[str]) -> str:
    return load(corpus).TITLE + (" (synthetic)" if corpus in synthetic else "")


def _notes(unavailable: Sequence[str], synthetic: Sequence[str], notes: Sequence[str]) -> list[str]:
    missing = [
        f"{load(corpus).TITLE} is unavailable: {load(corpus).HOW_TO_GET}, put it at {IN_HAND / corpus}, "
        "and run the same command again."
        for corpus in unavailable
    ]
    return [*notes, *missing, *([SYNTHETIC] if synthetic else [])]


def _write(frame: pd.DataFrame, caption: str, label: str, notes: list[str], output: dict[str, Path]) -> None:
    numeric = "".join("l" if name in TEXT else "r" for name in frame.columns)
    body = frame.to_latex(index=False, escape=True, column_format=numeric)
    below = "".join(f"\\par {_escape(note)}\n" for note in notes)
    output["tex"].write_text(
        f"% Made by Snakemake from results; edit src/sarangi/tables.py, not this.\n"
        f"\\begin{{table*}}\n\\centering\\small\n\\caption{{{_escape(caption)}}}\\label{{tab:{label}}}\n"
        f"\\adjustbox{{max width=\\textwidth}}{{%\n{body}}}\n"
        f"\\begin{{flushleft}}\\footnotesize\n{below}\\end{{flushleft}}\n\\end{{table*}}\n",
        encoding="utf-8",
    )
    below = "".join(f"\n{note}\n" for note in notes)
    aligned = ["left" if name in TEXT else "right" for name in frame.columns]
    markdown = frame.to_markdown(index=False, colalign=aligned, disable_numparse=True)
    output["md"].write_text(f"{caption}\n\n{markdown}\n{below}", encoding="utf-8")
    output["csv"].write_text(frame.to_csv(index=False, lineterminator="\n"), encoding="utf-8")


TEXT = ("Corpus", "Language", "Protocol", "Model", "Licence", "Marks")


def _escape(text: str) -> str:
    for character in "&%$#_{}":
        text = text.replace(character, f"\\{character}")
    return text
