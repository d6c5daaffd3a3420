"""Sarangi: speech emotion recognition by transfer learning, from raw audio to a finished paper.

The packages are in the order in which an utterance passes them, and a module imports only from its own
package and from those above it.  ``tests/unit/test_architecture.py`` reads this table.

============== ====================================================================================
package        what it does
============== ====================================================================================
base           errors, documents, the store, and the vocabulary: what everything may import
statistics     metrics, resampling, tests of differences: arrays in, arrays out, no files
sources        folders, archives, downloads, checksums, weights: where data come from
runtime        what surrounds a job: provenance, fingerprint, locks, GPUs
corpora        from the files of a corpus to its manifest; one module a published layout
audio          resampling, and recordings that share sound
features       acoustic features, a registry of feature sets
transcripts    engines of speech recognition, and the tables of what they transcribe
splits         protocols: which utterances train, validate and test
models         baselines, classical models, encoders, fine-tuning, and their predictions
speakers       speaker encoders, pseudo-speakers where nobody names speakers, and how far to believe them
audit          checks of corpora and protocols
scoring        scores with intervals, differences, premiums, sensitivity
published      claims of the published study, and verdicts on them
consistency    printed tables and confusion matrices: what cannot be, and what means less than it says
study          the configuration, checked: what it asks for and what is available
drafts         a study drafted from a table of labels: what each column is, which splits fit
paper          tables, figures, numbers, and the PDF
benchmark      benchmarks that others can enter: tasks, data sheet, scores of their predictions
reproduce      verify, explain, bundle, restore, report, crate, costs
app            model cards, the page, predictions of a user's recordings, uploads
synthetic      the demo's corpora
terminal       the commands of ``sarangi``, one module each
============== ====================================================================================
"""
