"""Drafts of studies: what is understood of tables, and the configuration that is written."""

import jsonschema
import pytest
import yaml
from support.places import ROOT
from support.published_forms import as_emobox

from sarangi.base.errors import SarangiError
from sarangi.drafts.draft import draft
from sarangi.drafts.protocols import plan
from sarangi.drafts.writing import config_text, refuse_existing, write_new

LABELS = ("Wut", "happy", "neutral", "other")


def corpus(folder, speakers=4, takes=8, header="file,emotion,who", row="s{s}/{t},{label},P{s:02}"):
    """Recordings of some speakers, and their table."""
    lines = [header]
    for s in range(speakers):
        (folder / f"wavs/s{s}").mkdir(parents=True)
        for t in range(takes):
            (folder / f"wavs/s{s}/{t}.wav").write_bytes(b"RIFF")
            lines.append(row.format(s=s, t=t, label=LABELS[t % 4]))
    (folder / "labels.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def drafted(folder, **stated):
    return draft(folder / "My study", folder / "labels.csv", folder / "wavs", stated)


def written(folder, language=None):
    study, found = folder / "My study", drafted(folder)
    return write_new(study, config_text(found, plan(found), study, language)).read_text(encoding="utf-8")


def test_a_configuration_says_what_was_chosen_in_fewer_than_20_lines(tmp_path):
    text = written(corpus(tmp_path), "de")
    assert len(text.splitlines()) < 20
    assert yaml.safe_load(text) == {
        "corpora": {
            "my_study": {
                "table": "../labels.csv", "audio": "../wavs", "language": "de", "columns": {"speaker": "who"},
                "emotions": {"Wut": "angry"}, "skip": ["other"],
            }
        },
        "experiments": [
            {"corpora": ["my_study"], "protocols": ["loso", "loso_matched", "random5"],
             "models": ["egemaps_svm", "egemaps_logistic", "constant", "speaker_only"]}
        ],
    }  # fmt: skip
    assert str(tmp_path) not in text


@pytest.mark.parametrize(
    ("speakers", "protocols"), [(1, ("random2",)), (2, ("loso", "loso_matched", "random4")),
                                (30, ("loso", "loso_matched", "random5")),
                                (31, ("grouped5", "grouped5_matched", "random5"))],
)  # fmt: skip
def test_protocols_follow_from_the_number_of_speakers(tmp_path, speakers, protocols):
    planned = plan(drafted(corpus(tmp_path, speakers)))
    assert planned.protocols == protocols
    assert any("are few" in warning for warning in planned.warnings) == (1 < speakers < 8)


def test_what_no_split_can_mend_is_said(tmp_path):
    folder = corpus(tmp_path, 9)
    with (folder / "labels.csv").open("a") as table:
        table.write("s0/7.wav,bored,P00\ns0/6.wav,bored,P00\n")
    said = " ".join(plan(drafted(folder)).warnings)
    assert "only P00 has bored" in said
    assert "fewer than 5 recordings of an emotion (bored 2): hence the smaller number of random folds" in said
    assert drafted(folder).unknown == ["bored"]


@pytest.mark.parametrize(("speakers", "takes"), [(3, 4), (40, 1), (40, 3), (1, 8)])
def test_each_protocol_of_a_small_corpus_can_be_made(tmp_path, speakers, takes):
    found = yaml.safe_load(written(corpus(tmp_path, speakers, takes)))
    builtin = yaml.safe_load((ROOT / "workflow/schemas/builtin.yaml").read_text(encoding="utf-8"))
    known = builtin["protocols"] | found.get("protocols", {})
    clips = [(s, LABELS[t % 4]) for s in range(speakers) for t in range(takes) if t % 4 != 3]
    for name in found["experiments"][0]["protocols"]:
        entry = known[name]
        of = {label: [s for s, own in clips if own == label] for _, label in clips}
        if entry["kind"] != "leave_one_group_out":
            disjoint = entry["kind"] == "stratified_group_kfold"
            assert entry["folds"] <= min(len(set(of[e]) if disjoint else of[e]) for e in of), name


def test_without_speakers_there_are_random_folds_and_no_model_of_speakers(tmp_path):
    folder = corpus(tmp_path, header="file;emotion", row="s{s}/{t}.wav;{label}")
    found = yaml.safe_load(written(folder))["experiments"][0]
    assert (found["protocols"], "speaker_only" in found["models"]) == (["random5"], False)


def test_rows_without_recordings_are_counted_with_an_example(tmp_path):
    folder = corpus(tmp_path)
    (folder / "wavs/s1/3.wav").unlink()
    found = drafted(folder)
    assert (found.rows, found.recordings, found.named) == (32, 31, 31)
    assert dict(found.problems) == {"no such recording": 1}
    assert found.examples[0] == "labels.csv:13: s1/3"


@pytest.mark.parametrize(
    ("header", "row", "message"),
    [
        ("file,emotion", "x{s}/{t}y,{label}", r"names the recordings below .*like s0/0\.wav.*--column file="),
        ("file,number", "s{s}/{t}.wav,{s}{t}", "no column contains names of emotions.*--column emotion="),
        ("file,a,b", "s{s}/{t}.wav,x{t},y{s}", "a, b would do"),
        ("file,emotion,Emotion", "s{s}/{t}.wav,{label},{label}", "several columns are called"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_understood_is_told_with_the_option(tmp_path, header, row, message):
    with pytest.raises(SarangiError, match=message):
        drafted(corpus(tmp_path, header=header, row=row))
    assert not (tmp_path / "My study").exists()


def test_published_folds_are_a_protocol_of_the_configuration(tmp_path):
    form = as_emobox(tmp_path / "published")
    drafted = draft(tmp_path / "my", form["table"], form["audio"], {}, None)
    made = yaml.safe_load(config_text(drafted, plan(drafted), tmp_path / "my", None))
    assert made["protocols"]["published"] == {
        "title": "published folds", "kind": "emobox", "folder": "../published/folds", "folds": 1,
        "leaks": False,
    }  # fmt: skip
    assert made["experiments"][0]["protocols"][0] == "published"
    schema = yaml.safe_load((ROOT / "workflow/schemas/config.schema.yaml").read_text())
    jsonschema.validate(made["protocols"], schema["properties"]["protocols"] | {"$defs": schema["$defs"]})


def test_nothing_is_overwritten_and_nothing_half_written(tmp_path, monkeypatch):
    study = tmp_path / "study"
    file = write_new(study, "first\n")
    with pytest.raises(SarangiError, match="is not overwritten"):
        write_new(study, "second\n")
    # one that comes between the look and the write
    monkeypatch.setattr("sarangi.drafts.writing.refuse_existing", lambda study: None)
    with pytest.raises(FileExistsError):
        write_new(study, "third\n")
    assert [path.name for path in study.iterdir()] == ["config.yaml"]
    assert file.read_text() == "first\n"
    with pytest.raises(SarangiError, match="is a file"):
        refuse_existing(file)


def test_a_folder_without_recordings_is_told(tmp_path):
    folder = corpus(tmp_path)
    (folder / "empty").mkdir()
    with pytest.raises(SarangiError, match="no recordings in it"):
        draft(folder / "s", folder / "labels.csv", folder / "empty", {})
    with pytest.raises(SarangiError, match=r"--table .*no such file"):
        draft(folder / "s", folder / "label.csv", folder / "wavs", {})
