"""Pages of reviewing; what scripts speak to stands in ``review_urls``."""

from django.urls import path

from projects.views import review_pages, review_queue

urlpatterns = [
    path("tables/<int:pk>/review/", review_pages.review, name="review"),
    path("review/", review_queue.queue, name="review-queue"),
]
