"""Addresses of filling in; see docs/entry.md."""

from django.urls import path

from projects.views import attachments, entry, entry_life, entry_sources, filling

urlpatterns = [
    path("filling/", filling.page, name="filling"),
    path("filling/create/", filling.create, name="filling-create"),
    path("filling/submit/", filling.submit, name="filling-submit"),
    path("tables/new/", entry_life.new, name="table-new"),
    path("tables/new/bulk/", entry_life.bulk, name="table-new-bulk"),
    path("tables/submit/", entry_life.submit_many, name="table-submit"),
    path("tables/<int:pk>/fill/", entry.page, name="entry"),
    path("tables/<int:pk>/fill/data/", entry.data, name="entry-data"),
    path("tables/<int:pk>/fill/changes/", entry.changes, name="entry-changes"),
    path("tables/<int:pk>/fill/state/", entry.state, name="entry-state"),
    path("tables/<int:pk>/fill/paste/", entry.paste, name="entry-paste"),
    path("tables/<int:pk>/fill/suggest/", entry.suggest, name="entry-suggest"),
    path("tables/<int:pk>/fill/offers/", entry_sources.offers, name="entry-offers"),
    path("tables/<int:pk>/fill/sources/", entry_sources.sources, name="entry-sources"),
    path("tables/<int:pk>/fill/sources/<int:other>/", entry_sources.source, name="entry-source"),
    path("tables/<int:pk>/fill/upload/", entry_sources.upload, name="entry-upload"),
    path("tables/<int:pk>/fill/submit/", entry_life.submit, name="entry-submit"),
    # Last of the page's own: a step's key is a word.
    path("tables/<int:pk>/fill/<slug:step>/", entry.page, name="entry-step"),
    path("tables/<int:pk>/attachments/", attachments.attachments, name="attachments"),
    path("tables/<int:pk>/attachments/<int:number>/", attachments.download, name="attachment"),
    path("tables/<int:pk>/attachments/<int:number>/delete/", attachments.delete, name="attachment-delete"),
]
