"""Model cards, the page that runs models, and what brings them to the hub."""
