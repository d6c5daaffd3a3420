"""The page that listens: made by a real Snakemake, opened in headless Chromium, without the network."""

import io
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import zipfile
from contextlib import contextmanager

import numpy as np
import pandas as pd
import pytest
import soundfile
from huggingface_hub import ModelCard
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError
from playwright.sync_api import sync_playwright
from support.places import ROOT
from support.recordings import BROKEN
from support.running import copied, jobs, snakemake, succeeded

from sarangi.app.card_files import read_card
from sarangi.base import store

CHROMIUM = shutil.which("chromium")
AUDIO, BOTH = "ravdess_grouped3_audio_tiny/0/42", "ravdess_grouped3_fusion_tiny/0/42"


@pytest.fixture(scope="module")
def app(built, tmp_path_factory):
    """The chain with what the page needs of its models that hear, one of which reads, too."""
    folder = copied(built, tmp_path_factory.mktemp("app") / "study")
    succeeded(snakemake("--cores", 2, "app", directory=folder))
    return folder


@pytest.fixture(scope="module")
def clips(app):
    """Recordings of the corpus, as it publishes them, by id."""
    manifest = store.read(app / "results/corpora/ravdess/manifest.parquet").set_index("utterance_id")["file"]
    with zipfile.ZipFile(app / "resources/made/ravdess.zip") as archive:
        return {name: archive.read(file) for name, file in manifest.items()}


def predicted(app, run):
    """What the pipeline predicted of the run's own test part."""
    table = store.read(app / "results/runs" / run / "predictions/within.parquet")
    return table[table["status"] == "ok"].set_index("utterance_id")


@contextmanager
def served(command, cwd):
    """The address of a page that runs in a process of its own, without the checkout on its path."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    uploads = cwd / "uploads"
    uploads.mkdir()
    environment |= {"GRADIO_SERVER_PORT": str(port), "HF_HUB_OFFLINE": "1", "TMPDIR": str(uploads)}
    if "listen" in command:
        command, environment["PYTHONPATH"] = [*command, "--port", str(port)], str(ROOT / "src")
    running = subprocess.Popen(
        command, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        said = []
        while "Sarangi listens at" not in (line := running.stdout.readline()):
            said.append(line)
            assert line or running.poll() is None, "".join(said)
        yield f"http://127.0.0.1:{port}", "".join(said)
    finally:
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=60)
    # all that was put into temporary files is gone
    assert not list(uploads.iterdir())
    uploads.rmdir()


@pytest.fixture(scope="module")
def address(app):
    command = [sys.executable, "-m", "sarangi", "listen", "--model", AUDIO, "--directory", str(app)]
    with served(command, app) as (found, _):
        yield found


@contextmanager
def opened(address, width=1200, *switches):
    """The page in a browser; whatever goes wrong in it, or is asked of another machine, fails the test."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    wrong = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *switches])
        page = browser.new_context(viewport={"width": width, "height": 800}).new_page()
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda asked: None if local(asked.url, address) else wrong.append(asked.url))
        page.on("response", lambda got: wrong.append(f"{got.status} {got.url}") if got.status > 399 else None)
        page.goto(address)
        page.get_by_role("button", name="Listen", exact=True).wait_for()
        page.locator("#clip button").first.wait_for()
        yield page
        browser.close()
    assert wrong == []


def local(url, address):
    return url.startswith((address, "data:", f"blob:{address}"))


def give(page, data, name="clip.wav"):
    if page.get_by_role("button", name="Clear").count():
        page.get_by_role("button", name="Clear").click()
    page.locator("#clip input[type=file]").set_input_files(
        {"name": name, "mimeType": "audio/wav", "buffer": data}
    )
    page.get_by_role("button", name="Clear").wait_for()
    page.locator("#answer", has_text="then press Listen").wait_for()


def answer(page, press=None):
    """Press the button, and return what the page says then."""
    said = page.locator("#answer [role=status]")
    before = said.inner_text()
    (press or page.get_by_role("button", name="Listen", exact=True).click)()
    changed = "before => document.querySelector('#answer [role=status]').innerText != before"
    page.wait_for_function(changed, arg=before, timeout=60_000)
    return said.inner_text()


