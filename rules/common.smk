# What the rules share: where things lie, and what an experiment is made of.


MEANS_OF_FOLDS = ("stratified_kfold", "stratified_group_kfold", "emobox")


def grown(need):
    """What a job asks of a scheduler, a number or a function of wildcards: twice as much at each further try."""

    def needed(wildcards, attempt):
        return (need(wildcards) if callable(need) else need) * 2 ** (attempt - 1)

    return needed


def gpu_model(wildcards, attempt):
    """The model of GPU that a job asks for: at each further try the next, the last again and again."""
    models = CLUSTER["gpu_models"]
    return models[min(attempt, len(models)) - 1]


# what the schema says where the configuration says nothing
CLUSTER = {"gpu": True, "gpu_models": []} | study.config.get("cluster", {})
A_GPU = {"gpu": 1} if CLUSTER["gpu"] else {}
if A_GPU and CLUSTER["gpu_models"]:
    A_GPU["gpu_model"] = gpu_model


def source_of(kind, name):
    """Where a corpus, an encoder or a Whisper comes from when it is not in hand."""
    return study.config[kind][name]["source"]


def made_from(kind, *keys):
    """Names of a kind whose source has one of the keys, as a pattern for a wildcard.

    A user's own compressed archive goes before the source: rule repack makes the same file from it.
    """
    names = [name for name in study.config[kind] if set(keys) & set(source_of(kind, name))]
    if kind == "corpora":
        names = [name for name in names if name not in study.compressed]
    return "|".join(names) or "none"


def encoder_files(folder, kind):
    """The files of an encoder of speech or text."""
    return [f"{folder}/{name}" for name in ENCODER_FILES[kind]]


def fetched_encoders(kind):
    """Names of the encoders of speech or text that are fetched from the hub, as a pattern for a wildcard."""
    entries = study.config["encoders"].items()
    return "|".join(n for n, e in entries if "hub" in e["source"] and modality(e) == kind) or "none"


def transcribed_corpora():
    """Names of the corpora that some Whisper transcribes."""
    return sorted({corpus for _, corpus in study.transcribed()})


def whisper_files(name):
    """The file of a Whisper's checkpoint, or the files of its folder."""
    path = study.checkpoints[name]
    return sorted(str(file) for file in path.iterdir() if file.is_file()) if path.is_dir() else str(path)


def corpus_in_hand(wildcards):
    """A folder is ancient (its own time says nothing); its inventory is a parameter."""
    path = study.sources[wildcards.corpus]
    return ancient(str(path)) if path.is_dir() else str(path)


def inventory_of(wildcards):
    path = study.sources[wildcards.corpus]
    return inventory(path) if path.is_dir() else "archive"


def folds_in_hand(wildcards):
    """The folder that a protocol of published folds reads; nothing for one that makes its own."""
    folder = study.config["protocols"][wildcards.protocol].get("folder")
    return ancient(folder) if folder else []


def inventory_of_folds(wildcards):
    folder = study.config["protocols"][wildcards.protocol].get("folder")
    return inventory(folder) if folder else None


def shards(pattern, corpus, **names):
    """The shards of a corpus, from a pattern with {corpus} and {shard}."""
    count = study.config["corpora"][corpus]["shards"]
    return [pattern.format(corpus=corpus, shard=f"{shard:03}", **names) for shard in range(count)]


def every_table():
    """Every table of results that can be made here, whether anything that is asked for still needs it.

    Snakemake deletes what a job will make before it starts. Where that run is killed and the parameter
    changed back, all that stands on the deleted file is right again, and nothing else would make it anew.
    """
    found = []
    for corpus in study.sources:
        found.append(f"results/corpora/{corpus}/manifest.parquet")
        found += [f"results/protocols/{corpus}/{name}.parquet" for name in protocols_in_use(corpus)]
        if study.holds(corpus) == "recordings":
            found.append(f"results/near_duplicates/{corpus}.parquet")
            found += shards("results/corpora/{corpus}/levels/{shard}.parquet", corpus)
    for experiment in study.runnable.values():
        found += map(str, study.predictions(experiment))
        features = study.config["models"][experiment.model].get("features")
        if features:
            found += feature_shards(experiment.corpus, features)
        found += [*pooled_of(experiment, experiment.corpus), *prefix_of(experiment)]
    for experiment, test in study.transfers:
        if experiment.name in study.runnable and test in study.sources:
            found += map(str, study.predictions(experiment, test))
    for asr, corpus in study.transcribed():
        if corpus in study.sources:
            found += shards("results/transcripts/{asr}/{corpus}/{shard}.parquet", corpus, asr=asr)
    found.append("results/premiums.parquet")
    return sorted({*found, *scores_of_study(), *scores_of_transfers(), *differences_of_study()})


