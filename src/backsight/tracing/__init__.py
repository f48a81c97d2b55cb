"""Ways in: from a Python function to a Program."""
