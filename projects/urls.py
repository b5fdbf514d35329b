"""Addresses of the pages about target tables."""

from django.urls import path, register_converter

from projects.views import departments, downloads, home, notices, table, tables


class SuffixConverter:
    """A file format that tables can be downloaded in."""

    regex = "docx|xlsx|json|html"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(SuffixConverter, "suffix")

urlpatterns = [
    path("", home.home, name="home"),
    path("notices/", notices.notice_list, name="notice-list"),
    path("notices/read/", notices.notices_read, name="notices-read"),
    path("notices/digest/", notices.notices_digest, name="notices-digest"),
    path("notices/<int:pk>/open/", notices.notice_open, name="notice-open"),
    path("departments/", departments.department_list, name="department-list"),
    path("departments/<int:pk>/", departments.department, name="department"),
    path("tables/", tables.table_list, name="table-list"),
    path("tables/book.<suffix:suffix>", downloads.book, name="table-book"),
    path("tables/<int:pk>/", table.table, name="table"),
    path("tables/<int:pk>/table.<suffix:suffix>", downloads.single, name="table-download"),
]