def protocols_in_use(corpus):
    """The protocols of the experiments that can run on a corpus."""
    return sorted({e.protocol for e in study.runnable.values() if e.corpus == corpus})


def experiments_tuned(together=True):
    """Names of the runnable experiments that are fine-tuned, as a pattern for a wildcard."""
    names = [name for name, e in study.runnable.items() if is_tuned(e)]
    in_one_job = {e.name for e in study.trained_together(study.runnable)}
    return "|".join(name for name in names if together or name not in in_one_job) or "none"


def holding(kind):
    """Names of the corpora that hold recordings, or features, as a pattern for a wildcard."""
    return "|".join(name for name in study.sources if study.holds(name) == kind) or "none"


def feature_sets_where(wanted):
    """Names of the feature sets with a wanted entry, as a pattern for a wildcard."""
    return "|".join(name for name, entry in study.config["feature_sets"].items() if wanted(entry)) or "none"


def set_of(wildcards):
    """A feature set by openSMILE's name, or by that under which a corpus publishes it."""
    entry = study.config["feature_sets"][wildcards.feature_set]
    return entry.get("opensmile") or entry["published"]


def levels_of(wildcards):
    """How loud the recordings of a corpus are; nothing for one without recordings."""
    if study.holds(wildcards.corpus) != "recordings":
        return []
    return shards("results/corpora/{corpus}/levels/{shard}.parquet", wildcards.corpus)


def near_duplicates_of(wildcards):
    """The recordings of a corpus that share sound; nothing for one without recordings."""
    recorded = study.holds(wildcards.corpus) == "recordings"
    return f"results/near_duplicates/{wildcards.corpus}.parquet" if recorded else []


def audits_of(wildcards):
    """The audit of a corpus, and those of the protocols that experiments use on it."""
    folder = f"results/audit/{wildcards.corpus}"
    protocols = study.protocols_of(wildcards.corpus)
    return [f"{folder}/corpus.parquet", *(f"{folder}/protocols/{name}.parquet" for name in protocols)]


def protocols_of_batch(batch):
    return [f"results/protocols/{batch.corpus}/{name}.parquet" for name in batch.protocols]


def predictions_of_batch(batch):
    """The files of predictions of a batch by name: <experiment>, and <experiment>_to_<corpus>."""
    found = {}
    for e in batch.experiments:
        (found[e.name],) = map(str, study.predictions(e))
        for test in study.tests(e):
            (found[f"{e.name}_to_{test}"],) = map(str, study.predictions(e, test))
    return found


def files_elsewhere(batch):
    """Manifest and features of the other corpora that a batch's experiments are tested on."""
    found = {}
    for test in sorted({test for e in batch.experiments for test in study.tests(e)}):
        found[f"manifest_{test}"] = f"results/corpora/{test}/manifest.parquet"
        found[f"features_{test}"] = feature_shards(test, batch.features)
    return found


def feature_shards(corpus, feature_set):
    """The features of a corpus."""
    pattern = "results/features/{feature_set}/{corpus}/{shard}.parquet"
    return shards(pattern, corpus, feature_set=feature_set)


def of_experiment(pattern):
    """An input function that fills a pattern with an experiment's corpus and protocol."""

    def path(wildcards):
        experiment = study.experiments[wildcards.experiment]
        return pattern.format(corpus=experiment.corpus, protocol=experiment.protocol)

    return path


def model_of(wildcards):
    return study.model(study.experiments[wildcards.experiment])


def recipe_of(wildcards):
    return recipe_without_seeds(model_of(wildcards))


def recipe_without_seeds(model):
    """A model without what does not change a run: its title, the other seeds, and what else its job trains."""
    model = {key: entry for key, entry in model.items() if key != "title"}
    beside = ("seeds", "together")
    return model | {"finetuning": {k: v for k, v in model["finetuning"].items() if k not in beside}}


