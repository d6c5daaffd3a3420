"""The inventory of a folder."""

from sarangi.runtime.inventory import inventory


def test_the_inventory_sees_content_below_and_no_touch(tmp_path):
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/x.wav").write_bytes(b"1234")
    before = inventory(tmp_path)
    (tmp_path / "a/b/x.wav").touch()
    assert inventory(tmp_path) == before
    (tmp_path / "a/b/x.wav").write_bytes(b"12345")
    assert inventory(tmp_path) != before
