"""The settings, and the only place that reads the environment.

Everything has a default that is right for a laptop. One variable makes a site public: SITE_URL.
With it, cookies, redirects and hosts follow, and what would be unsafe stops the start.
"""

import secrets
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# Where the database, the secret key and the collected static files are kept.
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "data"))).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)

DEBUG = env.bool("DEBUG", default=False)

# The address that readers type. Canonical links, the sitemap and the site's safety follow from it.
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
_site = urlsplit(SITE_URL)
if _site.scheme not in ("http", "https") or not _site.hostname or _site.path or _site.query:
    raise ImproperlyConfigured(
        f"SITE_URL is {SITE_URL!r}. It has to be a scheme and a host, such as https://legwork.example."
    )
_loopback = {"127.0.0.1", "localhost", "::1", "[::1]"}
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[_site.hostname, *sorted(_loopback)])
IS_PUBLIC = not {_site.hostname, *ALLOWED_HOSTS} <= _loopback


def _secret_key() -> str:
    """The key from the environment, or one made on the first run and kept in DATA_DIR."""
    if key := env.str("SECRET_KEY", default=""):
        return key
    path = DATA_DIR / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(64))
    return path.read_text().strip()


SECRET_KEY = _secret_key()

# The number of proxies in front that set X-Forwarded-Proto; 0 trusts no such header.
PROXIES = env.int("PROXIES", default=1 if IS_PUBLIC else 0)

if IS_PUBLIC:
    _unsafe = [
        reason
        for is_unsafe, reason in [
            (DEBUG, "DEBUG is on: it shows readers the site's insides. Unset it."),
            (_site.scheme != "https", "SITE_URL is not https: staff would sign in in the clear."),
            ("*" in ALLOWED_HOSTS, "ALLOWED_HOSTS is '*': name the hosts that the site answers to."),
            (
                len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 5 or SECRET_KEY.startswith("django-insecure-"),
                "SECRET_KEY is weak: unset it and one is made, or give 50 random characters.",
            ),
        ]
        if is_unsafe
    ]
    if _unsafe:
        raise ImproperlyConfigured("Unsafe for a public site:\n" + "\n".join(f"- {r}" for r in _unsafe))

INSTALLED_APPS = [
    "exercises.apps.ExercisesConfig",
    "exercises.apps.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
]

MIDDLEWARE = [
    "exercises.kept_pages.KeptPagesMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "site_config.urls"
WSGI_APPLICATION = "site_config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

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
                "exercises.context_processors.site",
            ],
        },
    },
]

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'legwork.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # WAL lets readers go on while somebody writes; IMMEDIATE makes writers queue instead of failing
    # half-way through a transaction. Never together with ATOMIC_REQUESTS: each page would lock.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
DATABASES["default"]["CONN_MAX_AGE"] = None

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

LANGUAGE_CODE = "en-gb"
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

WHITENOISE_KEEP_ONLY_HASHED_FILES = True  # pages name no others, and half as many are to compress

# Readers' pages are kept in the memory of each worker, up to so many megabytes; 0 keeps none.
KEPT_PAGES_MB = env.int("KEPT_PAGES_MB", default=64)
NEVER_KEPT = ("/admin/", "/static/", "/media/", "/preview/", "/healthz", "/readyz")
# In seconds: for how long a shared cache may hold a page, and may then go on with it while it asks again.
SHARED_MAX_AGE = 60
STALE_AGE = 600

# Nothing from elsewhere, nothing inline. Public pages and the admin live under the same policy.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"

IS_HTTPS = _site.scheme == "https"
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)$"]  # asked by the machine itself, without TLS
SESSION_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_SECURE = IS_HTTPS
CSRF_TRUSTED_ORIGINS = [SITE_URL]
if PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31_536_000 if IS_HTTPS else 0)
# Whether a domain's other hosts are on TLS as well is not ours to decide.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

# /readyz says no with less than so much left on the disk of DATA_DIR.
LEAST_FREE_MB = env.int("LEAST_FREE_MB", default=100)
# Prometheus's metrics, at a port of their own; 0 gives none. gunicorn.py serves them.
METRICS_PORT = env.int("METRICS_PORT", default=0)
METRICS_HOST = env.str("METRICS_HOST", default="127.0.0.1")
if METRICS_PORT:
    MIDDLEWARE.insert(0, "exercises.metrics.MetricsMiddleware")

LOGIN_URL = "admin:login"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {"django": {"handlers": ["console"], "level": "INFO", "propagate": False}},
}
