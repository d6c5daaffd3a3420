"""Scores of predictions with intervals, their differences and their sensitivity."""
