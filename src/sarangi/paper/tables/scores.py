"""The paper's tables: LaTeX (booktabs), with the same rows as Markdown, CSV, HTML and JSON.

The JSON says of each cell where its number stands (:data:`Evidence`); ``python -m sarangi explain`` goes on
from there.
"""

import html
import json
import string
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from sarangi.base import store
from sarangi.base.difference_rows import DIFFERENCES
from sarangi.base.emotions import EMOTIONS
from sarangi.base.evidence import Evidence, reference
from sarangi.base.score_rows import headline
from sarangi.corpora.registry import load
from sarangi.statistics.corrections import holm
from sarangi.statistics.metrics import METRICS, UAR, UAR_ABSENT_AS_ZERO, as_read
from sarangi.statistics.resampling import draw_groups, intervals, resampled

FORMATS = ("tex", "md", "csv", "html", "json")
"""Suffixes of the files of a table."""

MARKS = {
    "groups shared": "groups (speakers) stand in training and test: the score is too good",
    "descriptive interval": "fewer than 8 groups: the interval only describes",
    "interval too narrow": "speakers are unknown, so clips are resampled: the interval is too narrow",
    "untrained weights": "the encoder's weights are random: it was never trained on speech before",
    "class missing": "an emotion has no test utterance and is left out of UAR; see the audit for the ceiling",
    "near-duplicates shared": "recordings that share sound stand in training and test",
    "nothing predicted": "no test utterance has a prediction; the results of that experiment say why",
    "predictions missing": "some test utterances have no prediction from some run and are left out",
    "sides differ": "the two sides are scored on other emotions, or on another number of utterances",
}
SPEAKER_ONLY = (
    "speaker only: the speaker's commonest emotion in training. Where every speaker has all emotions "
    "alike it falls below chance, since what is tested is missing from training."
)
ABSENT_AS_ZERO = (
    "Absent as 0: the macro recall that counts an emotion without test utterances as recall 0, as the "
    "published study does, with its ceiling and what guessing uniformly gives."
)
BESIDE_UAR = {metric.label: metric.name for metric in as_read(METRICS) if metric.tabled and metric is not UAR}
"""Columns that show another metric than UAR."""
SYNTHETIC = "Synthetic speech made by this project's demo: no result about people."


def corpora_table(
    manifests: Sequence[Path],
    levels: Sequence[Path],
    corpora: dict[str, dict],
    unavailable: dict[str, str],
    synthetic: Sequence[str],
    output: dict[str, Path],
) -> None:
    """Write what is in hand of each corpus, and how to get what is not.

    Parameters
    ----------
    manifests
        Manifest of each corpus in hand.
    levels
        Levels of those with recordings; their status counts, since it covers decoding.
    corpora
        Access, licence and citation of each.
    unavailable
        Corpora that are not in hand, with what to do.
    synthetic
        Names of the corpora spoken by the demo's generator.
    output
        Files to write by suffix: ``tex``, ``md``, ``csv``, ``json``.
    """
    lines, evidence = {}, {}
    decoded = [store.read(shard, ["utterance_id", "status"]).set_index("utterance_id") for shard in levels]
    ends = pd.concat(decoded)["status"] if decoded else pd.Series(dtype=str)
    for path in manifests:
        manifest = store.read(path)
        corpus = manifest["corpus"].iloc[0]
        status = manifest["utterance_id"].map(ends).fillna(manifest["status"])
        usable = manifest[manifest["status"] == store.OK]
        counted = [path, *(shard for shard in levels if Path(shard).parts[-3] == corpus)]
        evidence[corpus] = {"": [reference(file) for file in counted]}
        lines[corpus] = {
            "Corpus": title(corpus, synthetic),
            "Language": ", ".join(sorted(usable["language"].unique())),
            "Utterances": len(manifest),
            "ok": int((status == store.OK).sum()),
            "Skipped": int((status == store.SKIPPED).sum()),
            "Failed": int((status == store.FAILED).sum()),
            "Speakers": usable["speaker"].nunique(),
            "Groups": usable["group"].nunique(),
            "Emotions": usable["emotion"].nunique(),
            "Hours": f"{hours:.2f}" if (hours := usable["duration_s"].sum() / 3600) else "--",
        }
    columns = list(next(iter(lines.values()), {"Corpus": ""}))
    for corpus in unavailable:
        lines[corpus] = dict.fromkeys(columns, "--") | {"Corpus": f"{load(corpus).TITLE} (unavailable)"}
    for corpus, line in lines.items():
        line |= {name.capitalize(): value for name, value in corpora[corpus].items()}
    frame = pd.DataFrame([lines[corpus] for corpus in sorted(lines)])
    waits = [f"{load(corpus).TITLE} is unavailable: {text}." for corpus, text in unavailable.items()]
    behind = [evidence.get(corpus, {}) for corpus in sorted(lines)]
    write_table(frame, behind, "Corpora.", "corpora", waits, synthetic, output)


