"""A table in HTML, as a browser shows it: sorted, filtered, and asked where a number comes from."""

import pytest
from support.browser import DESK, PHONE, browser, fits, shown, well_formed

from sarangi.paper.tables.columns import Column
from sarangi.paper.tables.html_page import html_page
from sarangi.paper.tables.table import Table

HOSTILE = "</td></table><script>document.title='run'</script><img src=x onerror=document.title='run'> it's"
COLUMNS = [Column("Model", text=True), Column("UAR"), Column("p (it's)"), Column("n")]
ROWS = [
    {"Model": HOSTILE, "UAR": "0.300", "p (it's)": "< 0.001", "n": 1_000},
    {"Model": "b", "UAR": "–", "p (it's)": "0.040", "n": 20},
    {"Model": "c", "UAR": "0.100", "p (it's)": "−1.5", "n": 3},
    {"Model": "d", "UAR": "0.200", "p (it's)": "–", "n": "2,000"},
    *({"Model": f"m{n}", "UAR": f"0.9{n}0", "p (it's)": "1.000", "n": 9} for n in range(3)),
]


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    table = Table("scores", "Scores <i>. Of all.", COLUMNS, ROWS, [{}] * len(ROWS), bold=[(0, "UAR")])
    found = tmp_path_factory.mktemp("table") / "scores.html"
    found.write_text(html_page(table, ["a <note>"]), encoding="utf-8")
    return found


def column(page, place):
    return page.locator(f"tbody tr:not([hidden]) > :nth-child({place})").all_inner_texts()


def test_rows_are_sorted_and_filtered_and_keep_the_numbers_that_explain_takes(file):
    with browser() as running, shown(running, file) as page:
        assert page.title() == "Scores <i>"
        assert column(page, 1) == ["1", "2", "3", "4", "5", "6", "7"]
        assert column(page, 2)[0] == HOSTILE
        assert "a <note>" in page.locator("body").inner_text()
        head = page.get_by_role("button", name="UAR", exact=False)
        head.click()
        assert column(page, 3) == ["0.100", "0.200", "0.300", "0.900", "0.910", "0.920", "–"]
        assert column(page, 1)[:3] == ["3", "4", "1"]
        head.click()
        assert column(page, 3)[0] == "0.920" and column(page, 3)[-1] == "–"
        page.get_by_role("button", name="n", exact=True).click()
        assert column(page, 5)[-1] == "2,000" and column(page, 5)[-2] == "1000"
        page.get_by_role("button", name="p (it's)").click()
        assert column(page, 4)[0] == "−1.5"
        page.get_by_label("Filter rows").fill("0.040 B")
        assert column(page, 1) == ["2"]
        assert "1 of 7 rows" in page.locator(".filter").inner_text()
        page.get_by_label("Filter rows").fill("")
        page.get_by_text("< 0.001").click()
        assert "sarangi explain 'scores:1:p (it'\\''s)'" in page.locator("#origin").inner_text()
        page.get_by_role("button", name="4", exact=True).press("Enter")
        assert page.locator("#origin code").inner_text() == "sarangi explain scores:4"


def test_nothing_is_cut_off_on_a_phone_or_in_the_dark(file):
    with browser() as running:
        for width, scheme in ((PHONE, "light"), (DESK, "dark")):
            with shown(running, file, width, scheme) as page:
                assert fits(page)
                ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
                assert (ground == "rgb(255, 255, 255)") == (scheme == "light")


def test_tags_are_closed_in_order_and_what_is_no_tag_is_escaped(file):
    text = file.read_text(encoding="utf-8")
    assert well_formed(text)
    assert "<script>document" not in text and "onerror" in text
    assert text.count("<script>") == 1 and "Content-Security-Policy" in text
