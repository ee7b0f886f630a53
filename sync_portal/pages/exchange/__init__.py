"""People's choices as spreadsheets: exported with what is derived beside them, imported after a preview."""
