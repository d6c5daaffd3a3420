# Classical models and trivial baselines: one job for all experiments of a corpus, feature set and classifier
# (or of the classifiers that the configuration trains together), which share the reading, the scaling and the
# distances, so that whoever asks for one score has no other classifier trained; a rule each, since each has
# outputs of its own.
#   in:  manifest, protocols, results/features/{feature_set}/{corpus}/*.parquet
#   out: results/runs/{experiment}/predictions/within.parquet, results/runs/{experiment}/predictions/{test}.parquet


for batch in study.batches(study.runnable):
    if batch.features is None:
        continue

    rule:
        """Train the classifiers of a batch on features of a corpus, in the folds of each protocol, and test them."""
        name:
            f"classical_{batch.name}"
        input:
            **inputs.files_elsewhere(study, batch),
            manifest=layout.manifest(batch.corpus),
            protocols=inputs.protocols_of_batch(batch),
            features=inputs.feature_shards(study, batch.corpus, batch.features),
        output:
            **inputs.predictions_of_batch(study, batch),
        log:
            layout.log("classical", batch.name),
        benchmark:
            layout.benchmark("classical", batch.name)
        # on a cluster one job with its scores
        group:
            batch.name
        conda:
            "../envs/analysis.yaml"
        threads: workers(4)
        resources:
            **needs(minutes=720, mem_mb=8000),
        params:
            loads={"classifiers": sorted({study.settings(e.model)["kind"] for e in batch.experiments})},
            protocols=batch.protocols,
            experiments={
                e.name: {
                    "protocol": e.protocol,
                    "settings": study.settings(e.model),
                    "tests": study.tests(e),
                }
                for e in batch.experiments
            },
            # only where another corpus is tested, so that a change reruns nothing else
            label_map=study.config["label_map"] if any(map(study.tests, batch.experiments)) else {},
        script:
            "../workflow/scripts/classical.py"


for batch in study.batches(study.runnable):
    if batch.features is not None:
        continue

    rule:
        """Predict the test parts of every protocol of a corpus without listening, for comparison."""
        name:
            f"baseline_{batch.corpus}"
        input:
            manifest=layout.manifest(batch.corpus),
            protocols=inputs.protocols_of_batch(batch),
        output:
            **inputs.predictions_of_batch(study, batch),
        log:
            layout.log("baseline", batch.corpus),
        benchmark:
            layout.benchmark("baseline", batch.corpus)
        # on a cluster one job with its scores
        group:
            batch.name
        conda:
            "../envs/analysis.yaml"
        resources:
            **needs(minutes=720),
        params:
            protocols=batch.protocols,
            experiments={
                e.name: {
                    "protocol": e.protocol,
                    "kind": study.config["models"][e.model]["baseline"],
                }
                for e in batch.experiments
            },
            seed=study.config["seed"],
        script:
            "../workflow/scripts/baseline.py"
