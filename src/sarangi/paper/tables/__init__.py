"""The tables of the paper, a module a family of tables."""
