"""``sarangi audit``: check the corpora of a study, and say what matters."""

from argparse import ArgumentParser, Namespace

HELP = "check the corpora of a study before any training"
PASSES_ON = True


def arguments(parser: ArgumentParser) -> None:
    """Add what the command takes."""
    from sarangi.runtime.snakemake_process import add_options

    add_options(parser)


def run(chosen: Namespace) -> int:
    """Have Snakemake audit the study; then print what is fatal, and where the page is."""
    from sarangi.base import layout
    from sarangi.runtime.snakemake_process import only_plans, options, snakemake

    status = snakemake(options(chosen, "audit"), chosen.directory)
    if status == 0 and not only_plans(chosen.passed_on):
        print()
        print((chosen.directory / layout.audit_summary()).read_text(encoding="utf-8"), end="")
        print(f"All checks: {chosen.directory / layout.audit_page()}")
    return status
