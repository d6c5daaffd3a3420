"""Speaker encoders, one module each: see :mod:`sarangi.speakers.registry`."""
