"""Who speaks, where nobody says so: speaker encoders, pseudo-speakers, and how far to believe them."""
