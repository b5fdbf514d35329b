"""Forms of login, password and second factor."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.utils.translation import gettext_lazy as _

from projects.security import lockout


class LoginForm(AuthenticationForm):
    """One answer for a wrong password, an unknown account and a deactivated one."""

    error_messages = {
        "invalid_login": _("用户名或密码不正确。"),
        "inactive": _("用户名或密码不正确。"),
    }

    def get_invalid_login_error(self) -> forms.ValidationError:
        if getattr(self.request, "axes_locked_out", False):
            return forms.ValidationError(lockout.message(), code="locked")
        return super().get_invalid_login_error()


class CodeForm(forms.Form):
    """Six digits from the phone, or a backup code."""

    code = forms.CharField(
        label=_("动态口令"),
        max_length=16,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "text", "autofocus": True}),
    )


class PasswordForm(PasswordChangeForm):
    """Django's, in the words of these pages."""

    error_messages = PasswordChangeForm.error_messages | {
        "password_incorrect": _("原密码不正确。"),
        "password_mismatch": _("两次输入的新密码不同。"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = _("原密码")
        self.fields["new_password1"].label = _("新密码")
        self.fields["new_password1"].help_text = ""
        self.fields["new_password2"].label = _("再输一次新密码")
        self.fields["new_password2"].help_text = ""


class PasswordAgainForm(forms.Form):
    """The password once more, before something that weakens the account."""

    password = forms.CharField(
        label=_("登录密码"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        if not self.user.check_password(password):
            raise forms.ValidationError(_("密码不正确。"))
        return password
