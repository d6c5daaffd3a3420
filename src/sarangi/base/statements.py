"""How a published number is written as a statement: the experiment's title, and what the number is."""

BETWEEN = ": "


def statement(title: str, number: str) -> str:
    """Return the statement of a published number.

    Parameters
    ----------
    title
        Of the published experiment.
    number
        What the number is, in words: ``WF1``.
    """
    return f"{title}{BETWEEN}{number}"


def title_and_number(text: str) -> tuple[str, str]:
    """Return the title and the number of a :func:`statement`; a sentence of its own has no title.

    Examples
    --------
    >>> title_and_number("XLS-R: on Urdu: WF1"), title_and_number("Fusion leads.")
    (('XLS-R: on Urdu', 'WF1'), ('', 'Fusion leads.'))
    """
    title, _, number = text.rpartition(BETWEEN)
    return title, number
