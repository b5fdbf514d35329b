"""Logging in and out: password, then the code of a second factor, then what is missing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import LoginView, LogoutView
from django.db.models import F
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from perfgoals.context import address_of
from projects.forms.login import CodeForm, LoginForm
from projects.models import User
from projects.security import passwords, secondfactor
from projects.security.sessions import GATE
from projects.services import audit

ENDED = {
    "idle": gettext_lazy("您较长时间没有操作，已自动退出。请重新登录。"),
    "expired": gettext_lazy("登录时间已满，请重新登录。"),
    "code": gettext_lazy("动态口令多次不正确，请重新登录。"),
}
NEXT, WRONG = "next_page", "wrong_codes"
MOST_WRONG = 5


class Login(LoginView):
    """The password. What the account has to do before working is noted in the session."""

    authentication_form = LoginForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"ended": ENDED.get(self.request.GET.get("ended", ""), "")}

    def form_valid(self, form: Any) -> HttpResponse:
        user = form.get_user()
        last = (user.last_login, user.last_login_address, user.failed_logins)
        response = super().form_valid(form)
        if passwords.too_old(user) and not user.must_change_password:
            user.must_change_password = True
            user.save(update_fields=["must_change_password"])
        User.objects.filter(pk=user.pk).update(failed_logins=0, last_login_address=address_of(self.request))
        say_last_login(self.request, *last)
        if secondfactor.is_on(user):
            self.request.session[GATE] = "code"
            self.request.session[NEXT] = self.get_redirect_url()
            return redirect("login-code")
        complete(self.request, user)
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        if self.request.method == "POST" and form.data.get("username"):
            note_failure(form.cleaned_data.get("username") or "", locked=form.has_error("__all__", "locked"))
        locked = form.has_error("__all__", "locked")
        return self.render_to_response(self.get_context_data(form=form), status=429 if locked else 200)


class Logout(LogoutView):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            audit.record("logout", actor=request.user, obj=request.user)
        return super().post(request, *args, **kwargs)


def note_failure(typed: str, *, locked: bool) -> None:
    """Count and record. What was typed is written down only where it is an account: it may be a password."""
    User.objects.filter(username=typed).update(failed_logins=F("failed_logins") + 1)
    user = User.objects.filter(username=typed).first()
    audit.record(
        "login.locked" if locked else "login.failed",
        obj=user,
        name="" if user else _("（没有这个账号）"),
        succeeded=False,
    )


def say_last_login(request: HttpRequest, when: Any, address: str, failures: int) -> None:
    """Have the next page say when and from where this account was used last."""
    if when is not None:
        text = _("上次登录：%(when)s") % {"when": f"{localtime(when):%Y-%m-%d %H:%M}"}
        text += _("，地址 %(address)s。") % {"address": address} if address else "。"
    else:
        text = _("这是您第一次登录。")
    if failures:
        text += _("此后有 %(n)d 次登录失败，如果不是您本人，请修改密码并告知管理员。") % {"n": failures}
    messages.add_message(request, messages.WARNING if failures else messages.INFO, text)


def complete(request: HttpRequest, user: Any) -> None:
    """The person is who they say: record it, and ask for a second factor where the role wants one."""
    request.session.pop(WRONG, None)
    if secondfactor.is_required(user) and not secondfactor.is_on(user):
        request.session[GATE] = "second-factor"
    else:
        request.session.pop(GATE, None)
    audit.record("login", actor=user, obj=user)


@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "POST"])
def login_code(request: HttpRequest) -> HttpResponseBase:
    """The second factor, between the password and the first page."""
    if request.session.get(GATE) != "code":
        return redirect("home")
    form: Form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if secondfactor.verify(request.user, form.cleaned_data["code"]):
            target = request.session.pop(NEXT, "")
            request.session.cycle_key()
            complete(request, request.user)
            safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
            return redirect(target if target and safe else "home")
        note_failure(request.user.get_username(), locked=False)
        wrong = request.session.get(WRONG, 0) + 1
        if wrong >= MOST_WRONG:
            logout(request)
            return redirect(f"{reverse('login')}?ended=code")
        request.session[WRONG] = wrong
        form.add_error("code", _("动态口令不正确，或者刚刚用过。请等下一个口令再试。"))
    return render(request, "registration/code.html", {"form": form})
