"""What the published study says: claims, and verdicts on them."""