def scores_table(
    scores: Sequence[Path],
    differences: Sequence[Path],
    titles: dict[str, dict[str, str]],
    waiting: Sequence[tuple[str, str, str, Sequence[str]]],
    synthetic: Sequence[str],
    output: dict[str, Path],
) -> None:
    """Write the scores of every experiment with interval, chance level and marks, the best in bold.

    Parameters
    ----------
    scores
        Scores of each experiment on its own corpus.
    differences
        Of each corpus and protocol with models to compare; they say which UAR is the best (:func:`best`).
    titles
        ``protocols`` and ``models``: names to titles, in the order of the rows.
    waiting
        Corpus, protocol and model of each experiment that cannot run now, and what it waits for.
    synthetic, output
        As in :func:`corpora_table`.
    """
    found = headline(scores)
    caption = (
        "Scores. UAR is the macro recall; its interval resamples groups; chance is guessing "
        "uniformly. Protocols of k folds report the mean over folds, and pooled beside it the UAR of all "
        f"folds' predictions together. {BEST}"
    )
    lines, notes = _score_lines(found, titles, synthetic, best(found, reported_differences(differences)))
    columns = list(SCORE_COLUMNS)
    if all(line[UAR_ABSENT_AS_ZERO.label] == "--" for _, line, _ in lines):
        columns.remove(UAR_ABSENT_AS_ZERO.label)
    else:
        notes.append(ABSENT_AS_ZERO)
    for corpus, protocol, model, _ in waiting:
        blank = dict.fromkeys(SCORE_COLUMNS, "--")
        known = {
            "Corpus": title(corpus, synthetic),
            "Protocol": titles["protocols"][protocol],
            "Model": titles["models"][model],
            "Marks": "unavailable",
        }
        lines.append((_order(titles, corpus, protocol, model), blank | known, {}))
    waits = sorted({text for *_, texts in waiting for text in texts})
    notes += [f"Unavailable: {text}." for text in waits]
    lines.sort(key=lambda entry: entry[0])
    frame = pd.DataFrame([line for _, line, _ in lines], columns=columns)
    # what names the tests of a UAR is the best
    bold = [(row, "UAR") for row, (*_, known) in enumerate(lines) if any(map(_is_test, known.get("UAR", ())))]
    evidence = [known for *_, known in lines]
    write_table(frame, evidence, caption, "scores", notes, synthetic, output, bold)


def transfer_table(
    scores: Sequence[Path],
    titles: dict[str, dict[str, str]],
    synthetic: Sequence[str],
    output: dict[str, Path],
) -> None:
    """Write the scores of models on corpora that they were not trained on.

    Parameters
    ----------
    scores
        Scores of each transfer; none where no model or no second corpus is in hand.
    titles, synthetic, output
        As in :func:`scores_table`.
    """
    caption = (
        "Transfer. Each run's model is tested on all of another corpus, over the emotions that both have; "
        "the value is the mean over runs, its interval resamples the groups of the corpus tested."
    )
    left_out = ("Corpus", "Pooled", UAR_ABSENT_AS_ZERO.label)
    columns = ["Trained on", "Tested on", *(name for name in SCORE_COLUMNS if name not in left_out)]
    if not scores:
        nothing = pd.DataFrame(columns=columns)
        none = ["No transfer can be run with what is in hand."]
        write_table(nothing, [], caption, "transfer", none, synthetic, output)
        return
    found = headline(scores)
    lines, notes = _score_lines(found, titles, synthetic)
    lines.sort(key=lambda entry: entry[0])
    rows = [line | {"Trained on": line["Corpus"], "Tested on": line["Tested"]} for _, line, _ in lines]
    evidence = [known for *_, known in lines]
    write_table(pd.DataFrame(rows)[columns], evidence, caption, "transfer", notes, synthetic, output)


