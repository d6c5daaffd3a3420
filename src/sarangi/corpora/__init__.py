"""From the files of a corpus to its manifest: one row an utterance."""
