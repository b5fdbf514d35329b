"""Blank official forms with placeholders: read as layouts, checked, written, and filled in."""