def probabilities(page):
    rows = page.locator("#answer td[data-p]")
    return {
        row.get_attribute("data-emotion"): float(row.get_attribute("data-p")) for row in rows.all()
    }  # fmt: skip


def choose(page, name, title=None):
    """Choose a model by its name, or by its title where names cannot be typed."""
    page.locator("#model input").fill(title or name)
    page.locator("#model input").press("Enter")
    page.locator("#about", has_text=name).wait_for()


def same(found, row):
    assert len(found) == 8
    for emotion, p in found.items():
        assert abs(p - row[f"p_{emotion}"]) <= 1e-6, emotion


def test_each_run_has_a_card_that_the_hub_can_read_and_that_says_synthetic(app):
    folders = [app / "results/runs" / run.split("/")[0] for run in (AUDIO, BOTH)]
    runs = [run for folder in folders for run in sorted(folder.glob("[0-9]*/*"))]
    assert len(runs) == 4
    for run in runs:
        card = ModelCard.load(run / "README.md")
        data = read_card(run)
        assert card.data.license == "mit" and "synthetic" in card.data.tags
        assert {result.dataset_name for result in card.data.eval_results} == {"RAVDESS (synthetic)"}
        assert "Synthetic." in card.text and "Article 5(1)(f)" in card.text
        score = store.read(app / f"results/scores/{data['experiment']}.parquet")
        uar = score[(score["slice"] == "folds") & (score["metric"] == "uar")].iloc[0]
        shown = next(r.metric_value for r in card.data.eval_results if r.metric_name.startswith("UAR"))
        assert shown == pytest.approx(uar["value"], abs=1e-6)
        assert data["speakers"] == {"tested": 6, "heard": 0, "unseen": True}
        assert str(app) not in (run / "README.md").read_text() + (run / "card.json").read_text()


def test_a_second_run_does_nothing(app):
    assert jobs(snakemake("--cores", 1, "-n", "app", directory=app)) == {}


def test_an_upload_gives_the_pipelines_own_probabilities_and_what_is_known_of_the_model(app, address, clips):
    truth = predicted(app, AUDIO)
    with opened(address) as page:
        for name in truth.index[:2]:
            give(page, clips[name])
            text = answer(page)
            same(probabilities(page), truth.loc[name])
            assert f"It takes this for {truth.loc[name, 'predicted']}" in text
        assert "Synthetic" in text
        assert re.search(r"it was right in \d+ % of \d+ answers? on speakers that it had not heard", text)
        picture = page.locator("#answer img")
        assert picture.evaluate("image => image.naturalWidth") > 100
        assert "Spectrogram" in picture.get_attribute("alt")
        assert page.get_by_role("img", name="Waveform of the clip").is_visible()
        assert page.locator("#answer .line").count() == 8
        about = page.locator("#about").inner_text()
        for part in ("Scores on unseen speakers", "6 speakers, none of whom", "chance", "Not for", "hiring"):
            assert part in about
        # another model on the same clip, and then on other words
        choose(page, BOTH)
        text = answer(page)
        same(probabilities(page), predicted(app, BOTH).loc[name])
        assert "Words (by Whisper): “Kids are talking by the door”" in text or "Dogs are sitting" in text
        # a copy of a run elsewhere, typed by whoever sits at this machine
        folder = app / "elsewhere"
        shutil.copytree(app / "results/runs" / AUDIO, folder)
        choose(page, str(folder))
        answer(page)
        same(probabilities(page), truth.loc[name])
        assert "Scores on unseen speakers" in page.locator("#about").inner_text()
        choose(page, BOTH)
        answer(page)
        before = probabilities(page)
        page.locator("#words textarea").fill("It is a wonderful day")
        assert "Words (as typed)" in answer(page)
        assert probabilities(page) != before


