"""The technical back door for administrators. Content is entered in the application itself, never here."""

from typing import Any

from django.contrib import admin
from django.contrib.auth import admin as _auth  # noqa: F401  registers first what is taken away below
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django_otp.plugins.otp_static import admin as _static  # noqa: F401
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp import admin as _totp  # noqa: F401
from django_otp.plugins.otp_totp.models import TOTPDevice

from projects.models import Department, FiscalYear, Project, TargetTable, User


class ReadOnly(admin.ModelAdmin):
    """Shown, never changed: these rows have one writer, and it is not this page."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


# Keys and tokens of second factors are nobody's to look at, and rights come from memberships, not from groups.
for model in (TOTPDevice, StaticDevice, Group):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


@admin.register(User)
class AccountAdmin(ReadOnly):
    """Shown only: accounts are kept on the pages about people, where three kinds of administrators are kept apart."""

    list_display = ("username", "display_name", "email", "is_active", "is_staff", "last_login")
    search_fields = ("username", "display_name", "email")
    fields = ("username", "display_name", "email", "is_active", "is_staff", "is_superuser", "last_login", "date_joined")


@admin.register(Department)
class DepartmentAdmin(ReadOnly):
    list_display = ("name", "code", "parent")
    search_fields = ("name", "code")
    list_select_related = ("parent",)
    autocomplete_fields = ("parent",)


@admin.register(FiscalYear)
class FiscalYearAdmin(admin.ModelAdmin):
    list_display = ("year",)


@admin.register(Project)
class ProjectAdmin(ReadOnly):
    list_display = ("name", "code", "department")
    search_fields = ("name", "code")
    list_select_related = ("department",)


@admin.register(TargetTable)
class TargetTableAdmin(ReadOnly):
    list_display = ("label", "fiscal_year", "department", "kind", "status", "layout", "amount", "version")
    list_filter = ("fiscal_year", "kind", "status")
    search_fields = ("label", "project_code")
    list_select_related = ("fiscal_year", "department")
