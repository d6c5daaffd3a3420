"""The table of recipes: how each model is fine-tuned."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sarangi.base.evidence import reference
from sarangi.base.labels import Labels
from sarangi.paper.tables.columns import MODEL, Column, numeric
from sarangi.paper.tables.table import Table
from sarangi.paper.tables.writing import write_table


def recipes_table(
    recipes: Sequence[Mapping[str, Any]],
    labels: Labels,
    output: dict[str, Path],
) -> None:
    """Write how each model is fine-tuned on which corpora, as the configuration says.

    Parameters
    ----------
    recipes
        Of each ``model`` its name, ``corpora``, and its entry of the configuration on them: ``recipe``.
    labels
        Titles, and which corpora are synthetic.
    output
        Files to write by suffix: ``tex``, ``md``, ``csv``, ``json``.
    """
    caption = (
        "How each model is fine-tuned, by the configuration. Frozen: layers of the speech encoder and of the "
        "text encoder that do not learn. Batch: clips at once times batches that are added up."
    )
    if any("adapters" in entry["recipe"].get(kind, ()) for entry in recipes for kind in BRANCHES):
        caption += (
            " LoRA: of an encoder adapters of this rank learn and nothing else, at the linear maps of these "
            "names (attention: its queries and values) in the layers above the frozen ones."
        )
    order = list(labels.models)
    lines = sorted(
        (order.index(entry["model"]), entry["corpora"], _recipe(entry, labels)) for entry in recipes
    )
    rows = [line for _, _, line in lines]
    evidence = [{"": [reference("config.yaml")]}] * len(rows)
    write_table(Table("recipes", caption, COLUMNS, rows, evidence), labels, output)


BRANCHES = ("audio", "text")
BALANCES = {"oversample": "oversampled", "undersample": "undersampled", "logit_adjustment": "logits adjusted"}
COLUMNS = [
    MODEL, Column("Corpora", wraps=0.2), Column("Encoders", wraps=0.25), Column("Frozen"),
    Column("Input", wraps=0.2),
    *numeric("Rate", "Decay", "Dropout", "Batch", "Epochs", "Patience", "Weighted", "Seeds"),
]  # fmt: skip


def _recipe(entry: Mapping[str, Any], labels: Labels) -> dict[str, str]:
    recipe = entry["recipe"]
    branches = [recipe[kind] for kind in BRANCHES if kind in recipe]
    audio, text, tuned = recipe.get("audio"), recipe.get("text"), recipe["finetuning"]
    silence = f" and {audio['context']:g} s of silence" if audio and "context" in audio else ""
    given = [f"{audio['max_audio_s']:g} s{silence}"] if audio else []
    given += [f"{text['max_tokens']} tokens, {text['context_turns']} turns before"] if text else []
    given += [f"{kind} text" for kind in text.get("control", ())] if text else []
    return {
        "Model": labels.model(entry["model"]),
        "Corpora": ", ".join(labels.corpora[corpus] for corpus in entry["corpora"]),
        "Encoders": " + ".join(_encoder(branch, labels) for branch in branches),
        "Frozen": " + ".join(str(branch["frozen_layers"]) for branch in branches),
        "Input": "; ".join(given),
        "Rate": f"{tuned['learning_rate']:g}",
        "Decay": f"{tuned['weight_decay']:g}",
        "Dropout": f"{tuned['dropout']:g}",
        "Batch": f"{tuned['batch']} x {tuned['accumulate']}",
        "Epochs": str(tuned["max_epochs"]),
        "Patience": str(tuned["patience"]),
        "Weighted": "yes" if tuned["class_weights"] else BALANCES.get(tuned.get("balance"), "no"),
        "Seeds": ", ".join(map(str, tuned["seeds"])),
    }


def _encoder(branch: Mapping[str, Any], labels: Labels) -> str:
    title, adapters = labels.encoders[branch["encoder"]], branch.get("adapters")
    if adapters is None:
        return title
    targets = ", ".join(adapters.get("targets", ["attention"]))
    return f"{title} (LoRA {adapters['rank']}: {targets})"