def test_models_have_titles_one_is_recommended_and_there_is_an_example(app, tmp_path):
    command = [sys.executable, "-m", "sarangi", "listen", "--directory", str(app)]
    with served(command, tmp_path) as (address, _), opened(address, 390) as page:
        first = page.locator("#model input").input_value()
        assert first.endswith("(recommended)") and "/0/42" not in first
        assert "chance is" in page.locator("#chosen").inner_text()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.get_by_role("button", name="Example: a synthetic voice").click()
        page.get_by_role("button", name="Clear").wait_for()
        page.locator("#answer", has_text="then press Listen").wait_for()
        text = answer(page)
        assert "It takes this for" in text and "No speech" not in text
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_what_cannot_be_used_is_said_in_words_without_a_path_or_traceback(app, address, clips):
    rng = np.random.default_rng(0)
    cases = {
        "not a sound file that can be read": b"RIFF" + rng.bytes(4000),
        "cut short": BROKEN["truncated"][0],
        "is only silence": wav(np.zeros(32_000)),
        "too short": wav(0.1 * rng.standard_normal(800)),
        "too long": wav(0.1 * rng.standard_normal(61 * 16_000)),
        "No speech was heard": wav(0.1 * rng.standard_normal(48_000)),
    }
    with opened(address) as page:
        for said, data in cases.items():
            give(page, data)
            assert said in answer(page), said
            assert not page.locator("#answer .said").count()
            body = page.locator("body").inner_text()
            assert "Traceback" not in body and str(app) not in body
        # a good clip after them
        name = predicted(app, AUDIO).index[0]
        give(page, clips[name])
        answer(page)
        same(probabilities(page), predicted(app, AUDIO).loc[name])


def test_the_keyboard_alone_suffices_and_360_pixels_do(app, address, clips):
    name = predicted(app, AUDIO).index[0]
    file = app / "clip.wav"
    file.write_bytes(clips[name])
    with opened(address, width=360) as page:
        chosen_by_keyboard(page, file)
        page.get_by_role("button", name="Clear").wait_for()
        tab_to(page, "Listen")
        answer(page, lambda: page.keyboard.press("Enter"))
        same(probabilities(page), predicted(app, AUDIO).loc[name])
        assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_recording_is_heard_and_a_missing_microphone_is_said(app, address, clips):
    file = app / "clip.wav"
    file.write_bytes(clips[predicted(app, AUDIO).index[0]])
    fake = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
    with opened(address, 1200, *fake, f"--use-file-for-fake-audio-capture={file}") as page:
        page.get_by_role("button", name="Record audio").click()
        page.get_by_role("button", name="Record", exact=True).click()
        page.wait_for_timeout(2500)
        page.get_by_role("button", name="Stop", exact=True).click()
        page.get_by_role("button", name="Play", exact=True).wait_for()
        text = answer(page)
        assert "It takes this for" in text and "No speech" not in text
    with opened(address) as page:
        page.get_by_role("button", name="Record audio").click()
        page.get_by_text("No microphone found").wait_for(state="attached")


def chosen_by_keyboard(page, file):
    # on a busy machine no choice came about once in a hundred openings of the page; why is not known
    for _ in range(3):
        tab_to(page, "upload")
        try:
            with page.expect_file_chooser(timeout=30_000) as chooser:
                page.keyboard.press("Enter")
        except PlaywrightTimeoutError:
            continue
        chooser.value.set_files(file)
        return
    pytest.fail("the key opens no choice of files")


def tab_to(page, name):
    # where no button has the focus the body has it, whose text has every name in it
    label = """() => {
        const button = document.querySelector("button:focus");
        return button ? button.getAttribute("aria-label") || button.innerText : "";
    }"""
    for _ in range(40):
        page.keyboard.press("Tab")
        if name in page.evaluate(label):
            return
    pytest.fail(f"no {name} is reached by the Tab key")


