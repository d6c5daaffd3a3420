"""Families of encoders: one module each, loaded by the ``model_type`` of an encoder's ``config.json``."""
