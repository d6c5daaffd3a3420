"""The figure of the inversion."""

from support.labels import labels
from support.language_cells import (
    study,  # noqa: F401  (fixtures)
    two_protocols,
)

from sarangi.paper.figures import inversion


def drawn(cells, synthetic, monkeypatch):
    """What a reader finds in the figure: the texts of each panel by its title, and the figure's own."""
    kept = {}

    def keep(figure, output):
        for axes in figure.axes:
            labels = [text.get_text() for text in axes.get_xticklabels()]
            kept[axes.get_title()] = [text.get_text().strip() for text in axes.texts], labels
        legend = [text.get_text() for each in figure.legends for text in each.get_texts()]
        kept["figure"] = [figure.get_suptitle(), *legend]
        inversion.pyplot.close(figure)

    monkeypatch.setattr(inversion, "save", keep)
    inversion.inversion_figure(cells, labels(synthetic), {})
    return kept


def test_the_inversion_figure_ranks_the_sets_of_the_first_model(study, monkeypatch):
    found = drawn(study, [], monkeypatch)
    texts, ticks = found["Tested on Sindhi\nUrdu and Sindhi"]
    assert ticks == ["eGeMAPS", "ComParE", "IS09", "IS10", "Prosody"]
    # of the SVM alone, by hand: within Sindhi in that order, then from Urdu
    assert texts == [*"42315", *"15324", "rank"]
    assert found["figure"] == [
        "", "within the language, random folds", "trained on the other language", "published", "chance",
    ]  # fmt: skip


def test_the_inversion_figure_shows_speakers_held_out_and_says_synthetic(tmp_path, monkeypatch):
    found = drawn(two_protocols(tmp_path), ["urdu_sindhi"], monkeypatch)
    texts, ticks = found["Tested on Urdu\nUrdu and Sindhi (synthetic)"]
    assert ticks == ["IS10", "eGeMAPS", "IS09"]
    assert texts == [*"12", *"21", *"321", "rank"]
    assert found["figure"][0].startswith("SYNTHETIC SPEECH")
    assert "within the language, speakers held out" in found["figure"]


def test_the_inversion_figure_shows_the_first_protocol_of_a_kind_and_no_adapted_model(tmp_path, monkeypatch):
    cells = two_protocols(tmp_path)
    again = [c | {"protocol": "grouped folds"} for c in cells if c["protocol"] == "one speaker out"]
    adapted = [c for c in cells if "," in c["model"]]
    plain = [c for c in cells if "," not in c["model"]]
    first = drawn(cells, [], monkeypatch)
    assert drawn([*adapted, *plain, *again], [], monkeypatch) == first


def test_the_inversion_figure_says_what_is_missing(study, monkeypatch):
    one = [c | {"scores": None} if c["features"] == "IS10" and c["test"] == "Urdu" else c for c in study]
    texts, _ = drawn(one, [], monkeypatch)["Tested on Urdu\nUrdu and Sindhi"]
    assert texts == [*"312–4", *"123–4", "rank"]
    said = []
    monkeypatch.setattr(inversion, "in_words", lambda text, *_: said.append(text))
    for nothing in ([c | {"scores": None} for c in study], []):
        inversion.inversion_figure(nothing, labels(), {})
    assert said == ["No score within or across languages is available."] * 2


def test_the_inversion_figure_has_the_same_bytes_twice(study, tmp_path):
    files = []
    for number in "12":
        output = {suffix: tmp_path / f"{number}.{suffix}" for suffix in ("pdf", "png")}
        inversion.inversion_figure(study, labels(), output)
        files.append([path.read_bytes() for path in output.values()])
    assert files[0] == files[1]
    assert b"CreationDate" not in files[0][0]
