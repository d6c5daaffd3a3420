"""The methods of a study as its configuration has them, in sentences."""

from collections.abc import Iterator, Mapping
from typing import Any

from sarangi.base.dimension_rows import Scale
from sarangi.base.prose import Paragraph, Sentence
from sarangi.study.dimensions import scales_of
from sarangi.study.entries import (
    DIMENSIONS,
    FrozenStates,
    encoders_of,
    families_of,
    is_rated,
    states_of,
    words_of,
)
from sarangi.study.labels import labels_of
from sarangi.study.recipes import is_tuned, learns_votes
from sarangi.study.study import Study

SETS = {
    "eGeMAPSv02": ("the 88 functionals of eGeMAPS", "eyben2016gemaps"),
    "ComParE_2016": ("the 6,373 functionals of ComParE", "schuller2016compare"),
    "IS09": ("the 384 functionals of IS09", "schuller2009emotion"),
    "IS10": ("the 1,582 functionals of IS10", "schuller2010paralinguistic"),
}
"""Sets of openSMILE: in words, and whom to cite."""
FAMILIES = {
    "wav2vec2": ("baevski2020wav2vec",), "hubert": ("hsu2021hubert",), "wavlm": ("chen2022wavlm",),
    "roberta": ("liu2019roberta",), "xlm-roberta": ("conneau2020unsupervised",),
    "deberta-v2": ("he2023debertav3",), "data2vec-audio": ("baevski2022data2vec",),
    "wav2vec2-bert": ("barrault2023seamless",), "bert": ("devlin2019bert",), "mpnet": ("song2020mpnet",),
    "albert": ("lan2020albert",), "whisper": ("radford2023whisper",),
}  # fmt: skip
CONTROLS = {
    "constant": ", with one text for every utterance",
    "shuffled": ", with the texts shuffled among the utterances of a part",
}
"""What is said of controls of the words."""
BASELINES = {
    "constant": "always answers the commonest emotion of the training part",
    "uniform": "guesses each emotion alike",
    "speaker_only": "answers the commonest emotion of the speaker in training: it knows who speaks, "
    "and nothing else",
    "training_mean": "always answers the mean rating of the training part",
    "speaker_mean": "answers the mean of the tested speaker's own ratings in the test part: an oracle, which "
    "no model can know",
}
KERNELS = {
    "svm_rbf": "a support vector machine with a radial basis function kernel",
    "svm_linear": "a linear support vector machine",
    "logistic": "logistic regression",
    "random_forest": "a random forest",
    "mlp": "a multilayer perceptron",
}
REGRESSORS = {
    "svr_rbf": "support vector regression with a radial basis function kernel",
    "svr_linear": "linear support vector regression",
    "ridge": "ridge regression",
    "random_forest": "a random forest",
}
BALANCES = {
    "oversample": "clips of rarer emotions drawn again in the training part",
    "undersample": "as many clips of each emotion in the training part",
    "logit_adjustment": "scores moved by the emotions' shares of the training part",
}
KEPT = {None: "group", "text": "sentence"}


def methods_of(study: Study) -> list[Paragraph]:
    """Return what this study does with its recordings: only what its experiments use."""
    paragraphs = [
        Paragraph("Protocols", list(_protocols(study))),
        Paragraph("Features", list(_features(study))),
        Paragraph("Classical models", list(_classical(study))),
        Paragraph("Ratings", list(_ratings(study))),
        Paragraph("Encoders", list(_tuned(study))),
        Paragraph("Baselines", list(_baselines(study))),
    ]
    return [paragraph for paragraph in paragraphs if paragraph.sentences]


def _used(study: Study, kind: str) -> list[str]:
    """Return the names of the protocols or models of the experiments, in the order of the configuration."""
    names = {getattr(e, kind.removesuffix("s")) for e in study.every_experiment.values()}
    return [name for name in study.config[kind] if name in names]


def _protocols(study: Study) -> Iterator[Sentence]:
    for name in _used(study, "protocols"):
        entry = study.config["protocols"][name]
        text = f"{_upper(entry['title'])}: {_split(entry)}"
        if "emotions" in entry:
            text += f", of the emotions {', '.join(entry['emotions'])} alone"
        if "language" in entry:
            text += f", of the clips in {entry['language']} alone"
        if "validation" in entry:
            apart = "pseudo-speakers" if "pseudo_speakers" in entry else "groups"
            by = "clips" if entry["leaks"] or "validation_by" in entry else apart
            text += f"; {100 * entry['validation']:g} per cent of what is not tested, by {by}, validates"
        if "pseudo_speakers" in entry:
            voices = study.config["pseudo_speakers"][entry["pseudo_speakers"]]
            text += f"; pseudo-speakers are voices guessed by {voices['title']}, and the scores are marked"
        if "matched" in entry:
            text += (
                "; then the clips of each emotion are permuted among the parts: sizes and class counts "
                "stay, and speakers are in training and test"
            )
        elif entry["leaks"]:
            text += "; a speaker may be in training and test, and the scores are marked"
        yield Sentence(text)


