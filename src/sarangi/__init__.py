"""Sarangi: speech emotion recognition by transfer learning, from raw audio to a finished paper.

The modules follow the data, and each imports only from those before it: ``source``,
``download``, ``weights`` → ``recording``, ``utterance``, ``corpora`` → ``audio`` → ``transcripts`` →
``acoustics`` → ``protocols`` → ``predictions`` → ``baselines``, ``classical`` → ``metrics`` →
``encoders``, ``finetuning`` → ``bootstrap`` → ``tables``, ``findings``, ``figures``, ``numbers``,
``paper``, ``bundle``.  ``errors``, ``store``, ``progress``, ``fingerprint``, ``provenance`` and ``job``
serve all of them, ``configuration`` the Snakefile; ``espeak`` and ``synthetic`` make the demo's
corpora; ``plan`` and ``restore`` put a bundle back.
"""
