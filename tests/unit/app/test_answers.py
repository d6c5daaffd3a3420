"""What the page says of a clip: no headline where nobody spoke, and nothing told by colour alone."""

import re
from types import SimpleNamespace

import numpy as np
import pytest
from support.browser import PHONE, browser, fits, shown, well_formed

from sarangi.app.answers import NEVERTHELESS, answer_of
from sarangi.app.clips import NO_SPEECH, Clip
from sarangi.app.look import CSS

EMOTIONS = ["an <i>gry", "calm", "a name of an emotion that is rather long"]


class Listening(SimpleNamespace):
    """A model that finds the louder half of a clip sad."""

    def answer(self, signals, words):
        loud = np.array([min(float(np.abs(signal).max()), 0.9) for signal in signals])
        return np.stack([loud, (1 - loud) / 3, (1 - loud) * 2 / 3], 1).astype(np.float32)


LISTENER = Listening(
    name="m", emotions=EMOTIONS, hears=True, reads=False, seconds=3.0, shortest=400, card=None, own_words=None
)
SIGNAL = (np.linspace(0, 0.8, 5 * 16_000) * np.sin(np.arange(5 * 16_000) / 20)).astype(np.float32)


def test_where_nobody_spoke_no_emotion_is_the_headline():
    spoken = answer_of(LISTENER, Clip(SIGNAL, 0.9, None), "")
    assert "It takes this for <em>an &lt;i&gt;gry</em>" in spoken and NO_SPEECH not in spoken
    noise = answer_of(LISTENER, Clip(SIGNAL, 0.0, None), "")
    before = noise.partition("<details>")[0]
    assert NO_SPEECH in before and "It takes this" not in noise and "data-p" not in before
    assert not any(part in before for part in ("gry", "calm", "rather long"))
    assert f"<summary>{NEVERTHELESS}</summary>" in noise and noise.count("data-p=") == 3
    assert well_formed(noise) and well_formed(spoken)


def test_every_emotion_has_a_line_of_its_own_behind_its_name():
    page = answer_of(LISTENER, Clip(SIGNAL, 0.9, None), "")
    assert page.count('<polyline class="line"') == 3
    lines = re.findall(r'aria-label="([^"]+) over time"', page)
    assert lines == ["an &lt;i&gt;gry", EMOTIONS[2], "calm"]  # as in the table above them
    assert not re.search(r"#[0-9a-fA-F]{6}|stroke=|fill=", page)
    one = answer_of(LISTENER, Clip(SIGNAL[:16_000], 0.9, None), "")
    assert "each line has one value" in one


@pytest.mark.parametrize("spoken", [0.0, 0.9])
def test_an_answer_fits_a_telephone(tmp_path, spoken):
    file = tmp_path / "answer.html"
    answer = answer_of(LISTENER, Clip(SIGNAL, spoken, None), "")
    answer = answer.replace("<details>", "<details open>")
    head = f'<meta name="viewport" content="width=device-width"><style>{CSS}</style>'
    file.write_text(f'{head}<div id="answer">{answer}</div>')
    with browser() as running, shown(running, file, PHONE) as page:
        assert fits(page)
        wide = page.evaluate(
            "[...document.querySelectorAll('#answer *')].filter(e => e.scrollWidth > innerWidth)"
        )
        assert wide == []
        assert page.locator("#answer .line").count() == 3
