"""From results to the tables, figures, numbers and PDF of the paper."""
