"""Sarangi: speech emotion recognition by transfer learning, from raw audio to a finished paper.

The modules follow the data, and each imports only from those before it: ``source``, ``repack``,
``checksums``, ``download``, ``weights`` → ``video``, ``recording``, ``utterance``, ``corpora`` →
``audio`` → ``near_duplicates``, ``asr``, ``transcripts``, ``acoustics`` → ``protocols`` →
``predictions`` → ``metrics``, ``baselines`` → ``audit`` → ``classical`` → ``encoders``, ``fusion``,
``states``, ``finetuning`` → ``bootstrap``, ``sensitivity``, ``differences`` → ``tables``, ``findings``,
``errata``, ``languages``, ``published_tables``, ``study_tables``, ``drawing``, ``diagram``, ``figures``,
``result_figures``, ``numbers``, ``paper``, ``bundle``. ``errors``, ``store``, ``progress``, ``resume``,
``fingerprint``, ``lock``, ``provenance``, ``gpu`` and ``job`` serve all of them, ``configuration`` the
Snakefile, ``claims`` (what the published study says) both it and ``findings``, ``printed`` and
``availability`` it and the tables; ``espeak`` and ``synthetic`` make the demo's corpora; ``plan`` and
``restore`` put a bundle back; ``explain`` walks from a number to its recordings, ``verify`` and
``results_lock`` look at every result again, ``costs`` records what a run took, ``report`` shows it all in one
file, and ``crate`` packs the workflow itself.  ``cards`` says of each model what it is and is not for;
``clips``, ``listening`` and ``page`` hear anybody's recordings with it, ``space`` and ``push`` bring it to
the hub.
"""
