"""Pages in headless Chromium, without the network; a test is skipped where there is none."""

import shutil
from contextlib import contextmanager
from html.parser import HTMLParser

import pytest
from playwright.sync_api import sync_playwright

CHROMIUM = shutil.which("chromium")
DESK, PHONE = 1280, 390
"""Widths of a window, in pixels."""


@contextmanager
def browser():
    """Chromium, for :func:`shown`."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


@contextmanager
def shown(running, file, width=DESK, scheme="light"):
    """A page of a file; whatever goes wrong in it, or is asked of elsewhere, fails the test."""
    wrong = []
    context = running.new_context(offline=True, viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("requestfailed", lambda asked: wrong.append(f"asked for {asked.url[:200]}"))
    page.goto(file.as_uri())
    yield page
    context.close()
    assert wrong == []


def fits(page):
    """Whether nothing of a page is to the right of its window."""
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def well_formed(text):
    """Whether every tag that is opened is closed, in the order of HTML."""
    open_tags, alone = [], {"meta", "img", "br", "input", "link", "hr", "col", "!doctype"}

    class Parser(HTMLParser):
        def handle_starttag(self, tag, attrs):
            if tag not in alone:
                open_tags.append(tag)

        def handle_endtag(self, tag):
            assert open_tags.pop() == tag, (tag, self.getpos())

    Parser().feed(text)
    return not open_tags
