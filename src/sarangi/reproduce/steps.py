"""What a walk looks like: its steps, as indented text and as a page."""

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Self

from sarangi.base.html_pages import html_page

SHOWN = 8  # entries of a list that the text shows; the page has all
BAD, SYNTHETIC = "bad", "synthetic"


class Line(str):
    """A line of a step that a page sets apart: ``look`` is :data:`BAD`, :data:`SYNTHETIC`, or empty."""

    __slots__ = ("look",)
    look: str

    def __new__(cls, text: str, look: str = "") -> Self:
        """Return a text with its look."""
        line = super().__new__(cls, text)
        line.look = look
        return line

    def behind(self, start: str) -> "Line":
        """Return the line with something before it."""
        return Line(f"{start}{self}", self.look)


class MadeBy(NamedTuple):
    """How a file was made, by its provenance.

    Attributes
    ----------
    file
        Its path in the folder of the workflow.
    rule, wildcards
        Of the job; the wildcards as text.
    code
        Fingerprint of the code.
    parameters
        The sha256 of the parameters.
    """

    file: str
    rule: str
    wildcards: str
    code: str
    parameters: str

    @property
    def of(self) -> str:
        """The wildcards behind the name of the rule."""
        return f" ({self.wildcards})" if self.wildcards else ""


class Parameters(NamedTuple):
    """What is known of the parameters of one job.

    Attributes
    ----------
    values
        Text of each by its name: one line, or YAML; empty where they are not known.
    why
        Why they are not known; empty where they are.
    """

    values: Mapping[str, str]
    why: str = ""


@dataclass
class Step:
    """A station of a walk.

    Attributes
    ----------
    title
        What it is.
    facts
        What is known of it, a line each.
    lines
        A list that may be long: whole on a page, its beginning in a text.
    steps
        Where it leads.
    made
        How the file that it is about was made; None for what is not a file, and for one that no rule made.
    whole
        Whether a text, too, has all of ``lines``.
    """

    title: str
    facts: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    steps: list["Step"] = field(default_factory=list)
    whole: bool = False
    made: MadeBy | None = None


def as_text(step: Step, depth: int = 0) -> str:
    """Return a walk as indented text."""
    lines = ["  " * depth + step.title]
    inner = "  " * (depth + 1)
    lines += [f"{inner}{fact}" for fact in step.facts]
    if step.made is not None:
        made = step.made
        lines.append(f"{inner}rule {made.rule}{made.of}, code {made.code}, parameters {made.parameters}")
    shown = step.lines if step.whole else step.lines[:SHOWN]
    lines += [f"{inner}- {line}" for line in shown]
    if len(shown) < len(step.lines):
        lines.append(f"{inner}- and {len(step.lines) - len(shown)} more (--html shows all)")
    return "\n".join([*lines, *(as_text(following, depth + 1) for following in step.steps)])


STYLE = """
body { max-width: 62rem } h1 { font-size: 1.3rem; overflow-wrap: anywhere } p { margin: .15rem 0 }
details { margin: .4rem 0 .4rem .2rem; padding-left: .8rem; border-left: 2px solid var(--pale) }
summary { cursor: pointer; font-weight: 600 } ul { margin: .2rem 0; padding-left: 1.2rem }
p, li, summary, dd { overflow-wrap: anywhere } nav ol { padding: 0; margin: .6rem 0; font-size: .92rem }
nav li { display: inline } nav li + li::before { content: " \\203a\\a0 "; color: var(--soft) }
dl { margin: .2rem 0; display: grid; grid-template-columns: minmax(0, 11rem) minmax(0, 1fr);
gap: .2rem .8rem }
dt { color: var(--soft); overflow-wrap: anywhere } dd { margin: 0 }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; font: .85rem/1.4 ui-monospace, monospace }
"""


def as_page(
    step: Step, parameters: Mapping[MadeBy, Parameters], before: tuple[str, str] | None = None
) -> str:
    """Return a walk as one HTML page that needs no other file.

    Parameters
    ----------
    step
        The walk.
    parameters
        Of the jobs on it, by :func:`sarangi.reproduce.parameters.parameters_of`.
    before
        Address and name of the page that leads here, if there is one.
    """
    places = [*([before] if before else []), *((f"#{place}", title) for place, title in _way(step))]
    way = "".join(
        f'<li><a href="{html.escape(place)}">{html.escape(title)}</a></li>' for place, title in places
    )
    nav = f'<nav aria-label="From the number to the recordings"><ol>{way}</ol></nav>\n' if way else ""
    body = f"<h1>{html.escape(step.title)}</h1>\n{nav}{_inside(step, parameters)}"
    return html_page(step.title, body, STYLE)


def _way(step: Step) -> list[tuple[str, str]]:
    """Return the stations of a walk in the order of the way, with their places on the page.

    Those are the steps of the walk, and those of a step that leads further, without what each title repeats.
    """
    found = []
    for number, following in enumerate(step.steps, 1):
        found.append((f"s{number}", following.title))
        found += [(f"s{number}-{n}", inner.title) for n, inner in enumerate(following.steps, 1)]
    return [(place, title.partition(": ")[0] if "-" in place else title) for place, title in found]


def _inside(step: Step, parameters: Mapping[MadeBy, Parameters], place: str = "s") -> str:
    text = "".join(f"<p{_class(fact)}>{html.escape(fact)}</p>\n" for fact in step.facts)
    if step.made is not None:
        text += _made(step.made, parameters[step.made])
    depth = place.count("-") + (place != "s")
    entries = "".join(f"<li{_class(line)}>{html.escape(line)}</li>\n" for line in step.lines)
    if len(step.lines) > SHOWN and depth:
        text += f"<details><summary>{len(step.lines)} entries</summary>\n<ul>\n{entries}</ul></details>\n"
    elif entries:
        text += f"<ul>\n{entries}</ul>\n"
    for number, following in enumerate(step.steps, 1):
        inner = f"{place}{number}" if place == "s" else f"{place}-{number}"
        # the way is open, what is next to it folded; a link into a folded part opens it
        state = " open" if depth < 1 else ""
        text += (
            f"<details{state}><summary>{html.escape(following.title)}</summary>\n"
            f'<div id="{inner}">{_inside(following, parameters, inner)}</div></details>\n'
        )
    return text


def _made(made: MadeBy, parameters: Parameters) -> str:
    """Return how a file was made, with the parameters themselves."""
    said = html.escape(f"rule {made.rule}{made.of}, code {made.code}")
    if parameters.why:
        why = html.escape(f"parameters with sha256 {made.parameters}: {parameters.why}")
        return f"<p>{said}</p>\n<p>{why}</p>\n"
    if not parameters.values:
        return f"<p>{said}, no parameters</p>\n"
    listed = "".join(
        f"<dt>{html.escape(name)}</dt><dd><pre>{html.escape(text)}</pre></dd>\n"
        for name, text in parameters.values.items()
    )
    count = len(parameters.values)
    return (
        f"<p>{said}</p>\n<details><summary>{count} parameter{'s' * (count != 1)} of rule "
        f"{html.escape(made.rule)}</summary>\n<dl>{listed}</dl></details>\n"
    )


def _class(line: str) -> str:
    look = line.look if isinstance(line, Line) else ""
    return f' class="{look}"' if look else ""


def pairs(known: dict) -> str:
    """Return names with their values, numbers with six digits."""
    texts = (
        f"{name} {value:.6g}" if isinstance(value, float) else f"{name} {value}"
        for name, value in known.items()
    )
    return ", ".join(texts)
