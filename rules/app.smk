# What the page that listens needs: python -m sarangi listen, and space/, which is the page as a Hugging Face Space.
#   in:  results/runs/{experiment}/{fold}/{seed}/, results/scores/{experiment}.parquet, src/
#   out: README.md and card.json beside each run, space/

# the library as far as the page needs it, the page first
MODULES_OF_PAGE = ["sarangi/app/page.py", *map(str, modules_of(BASE / "src/sarangi/app/page.py"))]


for offered in study.offered:

    rule:
        """Write the model card of every run of an experiment, for people and for machines."""
        name:
            f"model_cards_{offered.name}"
        input:
            predictions=list(map(str, study.predictions(offered))),
            models=[f"{folder}/model.safetensors" for folder in folders_of_runs(offered)],
            scores=f"results/scores/{offered.name}.parquet",
            manifest=f"results/corpora/{offered.corpus}/manifest.parquet",
            protocol=f"results/protocols/{offered.corpus}/{offered.protocol}.parquet",
        output:
            cards=[f"{folder}/README.md" for folder in folders_of_runs(offered)],
            data=[f"{folder}/card.json" for folder in folders_of_runs(offered)],
        log:
            f"results/logs/model_cards/{offered.name}.log",
        benchmark:
            f"results/benchmarks/model_cards/{offered.name}.tsv"
        conda:
            "../envs/workflow.yaml"
        resources:
            mem_mb=grown(1000),
            runtime=grown(30),
        params:
            about=about_of(offered),
            runs=study.runs(offered),
        script:
            "../workflow/scripts/model_cards.py"


rule space:
    """Put the page with some models into a folder that a Hugging Face Space runs as it is."""
    input:
        models=models_of_space(),
        modules=[os.path.relpath(BASE / "src" / name) for name in MODULES_OF_PAGE],
        pins=os.path.relpath(BASE / "pyproject.toml"),
    output:
        app="space/app.py",
        readme="space/README.md",
        requirements="space/requirements.txt",
        models=[f"space/{name}" for name in models_of_space()],
        modules=[f"space/{name}" for name in MODULES_OF_PAGE],
    log:
        "results/logs/space.log",
    benchmark:
        "results/benchmarks/space.tsv"
    conda:
        "../envs/workflow.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(30),
    params:
        runs=[f"{e.name}/{fold}/{seed}" for e, fold, seed in study.in_space],
    script:
        "../workflow/scripts/space.py"
