"""Addresses of the indicator library."""

from django.urls import path

from projects.views import library, library_import, library_proposals

urlpatterns = [
    path("library/", library.library_list, name="library"),
    path("library/list.xlsx", library.library_export, name="library-export"),
    path("library/new/", library.library_new, name="library-new"),
    path("library/duplicates/", library.library_duplicates, name="library-duplicates"),
    path("library/import/", library_import.library_import, name="library-import"),
    path("library/import/confirm/", library_import.library_import_confirm, name="library-import-confirm"),
    path("library/import/template.xlsx", library_import.library_template, name="library-template"),
    path("library/proposals/", library_proposals.library_proposals, name="library-proposals"),
    path("library/proposals/<int:pk>/", library_proposals.library_proposal, name="library-proposal"),
    path("library/proposals/<int:pk>/accept/", library_proposals.library_accept, name="library-accept"),
    path("library/proposals/<int:pk>/decline/", library_proposals.library_decline, name="library-decline"),
    path("library/<int:pk>/", library.library_indicator, name="library-indicator"),
    path("library/<int:pk>/edit/", library.library_edit, name="library-edit"),
    path("library/<int:pk>/state/", library.library_state, name="library-state"),
    path("library/<int:pk>/merge/", library.library_merge, name="library-merge"),
    path("library/<int:pk>/unmerge/", library.library_unmerge, name="library-unmerge"),
    path("tables/<int:pk>/propose/", library_proposals.table_propose, name="table-propose"),
]
