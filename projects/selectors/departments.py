"""Departments by what people call them."""

from __future__ import annotations

from projects.models import Department


def find_departments(text: str) -> list[Department]:
    """Return the departments that ``text`` names by code, else by name; more than one when a name is ambiguous."""
    text = " ".join(text.split())
    return list(Department.objects.filter(code=text).exclude(code="")) or list(Department.objects.filter(name=text))
