"""The technical back door for administrators. Content is entered in the application itself, never here."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from projects.models import Department, FiscalYear, Project, TargetTable, User


class ReadOnly(admin.ModelAdmin):
    """Shown, never changed: these rows have one writer, and it is not this page."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
class AccountAdmin(UserAdmin):
    list_display = ("username", "display_name", "email", "is_active", "is_staff", "last_login")
    search_fields = ("username", "display_name", "email")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("个人信息"), {"fields": ("display_name", "email")}),
        (_("权限"), {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        (_("重要日期"), {"fields": ("last_login", "date_joined")}),
    )


@admin.register(Department)
class DepartmentAdmin(admin.ModelAdmin):
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