def corpus_tested(wildcards):
    """The corpus that a run is tested on: another one, or its experiment's own."""
    return getattr(wildcards, "test", None) or study.experiments[wildcards.experiment].corpus


def audio_of(experiment, corpus):
    """The recordings for an experiment's audio branch; nothing without one, or for one of pooled states."""
    audio = study.model(experiment).get("audio")
    if audio is None or "states" in audio:
        return []
    return shards("results/corpora/{corpus}/audio/{shard}.parquet", corpus)


def audio_of_model(wildcards):
    return audio_of(study.experiments[wildcards.experiment], corpus_tested(wildcards))


def transcripts_of(experiment, corpus):
    """The transcripts for an experiment's text branch; nothing without one, or for the corpus's own words."""
    asr = words_of(study.model(experiment))
    pattern = "results/transcripts/{asr}/{corpus}/{shard}.parquet"
    return shards(pattern, corpus, asr=asr) if asr else []


def transcripts_of_model(wildcards):
    return transcripts_of(study.experiments[wildcards.experiment], corpus_tested(wildcards))


def pooled_of(experiment, corpus):
    """The pooled states of a corpus for an experiment's audio branch; nothing for one that runs its encoder."""
    audio = study.model(experiment).get("audio", {})
    if "states" not in audio:
        return []
    pattern = "results/states/{encoder}/{seconds:g}s/{corpus}/{shard}.parquet"
    return shards(pattern, corpus, encoder=audio["encoder"], seconds=audio["max_audio_s"])


def pooled_of_model(wildcards):
    return pooled_of(study.experiments[wildcards.experiment], corpus_tested(wildcards))


def prefix_of(experiment):
    """What the frozen prefix of an experiment's audio branch gives on its corpus; nothing without one."""
    audio = study.model(experiment).get("audio", {})
    if "prefix" not in audio:
        return []
    pattern = "results/prefix/{encoder}/{layers}/{seconds:g}s/{corpus}/{shard}.safetensors"
    return shards(
        pattern,
        experiment.corpus,
        encoder=audio["encoder"],
        layers=audio["frozen_layers"],
        seconds=audio["max_audio_s"],
    )


def prefix_of_model(wildcards):
    return prefix_of(study.experiments[wildcards.experiment])


def encoder_of(experiment, branch):
    """The files of the encoder of an experiment's branch; nothing without one."""
    encoder = encoders_of(study.model(experiment)).get(branch)
    if encoder is None:
        return []
    folder = study.weights[encoder]
    optional = [f"{folder}/tokenizer_config.json"] if branch == "text" else []
    return [*encoder_files(folder, BRANCHES[branch]), *(name for name in optional if os.path.exists(name))]


def runs_an_encoder(experiment):
    """Whether an experiment's training runs an encoder, and so is the faster for a GPU."""
    model = study.model(experiment)
    return any("states" not in model[branch] for branch in BRANCHES if branch in model)


def encoder_of_model(branch):
    """An input function for the files of the encoder of an experiment's branch."""
    return lambda wildcards: encoder_of(study.experiments[wildcards.experiment], branch)


def predictions_of(wildcards):
    """The predictions of all runs of an experiment, on its own corpus or on another one."""
    experiment = study.experiments[wildcards.experiment]
    return list(map(str, study.predictions(experiment, getattr(wildcards, "test", None))))


def runs_of(wildcards):
    """The runs of a fine-tuned experiment: (fold, seed)."""
    return study.runs(study.experiments[wildcards.experiment])


FILES_OF_RUN = {
    "model": "model.safetensors",
    "config": "config.json",
    "log": "log.parquet",
    "predictions": "predictions/within.parquet",
}


def folders_of_runs(experiment):
    """The folder of each run of a fine-tuned experiment."""
    return [f"results/runs/{experiment.name}/{fold}/{seed}" for fold, seed in study.runs(experiment)]


def files_of_runs(wildcards):
    """Weights and description of each run of a fine-tuned experiment, in the order of :func:`runs_of`."""
    folders = folders_of_runs(study.experiments[wildcards.experiment])
    return {
        "models": [f"{folder}/model.safetensors" for folder in folders],
        "configs": [f"{folder}/config.json" for folder in folders],
    }


