from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from perfgoals.health import health, ready

urlpatterns = [
    path("healthz", health, name="health"),
    path("readyz", ready, name="ready"),
    # One way in for everybody: the admin pages must not have a login of their own.
    path("admin/login/", RedirectView.as_view(pattern_name="login", query_string=True)),
    path("admin/", admin.site.urls),
    path("", include("projects.people_urls")),
    path("", include("projects.life_urls")),
    path("", include("projects.library_urls")),
    path("", include("projects.form_urls")),
    path("", include("projects.public_urls")),
    path("", include("projects.urls")),
]
