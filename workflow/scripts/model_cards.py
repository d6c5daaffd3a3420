"""Write the model cards of all runs of a fine-tuned experiment."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.app.cards import ExperimentFiles, RunFiles, model_cards

    about = dict(snakemake.params.about)
    corpus = dict(about["corpus"])
    synthetic = " (synthetic)" if about["synthetic"] else ""
    about["corpus"] = {**corpus, "title": corpus["title"] + synthetic}
    files = zip(
        map(Path, snakemake.input.predictions),
        map(Path, snakemake.input.models),
        map(run.place, snakemake.output.cards),
        map(run.place, snakemake.output.data),
        strict=True,
    )
    human = [Path(file) for file in snakemake.input.get("human", [])]
    model_cards(
        {tuple(key): RunFiles(*each) for key, each in zip(snakemake.params.runs, files, strict=True)},
        ExperimentFiles(
            *(Path(snakemake.input[name]) for name in ("scores", "fairness", "manifest", "protocol")),
            *human[:1],
        ),
        about,
        run.provenance,
    )
