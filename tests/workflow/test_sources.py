"""Where a corpus comes from, in real runs: an own compressed archive, a download of unknown checksum."""

import shutil
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
import yaml
from support.recordings import sound, tarred
from support.running import jobs, snakemake
from support.studies import small, write_study

from sarangi.base import store
from sarangi.models.encoders import load_encoder
from sarangi.runtime import records

MANIFEST = "results/corpora/urdu_latif/manifest.parquet"
CLIPS = [(f"URDU/Sad/SM{n}_F1_S0{n}.wav", sound(0.2, seed=n)) for n in range(1, 6)]
NESTED = tarred([("URDU/README.md", b"about"), ("URDU/clips.tar.gz", tarred([(n[5:], d) for n, d in CLIPS]))])


def run(folder, *arguments):
    return snakemake("--cores", 1, *arguments, MANIFEST, directory=folder)


def test_an_own_compressed_archive_goes_before_the_source_and_becomes_a_zip_once(study, tmp_path):
    folder = write_study(small(study), tmp_path)
    (folder / "resources/corpora").mkdir(parents=True)
    own = folder / "resources/corpora/urdu_latif.tar.gz"
    own.write_bytes(NESTED)
    assert jobs(run(folder)) == {"repack": 1, "manifest": 1}
    rows = store.read(folder / MANIFEST)
    assert len(rows) == 5
    assert set(rows["status"]) == {store.OK}
    assert jobs(run(folder)) == {}
    own.touch()
    assert jobs(run(folder)) == {}
    assert records.read("resources/made/urdu_latif.zip", folder)["inputs"].keys() == {
        "resources/corpora/urdu_latif.tar.gz"
    }
    # another archive under the name is noticed, and taken away the source is used again
    own.write_bytes(tarred([*CLIPS[:4], ("URDU/Sad/SM5_F1_S05.wav", b"")]))
    done = run(folder)
    assert jobs(done) == {"repack": 1, "manifest": 1}
    assert len(store.read(folder / MANIFEST)) == 5
    # a tenth of it failed, which the end of the run says
    assert "not the corpus: urdu_latif: 1 of 5 failed: 1 the file is empty (0 bytes)" in done.stderr
    own.unlink()
    assert jobs(run(folder, "-n")) == {"synthetic_corpus": 1, "manifest": 1}


@pytest.fixture
def published(tmp_path):
    """A folder and the address that serves what is in it."""
    folder = tmp_path / "published"
    folder.mkdir()

    class Handler(SimpleHTTPRequestHandler):
        def __init__(self, *arguments, **named):
            super().__init__(*arguments, directory=str(folder), **named)

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield folder, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_download_of_unknown_checksum_is_recorded_runs_once_and_is_enforced_in_a_clone(
    study, published, tmp_path
):
    place, address = published
    (place / "raw.tar.gz").write_bytes(NESTED)
    study = small(study) | {"download": True}
    study["corpora"]["urdu_latif"]["source"] = {"address": f"{address}/raw.tar.gz"}
    folder = write_study(study, tmp_path / "study")
    assert jobs(run(folder)) == {"download": 1, "manifest": 1}
    assert len(store.read(folder / MANIFEST)) == 5
    checksums = (folder / "checksums.yaml").read_bytes()
    assert list(yaml.safe_load(checksums)) == [f"{address}/raw.tar.gz"]
    assert "sha256:" in (folder / "results/logs/download/urdu_latif.log").read_text()
    # what it recorded is nothing that the download was made from
    assert jobs(run(folder)) == {}
    clone = write_study(study, tmp_path / "clone")
    shutil.copyfile(folder / "checksums.yaml", clone / "checksums.yaml")
    (place / "raw.tar.gz").write_bytes(tarred(CLIPS[:4]))
    done = run(clone)
    assert done.returncode != 0
    message = (clone / "results/logs/download/urdu_latif.log").read_text()
    assert "as checksums.yaml recorded on first use" in message
    assert "Traceback" not in message
    assert (clone / "checksums.yaml").read_bytes() == checksums
    assert not list(clone.glob("resources/made/*"))


def test_the_encoder_of_a_whisper_is_written_from_the_checkpoint_that_the_study_has(study, tmp_path):
    study = small(study)
    study["encoders"]["heard"] = {"title": "Whisper", "licence": "MIT", "source": {"asr": "tiny_whisper"}}
    folder = write_study(study, tmp_path)
    config = "resources/weights/heard/config.json"
    done = snakemake("--cores", 1, config, directory=folder)
    assert jobs(done) == {"random_whisper": 1, "whisper_encoder": 1}
    assert records.read(config, folder)["inputs"].keys() == {"resources/weights/tiny_whisper.pt"}
    assert load_encoder(folder / "resources/weights/heard").config.d_model == 32
