"""Addresses of the office's own forms."""

from django.urls import path

from projects.views import blank_forms

urlpatterns = [
    path("forms/", blank_forms.form_list, name="form-list"),
    path("forms/new/", blank_forms.form_new, name="form-new"),
    path("forms/help/", blank_forms.form_help, name="form-help"),
    path("forms/shipped/<slug:layout>/", blank_forms.form_shipped, name="form-shipped"),
    path("forms/shipped/<slug:layout>/blank.<slug:suffix>", blank_forms.form_blank, name="form-blank"),
    path("forms/<int:pk>/<int:number>/", blank_forms.form_edition, name="form-edition"),
    path("forms/<int:pk>/<int:number>/state/", blank_forms.form_state, name="form-state"),
    path("forms/<int:pk>/<int:number>/file/", blank_forms.form_file, name="form-file"),
    path("forms/<int:pk>/<int:number>/try/", blank_forms.form_try, name="form-try"),
    path(
        "forms/<int:pk>/<int:number>/try/<int:table>/table.<slug:suffix>",
        blank_forms.form_filled,
        name="form-filled",
    ),
]