def differences_table(
    differences: Sequence[Path],
    titles: dict[str, dict[str, str]],
    synthetic: Sequence[str],
    output: dict[str, Path],
) -> None:
    """Write how models differ in UAR on the same test utterances, with interval and tests.

    Parameters
    ----------
    differences
        Of each corpus and protocol; none where no two models can be compared.
    titles, synthetic, output
        As in :func:`scores_table`.
    """
    main = reported_differences(differences)
    lines, marks = [], []
    for _, row in main.iterrows():
        held = [mark for mark in row["mark"].split("; ") if mark]
        marks += held
        line = {
            "Corpus": title(row["corpus"], synthetic),
            "Protocol": titles["protocols"][row["protocol"]],
            "Model": titles["models"][row["first"]],
            "Against": titles["models"][row["second"]],
            "Difference": f"{row['value']:+.3f}",
            "Interval": interval_text(row["low"], row["high"]),
            "p": f"{row['p']:.4f}",
            "Smallest p": f"{row['p_smallest']:.4f}",
            "Holm": f"{row['holm']:.4f}",
            "McNemar": f"{row['clips']:.4f}",
            "n": row["n"],
            "Groups": row["groups"],
            "Marks": letters(held),
        }
        place = [list(titles["models"]).index(row[name]) for name in ("first", "second")]
        order = (*_order(titles, row["corpus"], row["protocol"], row["first"]), *place)
        lines.append((order, line, _behind_difference(row)))
    caption = (
        "Differences in UAR on the same test utterances, with the interval over groups; p swaps the "
        "answers of whole groups between the two models and cannot be under the smallest p; Holm corrects "
        "it for all rows of this table. McNemar's test of the accuracy takes clips for independent, so its "
        "p is too small."
    )
    notes = meanings(marks) if lines else ["No two models can be compared with what is in hand."]
    lines.sort(key=lambda entry: entry[0])
    frame = pd.DataFrame([line for _, line, _ in lines], columns=DIFFERENCE_COLUMNS)
    write_table(frame, [known for *_, known in lines], caption, "differences", notes, synthetic, output)


def reported_differences(differences: Sequence[Path]) -> pd.DataFrame:
    """Return the differences in UAR as they are reported, a row a corpus, protocol and pair of models.

    The mean over folds where there is one, as for scores.  Column ``clips`` has the p of McNemar's test,
    ``holm`` the p of the permutation test corrected for all rows, ``file`` where the difference stands.

    Parameters
    ----------
    differences
        Files of schema :data:`sarangi.scoring.differences.DIFFERENCES`.
    """
    tables = [store.read(path).assign(file=str(path)) for path in differences]
    found = (
        pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=[*DIFFERENCES.names, "file"])
    )
    keys = ["corpus", "protocol", "first", "second"]
    main = found.sort_values("slice", kind="stable").drop_duplicates([*keys, "metric"]).sort_index()
    clips = main[main["metric"] == "accuracy"].set_index(keys)["p_mcnemar"].rename("clips")
    main = main[main["metric"] == "uar"].join(clips, on=keys)
    main["holm"] = holm(main["p"])
    return main


