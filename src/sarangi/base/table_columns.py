"""Columns that a corpus's own table adds to a manifest, and those that scores can be split by."""

FURTHER = "table_"
"""Begins the name of a further column of a corpus's table, so that it is never one of every manifest."""

SLICED = ("age", "gender", "language", "part", "session", "speaker")
"""Columns of every manifest by whose values scores can be reported in parts."""
