from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import include, path

from perfgoals.health import health

urlpatterns = [
    path("healthz", health, name="health"),
    path("login/", auth.LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    path("admin/", admin.site.urls),
    path("", include("projects.urls")),
]