def best(found: pd.DataFrame, compared: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the experiments whose UAR is established as the best of its corpus and protocol.

    That is the highest UAR, of which the differences to every other model that was compared there are in
    its favour and have a p under :data:`LEVEL`, corrected for all rows of the table of differences.  None
    where groups or near-duplicates stand on both sides of the split: what leads there may only know them.

    Parameters
    ----------
    found
        Of :func:`headline`.
    compared
        Of :func:`reported_differences`.

    Returns
    -------
    dict
        Name of the experiment to the rows of ``compared`` that it leads.
    """
    leading = {}
    uars = found[(found["metric"] == "uar") & (found["test"] == found["corpus"])]
    for (corpus, protocol), scores in uars.groupby(["corpus", "protocol"]):
        there = compared[(compared["corpus"] == corpus) & (compared["protocol"] == protocol)]
        highest = scores[scores["value"] == scores["value"].max()]
        if len(highest) != 1 or set(highest["mark"].iloc[0].split("; ")) & LEAKS:
            continue
        model = highest["model"].iloc[0]
        own = there[(there["first"] == model) | (there["second"] == model)]
        others = {*there["first"], *there["second"]} - {model}
        ahead = own["value"].where(own["first"] == model, -own["value"]) > 0
        paired = {*own["first"], *own["second"]} - {model}
        if others and paired == others and (ahead & (own["holm"] < LEVEL)).all():
            leading[highest["experiment"].iloc[0]] = own
    return leading


LEVEL = 0.05  # of p, below which a difference is established
LEAKS = {"groups shared", "near-duplicates shared"}
BEST = (
    "Bold is a UAR that is the highest of its corpus and protocol, if its difference to every model "
    f"compared with it there has a p under {LEVEL} after Holm's correction, as the table of differences has "
    "it; none is bold where speakers or recordings are shared between training and test."
)


def _is_test(known: Mapping[str, Any]) -> bool:
    return known["file"].startswith("results/differences/")


def _behind_difference(row: pd.Series) -> Evidence:
    pair = {key: row[key] for key in ("first", "second", "slice")}

    def stand(*columns: str, metric: str = "uar") -> list[dict]:
        return [reference(row["file"], column, **pair, metric=metric) for column in columns]

    return {
        "": stand("value"),
        "Interval": stand("low", "high"),
        "p": stand("p"),
        "Smallest p": stand("p_smallest"),
        "Holm": stand("p"),
        "McNemar": stand("p_mcnemar", metric="accuracy"),
        "n": stand("n"),
        "Groups": stand("groups"),
        "Marks": stand("mark"),
    }


def transcripts_table(
    transcripts: Sequence[Path],
    manifests: dict[str, Path],
    settings: dict,
    titles: dict[str, str],
    unavailable: dict[str, str],
    untrained: Sequence[str],
    synthetic: Sequence[str],
    output: dict[str, Path],
) -> None:
    """Write how well each Whisper transcribes each corpus.

    Parameters
    ----------
    transcripts
        Shards of transcripts, in ``results/transcripts/<asr>/<corpus>/``.
    manifests
        By corpus.
    settings
        ``draws``, ``seed`` and ``confidence`` of the bootstrap.
    titles
        Names of the Whisper models to titles.
    unavailable
        Those that cannot be had, with what to do.
    untrained
        Those with random weights.
    synthetic, output
        As in :func:`corpora_table`.
    """
    lines, evidence = [], []
    for asr, corpus in sorted({path.parts[-3:-1] for path in map(Path, transcripts)}):
        shards = [path for path in map(Path, transcripts) if path.parts[-3:-1] == (asr, corpus)]
        table = pd.concat([store.read(path) for path in shards])
        evidence.append({"": [reference(file) for file in (*shards, manifests[corpus])]})
        heard = table[table["status"] == store.OK]
        known = heard[heard["wer"].notna()]
        group = store.read(manifests[corpus], ["utterance_id", "group"]).set_index("utterance_id")["group"]
        lines.append(
            {
                "Corpus": title(corpus, synthetic),
                "Model": titles[asr] + (" (untrained)" if asr in untrained else ""),
                "Utterances": len(table),
                "Transcribed": len(heard),
                "Empty": int((heard["text"] == "").sum()),
                "Again": int((heard["temperature"] > 0).sum()),
                "With reference": len(known),
                **_error_rates(known, known["utterance_id"].map(group), settings),
                "Log probability": f"{heard['avg_logprob'].mean():.2f}",
            }
        )
    caption = (
        "Transcripts. WER and CER are the edits of all words and characters that the corpus states, with the "
        "interval of WER over groups; empty are those in which no speech was heard; again are those that "
        "were decoded at a higher temperature, since the first text repeated itself or was improbable; log "
        "probability is the mean over utterances of the mean over tokens."
    )
    blank = dict.fromkeys(TRANSCRIPT_COLUMNS, "--")
    lines += [blank | {"Model": f"{titles[asr]} (unavailable)"} for asr in unavailable]
    notes = [f"{titles[asr]} is unavailable: {text}." for asr, text in unavailable.items()]
    evidence += [{} for _ in unavailable]
    frame = pd.DataFrame(lines, columns=TRANSCRIPT_COLUMNS)
    write_table(frame, evidence, caption, "transcripts", notes, synthetic, output)


TRANSCRIPT_COLUMNS = [
    "Corpus", "Model", "Utterances", "Transcribed", "Empty", "Again", "With reference", "WER", "Interval",
    "CER", "Log probability",
]  # fmt: skip
DIFFERENCE_COLUMNS = [
    "Corpus", "Protocol", "Model", "Against", "Difference", "Interval", "p", "Smallest p", "Holm",
    "McNemar", "n", "Groups", "Marks",
]  # fmt: skip
SCORE_COLUMNS = [
    "Corpus", "Protocol", "Model", "UAR", "Interval", "Chance", "Pooled", *BESIDE_UAR,
    "n", "Groups", "Seeds", "Marks",
]  # fmt: skip


def recipes_table(
    recipes: Sequence[Mapping[str, Any]],
    titles: dict[str, dict[str, str]],
    synthetic: Sequence[str],
    output: dict[str, Path],
) -> None:
    """Write how each model is fine-tuned on which corpora, as the configuration says.

    Parameters
    ----------
    recipes
        Of each ``model`` its name, ``corpora``, and its entry of the configuration on them: ``recipe``.
    titles
        Titles of ``models`` and ``encoders`` by name.
    synthetic
        Names of the corpora spoken by the demo's generator.
    output
        Files to write by suffix: ``tex``, ``md``, ``csv``, ``json``.
    """
    caption = (
        "How each model is fine-tuned, by the configuration. Frozen: layers of the speech encoder and of the "
        "text encoder that do not learn. Batch: clips at once times batches that are added up."
    )
    order = list(titles["models"])
    lines = sorted(
        (order.index(entry["model"]), entry["corpora"], _recipe(entry, titles)) for entry in recipes
    )
    columns = [
        "Model", "Corpora", "Encoders", "Frozen", "Input", "Rate", "Decay", "Dropout", "Batch", "Epochs",
        "Patience", "Weighted", "Seeds",
    ]  # fmt: skip
    frame = pd.DataFrame([line for _, _, line in lines], columns=columns)
    evidence = [{"": [reference("config.yaml")]}] * len(frame)
    write_table(frame, evidence, caption, "recipes", [], synthetic, output)


def _recipe(entry: Mapping[str, Any], titles: dict[str, dict[str, str]]) -> dict[str, str]:
    recipe = entry["recipe"]
    branches = [recipe[kind] for kind in ("audio", "text") if kind in recipe]
    audio, text, tuned = recipe.get("audio"), recipe.get("text"), recipe["finetuning"]
    given = [f"{audio['max_audio_s']:g} s"] if audio else []
    given += [f"{text['max_tokens']} tokens, {text['context_turns']} turns before"] if text else []
    return {
        "Model": titles["models"][entry["model"]],
        "Corpora": ", ".join(load(corpus).TITLE for corpus in entry["corpora"]),
        "Encoders": " + ".join(titles["encoders"][branch["encoder"]] for branch in branches),
        "Frozen": " + ".join(str(branch["frozen_layers"]) for branch in branches),
        "Input": "; ".join(given),
        "Rate": f"{tuned['learning_rate']:g}",
        "Decay": f"{tuned['weight_decay']:g}",
        "Dropout": f"{tuned['dropout']:g}",
        "Batch": f"{tuned['batch']} x {tuned['accumulate']}",
        "Epochs": str(tuned["max_epochs"]),
        "Patience": str(tuned["patience"]),
        "Weighted": "yes" if tuned["class_weights"] else "no",
        "Seeds": ", ".join(map(str, tuned["seeds"])),
    }


def _score_lines(
    found: pd.DataFrame,
    titles: dict[str, dict[str, str]],
    synthetic: Sequence[str],
    leading: Mapping[str, pd.DataFrame] | None = None,
) -> tuple[list[tuple[tuple, dict, Evidence]], list[str]]:
    """Return a line an experiment, between its place in the order and its evidence, and the notes.

    The evidence of a UAR that is ``leading`` (of :func:`best`) names the differences that say so.
    """
    lines, marks = [], []
    absent = UAR_ABSENT_AS_ZERO
    for (corpus, protocol, model, test), metrics in found.groupby(["corpus", "protocol", "model", "test"]):
        uar = metrics[metrics["metric"] == "uar"].iloc[0]
        values = metrics.set_index("metric")["value"]
        held = [mark for mark in uar["mark"].split("; ") if mark]
        marks += held
        line = {
            "Corpus": title(corpus, synthetic),
            "Tested": title(test, synthetic),
            "Protocol": titles["protocols"][protocol],
            "Model": titles["models"][model],
            "UAR": number_text(uar["value"]),
            "Interval": interval_text(uar["low"], uar["high"]),
            "Chance": number_text(uar["chance"]),
            "Pooled": number_text(uar["pooled"]),
            **{column: number_text(values[name]) for column, name in BESIDE_UAR.items()},
            absent.label: _absent_as_zero(metrics.set_index("metric").loc[absent.name]),
            "n": uar["n"],
            "Groups": uar["groups"],
            "Seeds": uar["seeds"],
            "Marks": letters(held),
        }
        order = (*_order(titles, corpus, protocol, model), test)
        known = behind_score(metrics.set_index("metric"))
        if leading and uar["experiment"] in leading:
            tests = [_behind_difference(row)["p"] for _, row in leading[uar["experiment"]].iterrows()]
            known["UAR"] = [*known[""], *(test for each in tests for test in each)]
        lines.append((order, line, known))
    notes = meanings(marks)
    if "speaker_only" in set(found["model"]):
        notes.append(SPEAKER_ONLY)
    return lines, notes


def behind_score(metrics: pd.DataFrame) -> Evidence:
    """Return where the columns of a row about one experiment come from.

    Parameters
    ----------
    metrics : data frame of file and slice, indexed by metric
        Of :func:`headline`.
    """

    def stand(metric: str, *columns: str) -> list[dict]:
        score = metrics.loc[metric]
        return [reference(score["file"], name, metric=metric, slice=score["slice"]) for name in columns]

    uar = metrics.loc["uar"]
    found = {
        "": stand("uar", "value"),
        "Interval": stand("uar", "low", "high"),
        "Chance": stand("uar", "chance"),
        "Pooled": [reference(uar["file"], "value", metric="uar", slice="pooled")],
        "n": stand("uar", "n"),
        "Groups": stand("uar", "groups"),
        "Seeds": stand("uar", "seeds"),
        "Marks": stand("uar", "mark"),
    }
    for column, metric in BESIDE_UAR.items():
        if metric in metrics.index:
            found[column] = stand(metric, "value")
    absent = UAR_ABSENT_AS_ZERO
    if absent.label in found:
        found[absent.label] = stand(absent.name, "value", "ceiling", "chance")
    return found


def _error_rates(known: pd.DataFrame, groups: pd.Series, settings: dict) -> dict[str, str]:
    """Return the error rates over all words and characters, with the interval of the former over groups."""
    if known.empty:
        return {"WER": "--", "Interval": "--", "CER": "--"}
    edits = pd.DataFrame({"edits": known["wer"] * known["words"], "words": known["words"]})
    sums = edits.groupby(groups.to_numpy()).sum().to_numpy()
    drawn = draw_groups(len(sums), settings["draws"], settings["seed"])
    found = resampled(sums[None], drawn, lambda s: {"wer": s[:, 0, 0] / s[:, 0, 1]})
    low, high = intervals(found, len(sums), settings["confidence"])["wer"]
    return {
        "WER": number_text(sums[:, 0].sum() / sums[:, 1].sum()),
        "Interval": interval_text(low, high),
        "CER": number_text((known["cer"] * known["characters"]).sum() / known["characters"].sum()),
    }


def letters(marks: Sequence[str]) -> str:
    """Return the letters of some marks of :data:`MARKS`, apart by spaces."""
    return " ".join(string.ascii_lowercase[list(MARKS).index(mark)] for mark in marks)


def meanings(marks: Sequence[str]) -> list[str]:
    """Return the notes that say what the letters of some marks mean, in the order of :data:`MARKS`."""
    return [f"{letters([mark])}: {words}." for mark, words in MARKS.items() if mark in marks]


def _order(titles: dict[str, dict[str, str]], corpus: str, protocol: str, model: str) -> tuple[str, int, int]:
    return corpus, list(titles["protocols"]).index(protocol), list(titles["models"]).index(model)


def _absent_as_zero(score: pd.Series) -> str:
    """Return the score with its ceiling and chance, where an emotion is absent."""
    if pd.isna(score["value"]) or score["ceiling"] == 1:
        return "--"
    return f"{score['value']:.3f} of {score['ceiling']:.4g}, chance {score['chance']:.4g}"


def number_text(value: float, form: str = ".3f") -> str:
    """Return a number as tables show it; a dash where there is none."""
    return "--" if pd.isna(value) else format(value, form)


def interval_text(low: float, high: float) -> str:
    """Return an interval as tables show it; a dash where there is none."""
    return "--" if pd.isna(low) else f"[{low:.3f}, {high:.3f}]"


def title(corpus: str, synthetic: Sequence[str]) -> str:
    """Return the title of a corpus, with a word where the demo's generator spoke it."""
    return load(corpus).TITLE + (" (synthetic)" if corpus in synthetic else "")


def write_table(
    frame: pd.DataFrame,
    evidence: Sequence[Evidence],
    caption: str,
    label: str,
    notes: Sequence[str],
    synthetic: Sequence[str],
    output: dict[str, Path],
    bold: Sequence[tuple[int, str]] = (),
) -> None:
    """Write a data frame in every one of :data:`FORMATS` with one caption and notes below.

    In LaTeX a long table goes on in further floats (package caption); the notes stand below the last of them.

    Parameters
    ----------
    frame
        Text and numbers as they are to be read.
    evidence
        Of each row; the JSON has it.
    caption, label
        Of the table.
    notes
        Lines below it.
    synthetic
        Names of the corpora spoken by the demo's generator; any adds a note that says so.
    output
        Files to write by suffix, each of :data:`FORMATS`.
    bold
        Row (counted from 0) and column of each cell to print in bold in LaTeX, Markdown and HTML.
    """
    notes = [*notes, *([SYNTHETIC] if synthetic else [])]
    columns = "".join(map(_column, frame.columns))
    below = "".join(f"\\par {_escape(note)}\n" for note in notes)
    text = "% Made by Snakemake from results; edit src/sarangi/paper/tables/scores.py, not this.\n"
    parts = list(_pages(_emphasised(frame, bold, *MARKERS)))
    for number, part in enumerate(parts):
        # a reader cannot tell a blank that is meant from one that is not
        part = part.assign(**{n: part[n].mask(part[n] == "", BLANK.get(n, "--")) for n in part.columns})
        body = part.to_latex(index=False, escape=True, column_format=columns)
        # a long address may be broken
        body = body.replace("/", r"/\allowbreak{}")
        body = body.replace(MARKERS[0], r"\textbf{").replace(MARKERS[1], "}")
        # a part that goes on keeps the number of its table
        again = "\\ContinuedFloat" if number else ""
        named, label_ = ("(continued)", f"{label}:{number}") if number else (_escape(caption), label)
        text += (
            f"\\begin{{table*}}{again}\n\\centering\\small\n\\caption{{{named}}}\\label{{tab:{label_}}}\n"
            f"\\adjustbox{{max width=\\textwidth}}{{%\n{body}}}\n"
            f"\\begin{{flushleft}}\\footnotesize\n{below if number == len(parts) - 1 else ''}"
            "\\end{flushleft}\n\\end{table*}\n"
        )
    output["tex"].write_text(text, encoding="utf-8")
    below = "".join(f"\n{note}\n" for note in notes)
    aligned = ["left" if name in TEXT else "right" for name in frame.columns]
    markdown = _emphasised(frame, bold, "**", "**").to_markdown(
        index=False, colalign=aligned, disable_numparse=True
    )
    output["md"].write_text(f"{caption}\n\n{markdown}\n{below}", encoding="utf-8")
    output["csv"].write_text(frame.to_csv(index=False, lineterminator="\n"), encoding="utf-8")
    output["html"].write_text(_page(frame, bold, caption, notes), encoding="utf-8")
    rows = [
        {"cells": {column: str(cell) for column, cell in row.items()}, "from": dict(known)}
        for row, known in zip(frame.to_dict("records"), evidence, strict=True)
    ]
    known = {"caption": caption, "columns": list(frame.columns), "rows": rows, "notes": notes}
    output["json"].write_text(json.dumps(known, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


MARKERS = ("\x02", "\x03")  # around a bold cell, until the rest is escaped


PAGE_STYLE = """
body { font: 14px/1.45 system-ui, sans-serif; margin: 1rem; background: #fff; color: #111 }
h1 { font-size: 1.1rem } p { margin: .3rem 0; color: #444; max-width: 60rem }
.synthetic { color: #b00000; font-weight: 600 }
table { border-collapse: collapse; border-bottom: 2px solid #111 }
th { position: sticky; top: 0; background: #fff; box-shadow: 0 2px #111, 0 -2px #111; text-align: left }
th, td { padding: .25rem .6rem; vertical-align: top } td { border-top: 1px solid #ddd; max-width: 26rem }
"""
STYLE_OF_NUMBERS = "{} {{ text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }}\n"


def _page(frame: pd.DataFrame, bold: Sequence[tuple[int, str]], caption: str, notes: Sequence[str]) -> str:
    """Return a table as an HTML page that needs no other file."""
    numbers = [place for place, name in enumerate(frame.columns, 1) if name not in TEXT]
    cells = ", ".join(f"{cell}:nth-child({place})" for place in numbers for cell in ("th", "td"))
    style = PAGE_STYLE + (STYLE_OF_NUMBERS.format(cells) if numbers else "")
    body = _emphasised(frame, bold, *MARKERS).to_html(index=False, border=0)
    body = body.replace(MARKERS[0], "<b>").replace(MARKERS[1], "</b>")
    below = ""
    for note in notes:
        mark = ' class="synthetic"' if note == SYNTHETIC else ""
        below += f"<p{mark}>{html.escape(note)}</p>\n"
    title, _, rest = html.escape(caption).partition(". ")
    above = f"<h1>{title.rstrip('.')}</h1>\n" + (f"<p>{rest}</p>\n" if rest else "")
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        f"<style>{style}</style>\n</head>\n<body>\n{above}{body}\n{below}</body>\n</html>\n"
    )


def _emphasised(
    frame: pd.DataFrame, bold: Sequence[tuple[int, str]], before: str, behind: str
) -> pd.DataFrame:
    """Return a table with some cells between two texts."""
    frame = frame.copy()
    for row, column in bold:
        place = frame.columns.get_loc(column)
        frame.iloc[row, place] = f"{before}{frame.iloc[row, place]}{behind}"
    return frame


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


BLANK = {"Marks": "none", "At fault": "as above"}
"""What a blank cell of a column means, in LaTeX."""

WRAPPED = {
    "Claim": 0.45, "Verdict": 0.3, "Why": 0.45, "Best within": 0.18, "Best across": 0.18,
    "At fault": 0.22, "Compared": 0.15, "As published": 0.11, "Study's way": 0.16, "Valid way": 0.16,
    "Worth": 0.08, "Evidence": 0.28, "Warned of": 0.3, "Fatal": 0.2, "Model and protocols": 0.26,
    "Shared: ours": 0.21, "Apart: ours": 0.21, "Experiment": 0.3, "Ours, interval": 0.18, "Whose": 0.17,
    "From": 0.3, "In this build": 0.3, **{f"F1 {emotion}": 0.085 for emotion in EMOTIONS},
    "Corpora": 0.2, "Encoders": 0.25, "Input": 0.2,
}  # fmt: skip
"""Columns of text that is broken into lines, with their share of the text's width."""

LETTERS = 110  # that fit on a line as wide as the text
LINES = 60  # that fit on a page


def _pages(frame: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield the rows of a table in parts that fit on a page, at least one."""
    wrapped = [name for name in frame.columns if name in WRAPPED]
    start = lines = 0
    for place, row in enumerate(frame[wrapped].to_dict("records")):
        needed = 1 + max((len(text) // int(LETTERS * WRAPPED[name]) for name, text in row.items()), default=0)
        if lines + needed > LINES:
            yield frame.iloc[start:place]
            start, lines = place, 0
        lines += needed
    yield frame.iloc[start:]


def _column(name: str) -> str:
    if name in WRAPPED:
        return rf">{{\raggedright\arraybackslash}}p{{{WRAPPED[name]}\textwidth}}"
    return "l" if name in TEXT else "r"


def _escape(text: str) -> str:
    for character in "&%$#_{}":
        text = text.replace(character, f"\\{character}")
    return text.replace("~", "\\textasciitilde{}")
