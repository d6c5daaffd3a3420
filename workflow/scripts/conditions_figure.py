"""Draw each model under every condition, what is tested, and learning curves."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.figures.conditions import conditions_figure
    from sarangi.paper.figures.learning_curves import learning_curves_figure
    from sarangi.paper.figures.what_is_tested import what_is_tested_figure

    labels = snakemake.params.labels
    files = {
        figure: {suffix: run.files[f"{figure}{suffix}"] for suffix in ("pdf", "png")}
        for figure in ("", "tested_", "curves_")
        if f"{figure}pdf" in run.files
    }
    conditions_figure(snakemake.input.scores, snakemake.params.first, labels, files[""])
    what_is_tested_figure(snakemake.params.parts, labels, files["tested_"])
    if "curves_" in files:
        learning_curves_figure(snakemake.params.runs, labels, files["curves_"])
