from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "projects"
    verbose_name = "绩效目标"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.conf import settings
        from django.core.signals import request_started

        from projects.selectors import forms
        from projects.services.imports.background import resume

        forms.connect()
        if settings.IMPORT_WORKER == "embedded" or settings.EXPORT_WORKER == "thread":
            request_started.connect(resume, dispatch_uid="projects.resume")
