"""Addresses of what leaves the house: books, summaries, the exchange, files built in the background."""

from django.urls import path

from projects.views import books, export_records, exports, summaries

urlpatterns = [
    path("publish/", exports.publishing, name="publishing"),
    path("publish/book/", books.book, name="book"),
    path("publish/summaries/", summaries.summaries, name="summaries"),
    path("publish/summaries/<slug:kind>.<slug:suffix>", summaries.summary_file, name="summary-file"),
    path("publish/exchange/<slug:part>.<slug:suffix>", summaries.exchange_file, name="exchange-file"),
    path("audit/exports/", export_records.export_records, name="export-records"),
    path("publish/files/<int:pk>/", exports.export_job, name="export-job"),
    path("publish/files/<int:pk>/state/", exports.export_job_state, name="export-job-state"),
    path("publish/files/<int:pk>/file", exports.export_file, name="export-file"),
    path("tables/zip/", exports.table_zip, name="table-zip"),
]
