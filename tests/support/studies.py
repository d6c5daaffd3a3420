"""Configurations cut down to what a test needs."""

import yaml

from support.places import ROOT


def small(study):
    """Cut a configuration to what a test of the workflow needs: one corpus of 40 clips, no encoder."""
    study.pop("benchmarks", None)
    study.pop("robustness", None)
    study["corpora"] = {"urdu_latif": stand_in(speakers=8, clips=10, seed=3)}
    study["experiments"] = [
        {
            "corpora": ["urdu_latif"],
            "protocols": ["random5", "loso"],
            "models": ["egemaps_svm", "speaker_only"],
        }
    ]
    # what it transcribes matters to no test of these, and the demo's own takes longer
    study["asr"]["tiny_whisper"] |= {
        "transcribes": "all",
        "tokens": 8,
        "source": {"random": {"width": 32, "layers": 1, "heads": 2, "seed": 6}},
    }
    study["language_pairs"] = []
    study["findings"] = {
        "finding_4": {
            "statement": "made up for a test",
            "experiments": ["urdu_latif_loso_egemaps_svm"],
        }
    }
    study["bootstrap"]["draws"] = 200
    return study


def chain():
    """The demo's configuration with fewer clips and epochs."""
    study = yaml.safe_load((ROOT / "demo/config.yaml").read_text())
    del study["benchmarks"]
    study["asr"]["tiny_whisper"]["transcribes"] = "all"
    study["corpora"] = {
        "ravdess": stand_in(speakers=6, clips=1, seed=1),
        "urdu_latif": stand_in(speakers=16, clips=10, seed=2),
    }
    study["protocols"]["grouped3"]["folds"] = 2
    # one encoder with a job a run, all others with a job an experiment
    for name, model in study["models"].items():
        if "finetuning" in model:
            few = {"max_epochs": 3, "seeds": model["finetuning"]["seeds"][:1]}
            model["finetuning"] = model["finetuning"] | few | {"together": name != "audio_tiny"}
    study["experiments"][0] = {
        "corpora": ["ravdess", "urdu_latif"], "protocols": ["random5", "loso"], "models": ["egemaps_svm"],
    }  # fmt: skip
    study["experiments"][3:] = [
        {
            "corpora": ["ravdess", "urdu_latif"], "protocols": ["random5_four"],
            "models": ["egemaps_svm", "egemaps_logistic"], "transfer": ["ravdess", "urdu_latif"],
        },
    ]  # fmt: skip
    study["language_pairs"] = study["language_pairs"][1:]
    for side in study["language_pairs"][0]["languages"]:
        side["within"] = ["random5_four"]
    # of the encoders that are heard once, one each; the states of the probe are features, too
    study["feature_sets"]["tiny_states"] = {
        "title": "tiny wav2vec 2.0 (frozen)",
        "encoder": "tiny",
        "max_audio_s": 3,
    }
    study["models"]["tiny_states_logistic"] = {
        "title": "tiny wav2vec 2.0 (frozen) + logistic regression, each side scaled",
        "features": "tiny_states", "classifier": "logistic", "scaling": "each",
    }  # fmt: skip
    study["experiments"].append(
        {"corpora": ["ravdess"], "protocols": ["grouped3"], "transfer": ["urdu_latif"],
         "models": ["audio_tiny_prefix", "probe_tiny", "tiny_states_logistic"]}
    )  # fmt: skip
    # what the text says of leakage
    study["experiments"].append(
        {"corpora": ["urdu_latif"], "protocols": ["loso_matched"], "models": ["egemaps_svm"]}
    )
    for finding in ("finding_4", "finding_5", "finding_6"):
        study["findings"][finding]["experiments"] = []
    study["findings"]["finding_3"]["experiments"] = ["ravdess_grouped3_audio_tiny"]
    study["bootstrap"]["draws"] = 200
    return study


def smallest(study):
    """Cut a configuration to one model on one shard of one corpus: what a fault is injected into."""
    study = small(study)
    study["corpora"]["urdu_latif"] = stand_in(speakers=8, clips=5, seed=3) | {"shards": 1}
    study["experiments"] = [{"corpora": ["urdu_latif"], "protocols": ["random5"], "models": ["egemaps_svm"]}]
    study["findings"]["finding_4"]["experiments"] = ["urdu_latif_random5_egemaps_svm"]
    return study


def stand_in(**settings):
    """A corpus of the configuration that is spoken by the synthesiser."""
    return {
        "shards": 2,
        "licence": "MIT (synthetic)",
        "citation": "this project",
        "access": "synthetic",
        "source": {"synthetic": settings},
    }


def absent(request="write to its authors"):
    """A corpus of the configuration that is not in hand and cannot be fetched."""
    return {
        "shards": 1,
        "licence": "theirs",
        "citation": "its authors",
        "access": "request",
        "source": {"request": request},
    }


def write_study(study, folder):
    """Write a configuration into a folder, beside a link to the weights of the demo that it may name."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.yaml").write_text(yaml.safe_dump(study, sort_keys=False, allow_unicode=True))
    if not (folder / "weights").exists():
        (folder / "weights").symlink_to(ROOT / "demo/weights")
    return folder


def checked(study, folder, monkeypatch):
    """Return the study that follows from a configuration, and make its folder the current one."""
    from sarangi.study.checking import check
    from sarangi.study.claims_file import read_claims

    schemas = ROOT / "workflow/schemas"
    monkeypatch.chdir(write_study(study, folder))
    published = read_claims(ROOT / "claims.yaml", schemas / "claims.schema.yaml")
    return check(study, schemas / "config.schema.yaml", [], published=published)
