"""``sarangi explain``: from a number of the paper back to its recordings."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

HELP = "trace a number of the paper back to its recordings"


def arguments(parser: ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument(
        "id", help=r"a number (as in \val), <table>:<row>:<column>, a claim, or the path of a result"
    )
    parser.add_argument(
        "--html",
        type=Path,
        metavar="FILE",
        help="write a page with all lists in full; for a whole table (its name as id) a folder with a page "
        "behind each number",
    )
    parser.add_argument("--recordings", action="store_true", help="list every recording that was tested")


def run(chosen: Namespace) -> int:
    """Print the walk, or write it as a page."""
    from sarangi.reproduce.explain import Walk, explain
    from sarangi.reproduce.explained_tables import explained_table
    from sarangi.reproduce.parameters import parameters_of
    from sarangi.reproduce.steps import as_page, as_text

    if chosen.html is not None:
        whole = Walk(chosen.directory, chosen.recordings)
        if chosen.id in whole.printed.tables and chosen.html.suffix != ".html":
            count = explained_table(whole, chosen.id, chosen.html)
            print(f"wrote {chosen.html / 'index.html'}, with {count} pages behind its numbers")
            return 0
    walk = explain(chosen.id, chosen.directory, chosen.recordings or chosen.html is not None)
    if chosen.html is None:
        print(as_text(walk))
    else:
        page = as_page(walk, parameters_of(walk, chosen.directory))
        chosen.html.write_text(page, encoding="utf-8")
        print(f"wrote {chosen.html}")
    return 0
