"""What is scored, compared, and shown under other splits, and from which files."""

from support.studies import checked

from sarangi.study import leakage, rated_inputs, recipes, scored, sensitivity_inputs


def batch_of(study, name):
    return next(batch for batch in study.batches(study.scored) if batch.name == name)


def test_an_experiment_is_scored_with_its_protocol_and_a_transfer_without(demo):
    e = demo.experiments["ravdess_random5_four_egemaps_svm"]
    own, transfer = scored.to_score(demo, e), scored.to_score(demo, e, "urdu_latif")
    assert own.audit == "results/audit/ravdess/protocols/random5_four.parquet"
    assert own.protocol_file == "results/protocols/ravdess/random5_four.parquet"
    assert (own.name, own.test, own.mean_of_folds) == (e.name, "ravdess", True)
    assert (transfer.audit, transfer.protocol_file) == (None, None)
    assert transfer.name == f"{e.name}_to_urdu_latif"
    assert transfer.manifest == "results/corpora/urdu_latif/manifest.parquet"


def test_a_transfer_is_scored_on_the_parts_that_its_entries_name(demo):
    entry = next(e for e in demo.config["experiments"] if "urdu_latif" in e.get("transfer", ()))
    name = f"ravdess_{entry['protocols'][0]}_{entry['models'][0]}"
    assert scored.to_score(demo, demo.experiments[name], "urdu_latif").parts == ()
    entry["transfer_parts"] = {"urdu_latif": ["loso"]}
    changed = type(demo)(demo.config)
    e = changed.experiments[name]
    file = "results/protocols/urdu_latif/loso.parquet"
    transfer = scored.to_score(changed, e, "urdu_latif")
    assert transfer.parts == (("loso", file),)
    assert scored.files_of_parts(changed, e, "urdu_latif") == [file]
    assert file in transfer.files
    assert scored.to_score(changed, e).parts == ()


def test_a_batch_is_scored_with_its_transfers_in_one_order(demo):
    batch = batch_of(demo, "ravdess_is09")
    entries = scored.entries_to_score(demo, batch)
    names = [entry.name for entry in entries]
    name = "ravdess_random5_four_is09_svm"
    assert names.index(f"{name}_to_urdu_latif") == names.index(name) + 1
    assert set(names) <= demo.available_scores
    files = scored.files_to_score(entries)
    assert files == sorted(set(files))
    assert f"results/runs/{name}/predictions/urdu_latif.parquet" in files


def test_who_asks_for_one_score_has_one_classifier_trained(study, tmp_path, monkeypatch):
    for classifier in study["classifiers"].values():
        del classifier["together"]
    apart = checked(study, tmp_path, monkeypatch)
    batches = apart.batches(apart.runnable)
    assert sum(len(batch.experiments) for batch in batches) == len(
        {e.name for batch in batches for e in batch.experiments}
    )
    for batch in batches:
        classifiers = {apart.config["models"][e.model].get("classifier") for e in batch.experiments}
        assert classifiers == {batch.classifier}
    # variants of a classifier on the same features share its distances, and all protocols their features
    batch = batch_of(apart, "urdu_latif_egemaps_svm")
    models = {"egemaps_svm", "egemaps_svm_coral", "egemaps_svm_each_scaled"}
    assert {e.model for e in batch.experiments} == models
    assert {"loso", "loso_matched", "random5"} <= set(batch.protocols)


def test_classifiers_that_are_trained_together_share_a_batch_and_change_no_result(
    study, demo, tmp_path, monkeypatch
):
    grid = {"svm", "random_forest", "mlp"}
    batch = batch_of(demo, "urdu_sindhi_compare")
    assert {demo.config["models"][e.model]["classifier"] for e in batch.experiments} == grid
    # one that is not trained together has a batch of its own, and where it is trained is in no parameter
    del study["classifiers"]["mlp"]["together"]
    apart = checked(study, tmp_path, monkeypatch)
    assert {e.model for e in batch_of(apart, "urdu_sindhi_compare_mlp").experiments} == {"compare_mlp"}
    rest = {e.model for e in batch_of(apart, "urdu_sindhi_compare").experiments}
    assert rest == {"compare_svm", "compare_random_forest"}
    assert apart.settings("compare_mlp") == demo.settings("compare_mlp")
    assert apart.identities == demo.identities


