"""What of a table is fit for the public: its labelled cells without a field, by name. Pure.

Official forms have signature lines: names, telephone numbers. Those are hidden unless an administrator says otherwise;
so is text that could not be assigned to any cell, since nobody knows what it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from projects.targettable import TargetTable

_PERSONAL = re.compile(
    r"人$|人员|姓名|负责人|经办|经手|领导|主任|局长|处长|科长|会计|联系|电话|手机|传真|邮箱|邮件|e-?mail|微信|QQ|身份证"
    r"|签字|签名|签章|盖章|填表|填报|制表|审核|复核|意见|批注|备注",
    re.IGNORECASE,
)
_LOOSE = re.compile(r"其他文字|原表内容|（第\d+行）$")


def hidden_by_default(label: str) -> bool:
    """Tell whether a cell of this name stays internal unless somebody decides otherwise."""
    return bool(_PERSONAL.search(label) or _LOOSE.search(label))


def public_content(table: TargetTable, decided: Mapping[str, bool]) -> TargetTable:
    """Return the table without what stays internal. ``decided``: label → shown, as the administrator set it."""
    extra = {k: text for k, text in table.extra.items() if decided.get(k, not hidden_by_default(k))}
    return replace(table, extra=extra)
