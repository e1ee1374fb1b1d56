"""Every deploy-time choice. The environment is read here and nowhere else."""

import re
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static

from matchmaker.environment import Environment

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment(BASE_DIR)

# --- The process -----------------------------------------------------------------------------
DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.text("SECRET_KEY")
SECRET_KEY_MISSING = not SECRET_KEY  # the server refuses to start then; commands need none
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
for _host in ALLOWED_HOSTS:
    if not re.fullmatch(r"[^\s/]+", _host):
        raise ImproperlyConfigured(
            f"ALLOWED_HOSTS must list names such as www.example.com, not {_host!r}."
        )
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
CORS_ALLOWED_ORIGINS = env.words("CORS_ALLOWED_ORIGINS")
for _name, _origins in (
    ("CSRF_TRUSTED_ORIGINS", CSRF_TRUSTED_ORIGINS),
    ("CORS_ALLOWED_ORIGINS", CORS_ALLOWED_ORIGINS),
):
    for _origin in _origins:
        if not re.fullmatch(r"https?://[^/\s]+", _origin):
            raise ImproperlyConfigured(
                f"{_name} must list origins such as https://www.example.com, not {_origin!r}."
            )
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0, low=0, high=10)
HOST = env.matching(
    "HOST", "127.0.0.1", r"[\w.-]+|\[[\da-fA-F:.]+\]", "an address such as 0.0.0.0 or [::]"
)
PORT = env.number("PORT", 8000, low=1, high=65535)
WEB_CONCURRENCY = env.number("WEB_CONCURRENCY", 2, low=1, high=64)
WEB_THREADS = env.number("WEB_THREADS", 512, low=1, high=4096)
WEB_AT_ONCE = env.number("WEB_AT_ONCE", 2, low=1, high=64)
SECURE_HTTPS = env.flag("SECURE_HTTPS", default=False)

# --- Data ------------------------------------------------------------------------------------
DATA_DIR = Path(env.text("DATA_DIR", str(BASE_DIR / "data"))).expanduser()
DATABASES: dict[str, dict[str, Any]] = {
    "default": env.database("DATABASE_URL", f"sqlite:///{DATA_DIR / 'conversations.db'}")
}
# No thread keeps a connection between requests: there are hundreds of threads.
DATABASES["default"]["CONN_MAX_AGE"] = 0
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DB_POOL_SIZE = env.number("DB_POOL_SIZE", 8, low=1, high=200)
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # IMMEDIATE takes the write lock at the start, so that the timeout waits instead of failing;
    # synchronous=FULL because an acknowledged lead has to survive a power cut.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 10,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)  # seconds
    DATABASES["default"]["OPTIONS"].setdefault(
        "pool",
        {
            "min_size": 0,
            "max_size": DB_POOL_SIZE,
            "timeout": 10,  # seconds to wait for a connection, and to try to make one
            "reconnect_timeout": 3,
            "max_idle": 60,
        },
    )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": env.cache("CACHE_URL", "locmemcache://")}
# Counts atomically for all workers; other caches are not for counting.
CACHE_IS_SHARED = CACHES["default"]["BACKEND"].endswith(("RedisCache", "PyMemcacheCache"))

# --- Finding experts ---------------------------------------------------------------------------
INDEX_DIR = DATA_DIR / "index"
OPEN_INDEX_AT_START = env.flag("OPEN_INDEX_AT_START", default=True)
EMBEDDING_MODEL = env.text("EMBEDDING_MODEL", "packaged:multilingual-e5-small")
VECTOR_STORE = env.choice("VECTOR_STORE", "faiss", ("faiss", "pgvector"))
EXPERT_REQUIRED_FIELDS = tuple(
    env.words("EXPERT_REQUIRED_FIELDS", "name,job_title,company,hourly_rate")
)
_REQUIRABLE = (
    "name", "job_title", "company", "bio", "hourly_rate", "currency", "profile_url", "photo_url",
    "languages", "tags", "category", "location",
)  # fmt: skip
for _field in EXPERT_REQUIRED_FIELDS:
    if _field not in _REQUIRABLE:
        raise ImproperlyConfigured(
            f"EXPERT_REQUIRED_FIELDS may list {', '.join(_REQUIRABLE)}; {_field!r} is none of them."
        )

# --- Talking -----------------------------------------------------------------------------------
OPENAI_API_KEY = env.text("OPENAI_API_KEY")
if not re.fullmatch(r"[!-~]*", OPENAI_API_KEY):  # goes into a header
    raise ImproperlyConfigured("OPENAI_API_KEY must be of ASCII characters without spaces.")