def is_tuned(experiment):
    """Whether an experiment is a fine-tuning, with a run a fold and seed."""
    return "finetuning" in study.config["models"][experiment.model]


def to_score(experiment, test=None):
    """What the scores say of their experiment, and the files that they are computed from."""
    tested = test or experiment.corpus
    found = {
        "scored": f"{experiment.name}_to_{test}" if test else experiment.name,
        "experiment": experiment.name,
        "corpus": experiment.corpus,
        "protocol": experiment.protocol,
        "model": experiment.model,
        "test": tested,
        "untrained": study.untrained(experiment.model),
        "mean_of_folds": mean_of_folds(experiment.protocol),
        "predictions": list(map(str, study.predictions(experiment, test))),
        "manifest": f"results/corpora/{tested}/manifest.parquet",
    }
    if test is None:
        found["protocol_file"] = f"results/protocols/{tested}/{experiment.protocol}.parquet"
        found["audit"] = f"results/audit/{tested}/protocols/{experiment.protocol}.parquet"
    return found


def entries_to_score(batch):
    """The experiments of a batch, each on its own corpus and on others."""
    tests = {}
    for e, test in study.transfers:
        tests.setdefault(e.name, []).append(test)
    return [to_score(e, test) for e in batch.experiments for test in (None, *tests.get(e.name, ()))]


def mean_of_folds(protocol):
    """Whether a protocol is reported by the mean over its folds."""
    return study.config["protocols"][protocol]["kind"] in MEANS_OF_FOLDS


def corpora_split_again():
    """The corpora with experiments that are shown under other splits, or were before they were restored."""
    return [
        corpus
        for corpus in study.corpora
        if split_again(study, corpus)
        and (corpus in study.sources or os.path.exists(f"results/sensitivity/{corpus}.parquet"))
    ]


def features_split_again(wildcards):
    """The features of a corpus that models are split again on, by feature set."""
    entries = experiments_split_again(wildcards).values()
    sets = {entry[key] for entry in entries for key in ("features", "own_rate")} - {None}
    return {name: feature_shards(wildcards.corpus, name) for name in sorted(sets)}


def experiments_split_again(wildcards):
    """The experiments on a corpus to show under other splits: features, protocol and classifier of each."""
    return {
        e.name: {
            "features": study.config["models"][e.model]["features"],
            "own_rate": own_rate(study, e),
            "protocol": e.protocol,
            "split": study.config["protocols"][e.protocol],
            "others": other_splits(study, e.protocol),
            "settings": study.settings(e.model),
            "mean_of_folds": mean_of_folds(e.protocol),
        }
        for e in split_again(study, wildcards.corpus)
    }


def models_compared(wildcards):
    """The models to compare on a corpus and protocol, in the order of the configuration."""
    wanted = study.compared(wildcards.corpus, wildcards.protocol)
    found = {
        e.model: e
        for e in study.scored.values()
        if (e.corpus, e.protocol) == (wildcards.corpus, wildcards.protocol) and e.model in wanted
    }
    return {
        name: {
            "predictions": list(map(str, study.predictions(found[name]))),
            "baseline": "baseline" in entry,
            "untrained": study.untrained(name),
        }
        for name, entry in study.config["models"].items()
        if name in found
    }


def differences_of_study():
    """The differences on every corpus and protocol with two models that can run, and one that listens."""
    models = {}
    for e in study.scored.values():
        if e.model in study.compared(e.corpus, e.protocol):
            models.setdefault(f"{e.corpus}_{e.protocol}", []).append(study.config["models"][e.model])
    return [
        f"results/differences/{name}.parquet"
        for name, entries in sorted(models.items())
        if len(entries) > 1 and not all("baseline" in entry for entry in entries)
    ]


