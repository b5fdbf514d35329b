"""Addresses of login, one's own account, people and departments' administration."""

from django.urls import path

from projects.views import account, current, login

urlpatterns = [
    path("login/", login.Login.as_view(), name="login"),
    path("login/code/", login.login_code, name="login-code"),
    path("logout/", login.Logout.as_view(), name="logout"),
    path("department/", current.department_switch, name="department-switch"),
    path("account/", account.account, name="account"),
    path("account/password/", account.password, name="password"),
    path("account/sessions/end/", account.sessions_end, name="sessions-end"),
    path("account/second-factor/", account.second_factor, name="second-factor"),
    path("account/second-factor/off/", account.second_factor_off, name="second-factor-off"),
    path("account/second-factor/codes/", account.backup_codes, name="backup-codes"),
]
