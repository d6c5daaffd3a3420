"""What a walk looks like: its steps, as indented text and as a page."""

import html
from dataclasses import dataclass, field
from typing import Self

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
    whole
        Whether a text, too, has all of ``lines``.
    """

    title: str
    facts: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    steps: list["Step"] = field(default_factory=list)
    whole: bool = False


def as_text(step: Step, depth: int = 0) -> str:
    """Return a walk as indented text."""
    lines = ["  " * depth + step.title]
    inner = "  " * (depth + 1)
    lines += [f"{inner}{fact}" for fact in step.facts]
    shown = step.lines if step.whole else step.lines[:SHOWN]
    lines += [f"{inner}- {line}" for line in shown]
    if len(shown) < len(step.lines):
        lines.append(f"{inner}- and {len(step.lines) - len(shown)} more (--html shows all)")
    return "\n".join([*lines, *(as_text(following, depth + 1) for following in step.steps)])


STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.3rem } p { margin: .15rem 0 } .synthetic, .bad { color: #b00020; font-weight: 600 }
details { margin: .4rem 0 .4rem .2rem; padding-left: .8rem; border-left: 2px solid #cbd5e1 }
summary { cursor: pointer; font-weight: 600 } ul { margin: .2rem 0; padding-left: 1.2rem }
p, li { overflow-wrap: anywhere }
"""


def as_page(step: Step) -> str:
    """Return a walk as one HTML page that needs no other file."""
    title = html.escape(step.title)
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n{_inside(step)}</body>\n</html>\n"
    )


def _inside(step: Step, depth: int = 0) -> str:
    text = "".join(f"<p{_class(fact)}>{html.escape(fact)}</p>\n" for fact in step.facts)
    entries = "".join(f"<li{_class(line)}>{html.escape(line)}</li>\n" for line in step.lines)
    if len(step.lines) > SHOWN and depth:
        text += f"<details><summary>{len(step.lines)} entries</summary>\n<ul>\n{entries}</ul></details>\n"
    elif entries:
        text += f"<ul>\n{entries}</ul>\n"
    for following in step.steps:
        # the way is open, what stands beside it folded
        state = " open" if depth < 1 else ""
        inner = _inside(following, depth + 1)
        text += f"<details{state}><summary>{html.escape(following.title)}</summary>\n{inner}</details>\n"
    return text


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
