"""A model to learn from: simulated courses of therapy, many at once. No tables: the address says all of a page."""
