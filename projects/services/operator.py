"""Whoever runs a command on the machine itself: not a person of the system, and allowed everything it holds."""

from __future__ import annotations

import getpass
from typing import Any

from projects.models import ImportBatch, Role, User
from projects.permissions import Rights


class Operator:
    """Stands where services expect a person. Logs name the account of the operating system."""

    pk = None
    is_authenticated = is_active = True

    def __init__(self, account: str = "") -> None:
        self.account = account or _account()
        self._rights = Rights([(Role.ADMINISTRATOR.value, None, None)])

    def get_username(self) -> str:
        return f"命令行（{self.account}）"

    def get_full_name(self) -> str:
        return ""


def signed(user: User | Any) -> dict[str, Any]:
    """What a batch keeps of who decided: the person's id, or the account that ran a command."""
    operator = user.account if isinstance(user, Operator) else ""
    return {"by": user.pk, "operator": operator}


def decider(batch: ImportBatch) -> User | Operator | None:
    """Who decided what a batch's job carries out; ``None`` when the person's account is gone."""
    if account := batch.options.get("operator"):
        return Operator(account)
    return User.objects.filter(pk=batch.options.get("by")).first()


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "未知账号"
