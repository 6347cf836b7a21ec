"""The settings, and the only place that reads the environment.

Everything has a default that is right for a laptop. One variable makes a site public: SITE_URL.
With it, cookies, redirects and hosts follow, and what would be unsafe stops the start.
"""

import secrets
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# Where the database, the secret key, pictures and the collected static files are kept.
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
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
]

MIDDLEWARE = [
    "exercises.request_ids.RequestIdMiddleware",
    "exercises.readers_first.ReadersFirstMiddleware",
    "exercises.kept_pages.KeptPagesMiddleware",
    # Before all that can answer by itself, so that files, redirects and refusals have these headers, too.
    "exercises.headers.HeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "exercises.bad_input.RefuseNulMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
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
else:
    # A server that was started again has closed the connections that are kept: look before use.
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["CONN_MAX_AGE"] = None

# Every account is one of staff, so all passwords are long.
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in {
        "UserAttributeSimilarityValidator": {},
        "MinimumLengthValidator": {"min_length": 12},
        "CommonPasswordValidator": {},
        "NumericPasswordValidator": {},
    }.items()
]

# Five wrong passwords or codes for a name from an address, and both together are shut out for a quarter of an
# hour. From elsewhere the account stays open: nobody can lock somebody else out for good.
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # or trying on would shut the owner out, too
AXES_CLIENT_IP_CALLABLE = "exercises.guarding.address_of"
AXES_USERNAME_CALLABLE = "exercises.guarding.lockout_name"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "code", "_lost", "next"]
AXES_DISABLE_ACCESS_LOG = True  # the audit log has what is needed
AXES_ENABLE_ADMIN = False  # the form of an account has it
AXES_VERBOSE = False
OTP_TOTP_ISSUER = f"Legwork {_site.hostname}"

# How often one account or one address may ask for what costs something, in so many seconds. A page of the
# admin previews what is typed at most twice a second, and rests between.
LIMITS = {
    "sign-in": (30, 300),
    "search": (60, 60),
    "reader search": (120, 60),
    "preview": (240, 60),
    "report": (60, 60),
}
# The form of an exercise has more than a thousand fields, ten for each part of it; a draft that is carried
# through signing in is one field. An exercise of the largest kind sends less than half of either.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 10

# Sessions end so long after they were last used, and with the browser if so wished.
SESSION_COOKIE_AGE = int(env.float("SESSION_HOURS", default=12) * 3600)
SESSION_EXPIRE_AT_BROWSER_CLOSE = env.bool("SESSION_ENDS_WITH_BROWSER", default=False)
# Publishing, withdrawing and giving roles ask for the password again if it was given longer ago. 0: never.
REAUTHENTICATE_SECONDS = int(env.float("REAUTHENTICATE_MINUTES", default=0) * 60)

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

# Pictures that staff add. Their names say what is in them, so they are kept for ever. Several servers share
# the folder.
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(env.str("MEDIA_DIR", default=str(DATA_DIR / "media"))).resolve()
# Bounds what an upload can take; Django by itself writes files of any size to disk.
FILE_UPLOAD_HANDLERS = [
    "exercises.uploads.BoundedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

WHITENOISE_KEEP_ONLY_HASHED_FILES = True  # pages name no others, and half as many are to compress

# Readers' pages are kept in the memory of each worker, up to so many megabytes; 0 keeps none.
KEPT_PAGES_MB = env.int("KEPT_PAGES_MB", default=64)
NEVER_KEPT = ("/admin/", "/static/", "/media/", "/preview/", "/search/", "/healthz", "/readyz")
# In seconds: for how long a shared cache may hold a page, and may then go on with it while it asks again.
SHARED_MAX_AGE = 60
STALE_AGE = 600

IS_HTTPS = _site.scheme == "https"

# Nothing from elsewhere, nothing inline, and of what is ours only what the pages use. Public pages and the
# admin live under the same policy. Browsers report at REPORT_PATH what it has refused.
REPORT_PATH = "/csp-report"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "connect-src": ["'self'"],
        "frame-src": ["'self'"],  # the preview beside a form
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
        "upgrade-insecure-requests": IS_HTTPS,
        "report-uri": [REPORT_PATH],
        "report-to": ["policy"],
    }
}
# The pages use no feature of the device, and neither may what somebody has smuggled in.
PERMISSIONS_POLICY = {
    feature: []
    for feature in (
        "accelerometer",
        "autoplay",
        "browsing-topics",
        "camera",
        "display-capture",
        "encrypted-media",
        "fullscreen",
        "geolocation",
        "gyroscope",
        "hid",
        "idle-detection",
        "local-fonts",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "picture-in-picture",
        "publickey-credentials-get",
        "screen-wake-lock",
        "serial",
        "usb",
        "xr-spatial-tracking",
    )
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"

SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)$"]  # asked by the machine itself, without TLS
SESSION_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_HTTPONLY = True  # no script of ours reads it
if IS_HTTPS:
    # Browsers take cookies of these names from this very host alone, not from another of its domain.
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
CSRF_TRUSTED_ORIGINS = [SITE_URL]
if PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31_536_000 if IS_HTTPS else 0)
# Whether a domain's other hosts are on TLS as well is not ours to decide. Who wants the domain on the list
# that browsers ship says so, for all of its hosts, and can hardly take it back.
SECURE_HSTS_PRELOAD = SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_PRELOAD", default=False)
# And the sign-in page itself says that somebody is locked out, with what they had sent: no middleware for it.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021", "axes.W002"]

# /readyz says no with less than so much left on the disk of DATA_DIR.
LEAST_FREE_MB = env.int("LEAST_FREE_MB", default=100)
# Prometheus's metrics, at a port of their own; 0 gives none. gunicorn.py serves them.
METRICS_PORT = env.int("METRICS_PORT", default=0)
METRICS_HOST = env.str("METRICS_HOST", default="127.0.0.1")
if METRICS_PORT:
    MIDDLEWARE.insert(0, "exercises.metrics.MetricsMiddleware")

LOGIN_URL = "admin:login"

# For a person to read, or an object on each line for a machine.
LOG_FORMAT = env.str("LOG_FORMAT", default="json" if IS_PUBLIC else "plain")
if LOG_FORMAT not in ("json", "plain"):
    raise ImproperlyConfigured(f"LOG_FORMAT is {LOG_FORMAT!r}. It has to be json or plain.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"named": {"()": "exercises.logs.NameRequest"}},
    "formatters": {
        "plain": {
            "()": "exercises.logs.PlainLines",
            "format": "{levelname} {name} [{request_id}] {message}",
            "style": "{",
        },
        "json": {"()": "exercises.logs.JsonLines"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["named"]}
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django": {"handlers": ["console"], "level": "INFO", "propagate": False},
        "gunicorn.error": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "axes": {"level": "ERROR"},  # the audit log has all of it
    },
}