OPENAI_BASE_URL = env.matching(
    "OPENAI_BASE_URL", "", r"https?://[^/\s]+\S*", "an address such as http://localhost:11434/v1"
)
OPENAI_MODEL = env.text("OPENAI_MODEL", "gpt-4o-mini")
LLM_DAILY_TOKENS = env.number("LLM_DAILY_TOKENS", 0, low=0, high=1_000_000_000)  # 0: no limit
LLM_TIMEOUT = env.seconds("LLM_TIMEOUT", 20.0, low=0.1, high=600.0)
HISTORY_TURNS = env.number("HISTORY_TURNS", 3, low=0, high=20)
# Of an address, then of an e-mail address; one rate alone is for both. A whole office may ask from
# behind one address, but nobody types more than thirty messages a minute.
_RATE = r"[1-9]\d{0,5}/(?:s|sec|second|m|min|minute|h|hour|d|day)"
THROTTLE_CHAT = env.matching(
    "THROTTLE_CHAT",
    "120/min,30/min",
    rf"{_RATE}(?:\s*,\s*{_RATE})?",
    "a rate such as 30/min, or two of them (by address, by e-mail) such as 120/min,30/min",
)
MAX_BODY_BYTES = 256 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# --- Django ------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "matchmaker.apps.MatchmakerConfig",
    "conversations",
    "experts",
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_static",
    "django_otp.plugins.otp_totp",
    "corsheaders",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
MIDDLEWARE = [
    "matchmaker.middleware.RequestId",
    "matchmaker.middleware.RequestLine",
    "matchmaker.middleware.HeadOnly",
    "matchmaker.middleware.Probes",
    "matchmaker.middleware.ContentSecurityPolicy",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    # From here on nothing is left to add to an answer but what the API itself tells.
    "matchmaker.middleware.OneOfFew",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "matchmaker.two_step.RequireSecondStep",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "matchmaker.urls"
WSGI_APPLICATION = "matchmaker.wsgi.application"
APPEND_SLASH = True
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
    },
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
# Whoever fails to log in too often waits; counted in the database, for all workers together.
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = ["ip_address", ["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "matchmaker.logins.client_address"
AXES_LOCKOUT_TEMPLATE = "admin/locked.html"
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
OTP_TOTP_ISSUER = "matchmaker"
# Who has to log in with two steps: nobody, `staff` for all of them, or names of groups.
REQUIRE_SECOND_STEP = tuple(env.words("REQUIRE_SECOND_STEP"))
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("nl", "Nederlands"), ("fr", "Français")]
FORMAT_MODULE_PATH = "matchmaker.formats"
TIME_ZONE = env.time_zone("TIME_ZONE", "Europe/Brussels")
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"

WHITENOISE_USE_FINDERS = True  # served from the packages as they are: nothing to collect

LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
UNFOLD = {  # the admin's theme
    "SITE_TITLE": "matchmaker",
    "SITE_HEADER": "matchmaker",
    "SITE_SUBHEADER": "Leads and experts",
    "SITE_SYMBOL": "handshake",
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda _: static("conversations/favicon.svg"),
        },
    ],
    "LOGIN": {"form": "matchmaker.logins.LoginForm"},
    "ACCOUNT": {"navigation": "matchmaker.logins.account_links"},
    "STYLES": [
        lambda _: static("conversations/admin.css"),
        lambda _: static("conversations/desk.css"),
    ],
    "DASHBOARD_CALLBACK": "conversations.admin.dashboard.callback",
    "COLORS": {"primary": "conversations.admin.navigation.primary_colors"},
    "SIDEBAR": {"navigation": "conversations.admin.navigation.sidebar"},
}

