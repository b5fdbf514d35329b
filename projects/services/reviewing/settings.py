"""What a year asks of its reviews: set by administrators of everything."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.db import transaction

from projects.grading import BadGrade, weights_of
from projects.models import FiscalYear, ReviewSetting
from projects.permissions import may_administer
from projects.rules.dimensions import ITEMS
from projects.selectors.sheets import setting_of, weights_in
from projects.services import audit

if TYPE_CHECKING:
    from projects.models import User

LARGEST = Decimal(10) ** 15


class SettingRefused(Exception):
    """Not the person's to change, or somebody changed it meanwhile; ``error`` is ``refused`` or ``stale``."""

    def __init__(self, error: str, message: str) -> None:
        super().__init__(message)
        self.error = error
        self.message = message


def settings_data(*, year: FiscalYear) -> dict[str, Any]:
    setting = setting_of(year)
    return {
        "year": year.year,
        "sheet": {"department": setting.department_sheet, "finance": setting.finance_sheet},
        "key_amount": "" if setting.key_amount is None else f"{setting.key_amount:.2f}",
        "weights": weights_in(setting),
        "items": [{"key": item.key, "dimension": item.dimension_name, "name": item.name} for item in ITEMS],
        "version": setting.version,
    }


def save_settings(
    *,
    user: User | Any,
    year: FiscalYear,
    version: int,
    department: str,
    finance: str,
    key_amount: str,
    weights: Mapping[str, Any],
) -> ReviewSetting:
    """Change a year's setting; ``key_amount`` in yuan as text, empty for none. Raises `BadGrade`, `SettingRefused`."""
    if why := may_administer(user, None):
        raise SettingRefused("refused", why)
    for name, value in (("department", department), ("finance", finance)):
        if value not in ReviewSetting.Demand.values:
            raise BadGrade(name, "应为 none、optional 或 required")
    amount = _amount(key_amount)
    checked = weights_of(weights)
    with transaction.atomic():
        locked = FiscalYear.objects.select_for_update().get(pk=year.pk)
        known = ReviewSetting.objects.filter(pk=year.pk).first()
        if (known.version if known else 0) != version:
            raise SettingRefused("stale", "审核设置刚被他人修改，请刷新后再改")
        before = _told(known) if known else {}
        setting = known or ReviewSetting(fiscal_year=locked, version=0)
        setting.department_sheet, setting.finance_sheet = department, finance
        setting.key_amount, setting.weights = amount, checked
        setting.version += 1
        setting.save()
        audit.record("review.setting", actor=user, obj=year, before=before, after=_told(setting))
    return setting


def _amount(text: str) -> Decimal | None:
    text = text.replace(",", "").strip()
    if not text:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise BadGrade("key_amount", f"金额“{text[:20]}”不是数字") from None
    if not amount.is_finite() or not 0 <= amount <= LARGEST:
        raise BadGrade("key_amount", "金额应为不小于零的数字")
    return amount.quantize(Decimal("0.01"))


def _told(setting: ReviewSetting) -> dict[str, Any]:
    return {
        "部门审核表": setting.get_department_sheet_display(),
        "财政审核表": setting.get_finance_sheet_display(),
        "重点项目起点": setting.key_amount,
        "分值": setting.weights,
    }
