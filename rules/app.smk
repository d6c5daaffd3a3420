# What the page that listens needs: python -m sarangi listen, and space/, which is the page as a Hugging Face Space.
#   in:  results/runs/{experiment}/{fold}/{seed}/, results/scores/{experiment}.parquet, src/
#   out: README.md and card.json beside each run, space/

# the library as far as the page needs it, the page first
MODULES_OF_PAGE = [
    "sarangi/app/page.py",
    *map(str, modules_of(LIBRARY / "sarangi/app/page.py", loaded(study, {}, {}))),
]


for offered in app_inputs.offered(study):

    rule:
        """Write the model card of every run of an experiment, for people and for machines."""
        name:
            f"model_cards_{offered.name}"
        input:
            predictions=inputs.predictions_of(study, offered),
            models=inputs.run_files(study, offered, layout.run_model),
            scores=layout.scores(offered.name),
            fairness=layout.fairness(offered.name),
            human=[layout.human(offered.name)] if vote_inputs.votes_of(study, offered.corpus) else [],
            manifest=layout.manifest(offered.corpus),
            protocol=layout.protocol(offered.corpus, offered.protocol),
        output:
            **app_inputs.cards_of(study, offered),
        log:
            layout.log("model_cards", offered.name),
        benchmark:
            layout.benchmark("model_cards", offered.name)
        conda:
            "../envs/workflow.yaml"
        resources:
            **needs(minutes=30),
        params:
            about=app_inputs.about_of(study, offered),
            runs=study.runs(offered),
        script:
            "../workflow/scripts/model_cards.py"


rule space:
    """Put the page with some models into a folder that a Hugging Face Space runs as it is."""
    input:
        models=app_inputs.models_of_space(study),
        modules=[os.path.relpath(LIBRARY / name) for name in MODULES_OF_PAGE],
        pins=os.path.relpath(BASE / "pyproject.toml"),
    output:
        app=layout.space("app.py"),
        readme=layout.space("README.md"),
        requirements=layout.space("requirements.txt"),
        models=[layout.space(name) for name in app_inputs.models_of_space(study)],
        modules=[layout.space(name) for name in MODULES_OF_PAGE],
    log:
        layout.log("space"),
    benchmark:
        layout.benchmark("space")
    conda:
        "../envs/workflow.yaml"
    resources:
        **needs(minutes=30),
    params:
        runs=app_inputs.runs_of_space(study),
    script:
        "../workflow/scripts/space.py"
