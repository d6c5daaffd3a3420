"""The report as a reader opens it: in headless Chromium, without the network."""

import re
import shutil
import zipfile

import pytest
from playwright.sync_api import expect, sync_playwright
from support.places import ROOT
from support.running import copied, run, succeeded

CHROMIUM = shutil.which("chromium")


@pytest.fixture(scope="module")
def report(project, tmp_path_factory):
    """The report and the crate of the small study, of a copy of which others know nothing."""
    copy = copied(project, tmp_path_factory.mktemp("report") / "sarangi")
    succeeded(run(copy, "--cores", 1, "report", "workflow_crate"))
    return copy / "study/paper/report.html"


@pytest.fixture
def page(report):
    """The report open in a browser that reaches nothing else; what goes wrong in it fails the test."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    wrong = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(offline=True, viewport={"width": 1400, "height": 900})
        page = context.new_page()
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("requestfailed", lambda asked: wrong.append(f"asked for {asked.url[:200]}"))
        page.goto(report.as_uri())
        yield page
        browser.close()
    assert wrong == []


def shown(page, category, name):
    """Choose an entry of a category and show it."""
    page.get_by_text("General").wait_for()
    page.get_by_text(category, exact=True).first.click()
    row = page.locator("tr", has=page.get_by_text(name, exact=True))
    row.locator("a").first.click()
    return row


def test_the_crate_beside_it_holds_the_workflow_and_nothing_that_was_made(report):
    with zipfile.ZipFile(report.parents[1] / "results/workflow_crate.zip") as crate:
        names = set(crate.namelist())
    code = {path.relative_to(ROOT).as_posix() for path in (ROOT / "src").rglob("*.py")}
    assert code | {"Snakefile", "profiles/generic/status.py", "workflow/report/style.css"} <= names
    assert not [name for name in names if name.startswith(("paper/tables", "paper/figures", "results"))]


def test_it_says_what_it_is_and_that_its_speech_is_synthetic(page):
    assert page.get_by_role("heading", name="Sarangi").is_visible()
    assert page.get_by_text("Some of the speech here is synthetic").is_visible()


def test_a_table_opens_with_caption_rule_and_code(page):
    row = shown(page, "Tables", "scores")
    table = page.frame_locator("iframe")
    assert table.get_by_role("cell", name="speaker only").first.is_visible()
    assert table.get_by_text("Synthetic speech made by this project's demo").is_visible()
    row.locator("a").nth(1).click()
    expect(page.get_by_text("no result about people")).to_be_visible()
    expect(page.get_by_text("every cell says where it comes from", exact=False)).to_be_visible()
    page.locator("li", has_text=re.compile("^scores_table$")).locator("a").click()
    expect(page.get_by_text("from sarangi.paper.tables.scores import scores_table")).to_be_visible()


def test_a_figure_opens(page):
    shown(page, "Figures", "leakage")
    picture = page.locator("img[src*='filename=leakage.png']")
    picture.wait_for()
    assert picture.evaluate("image => image.naturalWidth") > 1000


def test_the_times_of_the_jobs_are_shown(page):
    page.get_by_text("Statistics", exact=True).first.click()
    drawn = page.locator("canvas")
    drawn.nth(1).wait_for()
    assert drawn.nth(0).bounding_box()["height"] > 300


def test_every_table_and_figure_is_in_it_and_nothing_from_elsewhere(report):
    text = report.read_text()
    for kind, suffix in (("tables", "html"), ("figures", "png")):
        made = [path.name for path in (report.parent / kind).glob(f"*.{suffix}")]
        assert len(made) >= 8
        for name in made:
            assert f'"paper/{kind}/{name}"' in text
    assert 'src="http' not in text and 'rel="stylesheet" href' not in text
    assert str(ROOT) not in text
