"""动态口令: a TOTP device per person and ten backup codes, kept and throttled by django-otp."""

from __future__ import annotations

from base64 import b32encode
from typing import Any

import segno
from django.conf import settings
from django.db import transaction
from django.utils.safestring import SafeString
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from projects.models import User
from projects.permissions import rights_of
from projects.services import audit

CODES = 10
DIGITS = 6
NAME = "default"


def is_on(user: Any) -> bool:
    """Whether the person has to give a code at login."""
    return TOTPDevice.objects.filter(user_id=user.pk, confirmed=True).exists()


def is_required(user: Any) -> bool:
    """Whether one of the person's roles asks for a second factor (TOTP_REQUIRED_ROLES)."""
    return rights_of(user).any(*settings.TOTP_REQUIRED_ROLES)


def pending_device(user: User) -> TOTPDevice:
    """Return the device that is being set up; its key stays the same until it is confirmed."""
    device, _made = TOTPDevice.objects.get_or_create(user=user, confirmed=False, defaults={"name": NAME})
    return device


def qr_svg(device: TOTPDevice) -> SafeString:
    """The address for the phone as an inline drawing. segno writes nothing but its own path; hence safe."""
    code = segno.make(device.config_url, error="m")
    return SafeString(code.svg_inline(scale=4, border=2, dark="#000", light="#fff", svgclass="qr", lineclass=None))


def readable_key(device: TOTPDevice) -> str:
    """The key in groups of four, for typing it into a phone without a camera."""
    key = b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(key[at : at + 4] for at in range(0, len(key), 4))


@transaction.atomic
def confirm(user: User, code: str) -> list[str]:
    """Switch the second factor on when ``code`` is right; return fresh backup codes, or nothing when it is wrong."""
    device = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=False).first()
    if device is None or not device.verify_token(code):
        return []
    TOTPDevice.objects.filter(user=user, confirmed=True).delete()
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    audit.record("otp.enable", actor=user, obj=user)
    return new_codes(user)


@transaction.atomic
def new_codes(user: User) -> list[str]:
    """Replace the backup codes; each may be used once. They are shown once."""
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name=NAME, confirmed=True)
    codes = [StaticToken.random_token() for _number in range(CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=code) for code in codes)
    return codes


def codes_left(user: Any) -> int:
    return StaticToken.objects.filter(device__user_id=user.pk).count()


def verify(user: Any, code: str) -> bool:
    """Whether ``code`` is the phone's present one or an unused backup code. Wrong ones slow the next tries down."""
    code = code.replace(" ", "").lower()
    # A backup code is told from the phone's by its shape, so that one kind never slows down the other.
    kind = TOTPDevice if code.isdigit() and len(code) == DIGITS else StaticDevice
    with transaction.atomic():
        device = kind.objects.select_for_update().filter(user_id=user.pk, confirmed=True).first()
        return device is not None and bool(device.verify_token(code))


@transaction.atomic
def switch_off(user: User, *, actor: User) -> None:
    """Remove device and codes: by the person, or by an administrator when the phone is lost."""
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()
    audit.record("otp.disable", actor=actor, obj=user)
