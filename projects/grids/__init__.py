"""Files as merged-cell-aware tables of text: one reader and one writer per format, no meaning."""
