"""What a PDF shows: its pages, and how large its letters are."""

import re
import subprocess
from collections import defaultdict

ZOOM = 3  # more is not taken; sizes are then thirds of a point
SPEC = re.compile(r'<fontspec id="(\d+)" size="(-?\d+)"')
TEXT = re.compile(r'<text [^>]*font="(\d+)">(.*?)</text>', re.DOTALL)


def pages_of(pdf):
    """The text of each page, in the order that LaTeX wrote it: by place the columns may get mixed."""
    command = ["pdftotext", "-raw", str(pdf), "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\f")[:-1]


def letters_of(pdf):
    """A text in each size of letters, in points, as they are on the page."""
    command = ["pdftohtml", "-xml", "-i", "-stdout", "-zoom", str(ZOOM), str(pdf)]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    sizes = {number: int(size) / ZOOM for number, size in SPEC.findall(found)}
    shown = defaultdict(list)
    for number, text in TEXT.findall(found):
        shown[sizes[number]].append(re.sub("<[^>]+>", "", text))
    return {size: max(texts, key=len) for size, texts in sorted(shown.items()) if any(map(str.strip, texts))}