def leakage_pairs(experiments=study.scored):
    """The models tried with shared and with unseen speakers: random folds, and one group left out."""
    found = {}
    for name, e in experiments.items():
        protocol, model = study.config["protocols"][e.protocol], study.config["models"][e.model]
        kinds = {("stratified_kfold", True): "shared", ("leave_one_group_out", False): "apart"}
        side = kinds.get((protocol["kind"], protocol["leaks"]))
        shown = e.model in study.compared(e.corpus, e.protocol)
        # the chance line is drawn anyway
        if side and shown and model.get("baseline") not in ("constant", "uniform"):
            # of the same emotions, or the difference is theirs; of several protocols the first
            emotions = tuple(protocol.get("emotions", ()))
            found.setdefault((e.corpus, e.model, emotions), {}).setdefault(side, name)
    return [
        {"corpus": corpus, "model": model} | sides
        for (corpus, model, _), sides in found.items()
        if len(sides) == 2
    ]


def configured_pairs():
    """The pairs of leakage of the configuration, whether they can be had or not: <corpus>.<model>."""
    return sorted({f"{pair['corpus']}.{pair['model']}" for pair in leakage_pairs(study.experiments)})


def scores_of_leakage():
    """The scores that show what shared speakers are worth."""
    return [
        f"results/scores/{pair[side]}.parquet" for pair in leakage_pairs() for side in ("shared", "apart")
    ]


def pairs_of_premiums():
    """The pairs of leakage with the predictions of both sides."""
    found = []
    for pair in leakage_pairs():
        sides = {}
        for side in ("shared", "apart"):
            e = study.experiments[pair[side]]
            sides[side] = {
                "experiment": e.name,
                "predictions": list(map(str, study.predictions(e))),
                "mean_of_folds": mean_of_folds(e.protocol),
            }
        found.append(pair | sides)
    return found


def results_shown(kind):
    """The scores or confusions that figures show: what a finding's entry names, then what is fine-tuned."""
    named = [name for entry in study.config["findings"].values() for name in entry.get("experiments", ())]
    tuned = [name for name, e in study.scored.items() if is_tuned(e)]
    moved = [f"{e.name}_to_{test}" for e, test in study.transfers if is_tuned(e)]
    known = {*study.scored, *transfer_names()}
    names = dict.fromkeys(name for name in [*named, *tuned, *moved] if name in known)
    return [f"results/{kind}/{name}.parquet" for name in names]


def figure_files(name):
    """The files of a figure by suffix; the report shows the picture."""
    files = {suffix: f"paper/figures/{name}.{suffix}" for suffix in ("pdf", "png")}
    return files | {"png": in_report(files["png"], "Figures", name)}


def titles(kind):
    return {name: entry["title"] for name, entry in study.config[kind].items()}


def table_files(name):
    """The files of a table by suffix; the report shows the page."""
    files = {suffix: f"paper/tables/{name}.{suffix}" for suffix in ("tex", "md", "csv", "html", "json")}
    return files | {"html": in_report(files["html"], "Tables", name)}


def in_report(path, category, name):
    """A file that the report shows under a name."""
    caption = f"../workflow/report/{category.lower()}.rst"
    return report(path, caption=caption, category=category, labels={"name": name.replace("_", " ")})


def files_of_workflow():
    """The project's own files, without what was made from them: what a crate of the workflow holds."""
    kinds = {
        ".": ("Snakefile", "Makefile", "*.yaml", "*.md", "*.lock", "*.toml", "LICENSE", "CITATION.cff"),
        "rules": ("*.smk",),
        "workflow": ("**/*.py", "**/*.yaml", "report/*"),
        "src": ("**/*.py",),
        "profiles": ("**/*.yaml", "**/*.py"),
        "envs": ("*.py", "*.yaml", "Containerfile"),
        "paper": ("main.tex", "sarangi.sty", "references.bib", "sections/*.tex"),
    }
    found = {path for part, names in kinds.items() for name in names for path in (BASE / part).glob(name)}
    return sorted(map(os.path.relpath, found))


def scores_of_study():
    """The scores of every experiment that can run or was restored, each on its own corpus."""
    return [f"results/scores/{name}.parquet" for name in study.scored]


def scores_of_transfers():
    """The scores of every transfer that can run or was restored."""
    return [f"results/scores/{experiment.name}_to_{test}.parquet" for experiment, test in study.transfers]


def scores_of_cells():
    """The scores of the classical models within and across languages."""
    return [cell["scores"] for cell in language_cells(study) if cell["scores"]]


def claims_of(finding):
    """The claims of a finding with what they are computed from: a change of another's reruns nothing."""
    return of_finding(published, finding)


