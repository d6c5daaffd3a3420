"""Messages of errors."""

from sarangi.base.errors import SarangiError, shown


def test_a_message_shows_what_it_quotes_as_one_line_that_can_be_printed():
    text = str(SarangiError("a.csv: found \x1b[2J\udc80\u202e\nx " + "y" * 5000, "  and this"))
    first, second = text.split("\n")
    assert first.startswith(r"a.csv: found \x1b[2J\udc80\u202e x yyy") and len(first) < 1100
    assert second == "  and this"
    assert len(shown("\0" * 2**24)) < 5000
