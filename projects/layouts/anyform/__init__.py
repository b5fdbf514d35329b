"""Any form by meaning: labels, headings, contents of columns and positions instead of a layout."""

from projects.layouts.anyform.reader import form_of, form_words, read_by_meaning

__all__ = ["form_of", "form_words", "read_by_meaning"]
