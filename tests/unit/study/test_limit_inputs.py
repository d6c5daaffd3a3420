"""What the limits of the scores that tables show are computed from."""

from sarangi.base import layout
from sarangi.base.score_id import ScoreId
from sarangi.study import scored
from sarangi.study.limit_inputs import limit_sources


def test_limits_are_computed_from_what_the_scores_themselves_need(demo):
    sources = limit_sources(demo, demo.scored)
    needed = {
        file
        for batch in demo.batches(demo.scored)
        for file in scored.files_to_score(scored.entries_to_score(demo, batch))
    }
    needed |= {file for e in demo.scored.values() for file in scored.to_score(demo, e).files}
    assert set(sources.files) <= needed
    pairs = {(e.corpus, e.protocol) for e in demo.scored.values()}
    assert {(c, p) for c, protocols in sources.audits.items() for p in protocols} == pairs
    assert sources.manifests.keys() == {corpus for corpus, _ in pairs}


def test_a_transfer_needs_both_corpora_and_no_protocol(demo):
    e, test = demo.transfers[0]
    sources = limit_sources(demo, [ScoreId(e.name, test).name])
    assert (set(sources.manifests), sources.audits) == ({e.corpus, test}, {})


def test_models_that_read_words_and_that_draw_nothing_are_told_by_their_entries(demo):
    sources = limit_sources(demo, demo.scored)
    assert {"text_tiny", "fusion_tiny"} <= set(sources.reading)
    assert not {"audio_tiny", "egemaps_svm"} & set(sources.reading)
    assert (sources.seedless["egemaps_svm"], sources.seedless["egemaps_logistic"]) == (
        "SVM", "logistic regression",
    )  # fmt: skip
    assert not {"egemaps_mlp", "constant", "audio_tiny"} & set(sources.seedless)


def test_limits_of_differences_are_of_the_experiments_that_are_compared(demo):
    pairs = {(e.corpus, e.protocol) for e in scored.experiments_compared(demo)}
    files = [layout.differences(scored.comparison(*pair)) for pair in sorted(pairs)]
    assert sorted(files) == sorted(scored.differences_of_study(demo))