def _split(entry: Mapping[str, Any]) -> str:
    kept = KEPT.get(entry.get("by"), entry.get("by"))
    kept = "pseudo-speaker" if "pseudo_speakers" in entry else kept
    folds = entry.get("folds")
    return {
        "stratified_kfold": f"{folds} random folds with the emotions in proportion, each tested once",
        "stratified_group_kfold": f"{folds} folds that keep each {kept} whole, with the emotions as far as "
        "possible in proportion, each tested once",
        "leave_one_group_out": f"each {kept} is tested once, by models that were trained on the others",
        "random": f"{100 * _share(entry):g} per cent of the clips, drawn at random, are tested",
        "publisher": "the parts that the corpus's publisher states",
        "held_out": "named ones are held out and tested",
        "emobox": "the folds that EmoBox publishes",
    }[entry["kind"]]


def _share(entry: Mapping[str, Any]) -> float:
    """Return the share that a random split tests; other kinds have names there, or nothing."""
    return entry["test"] if entry["kind"] == "random" else 0.0


def _features(study: Study) -> Iterator[Sentence]:
    models = [study.config["models"][name] for name in _used(study, "models")]
    for name in dict.fromkeys(model["features"] for model in models if "features" in model):
        entry = study.config["feature_sets"][name]
        native = "the recordings at their native sample rate"
        rate = native if "rate" in entry else "the audio at 16 kHz, mono"
        if "opensmile" in entry:
            words, key = SETS[entry["opensmile"]]
            yield Sentence(
                f"{entry['title']}: {words}, by openSMILE, from {rate}", (key, "eyben2010opensmile")
            )
        elif (taken := states_of(entry)) is not None:
            yield _states_taken(study, entry["title"], taken)
        elif "published" in entry:
            yield Sentence(f"{entry['title']}: as the corpus publishes them")
        else:
            yield Sentence(f"{entry['title']}: by the extractor {entry['extractor']}, from {rate}")


def _states_taken(study: Study, title: str, taken: FrozenStates) -> Sentence:
    encoder = study.config["encoders"][taken.encoder]
    which = {"mean": "the mean of all its states", "last": "the state above its last layer"}
    states = which.get(str(taken.layers), f"its state {taken.layers} (0 goes into the first layer)")
    silence = f", with {encoder['context']:g} s of silence behind it" if encoder.get("context") else ""
    return Sentence(
        f"{title}: {encoder['title']}, frozen; {states}, averaged over time, from at most "
        f"{taken.seconds:g} s of each clip at 16 kHz, mono{silence}",
        _cited(encoder),
    )


def _cited(encoder: Mapping[str, Any]) -> tuple[str, ...]:
    """Return whom to cite for an encoder; nobody where it may be of any family."""
    families = families_of(encoder)
    return FAMILIES.get(families[0].replace("_", "-"), ()) if len(families) == 1 else ()


def _classical(study: Study) -> Iterator[Sentence]:
    models = [study.config["models"][name] for name in _used(study, "models")]
    for name in dict.fromkeys(model["classifier"] for model in models if "classifier" in model):
        entry = study.config["classifiers"][name]
        settings = []
        if isinstance(entry.get("C"), list):
            penalties = ", ".join(f"{each:g}" for each in entry["C"])
            settings.append(
                f"C chosen among {penalties} in {entry['inner_folds']} folds of the training part"
            )
        elif "C" in entry:
            settings.append(f"C = {entry['C']:g}")
        settings += [f"{entry['trees']} trees"] if "trees" in entry else []
        settings += (
            [f"layers of {' and '.join(map(str, entry['hidden']))} units"] if "hidden" in entry else []
        )
        settings += ["each emotion weighted alike"] if entry.get("class_weight") == "balanced" else []
        settings += [BALANCES[entry["balance"]]] if "balance" in entry else []
        kind = KERNELS[entry["kind"]]
        called = "" if kind.endswith(entry["title"]) else f": {kind}"
        yield Sentence(f"{_upper(entry['title'])}{called} ({', '.join(settings)})")
    if any("classifier" in model for model in models):
        yield Sentence("Every feature is scaled to mean 0 and deviation 1 on the training part")
    if any(model.get("scaling") == "each" for model in models):
        yield Sentence("Where the title says so, each side is scaled by its own mean and deviation")
    if any("alignment" in model for model in models):
        yield Sentence(
            "CORAL aligns the covariance of the training part with that of the test part, without labels",
            ("sun2016return",),
        )
    if any("project_out" in model for model in models):
        yield Sentence(
            "Where the title says so, the directions that tell the speaker in the training part are "
            "projected out of the scaled features (iterative null-space projection), or as many that tell "
            "shuffled speakers, or as many at random; but not where most speakers have one emotion alone, "
            "since voice and emotion are one there",
            ("ravfogel2020null",),
        )


