"""Entry point of a production server: `gunicorn perfgoals.wsgi`."""

import os

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "perfgoals.settings")
application = get_wsgi_application()

from django.conf import settings  # noqa: E402  settings exist only after the line above

if settings.DEMO:
    raise ImproperlyConfigured("演示模式（PERFGOALS_DEMO）只能通过 make run 使用，不能作为正式服务启动。")
