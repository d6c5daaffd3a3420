"""What the names of utterances say."""

from sarangi.corpora.utterance import turn_of


def test_turns_are_those_of_melds_names():
    assert turn_of("meld/train_splits/dia12_utt3.mp4") == ("meld/train_splits/dia12", 3)
    assert turn_of("meld/dev_splits_complete/dia12_utt10.mp4") == ("meld/dev_splits_complete/dia12", 10)
    for other in ("ravdess/Actor_01/03-01-01-01-01-01-01.wav", "iemocap/Ses01F_impro01_F000.wav", ""):
        assert turn_of(other) is None
