"""``sarangi plan``: how precise scores will be with more speakers."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sarangi.scoring.planning import Basis
    from sarangi.statistics.planning import Spread

HELP = "estimate how precise scores will be with more speakers, and which differences they can detect"
SPEAKERS = (5, 10, 20, 40)


def arguments(parser: ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument(
        "study", type=Path, nargs="?", help="folder with config.yaml (this folder, if it has one)"
    )
    parser.add_argument(
        "--difference", type=_share, required=True, help="difference in UAR to detect, such as 0.05"
    )
    parser.add_argument("--clips", type=_count, help="clips per speaker (as many as the study has)")
    parser.add_argument("--model", help="model to plan for (the study's best)")
    parser.add_argument("--rival", help="model to compare it with (the study's second best)")


def _share(text: str) -> float:
    value = float(text)
    if not 0 < value < 1:
        raise ArgumentTypeError(f"{text}: expected a difference between 0 and 1")
    return value


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ArgumentTypeError(f"{text}: expected 1 clip or more")
    return value


def run(chosen: Namespace) -> int:
    """Print a table for each corpus, or for typical ones."""
    from sarangi.scoring.planning import TYPICAL
    from sarangi.statistics.planning import POWER
    from sarangi.study.opened import CONFIGURATION, opened
    from sarangi.study.planning import bases

    confidence, found = 0.95, []
    if chosen.study or chosen.model or chosen.rival or (chosen.directory / CONFIGURATION).is_file():
        with opened(chosen.directory) as study:
            found = bases(study, chosen.model, chosen.rival)
            confidence = study.config["bootstrap"]["confidence"]
    if not found:
        print(
            "Nothing is predicted with speakers held out yet. These are TYPICAL values, from the variances "
            "that Sarangi's own scores have on two corpora; yours may differ.\n"
        )
    for basis in found or TYPICAL:
        for line in _planned(basis, chosen.difference, chosen.clips, confidence):
            print(line)
        print()
    print(
        f"± is half the width of the {100 * confidence:g} % interval to expect. A difference counts as "
        f"detected where the probability of finding it is {POWER:g} or more."
    )
    return 0


def _planned(basis: "Basis", difference: float, clips: int | None, confidence: float) -> Iterator[str]:
    from sarangi.statistics.planning import POWER, groups_needed, half_width, power

    uar, apart = basis.uar, basis.difference
    each = clips or round(uar.clips / uar.groups)
    yield f"{basis.source}: {uar.groups} speakers, {uar.clips} clips"
    first, second = basis.models
    yield _spread(f"UAR of {first}: {uar.value:.3f}", uar)
    if apart is None:
        yield "One model alone: no difference to plan for."
    else:
        yield _spread(f"UAR of {first} minus {second}: {apart.value:+z.3f}", apart)
    yield ""
    yield f"{'speakers':>8} {'clips each':>10} {'UAR':>7} {'difference':>10}   detects {difference:g}"
    for count in SPEAKERS:
        line = f"{count:>8} {each:>10} {f'±{half_width(uar, count, each, confidence):.3f}':>7}"
        if apart is not None:
            found = power(apart, count, each, difference, confidence)
            width = half_width(apart, count, each, confidence)
            line += f" {f'±{width:.3f}':>10}   {'yes' if found >= POWER else 'no'} (probability {found:.2f})"
        yield line
    if apart is not None:
        needed = groups_needed(apart, each, difference, confidence)
        yield f"Speakers that detect {difference:g}: {needed or 'more than 100,000'}, with {each} clips each."


def _spread(what: str, of: "Spread") -> str:
    return (
        f"{what}; standard deviation between speakers {of.between**0.5:.3f}, of a clip within one "
        f"{of.within**0.5:.3f}"
    )
