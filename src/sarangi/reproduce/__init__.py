"""Verify, explain, bundle, restore and report what was made."""
