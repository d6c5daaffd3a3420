"""The table of recipes: how each model is fine-tuned."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from sarangi.base.evidence import reference
from sarangi.corpora.registry import load
from sarangi.paper.tables.writing import write_table


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