def test_two_people_at_once_get_their_own_answers_and_nothing_is_kept(app, address, clips):
    truth = predicted(app, AUDIO)
    with opened(address) as page:
        other = page.context.new_page()
        other.goto(address)
        other.get_by_role("button", name="Listen", exact=True).wait_for()
        both = dict(zip((page, other), truth.index[:2], strict=True))
        for one, name in both.items():
            give(one, clips[name])
        for one in both:
            one.get_by_role("button", name="Listen", exact=True).click()
        for one, name in both.items():
            one.locator("#answer td[data-p]").first.wait_for()
            same(probabilities(one), truth.loc[name])
    assert not [path for path in app.rglob("*.wav") if path.name != "clip.wav"]


def test_no_other_website_and_no_large_or_odd_request_reaches_the_page(app, address):
    from support.page import attack

    attack(address, app / "uploads")


def test_the_space_runs_elsewhere_by_itself(app, clips, tmp_path):
    space = tmp_path / "space"
    shutil.copytree(app / "space", space)
    assert "sdk: gradio" in (space / "README.md").read_text()
    pins = (space / "requirements.txt").read_text()
    assert re.search(r"^gradio==", pins, re.M) and re.search(r"^torch==", pins, re.M)
    assert "snakemake" not in pins
    # as `python app.py`, saying where its library lies
    start = "import runpy, sarangi; print(sarangi.__file__, flush=True); runpy.run_path('app.py')"
    with served([sys.executable, "-c", start], space) as (found, said):
        assert str(space) in said
        with opened(found) as page:
            choose(page, BOTH, read_card(app / "results/runs" / BOTH)["model"])
            name = predicted(app, BOTH).index[0]
            give(page, clips[name])
            answer(page)
            same(probabilities(page), predicted(app, BOTH).loc[name])
            # nobody opens a place of the machine on a page that others see, whatever is sent to it
            asked = {"data": ["/etc"], "fn_index": 1, "session_hash": "a"}
            page.request.post(f"{found}/gradio_api/queue/join", data=asked)
            said = page.request.get(f"{found}/gradio_api/queue/data?session_hash=a").text()
            assert '"success":false' in said.replace(" ", "")
            assert "config.json" not in said and "Traceback" not in said


def test_a_folder_is_predicted_file_by_file(app, clips, tmp_path):
    truth = predicted(app, BOTH)
    folder = tmp_path / "recordings"
    (folder / "deeper").mkdir(parents=True)
    for name in truth.index[:9]:
        (folder / "deeper" / name.replace("/", "_")).write_bytes(clips[name])
    (folder / "broken.wav").write_bytes(BROKEN["truncated"][0])
    (folder / "notes.txt").write_text("no sound")
    (folder / "silence.wav").write_bytes(wav(np.zeros(32_000)))
    command = [sys.executable, "-m", "sarangi", "predict", str(folder), "--model", BOTH]
    done = subprocess.run(
        [*command, "--out", "predictions.parquet", "--directory", str(app)],
        cwd=tmp_path, capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "9 ok, 1 skipped, 2 failed" in done.stdout
    table = store.read(tmp_path / "predictions.parquet").set_index("file")
    assert list(table.index) == sorted(table.index)
    assert len(table) == 12
    assert table.loc["silence.wav", "status"] == "skipped"
    assert pd.isna(table.loc["silence.wav", "predicted"])
    assert "cut short" in table.loc["broken.wav", "reason"]
    assert table.loc["notes.txt", "status"] == "failed"
    for name in truth.index[:9]:
        row = table.loc[f"deeper/{name.replace('/', '_')}"]
        assert row["predicted"] == truth.loc[name, "predicted"]
        columns = [column for column in truth.columns if column.startswith("p_")]
        assert np.abs((row[columns] - truth.loc[name, columns]).astype(float)).max() <= 1e-6
        assert row["words"] and row["speech"] > 0.3
    assert store.provenance(tmp_path / "predictions.parquet")["model"] == BOTH
    assert sorted(path.name for path in tmp_path.iterdir()) == ["predictions.parquet", "recordings"]
    assert pd.isna(table.loc["silence.wav", "p_angry"])


def wav(signal):
    file = io.BytesIO()
    soundfile.write(file, signal, 16_000, format="WAV")
    return file.getvalue()
