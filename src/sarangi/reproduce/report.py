"""The report: every table and figure in one HTML file, with what made each and how long it took."""

import logging
from collections.abc import Sequence
from pathlib import Path

from snakemake.report.html_reporter import ReportSettings

from sarangi.base.errors import SarangiError
from sarangi.reproduce.plan import CANNOT, SNAKEFILE, planned

STYLE = SNAKEFILE.parent / "workflow/report/style.css"

log = logging.getLogger("sarangi")


def report(targets: Sequence[str], output: Path) -> None:
    """Have Snakemake write its report of some targets, which are made.

    It shows the files that the rules mark with ``report(…)``, and needs no network to be read. It holds
    the times at which jobs ran, so two runs do not give the same bytes; no result is made from it.

    Parameters
    ----------
    targets
        Rules or files; what the jobs behind them mark is shown.
    output
        HTML file to write; nothing half written takes its name.

    Raises
    ------
    SarangiError
        With Snakemake's words, if a file is missing or a caption cannot be read.
    """
    temporary = output.with_name(f".{output.name}.tmp.html")
    output.parent.mkdir(parents=True, exist_ok=True)
    try:
        with planned(targets, Path.cwd()) as dag:
            settings = ReportSettings(path=temporary.absolute(), stylesheet_path=STYLE)
            dag.create_report(reporter="html", report_settings=settings)
        temporary.replace(output)
    except CANNOT as error:
        raise SarangiError(f"Snakemake cannot report on {', '.join(targets)}: {error}") from error
    finally:
        temporary.unlink(missing_ok=True)
    log.info("%s: %.1f MB, opens in any browser without the network", output, output.stat().st_size / 1e6)