def further_experiments(finding):
    """The experiments that bear on a finding beside those that its claims name."""
    return study.config["findings"][finding].get("experiments", [])


def experiments_of_finding(finding):
    return sorted({*our_experiments(claims_of(finding)["records"]), *further_experiments(finding)})


def transfer_names():
    """The transfers that can be scored, as claims name them."""
    return {f"{experiment.name}_to_{test}" for experiment, test in study.transfers}


def scores_of_finding(wildcards):
    """The scores that a finding uses, of what can run or was restored."""
    known = {*study.scored, *transfer_names()}
    return [
        f"results/scores/{name}.parquet"
        for name in experiments_of_finding(wildcards.finding)
        if name in known
    ]


def scores_by_name(name):
    """The scores of an experiment or a transfer; where there can be none, what it waits for."""
    if name not in {*study.scored, *transfer_names()}:
        raise WorkflowError(f"{name} waits for {'; '.join(what_it_waits_for(name))}")
    return f"results/scores/{name}.parquet"


def missing_of_finding(wildcards):
    """The other experiments that a finding uses, with what each waits for."""
    known = {*study.scored, *transfer_names()}
    names = experiments_of_finding(wildcards.finding)
    return {name: what_it_waits_for(name) for name in names if name not in known}


def recipes_of_study():
    """How each fine-tuned model is trained, with the corpora on which that is the same."""
    found = []
    for e in study.experiments.values():
        if not is_tuned(e):
            continue
        recipe = {key: value for key, value in study.model(e).items() if key != "recipes"}
        same = [entry for entry in found if (entry["model"], entry["recipe"]) == (e.model, recipe)]
        if not same:
            found.append({"model": e.model, "corpora": [e.corpus], "recipe": recipe})
        elif e.corpus not in same[0]["corpora"]:
            same[0]["corpora"].append(e.corpus)
    return found


def claims_of_numbers():
    """Every claim with its finding, what was printed, and what of ours stands beside it."""
    found = {}
    for name, record in published.items():
        needed = with_parts([name], published)
        ours = our_experiments({part: needed[part] for part in (parts(record, published) or [name])})
        found[name] = {"finding": record["finding"], "printed": record.get("value"), "ours": ours}
        if record["kind"] == "number" and "ours" in record and record["metric"] != "chance":
            found[name]["score"] = [record["ours"], record["metric"], record.get("slice", "")]
    return found


def missing_of_numbers():
    """The experiments and transfers that are configured or that claims name, and have no scores."""
    known = {*study.scored, *transfer_names()}
    names = {*study.experiments, *our_experiments(published)}
    names |= {f"{e.name}_to_{test}" for e, test in study.wanted_transfers}
    return {name: what_it_waits_for(name) for name in sorted(names - known)}


def said_by_errata(kind):
    """What the errata compare of a kind: claims, scores, differences, or rows of the audit."""
    sides = [row[side] for entry in errata for row in entry["rows"] for side in SIDES if side in row]
    return [said for said in sides if kind in said]


def experiments_of_errata():
    """The experiments that the errata compare, those behind their differences included."""
    differences = said_by_errata("difference")
    pairs = {f"{said['difference']}_{said[side]}" for said in differences for side in ("first", "second")}
    return sorted({said["score"] for said in said_by_errata("score")} | pairs)


def corpora_of_errata():
    """The corpora whose audit the errata show."""
    shown = {said["corpus"] for entry in errata for said in entry.get("audit", ())}
    return sorted(shown | {said["audit"] for said in said_by_errata("audit")})


def scores_of_errata():
    """The scores that the errata compare, of what can run or was restored."""
    known = {*study.scored, *transfer_names()}
    names = {said["score"] for said in said_by_errata("score")}
    return [f"results/scores/{name}.parquet" for name in sorted(names & known)]


def differences_of_errata():
    """The differences that the errata compare, as far as both models can be compared."""
    wanted = {f"results/differences/{said['difference']}.parquet" for said in said_by_errata("difference")}
    return sorted(wanted & set(differences_of_study()))


def audits_of_errata():
    """The audits that the errata show, of the corpora in hand."""
    return [f"results/audit/{name}.parquet" for name in corpora_of_errata() if name in study.corpora]


