"""A source listed as a manifest, for tests."""

from sarangi.base import store
from sarangi.corpora.manifest import manifest
from support.places import to


def listed(source, tmp_path, corpus="urdu_latif", shards=1):
    manifest(source, corpus, shards, to(tmp_path / "manifest.parquet"))
    return store.read(tmp_path / "manifest.parquet").set_index("utterance_id")
