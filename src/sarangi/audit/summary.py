"""The audit of a corpus in a few lines, what is fatal first."""

from collections import Counter
from collections.abc import Collection, Iterator

import pandas as pd

from sarangi.audit.advice import Finding, faults, findings
from sarangi.base.auditing import FAILED_UTTERANCES, FATAL, GROUPS, NOTE, WARNING
from sarangi.base.store import SKIPPED

LISTED = 5  # lines of one check


def summary(corpus: str, audit: pd.DataFrame, leaking: Collection[str]) -> list[str]:
    """Return what matters of an audit: what there is, each fatal finding with what to do, and counts.

    Parameters
    ----------
    corpus
        What it is called.
    audit
        Of the corpus and its protocols, of schema :data:`sarangi.audit.rows.AUDIT`.
    leaking
        Names of the protocols that share groups by design.

    Returns
    -------
    list
        Lines; two for a corpus with nothing fatal.
    """
    rows = findings(audit, leaking)
    fatal = faults(rows)
    counts = Counter(row.verdict for row in rows if not row.by_design)
    rest = f"{_counted(counts[WARNING], 'warning')}, {_counted(counts[NOTE], 'note')}"
    meant = sorted({row.subject for row in rows if row.by_design and row.verdict == FATAL})
    if meant:
        rest += f"; speakers leak from training to test under {', '.join(meant)}, as configured"
    first = f"{len(fatal)} fatal" if fatal else "nothing fatal"
    return [f"{corpus}: {_contents(rows)}", *_lines(fatal), f"  {first}, {rest}"]


def _contents(rows: list[Finding]) -> str:
    """Return what a corpus has, and what of it cannot be used, by causes."""

    def value(check: str) -> int:
        return next((int(row.value) for row in rows if row.check == check and pd.notna(row.value)), 0)

    emotions = sum(1 for row in rows if row.check == "emotion" and row.value)
    speakers = value("speakers")
    parts = [
        _counted(value("utterances"), "utterance"),
        _counted(emotions, "emotion"),
        _counted(speakers, "speaker") if speakers else f"speakers unknown ({value(GROUPS)} groups)",
    ]
    failed = next((row for row in rows if row.check == FAILED_UTTERANCES and row.value), None)
    parts.append(failed.detail if failed else "none failed")
    skipped = next((row for row in rows if row.check == SKIPPED and row.value), None)
    parts += [f"{skipped.value:.0f} skipped: {skipped.detail}"] if skipped else []
    return "; ".join([", ".join(parts[:3]), *parts[3:]])


def _lines(fatal: list[Finding]) -> Iterator[str]:
    for check, count in Counter(row.check for row in fatal).items():
        same = [row for row in fatal if row.check == check]
        # one cause has a row a protocol
        if check == FAILED_UTTERANCES:
            same, count = same[:1], 1
        for row in same[:LISTED]:
            value = "" if check == "near_duplicate" else row.number
            about = ", ".join(part for part in (row.subject, row.detail) if part)
            number = f"{row.words}: {value}".rstrip(": ")
            yield f"  FATAL {number}{f' ({about})' if about else ''}: {row.todo}".rstrip(": ")
        if count > LISTED:
            yield f"  FATAL {count - LISTED} more of this kind"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
