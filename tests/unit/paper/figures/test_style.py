"""The palette: seen on white, and told apart with deuteranopia.

The simulation is that of Machado, Oliveira and Fernandes (2009), of severity 1; distances are CIEDE2000
(Sharma, Wu and Dalal 2005), whose published pairs the test of the test has.
"""

import itertools

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from sarangi.paper.figures import claim_lists, leakage, score_lists, style
from sarangi.paper.figures.heat import colour_of, luminance
from sarangi.paper.figures.inversion import CONDITIONS

DEUTERANOPIA = np.array(
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
)
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]]
)
TOGETHER = {
    "claims": {style.INK, style.GREY, *(colour for _, colour, _ in claim_lists.JUDGED.values())},
    "scores": {style.GREY, *(colour for _, colour, _ in score_lists.AUDIBLE.values())},
    "leakage": {style.GREY, style.BLUE, *(colour for colour, _ in leakage.OF_FOLDS.values())},
    "inversion": {style.GREY, style.INK, *(colour for _, colour, _ in CONDITIONS.values())},
}
"""The colours of lines and marks that share a plot."""


def lab(colour):
    """CIELAB of a colour as somebody with deuteranopia sees it."""
    channels = np.array(to_rgb(colour))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    ratio = XYZ @ np.clip(DEUTERANOPIA @ linear, 0, 1) / np.array([0.95047, 1, 1.08883])
    x, y, z = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def distance(first, second):
    """CIEDE2000 of two colours in CIELAB."""
    (l1, a1, b1), (l2, a2, b2) = first, second
    mean = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    g = 1 + 0.5 * (1 - np.sqrt(mean**7 / (mean**7 + 25**7)))
    c1, c2 = np.hypot(g * a1, b1), np.hypot(g * a2, b2)
    h1, h2 = (np.degrees(np.arctan2(b, g * a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = (h2 - h1 + 180) % 360 - 180 if c1 * c2 else 0
    hue = np.radians(h1 + turn / 2 if c1 * c2 else h1 + h2)
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    t = 1 - 0.17 * np.cos(hue - np.pi / 6) + 0.24 * np.cos(2 * hue)
    t += 0.32 * np.cos(3 * hue + np.radians(6)) - 0.2 * np.cos(4 * hue - np.radians(63))
    blue = np.radians(60 * np.exp(-((((np.degrees(hue) % 360) - 275) / 25) ** 2)))
    parts = np.array(
        [
            (l2 - l1) / (1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2)),
            (c2 - c1) / (1 + 0.045 * chroma),
            2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn) / 2) / (1 + 0.015 * chroma * t),
        ]
    )
    rotation = -np.sin(blue) * 2 * np.sqrt(chroma**7 / (chroma**7 + 25**7))
    return np.sqrt((parts**2).sum() + rotation * parts[1] * parts[2])


@pytest.mark.parametrize(
    ("first", "second", "known"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.135), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_distances_are_those_of_the_paper(first, second, known):
    assert distance(first, second) == pytest.approx(known, abs=1e-4)


@pytest.mark.parametrize("plot", TOGETHER)
def test_colours_that_share_a_plot_are_told_apart_with_deuteranopia(plot):
    for first, second in itertools.combinations(sorted(TOGETHER[plot]), 2):
        assert distance(lab(first), lab(second)) >= 15, (first, second)


def test_lines_and_the_numbers_in_cells_have_contrast():
    for colour in set().union(*TOGETHER.values()):
        assert 1.05 / (luminance(colour) + 0.05) >= 3, colour
    for share in np.linspace(0, 1, 101):
        light = luminance(colour_of(share)) + 0.05
        assert max(1.05 / light, light / 0.05) >= 4.5


def test_what_is_told_by_colour_is_told_by_a_mark_too():
    for entries in (claim_lists.JUDGED, score_lists.AUDIBLE, CONDITIONS):
        markers = [entry[2] for entry in entries.values()]
        assert len(set(markers)) == len(markers)
