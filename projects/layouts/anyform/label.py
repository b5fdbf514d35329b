"""A cell of a form taken for a label."""

from __future__ import annotations

import re
from dataclasses import dataclass

from projects.layouts.anyform.contents import is_number
from projects.layouts.anyform.sheet import Spot
from projects.layouts.anyform.words import Meaning


@dataclass(slots=True)
class Label:
    """A cell taken for a label: its bare words, what they mean (maybe nothing), the text behind a colon."""

    spot: Spot
    label: str
    meaning: Meaning | None
    inline: str = ""
    unit: str = ""


def spot_of(text: str, spot: Spot) -> Spot:
    return Spot(text, spot.cell, spot.top, spot.line, spot.last)


def is_amount(text: str) -> bool:
    return is_number(text) or bool(
        re.fullmatch(r"[¥￥]?[\d,.]+\s*(万元|元)?|[/／\\—－-]+|\d+(\.\d+)?分?", text.strip())
    )
