"""``sarangi run``: make everything of a study, or some targets of it, and say what came out."""

from argparse import ArgumentParser, Namespace

HELP = "compute features, models, scores, tables, figures and the report of a study"
PASSES_ON = True

PLACES = {
    "report": "report.html",
    "audit": "audit.html",
    "tables": "paper/tables",
    "figures": "paper/figures",
    "paper": "paper/paper.pdf",
    "supplement": "paper/supplement.pdf",
}
"""What a run makes for people, by what it is."""


def arguments(parser: ArgumentParser) -> None:
    """Add what the command takes."""
    from sarangi.runtime.snakemake_process import add_options

    add_options(parser)


def run(chosen: Namespace) -> int:
    """Have Snakemake run the study; then print the best scores, and where tables and figures are."""
    from sarangi.base import layout
    from sarangi.runtime.snakemake_process import only_plans, options, snakemake

    status = snakemake(options(chosen), chosen.directory)
    if status or only_plans(chosen.passed_on):
        return status
    print()
    # of single targets it may be missing, or older than they
    if all(target.startswith("-") for target in chosen.passed_on):
        print((chosen.directory / layout.run_summary()).read_text(encoding="utf-8"), end="")
    for what, place in PLACES.items():
        if (chosen.directory / place).exists():
            print(f"{what}: {chosen.directory / place}")
    return status
