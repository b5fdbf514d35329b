"""Widgets that stay fast with hundreds of choices."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import escape
from django.utils.safestring import SafeString

Choices = list[tuple[str, str]]


class Select(forms.Select):
    """A ``<select>`` written in one go: Django renders a template per option, a tree of departments has hundreds.

    The name is kept because crispy-forms tells widgets apart by it.
    """

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        chosen = "" if value is None else str(value)
        options = "".join(
            f'<option value="{escape(key)}"{" selected" if str(key) == chosen else ""}>{escape(label)}</option>'
            for key, label in self.choices
        )
        return SafeString(f"<select{flatatt(self.build_attrs(self.attrs | {'name': name}, attrs))}>{options}</select>")
