"""Addresses of a table's life: decisions, history, revisions, differences; and the audit log."""

from django.urls import path

from projects.views import audit, compare, decide, history

urlpatterns = [
    path("tables/<int:pk>/act/<slug:action>/", decide.decide, name="table-act"),
    path("tables/<int:pk>/history/", history.history, name="table-history"),
    path("tables/<int:pk>/revisions/<int:number>/", history.revision, name="revision"),
    path(
        "tables/<int:pk>/revisions/<int:number>/table.<slug:suffix>",
        history.revision_download,
        name="revision-download",
    ),
    path("tables/<int:pk>/diff/", compare.compare, name="table-diff"),
    path("audit/", audit.audit_log, name="audit"),
    path("audit/events.<slug:suffix>", audit.audit_export_view, name="audit-export"),
]
