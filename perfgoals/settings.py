"""Settings, one file, driven by the environment.

Production is what you get by default, and it refuses to start half-configured. The only other mode is the demo
(`PERFGOALS_DEMO=1`, set by `make run` alone): it answers on this machine only and keeps its own database, so demo
accounts can never end up in a real one.
"""

from datetime import timedelta
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEMO = env.bool("PERFGOALS_DEMO", default=False)
# Only a demo may be debugged; DEBUG=1 elsewhere has no effect.
DEBUG = DEMO and env.bool("DEBUG", default=False)

VAR_DIR = Path(env.str("PERFGOALS_VAR", default=str(BASE_DIR / "var")))
if DEMO:
    VAR_DIR /= "demo"


def _required(name: str, remedy: str) -> str:
    value = env.str(name, default="").strip()
    if not value:
        raise ImproperlyConfigured(
            f"缺少环境变量 {name}，系统未启动。{remedy}只想在本机试用，请运行 make run（演示模式）。"
        )
    return value


def _demo_secret() -> str:
    """A key of this machine's own, kept so that a restart does not log everybody out."""
    path = VAR_DIR / "secret.key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(get_random_secret_key(), encoding="ascii")
    return path.read_text(encoding="ascii")


VAR_DIR.mkdir(parents=True, exist_ok=True)

if DEMO:
    SECRET_KEY = _demo_secret()
    ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
else:
    SECRET_KEY = _required(
        "SECRET_KEY",
        "请设置一个至少 50 位的随机串并妥善保管，"
        "可用 python -c 'import secrets; print(secrets.token_urlsafe(50))' 生成。",
    )
    ALLOWED_HOSTS = [
        host.strip()
        for host in _required("ALLOWED_HOSTS", "请填写访问本系统所用的域名，多个用逗号分隔。").split(",")
        if host.strip()
    ]

INSTALLED_APPS = [
    "projects.apps.ProjectsConfig",
    "indicators.apps.IndicatorsConfig",
    "perfgoals",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "csp",
    "crispy_forms",
    "crispy_bootstrap5",
    "bootstrap",
    "django_htmx",
    "django_tables2",
    "django_filters",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    "perfgoals.context.OriginMiddleware",
    "perfgoals.logs.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "projects.security.middleware.SessionMiddleware",
    "projects.security.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    # Last: turns a login of a locked account into its answer.
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "perfgoals.urls"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# Database --------------------------------------------------------------------------------------------------------

if env.str("DATABASE_URL", default=""):
    DATABASES = {"default": env.db_url("DATABASE_URL")}
else:
    DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": VAR_DIR / "perfgoals.sqlite3"}}

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Readers never wait for a writer (WAL), and a writer takes its lock at once and waits for it, rather than failing
    # half-way with "database is locked". Foreign keys are switched on by Django itself.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000;",
    }
else:
    # A kept connection serves two to three times the pages of one opened per request.
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=600)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# People ----------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "projects.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "CommonPasswordValidator")
] + [
    {"NAME": "projects.security.passwords.LengthAndClasses"},
    {"NAME": "projects.security.passwords.NotTheName"},
    {"NAME": "projects.security.passwords.NotUsedBefore"},
]
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_MAX_DAYS = env.int("PASSWORD_MAX_DAYS", default=90)
PASSWORD_HISTORY = env.int("PASSWORD_HISTORY", default=5)

# A session ends after so many minutes without a request, and in any case after so many hours.
SESSION_ENGINE = "projects.security.sessions"
SESSION_IDLE_MINUTES = env.int("SESSION_IDLE_MINUTES", default=30)
SESSION_MAX_HOURS = env.int("SESSION_MAX_HOURS", default=12)
SESSION_COOKIE_AGE = SESSION_MAX_HOURS * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# Wrong passwords lock the account, known or not, whatever address they come from: a change of address would else
# give new attempts. axes warns that the address is no part of it.
AXES_LOCKOUT_PARAMETERS = ["username"]
SILENCED_SYSTEM_CHECKS = ["axes.W006"]
AXES_FAILURE_LIMIT = env.int("LOGIN_FAILURES", default=5)
LOGIN_LOCK_MINUTES = env.int("LOGIN_LOCK_MINUTES", default=30)
AXES_COOLOFF_TIME = timedelta(minutes=LOGIN_LOCK_MINUTES)
AXES_RESET_ON_SUCCESS = True
# Attempts while locked do not prolong the lock: it ends when it was said to end.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_USERNAME_CALLABLE = "projects.security.lockout.username_of"
AXES_CLIENT_IP_CALLABLE = "perfgoals.context.address_of"
AXES_LOCKOUT_CALLABLE = "projects.security.lockout.answer"
# Our own audit log keeps logins; axes would write names and addresses into the log files.
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ACCESS_FAILURE_LOG = False
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False

# Second factor: roles that must set one up, e.g. administrator,security,auditor,finance_reviewer; all others may.
TOTP_REQUIRED_ROLES = env.list("TOTP_REQUIRED_ROLES", default=[])
OTP_TOTP_ISSUER = env.str("TOTP_ISSUER", default="绩效目标管理")

# Language and time: one language on every page, whatever the browser asks for ------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文")]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# Static files ----------------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = env.str("STATIC_ROOT", default=str(VAR_DIR / "static"))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = VAR_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEMO
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# The demo serves files from where they lie, so it needs no collectstatic.
WHITENOISE_USE_FINDERS = DEMO
WHITENOISE_AUTOREFRESH = DEMO

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "django_tables2/bootstrap5.html"

