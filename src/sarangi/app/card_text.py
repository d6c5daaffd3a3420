"""Model cards for people: what a card says in words, as Markdown, and as metadata that the hub reads."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sarangi.app.card_files import README
from sarangi.base.degenerate import MEANING, is_degenerate
from sarangi.base.human_rows import CROSS_ENTROPY, JS_DISTANCE, OTHERS, SIDES
from sarangi.base.markdown import escaped_in
from sarangi.paper.texts import interval_text
from sarangi.statistics.metrics import METRICS, UAR

if TYPE_CHECKING:
    from huggingface_hub import ModelCardData

HUB_METRICS = {metric.name: metric.hub for metric in METRICS if metric.hub is not None}
SHOWN = {metric.name: metric.prose_in_full for metric in METRICS if metric.name in HUB_METRICS}
TENTHS = 10
SYNTHETIC = (
    "Trained on synthetic speech made by a program. It knows nothing about how people sound; use it to try "
    "the software, and for nothing else."
)
UNTRAINED = "Its encoder's weights are random ones: it shows that the software runs, and nothing else."
INTENDED = (
    "research on speech emotion recognition and on how it is evaluated",
    "replaying the scores of this study, and teaching",
)
NOT_INTENDED = (
    "decisions about a person: hiring, assessment at work, grading, credit, insurance, benefits, admission",
    "policing, border control, surveillance, courts, prisons",
    "diagnosis, therapy or triage; judging danger, suicidality or dementia",
    "detecting lies, intentions, guilt or personality",
    "listening to people who do not know of it or have not agreed",
    "anything at work or in schools: Article 5(1)(f) of the EU's AI Act (Regulation 2024/1689) prohibits "
    "systems that infer emotions there, except for medical or safety reasons",
)
LIMITS = (
    "It names what actors or annotators meant by a label, not what a person feels.",
    "It chooses among its own emotions, whatever the sound: noise, music and silence get an answer, too.",
    "Other languages, accents, ages, microphones and rooms than those it was trained on make it worse, by "
    "how much is not known.",
    "Its probabilities are those of the training corpus's mixture of emotions, not of everyday speech.",
)
LICENCES = {
    "mit": "mit",
    "apache-2.0": "apache-2.0",
    "apache 2.0": "apache-2.0",
    "cc by 4.0": "cc-by-4.0",
    "cc by-sa 4.0": "cc-by-sa-4.0",
    "cc by-nc 4.0": "cc-by-nc-4.0",
    "cc by-nc-sa 4.0": "cc-by-nc-sa-4.0",
    "cc by-nc-nd 4.0": "cc-by-nc-nd-4.0",
    "gpl-3.0": "gpl-3.0",
}
"""What the hub calls licences."""


def tested_on(data: Mapping[str, Any]) -> str:
    """Return in words whether the scores of a card are those of unseen speakers."""
    found = data["speakers"]
    if found["unseen"]:
        return f"{found['tested']} speakers, none of whom it heard in training"
    if found["unseen"] is None:
        return "clips whose speakers the corpus does not state, so it may have heard them in training"
    return (
        f"{found['tested']} speakers, {found['heard']} of whom it heard in training, too: these are not "
        "scores on unseen speakers, which would be lower"
    )


def calibrated(data: Mapping[str, Any], sure: float) -> str:
    """Return in words how often a model was right when it was as sure as now.

    Examples
    --------
    >>> tenths = [{"from": 0.6, "to": 0.7, "answers": 120, "right": 0.48, "confidence": 0.65}]
    >>> speakers = {"unseen": True}
    >>> calibrated({"calibration": {"tenths": tenths}, "speakers": speakers}, 0.62)
    'When it says 60–70 %, it was right in 48 % of 120 answers on speakers that it had not heard in training.'
    """
    known = data["calibration"] or {"tenths": []}
    number = int(tenth(np.array(sure)))
    said = f"{number * 10}–{number * 10 + 10} %"
    of_whom = "on speakers that it had not heard in training" if data["speakers"]["unseen"] else "in its test"
    for entry in known["tenths"]:
        if round(entry["from"] * TENTHS) == number:
            few = ", too few to go by" if entry["answers"] < 20 else ""
            count = f"{entry['answers']} answer{'s' if entry['answers'] > 1 else ''}"
            share = f"{entry['right'] * 100:.0f} %"
            return f"When it says {said}, it was right in {share} of {count} {of_whom}{few}."
    return f"It never said {said} in its test, so how often it is right then is not known."


OF_OTHERS = (
    "model", "corpus", "encoders", "asr", "emotions", "languages", "protocol", "recipe", "fairness",
)  # fmt: skip
"""What a card says in the words of the configuration and of a corpus, which need not be Markdown."""


def as_markdown(data: Mapping[str, Any]) -> str:
    """Return the card of a run as the hub shows it: YAML, then Markdown."""
    head = front_matter(data).to_yaml()
    data = {**data, **{key: escaped_in(data[key]) for key in OF_OTHERS}}
    known = (("synthetic", f"Synthetic. {SYNTHETIC}"), ("untrained", UNTRAINED))
    warning = [text for key, text in known if data[key]]
    corpus = data["corpus"]
    lines = [
        f"# {data['model']}, {corpus['title']}",
        "",
        *(line for text in warning for line in (f"> **{text}**", "")),
        f"A classifier of emotions in speech, `{data['name']}`: fold {data['fold']}, seed {data['seed']} of "
        f"the experiment `{data['experiment']}` of Sarangi, a study of speech emotion recognition. It tells "
        f"apart {', '.join(data['emotions'])}. {_hears(data)}",
        "",
        "## Trained on",
        "",
        f"{corpus['title']} ({corpus['citation']}; {corpus['access']}; {corpus['source']}), "
        f"language {', '.join(data['languages']) or 'not stated'}.",
        *(
            f"The {branch} branch began as {entry['title']} ({entry['source']})."
            for branch, entry in sorted(data["encoders"].items())
        ),
        *([f"Words by {data['asr']['title']} ({data['asr']['source']})."] if data["asr"] else []),
        "",
        "Recipe: " + "; ".join(f"{key} {value}" for key, value in sorted(data["recipe"].items())) + ".",
        "",
        "## Scores",
        "",
        *_score_lines(data),
        "## Parts of the speakers",
        "",
        *_fairness_lines(data),
        *_human_lines(data),
        "## Calibration",
        "",
        *_calibration_lines(data),
        *_use_lines(data),
        "## Licence",
        "",
        *(f"- {name}: {licence}" for name, licence in _licences(data).items()),
        "",
        "What may be done with the model follows from all of them.",
        "",
        "## How to use",
        "",
        "With Sarangi installed and a copy of this folder:",
        "",
        "```console",
        "python -m sarangi listen --model FOLDER",
        "python -m sarangi predict RECORDINGS --model FOLDER --out predictions.parquet",
        "```",
        "",
        "## Provenance",
        "",
        f"- `model.safetensors`: sha256 `{data['sha256']}`",
        f"- this card's code: `{data['code']}`",
        "",
    ]
    return f"---\n{head}\n---\n\n" + "\n".join(lines)


def _score_lines(data: Mapping[str, Any]) -> list[str]:
    return [
        f"Protocol: {data['protocol']['title']}. Tested on {tested_on(data)}. All folds and seeds of the "
        "experiment together, this run among them; intervals resample speakers (or what the corpus has in "
        "their place).",
        "",
        *_table(
            [
                "metric",
                "value",
                f"{data['confidence'] * 100:g} % interval",
                "chance",
                "clips",
                "groups",
                "seeds",
            ],
            [
                [
                    SHOWN.get(row["metric"], row["metric"].replace("_", " of ")),
                    *(_text(row["value"]), _interval(row["low"], row["high"]), _text(row["chance"])),
                    *(row["n"], row["groups"], row["seeds"]),
                ]
                for row in data["scores"]
            ],
        ),
        *([f"{MEANING[0].upper()}{MEANING[1:]}"] if any(map(_degenerate, data["scores"])) else []),
        *(f"Mark: {mark}." for mark in sorted({row["mark"] for row in data["scores"]} - {""})),
        f"This run alone reaches a UAR of {_text(data['own']['uar'])} on the {data['own']['clips']} clips of "
        "its own test part.",
        "",
    ]


def _fairness_lines(data: Mapping[str, Any]) -> list[str]:
    """Return how the model fares on parts of the speakers, or that nothing is known of it."""
    rows = data["fairness"]
    compared = [row for row in rows if row["value"] is not None]
    nothing = sorted({row["attribute"] for row in rows} - {row["attribute"] for row in compared})
    lines = [
        f"Not known by {', '.join(nothing)}: the corpus does not state two parts with the same emotions.",
        "",
    ]
    if not compared:
        return lines if nothing else ["Nothing was compared.", ""]
    table = [
        [
            f"{row['first']} beside {row['second']}",
            "UAR" if row["metric"] == UAR.name else row["metric"].replace("_", " of "),
            *(_text(row["value_first"]), _text(row["value_second"])),
            f"{row['value']:+z.3f}",
            _interval(row["low"], row["high"]),
            f"{row['groups_first']}, {row['groups_second']}",
        ]
        for row in compared
    ]
    head = [
        "parts",
        "metric",
        "first",
        "second",
        "difference",
        f"{data['confidence'] * 100:g} % interval",
        "groups",
    ]
    return [
        "Over the emotions that both parts have; intervals resample speakers (or what the corpus has in "
        "their place), and are not corrected for how many there are. Parts may differ in more than their "
        "name says.",
        "",
        *_table(head, table),
        *(f"Mark: {mark}." for mark in sorted({row["mark"] for row in compared} - {""})),
        *([""] if any(row["mark"] for row in compared) else []),
        *(lines if nothing else []),
    ]


def _human_lines(data: Mapping[str, Any]) -> list[str]:
    """Return what one annotator reaches beside the model; nothing for a corpus without votes."""
    rows = data["human"]
    if not rows:
        return []
    lines = ["## Annotators", ""]
    compared = [row for row in rows if row["value"] is not None]
    if not compared:
        return [*lines, "Not known: no clip has votes to compare with.", ""]
    table = [
        [
            "the others" if row["reference"] == OTHERS else "all votes",
            METRICS_OF_VOTES[row["metric"]],
            *(_beside(row, side) for side in SIDES),
        ]
        for row in compared
    ]
    most = compared[0]
    return [
        *lines,
        "The model, and the vote of one annotator, each against what most of the other annotators say of the "
        f"same clip; distances are to how the votes are divided. {most['n']} clips, {most['votes']} votes; "
        f"{most['ties'] + most['outside']} votes left out, since the others are tied or name no emotion of "
        "the model.",
        "",
        *_table(["against", "metric", "model", "an annotator", "difference"], table),
        *(f"Mark: {mark}." for mark in sorted({row["mark"] for row in rows} - {""})),
        *([""] if any(row["mark"] for row in rows) else []),
    ]


def _beside(row: Mapping[str, Any], side: str) -> str:
    value, low, high = (row[name] for name in SIDES[side][:3])
    if value is None:
        return ""
    sign = "+" if side == "difference" else ""
    return f"{value:{sign}.3f} {_interval(low, high)}"


METRICS_OF_VOTES = {
    **{metric.name: metric.label for metric in METRICS},
    CROSS_ENTROPY: "cross-entropy (nats)",
    JS_DISTANCE: "Jensen-Shannon distance",
}


def _use_lines(data: Mapping[str, Any]) -> list[str]:
    return [
        "## Intended use",
        "",
        *(f"- {use}" for use in data["intended"]),
        "",
        "## Not intended use",
        "",
        *(f"- {use}" for use in data["not_intended"]),
        "",
        "## Limits",
        "",
        *(f"- {limit}" for limit in data["limits"]),
        "",
    ]


def front_matter(data: Mapping[str, Any]) -> "ModelCardData":
    """Return the metadata that the hub reads, as its own library makes and checks them.

    That comes with the extra ``neural``, which every model that has a card needs, too.
    """
    from huggingface_hub import EvalResult, ModelCardData

    licences = {_hub_licence(text) for text in _licences(data).values()}
    licence = licences.pop() if len(licences) == 1 else "other"
    several = licence == "other"
    corpus = data["corpus"]
    task = "audio-classification" if "audio" in data["encoders"] else "text-classification"
    results = [
        EvalResult(
            task_type=task,
            task_name="Speech emotion recognition",
            dataset_type=corpus["name"],
            dataset_name=corpus["title"],
            dataset_config=data["protocol"]["title"],
            metric_type=HUB_METRICS[row["metric"]],
            metric_value=row["value"],
            metric_name=SHOWN[row["metric"]],
        )
        for row in data["scores"]
        if row["metric"] in SHOWN and row["value"] is not None
    ]
    kinds = [kind for kind in ("synthetic", "untrained") if data[kind]]
    return ModelCardData(
        model_name=data["name"],
        library_name="sarangi",
        pipeline_tag=task,
        license=licence,
        license_name="several" if several else None,
        license_link=f"{README}#licence" if several else None,
        language=data["languages"] or None,
        tags=["speech-emotion-recognition", "emotion", "sarangi", *kinds],
        # synthetic speech is not the published corpus
        datasets=None if data["synthetic"] else [corpus["name"]],
        base_model=[entry["hub"] for entry in data["encoders"].values() if entry["hub"]] or None,
        metrics=sorted(set(HUB_METRICS.values())),
        eval_results=results or None,
    )


def _hears(data: Mapping[str, Any]) -> str:
    kinds = {("audio",): "It uses the voice.", ("text",): "It uses the words, not the voice."}
    return kinds.get(tuple(sorted(data["encoders"])), "It uses the voice and the words.")


def _calibration_lines(data: Mapping[str, Any]) -> list[str]:
    known = data["calibration"]
    if known is None:
        return ["Not known: there is no prediction to compare.", ""]
    on = "speakers that it had not heard in training" if data["speakers"]["unseen"] else "its test part"
    rows = [
        [
            f"{entry['from'] * 100:.0f}–{entry['to'] * 100:.0f} %",
            entry["answers"],
            f"{entry['right'] * 100:.0f} %",
        ]
        for entry in known["tenths"]
    ]
    return [
        f"Expected calibration error {_text(known['error'])} {_interval(known['low'], known['high'])} (15 "
        f"bins), {known['answers']} answers of all folds and seeds to {known['clips']} clips of {on}. With "
        "the same probabilities and as many clips, a perfectly calibrated model would have "
        f"{_text(known.get('if_calibrated'))} on average.",
        "",
        *_table(["when it says", "answers", "it was right in"], rows),
    ]


def _licences(data: Mapping[str, Any]) -> dict[str, str]:
    found = {data["corpus"]["title"]: data["corpus"]["licence"]}
    for entry in [*(data["encoders"][branch] for branch in sorted(data["encoders"])), data["asr"]]:
        if entry:
            found[entry["title"]] = entry["licence"]
    return found


def _hub_licence(text: str) -> str:
    # "MIT (synthetic)" is MIT
    return LICENCES.get(re.sub(r"\s*\(.*\)", "", text).strip().lower(), "other")


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return [*("| " + " | ".join(map(str, line)) + " |" for line in lines), ""]


def _text(value: float | None) -> str:
    return "--" if value is None else f"{value:.3f}"


def _degenerate(row: Mapping[str, Any]) -> bool:
    bounds = row["low"], row["high"]
    return None not in bounds and is_degenerate(*bounds)


def _interval(low: float | None, high: float | None) -> str:
    return "--" if low is None or high is None else interval_text(low, high)


def tenth(sure: np.ndarray) -> np.ndarray:
    """Return in which tenth, counted from 0, probabilities lie; 1 is in the last."""
    # 0.9 in float32 is a little less
    return np.minimum((np.asarray(sure) * TENTHS + 1e-6).astype(int), TENTHS - 1)
