"""All checks of what was printed, from tables to findings."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from sarangi.base.fault_kinds import ARITHMETIC, IMPRECISE
from sarangi.consistency import bounds, chance, constant, granularity, intervals, labels, sums
from sarangi.consistency.evidence import Matrix, Scores, Table
from sarangi.consistency.finding import IMPOSSIBLE, NOTE, Finding, in_order
from sarangi.consistency.matrices import by_group
from sarangi.consistency.names import PROSE


def check(tables: Sequence[Table], design_effect: float | None = None) -> list[Finding]:
    """Return what all checks find in tables and matrices, the worst first.

    Parameters
    ----------
    tables
        What was printed; rows are compared with the matrices of all tables.
    design_effect
        How many times larger the variance is than that of independent clips, where it is known.
    """
    rows = [row for table in tables for row in table.rows]
    matrices = [matrix for table in tables for matrix in table.matrices]
    findings = [finding for table in tables for finding in table.findings]
    for table in tables:
        for _, alike in groupby(table.rows, key=lambda row: tuple(row.columns)):
            findings += sums.of_columns(list(alike))
    fits: dict[int, list[labels.Fit]] = {}
    for row in rows:
        matrix = _matrix_of(row, matrices, rows)
        findings += _of_row(row, matrix, design_effect)
        if matrix is not None:
            found, of_row = labels.labels(matrix, row)
            findings += found
            fits.setdefault(id(matrix), []).extend(of_row)
    findings += labels.two_definitions([fit for each in fits.values() for fit in each])
    findings += labels.two_names(rows)
    for matrix in matrices:
        findings += _of_matrix(matrix, fits.get(id(matrix), []))
    findings += _independence(rows, matrices, design_effect)
    return in_order(findings)


def _matrix_of(row: Scores, matrices: Sequence[Matrix], rows: Sequence[Scores]) -> Matrix | None:
    if len(matrices) == 1 and len(rows) == 1:
        return matrices[0]  # they were given together
    return labels.matched(matrices, row)


def _of_row(row: Scores, matrix: Matrix | None, design_effect: float | None) -> Iterator[Finding]:
    for metric, printed in row.numbers.items():
        if metric.partition("_")[0] in (*PROSE, "recall", "f1", "precision") and not printed.meets(0, 1):
            yield Finding(
                IMPOSSIBLE, ARITHMETIC, "reading", printed.where,
                f"{PROSE.get(metric, metric)} {printed}: a share is from 0 to 1, per cent from 0 to 100",
            )  # fmt: skip
            return
    total = sum(row.supports.values())
    if row.n and total and row.n != total and (row.repeats or 1) == 1:
        yield Finding(
            IMPOSSIBLE, ARITHMETIC, "sums", row.where, f"n = {row.n}, but the classes have {total} test clips"
        )
    yield from granularity.granularity(row)
    yield from bounds.bounds(row)
    if matrix is None or (row.repeats or 1) > 1:
        yield from sums.of_classes(row)
    yield from intervals.of_scores(row, matrix, design_effect)
    if matrix is None:
        yield from chance.of_scores(row)
        yield from constant.of_scores(row)


def _of_matrix(matrix: Matrix, fits: Sequence[labels.Fit]) -> Iterator[Finding]:
    if not matrix.counts.sum():
        yield Finding(IMPOSSIBLE, ARITHMETIC, "matrix", matrix.where, "the matrix has no test clip")
        return
    yield from chance.of_matrix(matrix, fits)
    yield from constant.of_matrix(matrix)
    if matrix.parts:
        yield from constant.of_parts(matrix.parts, matrix.where)
        yield from intervals.of_parts(matrix, by_group(matrix))


def _independence(
    rows: Sequence[Scores], matrices: Sequence[Matrix], design_effect: float | None
) -> Iterator[Finding]:
    """Say once that clips of a speaker are not independent, where nothing is known of speakers."""
    of_speakers = any(row.groups for row in rows) or any(m.parts and by_group(m) for m in matrices)
    if design_effect or of_speakers or not (matrices or any(row.n or row.supports for row in rows)):
        return
    yield Finding(
        NOTE, IMPRECISE, "intervals", "everything here",
        "no number of speakers is given: intervals and p here take clips for independent, and clips of one "
        "speaker "
        "are not, so intervals over clips are too narrow (give --groups or --design-effect where you know "
        "them)",
        intervals.KISH,
    )  # fmt: skip


def counted(tables: Sequence[Table], findings: Sequence[Finding]) -> str:
    """Return how much was checked and found, in a sentence."""
    numbers = sum(len(row.numbers) for table in tables for row in table.rows)
    derived = sum(bool(row.columns and not row.numbers) for table in tables for row in table.rows)
    matrices = sum(not matrix.parts for table in tables for matrix in table.matrices)
    parts = [
        f"{count} {one if count == 1 else several}"
        for count, one, several in (
            (numbers, "score", "scores"), (derived, "row of other numbers", "rows of other numbers"),
            (matrices, "confusion matrix", "confusion matrices"),
        )
        if count
    ]  # fmt: skip
    by_severity = Counter(finding.severity for finding in findings)
    return (
        f"Checked {', '.join(parts) or 'what was given'}: {by_severity['impossible']} impossible, "
        f"{by_severity['warning']} to look at, {by_severity[NOTE]} notes."
    )
