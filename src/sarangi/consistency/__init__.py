"""Printed tables and confusion matrices, checked alone: what cannot be, and what means less than it says."""
