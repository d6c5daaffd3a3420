"""Write the model cards of all runs of a fine-tuned experiment."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.app.cards import model_cards
    from sarangi.corpora.registry import load

    about = dict(snakemake.params.about)
    corpus = dict(about["corpus"])
    synthetic = " (synthetic)" if about["synthetic"] else ""
    about["corpus"] = {**corpus, "title": load(corpus["name"]).TITLE + synthetic}
    runs = [tuple(one) for one in snakemake.params.runs]
    model_cards(
        dict(zip(runs, map(Path, snakemake.input.predictions), strict=True)),
        dict(zip(runs, map(Path, snakemake.input.models), strict=True)),
        Path(snakemake.input.scores),
        Path(snakemake.input.manifest),
        Path(snakemake.input.protocol),
        about,
        {
            one: {
                "card": run.place(snakemake.output.cards[n]),
                "data": run.place(snakemake.output.data[n]),
            }
            for n, one in enumerate(runs)
        },
        run.provenance,
    )