# Security --------------------------------------------------------------------------------------------------------

# A closed network without certificates may say PERFGOALS_HTTPS=0; `check --deploy` will then complain, rightly.
HTTPS = not DEMO and env.bool("PERFGOALS_HTTPS", default=True)
SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
# Browser preload lists are for public domains and cannot be taken back: left to whoever owns the domain.
SILENCED_SYSTEM_CHECKS += ["security.W021"]
BEHIND_PROXY = env.bool("PERFGOALS_BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    # Only when asked: without a proxy that overwrites the header anybody could send it.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# The load balancer asks for these pages by plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)$"]
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        # Bootstrap's stylesheet draws its arrows and ticks as data: images.
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# Mail: smtp://user:password@host:25, smtp+tls://…, consolemail://. Without it notices stay in the application. -------

EMAIL_CONFIGURED = DEMO or bool(env.str("EMAIL_URL", default=""))
if EMAIL_CONFIGURED:
    globals().update(env.email_url("EMAIL_URL", default="consolemail://"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="perfgoals@localhost")

# What an uploaded file may be, checked before anyone parses it ----------------------------------------------------

UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", default=20 * 1024 * 1024)
UPLOAD_MAX_ENTRIES = env.int("UPLOAD_MAX_ENTRIES", default=2_000)
UPLOAD_MAX_UNPACKED_BYTES = env.int("UPLOAD_MAX_UNPACKED_BYTES", default=200 * 1024 * 1024)
UPLOAD_MAX_RATIO = env.int("UPLOAD_MAX_RATIO", default=100)

# Files that leave -------------------------------------------------------------------------------------------------

# LibreOffice's program for PDF; empty looks for soffice in PATH, "off" does without.
SOFFICE = env.str("SOFFICE", default="")
SOFFICE_TIMEOUT = env.float("SOFFICE_TIMEOUT", default=180)
# How long a file that was built in the background can be fetched.
EXPORT_KEEP_HOURS = env.int("EXPORT_KEEP_HOURS", default=24)
# Where such files are built: "thread" beside the requests, "inline" in the request itself.
EXPORT_WORKER = env.str("EXPORT_WORKER", default="thread")
# 财政区划代码 (nine digits) for the exchange with 预算管理一体化; departments may lie in one division alone.
MOF_DIV_CODE = env.str("MOF_DIV_CODE", default="")

# Pages that anybody may read: nothing unless switched on, and then only what an administrator released. -------------

PUBLIC_PAGES = env.bool("PUBLIC_PAGES", default=False)
PUBLIC_NOINDEX = env.bool("PUBLIC_NOINDEX", default=False)
PUBLIC_PER_MINUTE = env.int("PUBLIC_PER_MINUTE", default=120)
PUBLIC_MAX_AGE = env.int("PUBLIC_MAX_AGE", default=300)

# Background work --------------------------------------------------------------------------------------------------

# Jobs wait in the database. The server starts a worker of its own when there is work; with
# IMPORT_WORKER=external, workers are started by hand (manage.py import_worker), on as many machines as wanted. With a
# Redis address, jobs go through RQ (package django-tasks-rq) instead.
IMPORT_WORKER = env.str("IMPORT_WORKER", default="embedded")
IMPORT_PROCESSES = env.int("IMPORT_PROCESSES", default=1)
IMPORT_MEMORY_MB = env.int("IMPORT_MEMORY_MB", default=2048)
IMPORT_FILE_SECONDS = env.int("IMPORT_FILE_SECONDS", default=300)
IMPORT_LEASE_SECONDS = env.int("IMPORT_LEASE_SECONDS", default=90)
IMPORT_MAX_FILES = env.int("IMPORT_MAX_FILES", default=5_000)
IMPORT_MAX_BYTES = env.int("IMPORT_MAX_BYTES", default=4 * 1024 * 1024 * 1024)
TASK_REDIS_URL = env.str("TASK_REDIS_URL", default="")
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}
if TASK_REDIS_URL:
    INSTALLED_APPS += ["django_rq", "django_tasks_rq"]
    # In the order in which workers empty them: commits and undoing before files that are to be read.
    RQ_QUEUES = {name: {"URL": TASK_REDIS_URL, "DEFAULT_TIMEOUT": 3600} for name in ("first", "default")}
    RQ = {"JOB_CLASS": "django_tasks_rq.Job"}
    TASKS = {"default": {"BACKEND": "django_tasks_rq.RQBackend", "QUEUES": list(RQ_QUEUES)}}

# Logs: one JSON object a line on stderr, which journald and containers collect; plain text in the demo ------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "perfgoals.logs.JsonFormatter"},
        "text": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "text" if DEMO else "json"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        # Django attaches its own handlers to these; one line an event is enough.
        "django": {"handlers": [], "propagate": True},
        "axes": {"level": "ERROR"},
        # A line per job would be all there is to read; what fails is logged by the jobs themselves.
        "django_tasks": {"level": "WARNING"},
        "django_tasks_db": {"level": "ERROR"},
        # The demo's own server writes a line a request already.
        "perfgoals.request": {"level": "WARNING" if DEMO else "INFO"},
        "django.server": {"handlers": ["stderr"], "propagate": False},
    },
}
