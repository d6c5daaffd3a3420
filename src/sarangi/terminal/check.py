"""Check a printed table or a confusion matrix: numbers that cannot be, wrong names, chance, intervals.

Exit code 0: nothing impossible and nothing to look at; 1: findings; 2: the input cannot be read.
"""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

HELP = "check a printed table or confusion matrix, without recordings"
FOUND, UNREADABLE = 1, 2


def arguments(parser: ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument(
        "tables", type=Path, nargs="*", metavar="TABLE",
        help="CSV: scores (one row per system, columns such as UAR, WF1, accuracy, n, low, high) or "
        "confusions (true, predicted, n; or a square with headers)",
    )  # fmt: skip
    parser.add_argument(
        "--matrix", help='confusion matrix: rows of true classes, as in "28 0 0; 2 1 0; 0 0 8"'
    )
    parser.add_argument("--classes", default="", help="names of the classes of --matrix, separated by commas")
    parser.add_argument(
        "--score", action="append", default=[], metavar="NAME=NUMBER",
        help="a printed score, as in uar=0.103 or 'uar=0.103 [0.075, 0.131]' (may be repeated)",
    )  # fmt: skip
    parser.add_argument(
        "--supports", metavar="CLASS=N,…", help="test clips of each class, also of those without any: sad=0"
    )
    parser.add_argument("--n", type=int, help="test clips of the scores")
    parser.add_argument("--groups", type=int, help="speakers (or sessions) that are tested")
    parser.add_argument(
        "--design-effect", type=float, help="ratio of the variance to that of independent clips"
    )
    parser.add_argument("--chance", help="claimed chance level, such as 0.25")
    parser.add_argument(
        "--against",
        type=Path,
        metavar="TABLE",
        help="scores of a replication: says whether it reproduces them",
    )
    parser.add_argument(
        "--same-clips", action="store_true", help="the replication trained and tested on the same clips"
    )
    parser.add_argument(
        "--delta",
        type=float,
        default=0.03,
        help="largest difference that does not matter, for --against (%(default)s)",
    )
    parser.add_argument("--html", type=Path, help="file to write the findings to, as one page")
    parser.add_argument("--csv", type=Path, help="file to write the findings to, as a table")
    parser.add_argument("--brief", action="store_true", help="leave the notes out")


def run(chosen: Namespace) -> int:
    """Print what is found, and write it if asked."""
    from sarangi.base.errors import SarangiError

    try:
        return _checked(chosen)
    except SarangiError as error:
        print(f"sarangi: {error}", file=sys.stderr)
        return UNREADABLE


def _checked(chosen: Namespace) -> int:
    from sarangi.base.errors import SarangiError
    from sarangi.consistency.checking import check, counted
    from sarangi.consistency.evidence import Table
    from sarangi.consistency.finding import NOTE
    from sarangi.consistency.showing import as_frame, page, text
    from sarangi.consistency.tables import read
    from sarangi.consistency.typed import completed, matrix_of, scores_of, supports_of

    if not (chosen.tables or chosen.matrix or chosen.score):
        raise SarangiError(
            "nothing to check; expected a table, --matrix or --score, as in: sarangi check table.csv"
        )
    for name in ("n", "groups"):
        if getattr(chosen, name) is not None and getattr(chosen, name) < 1:
            raise SarangiError(f"--{name} {getattr(chosen, name)}: expected 1 or more")
    if not 0 < chosen.delta < 1:
        raise SarangiError(f"--delta {chosen.delta}: expected a difference between 0 and 1, such as 0.03")
    if chosen.design_effect is not None and not 0 < chosen.design_effect < 1e6:
        raise SarangiError(f"--design-effect {chosen.design_effect}: expected a number above 0, such as 3")
    supports = supports_of(chosen.supports) if chosen.supports else {}
    classes = [name.strip() for name in chosen.classes.split(",") if name.strip()]
    tables = [read(path, supports) for path in chosen.tables]
    if chosen.matrix or chosen.score:
        matrices, findings = matrix_of(chosen.matrix, classes, supports) if chosen.matrix else ([], [])
        rows = [scores_of(chosen.score)] if chosen.score else []
        tables.append(Table(name="the command line", rows=rows, matrices=matrices, findings=findings))
    second = read(chosen.against, {}) if chosen.against else None
    if second is not None and not second.rows:
        raise SarangiError(f"{chosen.against}: expected a table of scores, found confusions alone")
    given = (supports, chosen.n, chosen.groups, len(classes) or None, chosen.chance)
    tables = [completed(table, *given) for table in tables]
    found = check(tables, chosen.design_effect)
    if second is not None:
        from sarangi.consistency.finding import in_order
        from sarangi.consistency.replicating import replication

        rows = [row for table in tables for row in table.rows]
        verdicts = replication(rows, second.rows, chosen.same_clips, chosen.delta, chosen.design_effect)
        found = in_order([*found, *verdicts])
    shown = [each for each in found if each.severity != NOTE] if chosen.brief else found
    summary = counted(tables, found)
    for line in text(shown, summary):
        print(line)
    if chosen.csv:
        from sarangi.base.spreadsheets import as_csv

        _write(chosen.csv, as_csv(as_frame(shown)))
    if chosen.html:
        names = [path.name for path in chosen.tables] or ["the command line"]
        _write(chosen.html, page(shown, summary, names))
    return FOUND if any(each.severity != NOTE for each in found) else 0


def _write(file: Path, text: str) -> None:
    from sarangi.base.errors import SarangiError

    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SarangiError(
            f"{file} cannot be written ({error.strerror or error}); expected a file in a folder that is there"
        ) from error
    print(f"wrote {file}")