def _ratings(study: Study) -> Iterator[Sentence]:
    """Yield on what scales ratings are, what predicts them, and how that is scored."""
    wanted: dict[str, set[str]] = {}
    for e in study.rated_experiments.values():
        wanted.setdefault(e.corpus, set()).update(study.config["models"][e.model][DIMENSIONS])
    for corpus in (name for name in study.config["corpora"] if name in wanted):
        scales = scales_of(corpus, study.config["corpora"][corpus])
        said = ", ".join(_scale(name, scales[name]) for name in sorted(wanted[corpus]))
        yield Sentence(f"{labels_of(study).corpora[corpus]} is rated on scales: {said}")
    models = [study.config["models"][name] for name in _used(study, "models")]
    for name in dict.fromkeys(model["regressor"] for model in models if "regressor" in model):
        entry = study.config["regressors"][name]
        settings = [f"{key} = {entry[key]:g}" for key in ("C", "epsilon", "alpha") if key in entry]
        settings += [f"{entry['trees']} trees"] if "trees" in entry else []
        kind = REGRESSORS[entry["kind"]]
        called = "" if kind.endswith(entry["title"]) else f": {kind}"
        yield Sentence(f"{_upper(entry['title'])}{called} ({', '.join(settings)})")
    if any("regressor" in model for model in models):
        yield Sentence(
            "Features are scaled, and ratings centred and scaled, on the training part; each dimension has a "
            "model of its own, and predictions are not cut at the ends of the scale"
        )
    if wanted:
        yield Sentence(
            "Predicted ratings are scored by the concordance correlation coefficient (CCC, with moments that "
            "divide by n), Pearson's correlation and the root of the mean squared error",
            ("lin1989concordance",),
        )


def _scale(name: str, scale: Scale) -> str:
    mapped = "" if scale.to is None else f", mapped to {scale.to[0]:g} to {scale.to[1]:g}"
    return f"{name} from {scale.low:g} to {scale.high:g}{mapped}"


def _tuned(study: Study) -> Iterator[Sentence]:
    for name in _used(study, "models"):
        model = study.config["models"][name]
        encoders = [study.config["encoders"][encoder] for encoder in encoders_of(model).values()]
        if not encoders:
            continue
        cites = [key for encoder in encoders for key in _cited(encoder)]
        frozen = model.get("audio", {}).get("layers") == "weighted"
        how = (
            "the encoder does not learn; the weights of its layers, averaged over time, and a linear layer do"
            if frozen
            else "fine-tuned with one linear layer on the mean of the last layer over time"
        )
        for branch, name in encoders_of(model).items():
            if "adapters" in model[branch]:
                title, rank = study.config["encoders"][name]["title"], model[branch]["adapters"]["rank"]
                how += f"; of {title} low-rank adapters of rank {rank} learn, and not its own weights"
                cites.append("hu2022lora")
        if is_rated(model):
            how += f"; it answers {' and '.join(model[DIMENSIONS])}, with 1 - CCC over an update as its loss"
        if learns_votes(model):
            how += "; it learns the shares of annotators' votes and not one label"
        asr = words_of(model)
        heard = f", on words that {study.config['asr'][asr]['title']} wrote" if asr else ""
        control = model.get("text", {}).get("control", {})
        heard += "".join(CONTROLS[kind] for kind in control)
        names = " and ".join(encoder["title"] for encoder in encoders)
        yield Sentence(f"{_upper(model['title'])}: {names}{heard}; {how}", cites)
    chosen_by = [
        best
        for best, experiments in (("WF1", study.experiments), ("mean CCC", study.rated_experiments))
        if any(is_tuned(study, e) for e in experiments.values())
    ]
    if chosen_by:
        yield Sentence(
            f"The epoch with the best {' or '.join(chosen_by)} on the validation part counts; the test part "
            "is looked at once"
        )


def _baselines(study: Study) -> Iterator[Sentence]:
    for name in _used(study, "models"):
        entry = study.config["models"][name]
        if "baseline" in entry:
            yield Sentence(f"{_upper(entry['title'])}: {BASELINES[entry['baseline']]}")


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
