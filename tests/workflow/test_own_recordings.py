"""From a folder and a table to tables: the three commands, as a person gives them."""

import os
import subprocess
import sys

import pytest
import yaml
from support.places import ROOT
from support.recordings import sound

EMOTIONS = {"Wut": 330.0, "sad": 150.0, "other": 500.0}


def sarangi(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "sarangi", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def recordings(tmp_path):
    """Tones by four speakers, one of them twice with two labels, and one row without its recording."""
    lines = ["Take;Label;Who;room"]
    for speaker in range(4):
        (tmp_path / f"wavs/s{speaker}").mkdir(parents=True)
        for label, pitch in EMOTIONS.items():
            for take in range(4):
                name = f"s{speaker}/{label}{take}"
                tone = sound(0.7, frequency=pitch + 9 * speaker, seed=100 * speaker + take)
                (tmp_path / f"wavs/{name}.wav").write_bytes(tone)
                lines.append(f"{name};{label};S{speaker};{take % 2}")
    copy = (tmp_path / "wavs/s0/Wut0.wav").read_bytes()
    (tmp_path / "wavs/s0/again.wav").write_bytes(copy)
    lines += ["s0/again;sad;S0;1", "s1/gone;sad;S1;1"]
    (tmp_path / "labels.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


def test_three_commands_lead_from_a_table_to_tables(recordings):
    done = sarangi(recordings, "new", "my", "--table", "labels.csv", "--audio", "wavs")
    assert done.returncode == 0, done.stderr
    assert "1 rows: no such recording (labels.csv:51: s1/gone" in done.stdout
    config = recordings / "my/config.yaml"
    study = yaml.safe_load(config.read_text(encoding="utf-8"))
    study["experiments"][0] |= {"protocols": ["loso", "random5"], "models": ["egemaps_svm", "constant"]}
    config.write_text(yaml.safe_dump(study | {"bootstrap": {"draws": 200}}, allow_unicode=True))

    done = sarangi(recordings, "audit", "my", "--cores", "2")
    assert done.returncode == 0, done.stderr[-3000:]
    lines = done.stdout.splitlines()
    assert lines[0] == '$ snakemake -s "$(sarangi where)" --directory my --cores 2 -- audit'
    assert lines[2].startswith("my: 50 utterances, 2 emotions, 4 speakers; 1 of 34 failed: ")
    assert "16 skipped: 16 label 'other'" in lines[2]
    fatal = [line for line in lines if line.startswith("  FATAL")]
    assert any("my/s0/Wut0.wav my/s0/again.wav" in line and "listen to both" in line for line in fatal)
    assert lines[-1] == "All checks: my/audit.html"
    assert (recordings / "my/audit.html").is_file()
    # nothing is left to be done, and what matters is said again
    again = sarangi(recordings, "audit", "my")
    assert "Nothing to be done" in again.stderr
    assert again.stdout.splitlines()[2:] == lines[2:]

    done = sarangi(recordings, "run", "my", "paper/tables", "results/summary.txt", "--cores", "2")
    assert done.returncode == 0, done.stderr[-3000:]
    assert "tables: my/paper/tables" in done.stdout
    summary = (recordings / "my/results/summary.txt").read_text(encoding="utf-8")
    assert summary.startswith("my, leave one speaker out: UAR ")
    assert "chance 0.500" in summary
    assert "(random 5-fold)" in summary

    done = sarangi(recordings, "explain", "my_loso_egemaps_svm.uar", "--directory", "my")
    assert done.returncode == 0, done.stderr
    assert "results/scores/my_loso_egemaps_svm.parquet" in done.stdout


def test_an_audit_of_nothing_fails_and_says_why(tmp_path):
    entry = {"shards": 1, "licence": "l", "citation": "c", "access": "request", "source": {"request": "ask"}}
    experiments = [{"corpora": ["shemo"], "protocols": ["loso"], "models": ["egemaps_svm"]}]
    (tmp_path / "config.yaml").write_text(
        yaml.safe_dump({"corpora": {"shemo": entry}, "experiments": experiments})
    )
    done = sarangi(tmp_path, "audit", ".")
    assert done.returncode == 1
    assert "no corpus is available, so nothing can be audited" in done.stderr
    assert "shemo: ask" in done.stderr
