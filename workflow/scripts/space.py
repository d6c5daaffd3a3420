"""Put the page with some models into a folder that a Hugging Face Space runs as it is."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.app.space import space

    copies = {
        **dict(zip(map(Path, snakemake.input.models), snakemake.output.models, strict=True)),
        **dict(zip(map(Path, snakemake.input.modules), snakemake.output.modules, strict=True)),
    }
    space(
        {source: run.place(target) for source, target in copies.items()},
        Path(snakemake.input.modules[0]),
        Path(snakemake.input.pins),
        list(snakemake.params.runs),
        {name: run.named(name) for name in ("app", "readme", "requirements")},
        run.outputs,
    )
