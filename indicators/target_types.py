"""What is known of a target value once it is read: the ``Target`` and its ``Kind``. Data only."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from indicators import units
from indicators.dates import When

Operator = Literal["", "=", ">", "<", "≥", "≤"]


class Kind(StrEnum):
    """What sort of value a text is."""

    NUMBER = "number"  # ≥95%
    FREQUENCY = "frequency"  # 至少2次/周; without quantity: 每月
    RANGE = "range"  # 70-80%
    SEVERAL = "several"  # 采集率达97%以上,准确率达97%以上; also a date together with a number
    DATE = "date"  # 2021年12月前, 每月15日前
    PERIOD = "period"  # 2023年度, 长期
    LIMIT = "limit"  # 控制在预算内, 不低于上年: bounded by something not in the value
    GRADED = "graded"  # 有效提升, 应改尽改
    TEXT = "text"  # other words: a place, a document, a formula
    YES_NO = "yes_no"
    NOT_APPLICABLE = "not_applicable"
    UNIT_ONLY = "unit_only"  # 人, ≥%
    PLACEHOLDER = "placeholder"  # XX, 待填, null
    EMPTY = "empty"
    UNREADABLE = "unreadable"  # 9%0, 2023年13月, ≥95%以下


@dataclass(frozen=True, slots=True)
class Target:
    """One target value. ``text`` is what was typed, untouched; all else is what was understood."""

    text: str
    kind: Kind
    operator: Operator = ""
    quantity: Decimal | None = None  # of a range: its lower end
    upper: Decimal | None = None
    unit: str = ""
    approximate: bool = False  # 约, 左右, 余
    when: When | None = None
    until: When | None = None
    parts: tuple["Target", ...] = ()  # of several: each piece read by itself (its text is the normalised piece)

    @property
    def single(self) -> bool:
        """Whether this is one clear number."""
        return self.quantity is not None and self.upper is None

    @property
    def scaled(self) -> Decimal | None:
        """The quantity in its base unit: 2.6万平方米 → 26000."""
        return None if self.quantity is None else self.quantity * units.split_scale(self.unit)[0]

    @property
    def base_unit(self) -> str:
        """The unit without 万 or 亿: 万平方米 → 平方米."""
        return units.split_scale(self.unit)[1]