def missing_of_errata():
    """The other experiments and corpora of the errata, with what each waits for."""
    known = {*study.scored, *transfer_names()}
    found = {name: what_it_waits_for(name) for name in experiments_of_errata() if name not in known}
    absent = unavailable(study, "corpora", with_waiting=False)
    corpora = [name for name in corpora_of_errata() if name not in study.corpora]
    advice = {name: absent.get(name, "it is not in the configuration") for name in corpora}
    return found | {name: [f"corpus {name}: {text}"] for name, text in advice.items()}


def printed_of(*wanted, findings=()):
    """What was published of experiments on a corpus, or of some findings, that ours replay."""
    return printed_experiments(
        published,
        lambda record: record["finding"] in findings
        or record["ours"].startswith(wanted or ("none of them",)),
    )


def named_by_findings(*findings):
    """The further experiments that entries of findings name; of all findings where none is given."""
    entries = study.config["findings"]
    chosen = findings or sorted(entries)
    return [name for finding in chosen if finding in entries for name in further_experiments(finding)]


def protocols_replayed(corpus, printed):
    """The protocols of the configuration by which ours replay the published experiments on a corpus."""
    found = set()
    for said in printed.values():
        fits = [name for name in study.config["protocols"] if said["ours"].startswith(f"{corpus}_{name}_")]
        found |= {max(fits, key=len)} if fits else set()
    return found


def ours_on(corpus):
    """Our experiments on a corpus to show beside the published ones: see sarangi.paper.tables.published.

    Those that replay one, what else is compared under the same protocols, and what findings name.
    """
    printed = printed_of(f"{corpus}_")
    replayed = protocols_replayed(corpus, printed)
    models = list(study.config["models"])
    beside = [
        e
        for e in study.experiments.values()
        if e.corpus == corpus and e.protocol in replayed and e.model in study.compared(corpus, e.protocol)
    ]
    names = [said["ours"] for said in printed.values()]
    names += [e.name for e in sorted(beside, key=lambda e: (models.index(e.model), e.protocol))]
    further = [study.experiments[name] for name in named_by_findings() if name in study.experiments]
    names += [e.name for e in further if e.corpus == corpus]
    return [ours_described(name, replayed) for name in dict.fromkeys(names)]


def ours_with_seeds():
    """Our fine-tuned experiments and transfers beside those published of findings 4 and 5, likewise."""
    names = [said["ours"] for said in printed_of(findings=("finding_4", "finding_5")).values()]
    known = study.experiments
    for name in named_by_findings("finding_4", "finding_5"):
        trained = name if name in known else name.rpartition("_to_")[0]
        names += [name] if is_tuned(known[trained]) else []
    return [ours_described(name) for name in dict.fromkeys(names)]


def ours_described(name, replayed=()):
    """What the tables of published numbers need of an experiment or transfer of ours."""
    trained, _, test = (name, "", "") if name in study.experiments else name.rpartition("_to_")
    e = study.experiments.get(trained)
    can_be = name in study.scored or name in transfer_names()
    return {
        "name": name,
        "corpus": e and e.corpus,
        "test": e and (test or e.corpus),
        "protocol": e and study.config["protocols"][e.protocol]["title"],
        "model": e and study.config["models"][e.model]["title"],
        "leaks": e and study.config["protocols"][e.protocol]["leaks"],
        "replayed": bool(e) and e.protocol in replayed,
        "scores": f"results/scores/{name}.parquet" if can_be else None,
        "why": [] if can_be else what_it_waits_for(name),
    }


def scores_shown(ours):
    """The scores of our experiments that a table of published numbers shows, of what there can be."""
    return [entry["scores"] for entry in ours if entry["scores"]]


def costs_recorded():
    """What a run took, where it was recorded; the table says how to record it where not."""
    return "costs.yaml" if os.path.exists("costs.yaml") else []


def what_it_waits_for(name):
    """What an experiment, or <experiment>_to_<corpus>, cannot have now."""
    if name in study.experiments:
        return study.waits_for(study.experiments[name])
    trained, _, test = name.rpartition("_to_")
    if trained not in study.experiments:
        return [f"experiment {name}: it is not in the configuration"]
    absent = unavailable(study, "corpora", with_waiting=False).get(test)
    return [
        *study.waits_for(study.experiments[trained]),
        *([f"corpus {test}: {absent}"] if absent else []),
    ] or [f"transfer of {trained} to {test}: it is not in the configuration"]