def test_leave_one_out_is_pooled_and_folds_are_averaged(demo):
    means = {name for name in demo.config["protocols"] if scored.mean_of_folds(demo, name)}
    assert {"random5", "grouped3"} <= means
    assert not {"loso", "publisher", "speakers_9_12"} & means


def test_models_are_compared_where_one_of_two_listens(demo, study):
    models = scored.models_compared(demo, "urdu_sindhi", "urdu5")
    # as the configuration orders and chooses them, with the baselines
    assert list(models) == ["egemaps_svm", "is10_svm", "constant"]
    assert [entry.baseline for entry in models.values()] == [False, False, True]
    assert scored.predictions_compared(demo, "urdu_sindhi", "urdu5") == [
        f"results/runs/urdu_sindhi_urdu5_{model}/predictions/within.parquet" for model in models
    ]
    differences = scored.differences_of_study(demo)
    assert "results/differences/urdu_sindhi_urdu5.parquet" in differences
    # one model alone, and baselines alone, are no comparison
    study["experiments"] = [
        {"corpora": ["ravdess"], "protocols": ["random5"], "models": ["constant", "uniform"]},
        {"corpora": ["meld"], "protocols": ["publisher"], "models": ["egemaps_svm"]},
    ]
    assert scored.differences_of_study(type(demo)(study)) == []


def test_pairs_of_leakage_have_the_same_model_emotions_and_held_out_speakers(demo):
    pairs = leakage.leakage_pairs(demo)
    assert {(pair.corpus, pair.model) for pair in pairs} == {
        (corpus, model) for corpus in ("ravdess", "urdu_latif") for model in ("egemaps_svm", "speaker_only")
    } | {("urdu_latif", "egemaps_own_rate_svm")}
    for pair in pairs:
        # random5_four has no side with held-out speakers of four emotions
        protocol = {"matched": "loso_matched", "random": "random5"}[pair.folds]
        assert pair.shared == f"{pair.corpus}_{protocol}_{pair.model}"
        assert pair.apart == f"{pair.corpus}_loso_{pair.model}"
    assert leakage.configured_pairs(demo) == sorted(
        f"{key}.{corpus}.{model}"
        for corpus, model in {(pair.corpus, pair.model) for pair in pairs}
        for key in ("leakage", "random_folds")
    )
    premiums = leakage.pairs_of_premiums(demo)
    assert [p.shared.mean_of_folds for p in premiums] == [pair.folds == "random" for pair in pairs]
    assert [pair.apart.mean_of_folds for pair in premiums] == [False] * len(pairs)
    assert leakage.manifests_of_pairs(demo) == [
        f"results/corpora/{corpus}/manifest.parquet" for corpus in ("ravdess", "urdu_latif")
    ]
    # three sides, of which both pairs have the held-out one
    assert len(leakage.predictions_of_pairs(demo)) == 3 * len(pairs) / 2
    assert len(leakage.scores_of_leakage(demo)) == 3 * len(pairs) / 2
    # matched folds are for these pairs
    assert not [name for name in scored.differences_of_study(demo) if "matched" in name]


def test_only_the_same_split_with_speakers_held_out_is_what_folds_are_matched_to(demo, study):
    protocols = study["protocols"]
    assert leakage.is_matched(protocols["loso_matched"], protocols["loso"])
    assert not leakage.is_matched(protocols["loso_matched"], protocols["session"])
    assert not leakage.is_matched(protocols["loso"], protocols["loso"])
    protocols["loso_matched"]["emotions"] = ["angry", "sad"]
    assert {pair.folds for pair in leakage.leakage_pairs(type(demo)(study))} == {"random"}


