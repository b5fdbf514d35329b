"""Pages of reviewing; what scripts speak to stands in ``review_urls``."""

from django.urls import path

from projects.views import review_books, review_pages, review_queue

urlpatterns = [
    path("tables/<int:pk>/review/", review_pages.review, name="review"),
    path("review/", review_queue.queue, name="review-queue"),
    path("review/register/", review_books.register, name="review-register"),
    path("review/statistics/", review_books.statistics, name="review-statistics"),
    path("review/settings/<int:year>/", review_books.year_settings, name="review-settings"),
    path("tables/<int:pk>/adjustments/<int:number>/", review_books.adjustment, name="adjustment"),
]
