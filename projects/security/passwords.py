"""Password rules and first passwords.

等保 2.0 level 3 (GB/T 22239—2019, 8.1.4.1 a) asks for complexity and regular change. Ours: at least 10 characters of
three kinds, neither the account nor the person's name in it, not a common one, none of the last five.
"""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher, check_password, get_hasher, make_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from projects.models import FormerPassword, User

LENGTH = 10
LONGEST = 128
KINDS = 3
ROUNDS = 20_000
# Without characters that look alike on paper.
_LETTERS, _CAPITALS, _DIGITS = "abcdefghijkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789"


class LengthAndClasses:
    """At least ten characters, of at least three of: small letters, capitals, digits, others."""

    def validate(self, password: str, user: User | None = None) -> None:
        if len(password) < LENGTH:
            raise ValidationError(_("密码至少 %(n)d 位。"), code="password_too_short", params={"n": LENGTH})
        if len(password) > LONGEST:
            raise ValidationError(_("密码最多 %(n)d 位。"), code="password_too_long", params={"n": LONGEST})
        kinds = sum(bool(re.search(kind, password)) for kind in (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]"))
        if kinds < KINDS:
            raise ValidationError(_("密码须含大写字母、小写字母、数字、符号中的至少三种。"), code="password_too_plain")

    def get_help_text(self) -> str:
        return _("至少 %(n)d 位，含大写字母、小写字母、数字、符号中的至少三种。") % {"n": LENGTH}


class NotTheName:
    """Neither the account nor the person's name, forwards or backwards, whatever the case."""

    def validate(self, password: str, user: User | None = None) -> None:
        if user is None:
            return
        low = password.casefold()
        for part in (user.username, user.display_name, user.email.partition("@")[0]):
            name = part.casefold()
            if len(name) >= (2 if not name.isascii() else 3) and (name in low or name[::-1] in low):
                raise ValidationError(_("密码不能包含用户名、姓名或邮箱名。"), code="password_has_name")

    def get_help_text(self) -> str:
        return _("不能包含用户名、姓名或邮箱名。")


class NotUsedBefore:
    """Not the present password and none of the last ones (PASSWORD_HISTORY, 5)."""

    def validate(self, password: str, user: User | None = None) -> None:
        if user is None or user.pk is None:
            return
        before = FormerPassword.objects.filter(user=user).values_list("password", flat=True)[: _history()]
        for encoded in (user.password, *before):
            if encoded and check_password(password, encoded):
                raise ValidationError(_("不能使用现在或最近用过的密码。"), code="password_used")

    def get_help_text(self) -> str:
        return _("不能与最近 %(n)d 个密码相同。") % {"n": settings.PASSWORD_HISTORY}


def _history() -> int:
    return max(settings.PASSWORD_HISTORY - 1, 0)


def first_password() -> str:
    """Return a random password that can be read out and typed, and meets the rules: ``kRt4-Wm7p-xH3e``."""
    while True:
        groups = ["".join(secrets.choice(_LETTERS + _CAPITALS + _DIGITS) for _place in range(4)) for _group in range(3)]
        password = "-".join(groups)
        if all(re.search(kind, password) for kind in (r"[a-z]", r"[A-Z]", r"[0-9]")):
            return password


def encode_random(password: str) -> str:
    """Hash a generated password with fewer rounds: its 69 random bits cannot be guessed anyway.

    A list of a thousand people would else take minutes. The first login hashes it again in full.
    """
    hasher = get_hasher()
    if isinstance(hasher, PBKDF2PasswordHasher):
        return hasher.encode(password, hasher.salt(), iterations=ROUNDS)
    return make_password(password)


def set_password(user: User, password: str, *, must_change: bool) -> None:
    """Give ``user`` a new password and remember the old one's hash. Saves; rules are checked by the form.

    With ``must_change`` it is one that the system made.
    """
    if user.pk and user.has_usable_password():
        FormerPassword.objects.create(user=user, password=user.password)
        keep = list(FormerPassword.objects.filter(user=user).values_list("id", flat=True)[: _history()])
        FormerPassword.objects.filter(user=user).exclude(id__in=keep).delete()
    user.password = encode_random(password) if must_change else make_password(password)
    user.must_change_password = must_change
    user.password_changed_at = timezone.now()
    user.save(update_fields=["password", "must_change_password", "password_changed_at"])


def too_old(user: Any) -> bool:
    """Whether the password has to be changed because of its age (PASSWORD_MAX_DAYS; 0 switches it off)."""
    days = settings.PASSWORD_MAX_DAYS
    since = user.password_changed_at or user.date_joined
    return bool(days) and timezone.now() - since > timedelta(days=days)
