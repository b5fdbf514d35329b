"""Addresses of the pages about target tables."""

from django.urls import include, path

from projects.views import departments, downloads, findings, home, notices, table, tables, years

urlpatterns = [
    path("", home.home, name="home"),
    path("rules/", findings.rule_list, name="rule-list"),
    path("years/", years.year_list, name="year-list"),
    path("years/<int:number>/", years.year, name="year"),
    path("years/<int:number>/state/", years.year_state, name="year-state"),
    path("years/<int:number>/rollover/", years.year_rollover, name="year-rollover"),
    path("notices/", notices.notice_list, name="notice-list"),
    path("notices/read/", notices.notices_read, name="notices-read"),
    path("notices/digest/", notices.notices_digest, name="notices-digest"),
    path("notices/<int:pk>/open/", notices.notice_open, name="notice-open"),
    path("departments/", departments.department_list, name="department-list"),
    path("departments/<int:pk>/", departments.department, name="department"),
    path("tables/", tables.table_list, name="table-list"),
    path("tables/book.<slug:suffix>", downloads.book, name="table-book"),
    path("", include("projects.publish_urls")),
    path("", include("projects.entry_urls")),
    path("", include("projects.review_page_urls")),
    path("", include("projects.review_urls")),
    path("", include("projects.import_urls")),
    path("tables/<int:pk>/", table.table, name="table"),
    path("tables/<int:pk>/table.<slug:suffix>", downloads.single, name="table-download"),
]
