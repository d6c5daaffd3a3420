"""A study drafted from a folder of recordings and its table: what each column is, and which splits fit."""
