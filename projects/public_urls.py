"""Addresses that need no login (when switched on), and the page on which administrators release tables."""

from django.urls import path

from projects.views import public, releases

urlpatterns = [
    path("releases/", releases.releases, name="releases"),
    path("releases/fields/", releases.release_fields, name="release-fields"),
    path("public/", public.index, name="public"),
    path("public/<int:year>/", public.table_list, name="public-list"),
    path("public/<int:year>/tables.csv", public.list_data, name="public-list-data"),
    path("public/tables/<uuid:uid>/", public.table, name="public-table"),
    path("public/tables/<uuid:uid>/table.<slug:suffix>", public.table_data, name="public-data"),
]
