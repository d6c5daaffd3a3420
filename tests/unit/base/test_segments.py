import pytest

from sarangi.base.segments import Segment, SegmentError, recording_of, segment_id, segment_of


@pytest.mark.parametrize(
    ("start", "end", "segment"),
    [
        (None, None, None), ("", "", None), ("0", None, None), ("0", "1.5", Segment(0, 1.5)),
        (None, "2", Segment(0, 2)), ("1,25", "2,5", Segment(1.25, 2.5)), ("3", "", Segment(3, None)),
    ],
)  # fmt: skip
def test_two_cells_state_a_segment_or_the_whole_recording(start, end, segment):
    assert segment_of(start, end) == segment
    if segment is not None:
        assert recording_of(segment_id("my/a#1.wav", segment)) == "my/a#1.wav"


@pytest.mark.parametrize(
    ("start", "end"), [("1", "1"), ("2", "1"), ("-1", "1"), ("0", "nan"), ("0:01", "2"), ("1", "1e999")]
)
def test_what_is_no_stretch_of_seconds_is_refused(start, end):
    with pytest.raises(SegmentError, match=r"is not after start|is not a number of seconds"):
        segment_of(start, end)


def test_the_id_of_a_recording_is_its_own():
    assert recording_of("my/a.wav") == "my/a.wav"
    assert recording_of("my/take#1.000-2.wav") == "my/take#1.000-2.wav"
