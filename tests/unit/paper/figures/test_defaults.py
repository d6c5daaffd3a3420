"""Figures begin from matplotlib's defaults and fonts, and say which letters they cannot show."""

import json
import logging
import os
import subprocess
import sys
from dataclasses import asdict

import pytest
from matplotlib import font_manager
from support.places import ROOT

from sarangi.paper.figures.page import in_words

DRAW = """
import os, sys
from pathlib import Path
from sarangi.base.personal_settings import close
close(os.environ)
from sarangi.paper.figures.page import Page, in_words, save
from sarangi.paper.figures.style import STYLE
import matplotlib
output = lambda name: {suffix: Path(sys.argv[1], f"{name}.{suffix}") for suffix in ("pdf", "png")}
in_words("Nothing costs $5, or $6.", ["x"], output("words"))
with matplotlib.rc_context(STYLE):
    page = Page(1.0, ["a note"], [])
    axes = page.axes(1, 0.2, 3, 0.8)
    axes.plot([0, 1], [0, 1])
    axes.plot([1, 0], [0, 1])
    axes.set(xlabel="a label", title="a title")
    save(page.figure, output("lines"))
"""
RC = "axes.facecolor: yellow\nlines.linewidth: 5\nfont.size: 20\naxes.prop_cycle: cycler('color', ['r'])\n"
RC += "savefig.bbox: tight\nsavefig.facecolor: pink\ntext.hinting: none\npdf.compression: 0\n"


def test_the_users_own_settings_change_no_byte_of_a_figure(tmp_path):
    plain, hostile, broken = (
        drawn(tmp_path, name, **settings)
        for name, settings in (
            ("a", {}),
            ("b", own(tmp_path, "b", RC.encode())),
            ("c", own(tmp_path, "c", RC.encode() + "# größer\n".encode("cp1252"))),
        )
    )
    assert len(plain) == 4
    assert hostile == plain
    assert broken == plain


def own(folder, name, rc):
    """Settings of a user: files in the working folder and in one of their own, and variables."""
    here, config = folder / name, folder / f"config_{name}"
    for place in (here, config, config / "stylelib", config / "matplotlib"):
        place.mkdir(parents=True)
        (place / "matplotlibrc").write_bytes(rc)
    (config / "stylelib/classic.mplstyle").write_bytes(rc)
    (config / "fonts.conf").write_text("<fontconfig><dir>/nowhere</dir></fontconfig>")
    cache = config / f"fontlist-v{font_manager.FontManager.__version__}.json"
    font_manager.json_dump(font_manager.fontManager, cache)
    cache.write_text(cache.read_text().replace("DejaVuSans.ttf", "DejaVuSerif.ttf"))
    assert "DejaVuSerif.ttf" in json.dumps([asdict(entry) for entry in font_manager.json_load(cache).ttflist])
    return {
        "MATPLOTLIBRC": config, "MPLCONFIGDIR": config, "XDG_CONFIG_HOME": config, "HOME": config,
        "MPLBACKEND": "module://nowhere", "FONTCONFIG_FILE": config / "fonts.conf",
        "SOURCE_DATE_EPOCH": "86400", "FREETYPE_PROPERTIES": "truetype:interpreter-version=35",
        "TZ": "Asia/Karachi", "LC_ALL": "C",
    }  # fmt: skip


def drawn(folder, name, **settings):
    place = folder / name
    place.mkdir(exist_ok=True)
    environment = (
        os.environ | {"PYTHONPATH": str(ROOT / "src")} | {key: str(v) for key, v in settings.items()}
    )
    command = [sys.executable, "-c", DRAW, str(place)]
    done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {path.name: path.read_bytes() for path in place.iterdir() if path.suffix in (".pdf", ".png")}


# a job ignores what matplotlib says of each glyph
@pytest.mark.filterwarnings("ignore:Glyph")
def test_letters_without_a_shape_are_said_with_their_text(tmp_path, caplog):
    output = {suffix: tmp_path / f"x.{suffix}" for suffix in ("pdf", "png")}
    with caplog.at_level(logging.WARNING, "sarangi"):
        in_words("हिन्दी and ਪੰਜਾਬੀ stand between سنڌي, Ελληνικά and a\u200cb", [], output)
    (said,) = caplog.messages
    assert "ह (DEVANAGARI LETTER HA)" in said
    assert "ਪ (GURMUKHI LETTER PA)" in said
    assert "ARABIC" not in said.partition("of “")[0]
    assert "config.yaml" in said
    caplog.clear()
    in_words("سنڌي, Ελληνικά, кириллица and Latin", [], output)
    assert not caplog.messages
