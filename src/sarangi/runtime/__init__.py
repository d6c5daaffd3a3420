"""What surrounds a job of the workflow: its provenance, its fingerprint, locks and GPUs."""
