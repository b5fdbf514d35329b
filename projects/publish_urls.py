"""Addresses of what leaves the house: books, summaries, the exchange, files built in the background."""

from django.urls import path

from projects.views import books, exports

urlpatterns = [
    path("publish/", exports.publishing, name="publishing"),
    path("publish/book/", books.book, name="book"),
    path("publish/files/<int:pk>/", exports.export_job, name="export-job"),
    path("publish/files/<int:pk>/state/", exports.export_job_state, name="export-job-state"),
    path("publish/files/<int:pk>/file", exports.export_file, name="export-file"),
    path("tables/zip/", exports.table_zip, name="table-zip"),
]