# --- Telling others ----------------------------------------------------------------------------
_EMAIL = env.email("EMAIL_URL")
EMAIL_IS_SET = bool(_EMAIL)  # without it no e-mail is put into the outbox
globals().update(_EMAIL or {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"})
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", "matchmaker@localhost")
SITE_URL = env.text("SITE_URL").rstrip("/")  # for links in what is sent
if SITE_URL and not re.fullmatch(r"https?://[^/\s]+", SITE_URL):
    raise ImproperlyConfigured(
        f"SITE_URL must be an origin such as https://desk.example.com, not {SITE_URL!r}."
    )
WEBHOOK_ALLOW_PRIVATE = env.networks("WEBHOOK_ALLOW_PRIVATE")

# --- Privacy -----------------------------------------------------------------------------------
# What visitors are asked to agree to; `off` asks nothing.
PRIVACY_POLICY_URL = env.text("PRIVACY_POLICY_URL", "/privacy/")
if not re.fullmatch(r"(?:https?:/)?/[^\s]*", PRIVACY_POLICY_URL):
    raise ImproperlyConfigured(
        "PRIVACY_POLICY_URL must be a path or an address such as https://www.example.com/privacy, "
        f"not {PRIVACY_POLICY_URL!r}."
    )
PRIVACY_POLICY_VERSION = env.text("PRIVACY_POLICY_VERSION", "1")
if len(PRIVACY_POLICY_VERSION) > 50:
    raise ImproperlyConfigured("PRIVACY_POLICY_VERSION must have at most 50 characters.")
if PRIVACY_POLICY_VERSION == "off":
    PRIVACY_POLICY_VERSION = ""

# --- Security ----------------------------------------------------------------------------------
# Behind TLS (a proxy that sets X-Forwarded-Proto) switch SECURE_HTTPS on.
SECURE_SSL_REDIRECT = SECURE_HTTPS
SESSION_COOKIE_SECURE = SECURE_HTTPS
CSRF_COOKIE_SECURE = SECURE_HTTPS
SECURE_HSTS_SECONDS = 31536000 if SECURE_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HTTPS
SECURE_HSTS_PRELOAD = SECURE_HTTPS
if SECURE_HTTPS and TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"
CORS_URLS_REGEX = r"^/api/.*$"
CORS_ALLOW_HEADERS = ("accept", "content-type", "idempotency-key", "x-request-id")
CORS_EXPOSE_HEADERS = ("x-request-id", "retry-after", "ratelimit", "ratelimit-policy")

# --- REST --------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "conversations.api.negotiation.AlwaysJson",
    "DEFAULT_PARSER_CLASSES": ["matchmaker.parsers.BoundedJSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_THROTTLE_CLASSES": ["conversations.api.throttles.Throttle"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "matchmaker.problems.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "NUM_PROXIES": TRUSTED_PROXIES,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "matchmaker",
    "DESCRIPTION": "Describe a problem; get one to three experts who can solve it, and why.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "PREPROCESSING_HOOKS": ["matchmaker.schema.only_the_unversioned_paths"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "matchmaker.schema.every_answer",
    ],
    "ENUM_NAME_OVERRIDES": {"Availability": ["ok", "unavailable"], "DoneStatus": ["ok"]},
}

# --- Seeing inside -----------------------------------------------------------------------------
LOG_LEVEL = env.choice("LOG_LEVEL", "info", ("debug", "info", "warning", "error")).upper()
# Lines for who sits at a terminal, JSON for whatever else reads them.
LOG_FORMAT = env.choice("LOG_FORMAT", "line" if sys.stderr.isatty() else "json", ("json", "line"))
_TOLD = {"handlers": ["console"], "level": LOG_LEVEL, "propagate": False}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"only_faults": {"()": "matchmaker.logs.OnlyFaults"}},
    "formatters": {
        "line": {"()": "matchmaker.logs.LineFormatter"},
        "json": {"()": "matchmaker.logs.JsonFormatter"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT},
        "nowhere": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "matchmaker": _TOLD,
        "conversations": _TOLD,
        "experts": _TOLD,
        "gunicorn.error": {**_TOLD, "level": "ERROR"},  # its warnings quote malformed requests
        # Without Django's own handler, which mails whole requests to ADMINS.
        "django": {"handlers": [], "level": "WARNING"},
        "django.request": {"filters": ["only_faults"]},
        # Anybody can send any name: the line of the request says that it was refused.
        "django.security.DisallowedHost": {"handlers": ["nowhere"], "propagate": False},
        # Prints raw paths; the line of the request says the same without.
        "django.server": {"handlers": ["nowhere"], "propagate": False},
    },
}
METRICS_TOKEN = env.text("METRICS_TOKEN")  # empty: /metrics answers this machine only
SENTRY_DSN = env.text("SENTRY_DSN")
SENTRY_ENVIRONMENT = env.text("SENTRY_ENVIRONMENT", "production")
if SENTRY_DSN and not re.fullmatch(r"https?://[^@/\s]+@[^@\s]+/\d+", SENTRY_DSN):
    raise ImproperlyConfigured("SENTRY_DSN must look like https://key@sentry.example.com/1.")
