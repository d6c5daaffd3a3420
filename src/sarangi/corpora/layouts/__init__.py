"""The published layout and labels of each corpus, one module each."""
