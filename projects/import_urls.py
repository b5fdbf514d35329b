"""Addresses of bulk import."""

from django.urls import path

from projects.views import import_tables, imports

urlpatterns = [
    path("imports/", imports.import_list, name="import-list"),
    path("imports/template.xlsx", imports.template, name="import-template"),
    path("imports/<int:pk>/", imports.batch, name="import-batch"),
    path("imports/<int:pk>/state/", imports.state, name="import-state"),
    path("imports/<int:pk>/files/", imports.upload, name="import-files"),
    path("imports/<int:pk>/files/again/", imports.again, name="import-again"),
    path("imports/<int:pk>/departments/", imports.department, name="import-department"),
    path("imports/<int:pk>/options/", imports.options, name="import-options"),
    path("imports/<int:pk>/refresh/", imports.refresh, name="import-refresh"),
    path("imports/<int:pk>/exclude/", imports.exclude, name="import-exclude"),
    path("imports/<int:pk>/commit/", imports.commit, name="import-commit"),
    path("imports/<int:pk>/undo/", imports.undo, name="import-undo"),
    path("imports/<int:pk>/discard/", imports.discard, name="import-discard"),
    path("imports/<int:pk>/errors.xlsx", imports.errors, name="import-errors"),
    path("imports/<int:pk>/errors/", imports.errors_upload, name="import-errors-upload"),
    path("imports/<int:pk>/tables/<int:table>/", import_tables.table, name="import-table"),
    path("imports/<int:pk>/tables/<int:table>/cells/", import_tables.cells, name="import-cells"),
    path("imports/<int:pk>/tables/<int:table>/reading/", import_tables.reading, name="import-reading"),
    path("imports/<int:pk>/tables/<int:table>/department/", import_tables.department, name="import-table-department"),
    path("imports/<int:pk>/tables/<int:table>/form/", import_tables.save_form, name="import-save-form"),
    path("imports/<int:pk>/tables/<int:table>/source/", import_tables.source, name="import-source"),
]
