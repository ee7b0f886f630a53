"""Which separate articles look like one product, and how its combinations lie. Pure."""
