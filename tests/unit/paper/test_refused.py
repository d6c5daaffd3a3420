"""What the build refuses: small letters, and names of the configuration."""

import pytest

from sarangi.paper.refused import ids_of, internal_ids, small_letters

CONFIG = {
    "corpora": {"urdu_latif": {}, "my_own": {"table": "labels.csv"}},
    "protocols": {"loso": {"title": "leave one out"}},
    "models": {"egemaps_svm": {"title": "eGeMAPS + SVM"}, "a_b": {"title": "a_b"}},
}


@pytest.fixture
def refused(tmp_path):
    def look(text, check, *more):
        (tmp_path / "t.tex").write_text(text, encoding="utf-8")
        return list(check({"t": tmp_path / "t.tex"}, *more))

    return look


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("{\\tiny x} \\resizebox{1in}{!}{x}", 2), ("\\fontsize{6.9}{8}", 1), ("\\fontsize{7}{8}", 0),
        ("\\scriptsize x \\tinyword % \\tiny", 0), ("\\scalebox{0.5}{x}\n\\begin{adjustbox}{width=1in}", 2),
    ],
)  # fmt: skip
def test_letters_under_seven_points_are_found_where_they_are_set(refused, text, count):
    found = refused(text, small_letters)
    assert len(found) == count
    assert all(line.startswith("t:") for line in found)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("UAR of urdu\\_latif\\_loso\\_egemaps\\_svm", ["urdu_latif_loso_egemaps_svm"]),
        ("a & egemaps\\_svm \\\\\nurdu\\_latif\\_loso\\_a\\_b\\_to\\_x",
         ["egemaps_svm", "urdu_latif_loso_a_b_to_x"]),
        # a place, a command, a key that is looked up, its own title, another word
        ("results/\\allowbreak{}urdu\\_latif/x urdu\\_latif.py \\texttt{urdu\\_latif}", []),
        ("\\setval{urdu_latif_loso_egemaps_svm.uar}{0.5} my\\_own a\\_b weight\\_decay", []),
    ],
)  # fmt: skip
def test_a_name_of_the_configuration_is_found_where_it_is_printed(refused, text, names):
    found = refused(text, internal_ids, CONFIG)
    assert [line.split()[1] for line in found] == names


def test_names_of_one_word_and_titles_are_no_ids():
    assert ids_of(CONFIG) >= {"urdu_latif", "egemaps_svm", "urdu_latif_loso_a_b"}
    assert not {"loso", "a_b", "my_own"} & ids_of(CONFIG)
