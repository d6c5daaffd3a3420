"""The table of recipes."""

import json

from support.labels import labels

from sarangi.paper.tables.recipes import recipes_table

TUNED = {
    "learning_rate": 1e-4, "weight_decay": 0.01, "dropout": 0.1, "batch": 8, "accumulate": 2, "max_epochs": 3,
    "patience": 2, "class_weights": True, "seeds": [1, 2],
}  # fmt: skip
AUDIO = {"encoder": "tiny", "frozen_layers": 1, "max_audio_s": 3}


def test_adapters_are_listed_with_rank_and_targets_and_explained_where_there_are_any(tmp_path):
    adapted = AUDIO | {"adapters": {"kind": "lora", "rank": 8, "targets": ["q_proj", "fc1"]}}
    text = {"encoder": "words", "frozen_layers": 0, "max_tokens": 9, "context_turns": 0}
    text["adapters"] = {"kind": "lora", "rank": 4}
    recipes = {"plain": {"audio": AUDIO}, "both": {"audio": adapted, "text": text}}
    named = labels(models={"plain": "plain", "both": "both"}, encoders={"tiny": "Tiny", "words": "Words"})
    found = {}
    for models in (["plain"], ["plain", "both"]):
        files = {suffix: tmp_path / f"recipes.{suffix}" for suffix in ("tex", "md", "csv", "html", "json")}
        entries = [
            {"model": model, "corpora": ["ravdess"], "recipe": recipes[model] | {"finetuning": TUNED}}
            for model in models
        ]
        recipes_table(entries, named, files)
        found[len(models)] = json.loads(files["json"].read_text())
    cells = [row["cells"] for row in found[2]["rows"]]
    assert [row["Encoders"] for row in cells] == [
        "Tiny",
        "Tiny (LoRA 8: q_proj, fc1) + Words (LoRA 4: attention)",
    ]
    assert ["LoRA" in found[count]["caption"] for count in (1, 2)] == [False, True]


def test_a_model_that_only_reads_has_a_row_and_silence_behind_a_clip_is_told(tmp_path):
    reading = {"encoder": "words", "frozen_layers": 0, "max_tokens": 9, "context_turns": 2}
    recipes = {
        "reader": {"text": reading},
        "hearer": {"audio": AUDIO | {"context": 27}},
        "plain": {"audio": AUDIO},
    }
    named = labels(models={name: name for name in recipes}, encoders={"tiny": "Tiny", "words": "Words"})
    files = {suffix: tmp_path / f"recipes.{suffix}" for suffix in ("tex", "md", "csv", "html", "json")}
    entries = [
        {"model": name, "corpora": ["ravdess"], "recipe": recipe | {"finetuning": TUNED}}
        for name, recipe in recipes.items()
    ]
    recipes_table(entries, named, files)
    rows = json.loads(files["json"].read_text())["rows"]
    assert {row["cells"]["Model"]: row["cells"]["Input"] for row in rows} == {
        "reader": "9 tokens, 2 turns before",
        "hearer": "3 s and 27 s of silence",
        "plain": "3 s",
    }
