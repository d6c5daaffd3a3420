# What the rules share: where things lie, and what an experiment is made of.


def corpus_in_hand(wildcards):
    """A folder is ancient (its own time says nothing); its inventory is a parameter."""
    path = study.sources[wildcards.corpus]
    return ancient(str(path)) if path.is_dir() else str(path)


def inventory_of(wildcards):
    path = study.sources[wildcards.corpus]
    return inventory(path) if path.is_dir() else "archive"


def shards(pattern, corpus, **names):
    """The shards of a corpus, from a pattern with {corpus} and {shard}."""
    count = study.config["corpora"][corpus]["shards"]
    return [pattern.format(corpus=corpus, shard=f"{shard:03}", **names) for shard in range(count)]


def experiments_of(kind):
    """Names of the runnable experiments whose model has a key, as a pattern for a wildcard."""
    names = [name for name, e in study.runnable.items() if kind in study.config["models"][e.model]]
    return "|".join(names) or "none"


def of_experiment(pattern):
    """An input function that fills a pattern with an experiment's corpus and protocol."""

    def path(wildcards):
        experiment = study.experiments[wildcards.experiment]
        return pattern.format(corpus=experiment.corpus, protocol=experiment.protocol)

    return path


def model_of(wildcards):
    return study.config["models"][study.experiments[wildcards.experiment].model]


def features_of(wildcards):
    return shards(
        "results/features/{feature_set}/{corpus}/{shard}.parquet",
        study.experiments[wildcards.experiment].corpus,
        feature_set=model_of(wildcards)["features"],
    )


def described(wildcards):
    """What the scores say of their experiment."""
    experiment = study.experiments[wildcards.experiment]
    return {
        "experiment": experiment.name,
        "corpus": experiment.corpus,
        "protocol": experiment.protocol,
        "model": experiment.model,
        "mean_of_folds": study.config["protocols"][experiment.protocol]["kind"] == "stratified_kfold",
    }


def informative(experiment):
    """Whether a model's score is more than the chance line that the figure draws anyway."""
    return study.config["models"][experiment.model].get("baseline") not in (
        "constant",
        "uniform",
    )


def titles(kind):
    return {name: entry["title"] for name, entry in study.config[kind].items()}


def code_of(script):
    """Return the fingerprint of a rule's code as a function of its wildcards."""

    def code(wildcards):
        corpora = [wildcards.corpus] if hasattr(wildcards, "corpus") else study.config["corpora"]
        by_name = {
            package: tuple(f"{package}.{corpus}" for corpus in corpora)
            for package in ("sarangi.corpora", "sarangi.synthetic")
        }
        return fingerprint(script, tuple(by_name.items()))

    return code
