"""Fields that accept amounts as people type them."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from typing import Any

from django import forms

from perfgoals.web.figures import WAN


class WanField(forms.DecimalField):
    """An amount typed in 万元, given back in yuan: ``1,000``, ``１０００``, ``1000万`` are all accepted."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"max_digits": 16, "decimal_places": 6, "widget": forms.TextInput} | kwargs))

    def to_python(self, value: Any) -> Decimal | None:
        if isinstance(value, str):
            value = unicodedata.normalize("NFKC", value).replace(",", "").strip()
            value = value.removesuffix("元").removesuffix("万").strip()
        return super().to_python(value)

    def clean(self, value: Any) -> Decimal | None:
        number = super().clean(value)
        return None if number is None else number * WAN

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "decimal"}
