"""The figures of the paper, a module a figure."""
