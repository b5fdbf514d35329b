"""Addresses of login, one's own account, people and departments' administration."""

from django.urls import path

from projects.views import account, current, department_admin, login, people, people_import

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
    path("people/", people.people_list, name="people"),
    path("people/new/", people.person_new, name="person-new"),
    path("people/import/", people_import.people_import, name="people-import"),
    path("people/import/confirm/", people_import.people_import_confirm, name="people-import-confirm"),
    path("people/import/template.xlsx", people_import.people_template, name="people-template"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/change/", people.person_change, name="person-change"),
    path("people/<int:pk>/state/", people.person_state, name="person-state"),
    path("people/<int:pk>/unlock/", people.person_unlock, name="person-unlock"),
    path("people/<int:pk>/reset/", people.person_reset, name="person-reset"),
    path("people/<int:pk>/move/", people.person_move, name="person-move"),
    path("people/<int:pk>/roles/", people.role_give, name="role-give"),
    path("people/<int:pk>/roles/<int:membership>/take/", people.role_take, name="role-take"),
    path("manage/departments/", department_admin.department_admin, name="department-admin"),
    path("manage/departments/new/", department_admin.department_new, name="department-new"),
    path("manage/departments/<int:pk>/", department_admin.department_edit, name="department-edit"),
    path("manage/departments/<int:pk>/delete/", department_admin.department_delete, name="department-delete"),
]
