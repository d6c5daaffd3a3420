"""Baselines, classical models and fine-tuned encoders, and what they predict."""
