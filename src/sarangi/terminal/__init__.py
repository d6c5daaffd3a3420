"""The commands of ``sarangi``, one module each: ``HELP``, ``arguments(parser)`` and ``run(chosen)``.

Every command takes ``--directory``.  One that takes the study as a positional argument, too, calls that
``study`` (``nargs="?"``); ``chosen.directory`` is the study's folder, however it was given.  Of one that has
``PASSES_ON`` all that it does not know itself is in ``chosen.passed_on``.
"""
