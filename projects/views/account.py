"""One's own account: password, second factor, sessions."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from projects.forms.login import CodeForm, PasswordAgainForm, PasswordForm
from projects.models import Membership, Session
from projects.security import passwords, secondfactor
from projects.security.sessions import GATE, end_sessions
from projects.services import audit


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Who I am here, what I may, where I am logged in."""
    user = request.user
    sessions = Session.objects.filter(user=user, expire_date__gt=now()).order_by("-created_at")
    context = {
        "memberships": Membership.objects.filter(user=user).select_related("department"),
        "sessions": [{"row": row, "here": row.pk == request.session.session_key} for row in sessions],
        "second_factor": secondfactor.is_on(user),
        "second_factor_required": secondfactor.is_required(user),
        "codes_left": secondfactor.codes_left(user),
    }
    return render(request, "account/account.html", context)


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponseBase:
    """Change one's password. All other sessions end."""
    form = PasswordForm(request.user, request.POST or None)
    forced = request.user.must_change_password
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            passwords.set_password(request.user, form.cleaned_data["new_password1"], must_change=False)
            end_sessions(request.user, but=request.session.session_key)
            audit.record("password.change", actor=request.user, obj=request.user)
        update_session_auth_hash(request, request.user)
        messages.success(request, _("密码已修改，其他设备上的登录已经结束。"))
        return redirect("home" if forced else "account")
    rules = [validator.get_help_text() for validator in _rules()]
    context = {"form": form, "forced": forced, "rules": rules, "first": request.user.password_changed_at is None}
    return render(request, "account/password.html", context)


def _rules() -> list[passwords.LengthAndClasses | passwords.NotTheName | passwords.NotUsedBefore]:
    return [passwords.LengthAndClasses(), passwords.NotTheName(), passwords.NotUsedBefore()]


@require_POST
def sessions_end(request: HttpRequest) -> HttpResponseBase:
    """End all other sessions of mine."""
    ended = end_sessions(request.user, but=request.session.session_key)
    audit.record("session.end", actor=request.user, obj=request.user, after={"count": ended})
    messages.success(request, _("已结束其他 %(n)d 处登录。") % {"n": ended})
    return redirect("account")


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def second_factor(request: HttpRequest) -> HttpResponseBase:
    """Set up: draw the code for the phone, take its first answer, show the backup codes once."""
    user = request.user
    if request.method == "GET" and secondfactor.is_on(user):
        return redirect("account")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        codes = secondfactor.confirm(user, form.cleaned_data["code"].replace(" ", ""))
        if codes:
            if request.session.get(GATE) == "second-factor":
                del request.session[GATE]
            end_sessions(user, but=request.session.session_key)
            return render(request, "account/codes.html", {"codes": codes})
        form.add_error("code", _("口令不正确。请核对手机时间是否准确，等下一个口令再试。"))
    device = secondfactor.pending_device(user)
    context = {
        "form": form,
        "qr": secondfactor.qr_svg(device),
        "key": secondfactor.readable_key(device),
        "forced": request.session.get(GATE) == "second-factor",
    }
    return render(request, "account/second_factor.html", context)


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def second_factor_off(request: HttpRequest) -> HttpResponseBase:
    """Switch it off, with the password once more; not for roles that need it."""
    if secondfactor.is_required(request.user) or not secondfactor.is_on(request.user):
        return redirect("account")
    form = PasswordAgainForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        secondfactor.switch_off(request.user, actor=request.user)
        messages.success(request, _("动态口令已停用。"))
        return redirect("account")
    return render(request, "account/second_factor_off.html", {"form": form, "codes": False})


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def backup_codes(request: HttpRequest) -> HttpResponseBase:
    """New backup codes, with the password once more; the old ones end."""
    if not secondfactor.is_on(request.user):
        return redirect("account")
    form = PasswordAgainForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        codes = secondfactor.new_codes(request.user)
        audit.record("otp.enable", actor=request.user, obj=request.user, after={"备用码": "重新生成"})
        return render(request, "account/codes.html", {"codes": codes})
    return render(request, "account/second_factor_off.html", {"form": form, "codes": True})
