"""Addresses of reviewing that scripts speak to; see docs/review.md. Pages stand in ``review_page_urls``."""

from django.urls import path

from projects.views import review_json, review_records, review_shared, review_work

urlpatterns = [
    path("tables/<int:pk>/review/data/", review_json.data, name="review-data"),
    path("tables/<int:pk>/review/pulse/", review_json.pulse, name="review-pulse"),
    path("tables/<int:pk>/review/comments/", review_json.comments, name="review-comments"),
    path("tables/<int:pk>/review/comments/<int:number>/", review_json.comment, name="review-comment"),
    path("tables/<int:pk>/review/comments/<int:number>/remove/", review_json.remove, name="review-comment-remove"),
    path("tables/<int:pk>/review/comments/<int:number>/act/", review_json.act, name="review-comment-act"),
    path("tables/<int:pk>/review/sheet/", review_json.sheet, name="review-sheet"),
    path("tables/<int:pk>/review/decide/", review_json.decide, name="review-decide"),
    path("tables/<int:pk>/review/sheet.<slug:suffix>", review_records.sheet_file, name="review-sheet-file"),
    path(
        "tables/<int:pk>/adjustments/<int:number>/form.<slug:suffix>",
        review_records.adjustment_file,
        name="adjustment-form",
    ),
    path("review/sheets.<slug:suffix>", review_records.sheets_file, name="review-sheets"),
    path("review/register.xlsx", review_records.register_file, name="review-register-file"),
    path("review/statistics.xlsx", review_records.statistics_file, name="review-statistics-file"),
    path("review/settings/<int:year>/save/", review_records.settings_save, name="review-settings-save"),
    path("review/data/", review_work.data, name="review-queue-data"),
    path("review/assign/", review_work.assign, name="review-assign"),
    path("review/bulk/", review_work.pass_on, name="review-bulk"),
    path("review/views/", review_shared.views, name="review-views"),
    path("review/views/<int:number>/remove/", review_shared.view_remove, name="review-view-remove"),
    path("review/blocks/", review_shared.blocks, name="text-blocks"),
    path("review/blocks/<int:number>/", review_shared.block, name="text-block"),
    path("review/blocks/<int:number>/remove/", review_shared.block_remove, name="text-block-remove"),
    path("review/blocks/<int:number>/used/", review_shared.block_used, name="text-block-used"),
]
