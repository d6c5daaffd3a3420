"""The rows of a manifest."""

from collections.abc import Iterable

import pyarrow as pa

from sarangi.base import store
from sarangi.base.dimension_rows import dimension_fields

MANIFEST = pa.schema(
    [
        pa.field("utterance_id", pa.string(), nullable=False),
        pa.field("corpus", pa.string(), nullable=False),
        pa.field("language", pa.string()),
        pa.field("speaker", pa.string()),
        pa.field("group", pa.string()),
        pa.field("session", pa.string()),
        pa.field("gender", pa.string()),
        pa.field("age", pa.string()),
        pa.field("emotion", pa.string()),
        pa.field("label", pa.string()),
        pa.field("text", pa.string()),
        pa.field("part", pa.string()),
        # seconds of the segment in its file; null for the whole of it, which duration_s then is
        pa.field("start", pa.float64()),
        pa.field("end", pa.float64()),
        pa.field("duration_s", pa.float64()),
        pa.field("sample_rate", pa.int32()),
        pa.field("channels", pa.int32()),
        pa.field("sha256", pa.string()),
        pa.field("shard", pa.int32(), nullable=False),
        # where the recording lies in the user's copy, which may nest the published layout
        pa.field("file", pa.string(), nullable=False),
        *store.STATUS,
        # why it failed or is skipped, without what is peculiar to it: what utterances are counted by
        pa.field("cause", pa.string()),
        # why nothing can be heard of one that its corpus's tables describe: it is ok for who needs its words
        pa.field("no_sound", pa.string()),
        # further files of the same bytes that claim to be this utterance
        pa.field("copies", pa.int32()),
    ]
)


def manifest_schema(further: Iterable[str] = (), dimensions: Iterable[str] = ()) -> pa.Schema:
    """Return the schema of a manifest with further columns of the corpus's table, all of them text.

    Parameters
    ----------
    further
        Their names in the manifest, each beginning with :data:`sarangi.base.table_columns.FURTHER`.
    dimensions
        Names of the ratings, of columns as :func:`sarangi.base.dimension_rows.dimension_fields` has them.
    """
    texts = (pa.field(name, pa.string()) for name in sorted(further))
    return pa.schema([*MANIFEST, *texts, *dimension_fields(dimensions)])
