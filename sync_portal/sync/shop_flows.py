"""The flows towards the shop (being written)."""
