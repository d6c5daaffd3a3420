"""What everything may import and what imports nothing: errors, documents, the store, the vocabulary."""
