"""Dates and times as people read them, where Django's own would mislead (`FORMAT_MODULE_PATH`)."""
