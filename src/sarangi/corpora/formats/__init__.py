"""The formats of tables of labels: one module each, with ``read(table, audio, columns)``."""