def waiting():
    """The experiments that cannot run now: corpus, protocol, model, and what each waits for."""
    return [
        [e.corpus, e.protocol, e.model, study.waits_for(e)]
        for name, e in study.experiments.items()
        if name not in study.scored
    ]


def about_of(experiment):
    """What the cards of an experiment's runs say of it: see sarangi.app.cards."""
    model, e = study.model(experiment), experiment
    asr = words_of(model)
    source = source_of("corpora", e.corpus)
    # a copy put in place of a stand-in is not had from the generator
    own = "synthetic" in source and e.corpus not in study.synthetic
    corpus = {"name": e.corpus, "source": "its publisher" if own else where_from(source)}
    return {
        "experiment": e.name,
        "model": model["title"],
        "corpus": study.described(e.corpus) | corpus,
        "protocol": {key: study.config["protocols"][e.protocol][key] for key in ("title", "kind", "leaks")},
        "mean_of_folds": mean_of_folds(e.protocol),
        "confidence": study.config["bootstrap"]["confidence"],
        "synthetic": e.corpus in study.synthetic,
        "untrained": study.untrained(e.model),
        "encoders": {
            branch: about_weights("encoders", name) | {"folder": str(study.weights[name])}
            for branch, name in encoders_of(model).items()
        },
        "asr": asr
        and about_weights("asr", asr)
        | {"checkpoint": str(study.checkpoints[asr]), "settings": study.asr_settings(asr)},
        "recipe": recipe_without_seeds(model)["finetuning"],
    }


def about_weights(kind, name):
    """What a card says of an encoder or a Whisper."""
    entry, source = study.config[kind][name], source_of(kind, name)
    hub = source.get("hub")
    return {"name": name, "title": entry["title"], "licence": entry["licence"], "hub": hub} | {
        "source": where_from(source)
    }


def files_of_app(wildcards):
    """The cards of all runs that the page offers, and the Space; where there can be none, what they wait for."""
    chosen = study.config.get("app", {})
    named = {*chosen.get("experiments", ()), *(Path(run).parts[0] for run in chosen.get("space", ()))}
    tuned = [name for name, e in study.experiments.items() if is_tuned(e)]
    # those that are named must be there; of all others what can run
    absent = sorted(named - {e.name for e in study.offered}) or ([] if study.offered else tuned)
    if absent:
        reasons = study.waits_for(study.experiments[absent[0]]) or ["it is not in app.experiments"]
        raise WorkflowError(f"app: {absent[0]} waits for {'; '.join(reasons)}")
    folders = [folder for e in study.offered for folder in folders_of_runs(e)]
    return [
        *(f"{folder}/{name}" for folder in folders for name in CARD),
        *(["space/app.py"] if folders else []),
    ]


def models_of_space():
    """What the models of space/ are made of, each where it lies in the study: weights, cards, Whisper, encoders."""
    found = []
    for e, fold, seed in study.in_space:
        model = study.model(e)
        found += [f"results/runs/{e.name}/{fold}/{seed}/{name}" for name in (*MODEL_FILES, *CARD)]
        asr = words_of(model)
        if asr is not None:
            files = whisper_files(asr)
            found += [files] if isinstance(files, str) else files
        if "states" in model.get("audio", {}):
            found += encoder_of(e, "audio")
    return sorted(set(found))


CARD = ("README.md", "card.json")
MODEL_FILES = ("config.json", "model.safetensors")


def code_of(script):
    """Return the fingerprint of a rule's code as a function of its wildcards."""

    def code(wildcards):
        corpora = [wildcards.corpus] if hasattr(wildcards, "corpus") else study.config["corpora"]
        by_name = {
            loader: tuple(f"{package}.{corpus}" for corpus in corpora)
            for loader, package in (
                ("sarangi.corpora.registry", "sarangi.corpora.layouts"),
                ("sarangi.synthetic.corpus", "sarangi.synthetic"),
            )
        }
        return fingerprint(script, tuple(by_name.items()))

    return code
