"""The same few clips in the forms in which others publish corpora, written by their own libraries."""

import csv
import json

import pandas as pd

from support.recordings import sound

CLIPS = [
    {
        "file": f"c{number}.wav",
        "emotion": ("angry", "sad")[number % 2],
        "speaker": f"S{number // 4}",
        "gender": ("female", "male")[number // 4],
        "text": f"words number {number}",
        "part": "test" if number in (3, 4) else "train",
    }
    for number in range(8)
]


def recorded(folder):
    """The clips themselves, in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, clip in enumerate(CLIPS):
        (folder / clip["file"]).write_bytes(sound(0.6, frequency=150 + 20 * number, seed=number))
    return folder


def as_csv(folder):
    recorded(folder)
    with (folder / "labels.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, CLIPS[0])
        table.writeheader()
        table.writerows(CLIPS)
    return {"table": folder / "labels.csv", "audio": folder}


def database():
    """An audformat database: emotions in a table a split, words in one of files, speakers in a scheme."""
    import audformat

    made = audformat.Database("made")
    made.schemes["emotion"] = audformat.Scheme(labels=["angry", "sad"])
    made.schemes["speaker"] = audformat.Scheme(
        labels={clip["speaker"]: {"gender": clip["gender"]} for clip in CLIPS}
    )
    made.schemes["text"] = audformat.Scheme(audformat.define.DataType.STRING)
    for part in ("train", "test"):
        made.splits[part] = audformat.Split(part)
        of_part = [clip for clip in CLIPS if clip["part"] == part]
        table = audformat.Table(audformat.filewise_index([clip["file"] for clip in of_part]), split_id=part)
        made[f"emotion.{part}"] = table
        for column in ("emotion", "speaker"):
            table[column] = audformat.Column(scheme_id=column)
            table[column].set([clip[column] for clip in of_part])
    table = audformat.Table(audformat.filewise_index([clip["file"] for clip in CLIPS]))
    made["files"] = table
    table["text"] = audformat.Column(scheme_id="text")
    table["text"].set([clip["text"] for clip in CLIPS])
    return made


def as_audformat(folder, storage_format="csv"):
    recorded(folder)
    database().save(str(folder), storage_format=storage_format)
    return {"table": folder / "db.yaml", "audio": folder}


def data_set(folder, part):
    """A data set of one part, whose recordings lie in a folder."""
    import datasets

    clips = [clip for clip in CLIPS if clip["part"] == part]
    columns = {name: [clip[name] for clip in clips] for name in ("emotion", "speaker", "gender", "text")}
    made = datasets.Dataset.from_dict({"audio": [str(folder / clip["file"]) for clip in clips]} | columns)
    names = datasets.ClassLabel(names=["sad", "angry"])
    return made.cast_column("audio", datasets.Audio()).cast_column("emotion", names)


def as_parquet(folder):
    """With the recordings inside, as ``push_to_hub`` has it."""
    from datasets.table import embed_table_storage

    recordings = recorded(folder.with_name(f"{folder.name}_recordings"))
    (folder / "data").mkdir(parents=True)
    for part in ("train", "test"):
        made = data_set(recordings, part).with_format("arrow").map(embed_table_storage, batched=True)
        made.to_parquet(folder / f"data/{part}-00000-of-00001.parquet", batch_size=2)
    return {"table": folder, "audio": folder}


def as_audiofolder(folder, suffix=".csv"):
    recorded(folder)
    table = pd.DataFrame(CLIPS).rename(columns={"file": "file_name"})
    if suffix == ".csv":
        table.to_csv(folder / "metadata.csv", index=False)
    else:
        table.to_json(folder / "metadata.jsonl", orient="records", lines=True)
    return {"table": folder, "audio": folder}


def as_emobox(folder):
    recorded(folder / "wavs")
    fold = folder / "folds/fold_1"
    fold.mkdir(parents=True)
    for part in ("train", "test"):
        lines = [
            json.dumps(
                {
                    "key": f"made-{clip['file'][:-4]}",
                    "dataset": "made",
                    "wav": f"downloads/made/x/{clip['file']}",
                }
                | {"type": "raw", "sample_rate": 16000, "num_frame": 9600.0, "task": "category"}
                | {"length": 0.6, "channel": 1, "emo": clip["emotion"].title(), "spk": clip["speaker"]}
                | {"gender": clip["gender"], "text": clip["text"]}
            )
            for clip in CLIPS
            if clip["part"] == part
        ]
        (fold / f"made_{part}_fold_1.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return {"table": folder / "folds", "audio": folder / "wavs"}


def as_kaldi(folder):
    recorded(folder / "wavs")
    data = folder / "data"
    data.mkdir()
    names = [f"made-{clip['file'][:-4]}" for clip in CLIPS]
    files = {
        "wav.scp": [clip["file"] for clip in CLIPS],
        "utt2spk": [clip["speaker"] for clip in CLIPS],
        "utt2emo": [clip["emotion"] for clip in CLIPS],
        "utt2part": [clip["part"] for clip in CLIPS],
        "text": [clip["text"] for clip in CLIPS],
    }
    for name, values in files.items():
        lines = [f"{utterance} {value}\n" for utterance, value in zip(names, values, strict=True)]
        (data / name).write_text("".join(lines), encoding="utf-8")
    (data / "spk2gender").write_text("S0 f\nS1 m\n", encoding="utf-8")
    return {"table": data, "audio": folder / "wavs", "columns": {"part": "utt2part"}}


FORMS = {
    "audformat_csv": as_audformat,
    "audformat_parquet": lambda folder: as_audformat(folder, "parquet"),
    "datasets_parquet": as_parquet,
    "audiofolder_csv": as_audiofolder,
    "audiofolder_jsonl": lambda folder: as_audiofolder(folder, ".jsonl"),
    "emobox": as_emobox,
    "kaldi": as_kaldi,
}
