"""Files by the names that tables give them."""

import unicodedata

import pytest

from sarangi.corpora.named_files import NamedFiles

FILES = NamedFiles(
    ["a/1.wav", "a/2.wav", "b/1.wav", "b/1.flac", "c/3.x.wav", "top.wav", "d/خوش.wav", "é/4.wav"]
)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("a/1.wav", "a/1.wav"),
        ("./a/1.wav", "a/1.wav"),
        ("a\\1", "a/1.wav"),
        ("C:\\data\\wavs\\a\\2.wav", "a/2.wav"),
        ("/data/a/1", "a/1.wav"),
        ("2", "a/2.wav"),
        ("2.wav", "a/2.wav"),
        ("1.wav", None),  # of a or b
        ("b/1", None),  # wav or flac
        ("b/1.flac", "b/1.flac"),
        ("z/2.wav", None),  # another folder's
        ("c/3.x", "c/3.x.wav"),
        ("elsewhere/top.wav", "top.wav"),
        ("خوش", "d/خوش.wav"),
        (unicodedata.normalize("NFD", "é/4"), "é/4.wav"),
        ("", None),
        ("wav", None),
    ],
)
def test_a_name_means_one_file_or_none(name, path):
    assert FILES.of(name) == path
