"""From recordings to 16 kHz mono, and which of them share sound."""