def test_experiments_are_split_again_on_their_features_at_both_rates(demo):
    experiments = sensitivity_inputs.experiments_split_again(demo, "urdu_latif")
    assert set(experiments) == {f"urdu_latif_{protocol}_egemaps_svm" for protocol in ("loso", "grouped3")}
    grouped = experiments["urdu_latif_grouped3_egemaps_svm"]
    assert grouped.own_rate == "egemaps_own_rate"
    assert grouped.others == {"seed": [1, 2, 3], "folds": [2, 4]}
    assert set(sensitivity_inputs.features_split_again(demo, "urdu_latif")) == {"egemaps", "egemaps_own_rate"}
    assert "urdu_latif" in sensitivity_inputs.corpora_split_again(demo)
    assert "results/scores/urdu_latif_grouped3_egemaps_svm.parquet" in sensitivity_inputs.scores_split_again(
        demo
    )


def test_the_recipe_of_a_run_has_nothing_that_changes_none(demo):
    model = demo.model(demo.experiments["ravdess_grouped3_text_tiny"])
    recipe = recipes.recipe_of_a_run(model)
    assert not {"title"} & set(recipe)
    assert not {"seeds", "together"} & set(recipe["finetuning"])
    assert recipe["text"] == model["text"]
    other = model | {"title": "another", "finetuning": model["finetuning"] | {"seeds": [1, 2, 3]}}
    assert recipes.recipe_of_a_run(other) == recipe


def test_a_model_is_shown_once_for_the_corpora_on_which_it_is_trained_alike(demo, study):
    shown = {entry["model"]: entry["corpora"] for entry in recipes.recipes_shown(demo)}
    assert shown["audio_tiny"] == ["ravdess", "urdu_latif"]
    study["models"]["audio_tiny"]["recipes"] = {"ravdess": {"finetuning": {"max_epochs": 1}}}
    again = [entry for entry in recipes.recipes_shown(type(demo)(study)) if entry["model"] == "audio_tiny"]
    assert [entry["corpora"] for entry in again] == [["ravdess"], ["urdu_latif"]]
    assert again[0]["recipe"]["finetuning"]["max_epochs"] == 1


def test_experiments_of_which_one_job_trains_all_runs_are_told_apart(demo):
    alone = set(recipes.tuned_runnable(demo, together=False))
    together = {e.name for e in demo.trained_together(demo.every_runnable)}
    assert alone.isdisjoint(together)
    scored = {*recipes.tuned_scored(demo), *rated_inputs.tuned_scored(demo)}
    assert alone | together == set(recipes.tuned_runnable(demo)) == scored
    assert "iemocap_session_ratings_tiny" in together
    assert not recipes.runs_an_encoder(demo, demo.experiments["ravdess_grouped3_probe_tiny"])
    assert recipes.runs_an_encoder(demo, demo.experiments["ravdess_grouped3_text_tiny"])


def test_bands_of_ages_rise_in_whatever_order_they_are_stated(study, tmp_path, monkeypatch):
    study["fairness"] = {"age_bands": [60, 20]}
    assert scored.fairness(checked(study, tmp_path, monkeypatch)).age_bands == (20, 60)


def test_a_whisper_transcribes_every_corpus_or_those_whose_words_a_model_reads(study, tmp_path, monkeypatch):
    study["asr"]["tiny_whisper"]["transcribes"] = "all"
    found = checked(study, tmp_path, monkeypatch)
    assert len(found.transcribed()) == len(found.corpora) - 1  # of one there are features alone
    study["asr"]["tiny_whisper"]["transcribes"] = "read"
    assert checked(study, tmp_path, monkeypatch).transcribed() == [("tiny_whisper", "ravdess")]


def test_what_one_job_trains_one_job_scores_and_every_experiment_is_scored_once(demo):
    together = scored.scored_together(demo)
    assert {"trained_ravdess_audio", "ravdess_egemaps", "ravdess_baselines"} <= together.keys()
    trained = {entry.experiment for entry in together["trained_ravdess_audio"]}
    assert trained > {"ravdess_grouped3_audio_tiny", "ravdess_speakers_9_12_audio_tiny_hubert"}
    names = [entry.name for entries in together.values() for entry in entries]
    apart = scored.scored_apart(demo)
    assert sorted([*names, *apart]) == sorted({*names, *apart}) and {*demo.scored} <= {*names, *apart}
    assert "urdu_latif_grouped3_audio_tiny" in apart  # trained alone
