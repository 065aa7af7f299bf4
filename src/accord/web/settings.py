"""Every setting, read from the environment; docs/operating.md lists each with its meaning.

Secrets never stand here: they live in the key file that `accord.web.people.keys` makes and reads.
"""

from pathlib import Path

import django
import environ

from accord.web.people import keys

env = environ.Env()
ROOMS = ["audit", "people", "notices", "safety", "pages", "fit", "alliance", "outcome", "evidence", "mechanism"]
ROOMS += ["home", "design"]
HERE = Path(__file__).resolve().parent

DATA = Path(env.str("ACCORD_DATA", default="~/.local/share/accord")).expanduser()
KEYS = keys.read(Path(env.str("ACCORD_KEYS", default=str(DATA / "keys.json"))))
SECRET_KEY = KEYS.session

DEMO = env.bool("ACCORD_DEMO", default=False)
DEBUG = False
# The address under which people reach this server: links in messages start with it.
ORIGIN = env.str("ACCORD_ORIGIN", default=f"http://127.0.0.1:{env.int('ACCORD_PORT', default=8000)}").rstrip("/")
HTTPS = ORIGIN.startswith("https://")
ALLOWED_HOSTS = env.list("ACCORD_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = [ORIGIN]

ROOT_URLCONF = "accord.web.urls"
WSGI_APPLICATION = "accord.web.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    *(f"accord.web.{room}" for room in ROOMS if room not in ("mechanism", "home")),
]
MIDDLEWARE = [
    "accord.web.design.headers.security_headers",
    "django.middleware.security.SecurityMiddleware",  # sends http to https, and HSTS
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accord.web.people.asker.know_who_asks",
]

# The one engine: allauth's own templates have no way onto the screen, ours of the same names stand in people/templates.
_context = [
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
    "accord.web.design.context.page",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [HERE / room / "templates" for room in ROOMS],
        "OPTIONS": {"environment": "accord.web.design.environment.make", "context_processors": _context},
    },
]

_sqlite = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": DATA / "accord.sqlite3",
    # Deferred transactions lost 362 of 400 concurrent updates; WAL with synchronous NORMAL may lose acknowledged ones.
    "OPTIONS": {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;",
    },
    "CONN_MAX_AGE": 60,
    "TEST": {"NAME": DATA / "test.sqlite3"},  # a file: a live server's threads share it
}
DATABASES = {
    "default": _sqlite if not env.str("ACCORD_DATABASE_URL", default="") else env.db_url("ACCORD_DATABASE_URL")
}

AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "/account/login/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accord.web.people.sign_in.StaffAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # staff accounts are made by the practice for an address it knows
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody can make this server write to a stranger
ACCOUNT_SESSION_REMEMBER = False  # rooms and their computers are shared: closing the browser signs out
ACCOUNT_FORMS = {
    "login": "accord.web.people.sign_in_forms.LoginForm",
    "reset_password": "accord.web.people.sign_in_forms.ResetPasswordForm",
    "reset_password_from_key": "accord.web.people.sign_in_forms.ResetPasswordKeyForm",
    "set_password": "accord.web.people.sign_in_forms.SetPasswordForm",
    "change_password": "accord.web.people.sign_in_forms.ChangePasswordForm",
    "reauthenticate": "accord.web.people.sign_in_forms.ReauthenticateForm",
}
MFA_ADAPTER = "accord.web.people.sign_in.SecondFactorAdapter"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # see ACCOUNT_EMAIL_VERIFICATION
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_FORMS = {
    "authenticate": "accord.web.people.sign_in_forms.CodeForm",
    "reauthenticate": "accord.web.people.sign_in_forms.CodeAgainForm",
    "activate_totp": "accord.web.people.sign_in_forms.AddAppForm",
    "add_webauthn": "accord.web.people.sign_in_forms.AddPasskeyForm",
    "login_webauthn": "accord.web.people.sign_in_forms.LoginByPasskeyForm",
    "authenticate_webauthn": "accord.web.people.sign_in_forms.PasskeyForm",
    "reauthenticate_webauthn": "accord.web.people.sign_in_forms.PasskeyAgainForm",
    "edit_webauthn": "accord.web.people.sign_in_forms.EditPasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Accord"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # browsers themselves allow this on localhost alone

SESSION_COOKIE_NAME = "__Host-accord" if HTTPS else "accord"
CSRF_COOKIE_NAME = "__Host-accord-csrf" if HTTPS else "accord-csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("ACCORD_BEHIND_PROXY", default=False) else None
)
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
CSRF_FAILURE_VIEW = "accord.web.pages.views.form_expired"
SECURE_HSTS_SECONDS = 366 * 86400 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_REFERRER_POLICY = SECURE_CROSS_ORIGIN_OPENER_POLICY = None  # ours stand in design/headers.py
DATA_UPLOAD_MAX_MEMORY_SIZE = FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20

# How much one person's alliance ratings usually move, and the reliable drop, where a practice has measured its own.
SD_WITHIN = env.float("ACCORD_SD_WITHIN", default=0.0)
RELIABLE_DROP = env.float("ACCORD_RELIABLE_DROP", default=0.0)

LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = None  # served from the package itself, by the finders
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

# smtp+tls://user:password@host:587 or, until one is given, a folder where each message is a file.
_mail_url = env.str("ACCORD_MAIL_URL", default="")
_folder = {"EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend", "EMAIL_FILE_PATH": str(DATA / "mail")}
MAIL = env.email_url_config(_mail_url) if _mail_url else _folder
MAIL_IS_A_FOLDER = not _mail_url
MAIL_TIMEOUT = 20  # a mail server that says nothing must not hold up the next message
MAIL_FROM = DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("ACCORD_MAIL_FROM", default="accord@localhost")
if django.VERSION < (6, 1):
    EMAIL_BACKEND, EMAIL_FILE_PATH = MAIL["EMAIL_BACKEND"], MAIL.get("EMAIL_FILE_PATH")
    EMAIL_HOST, EMAIL_PORT = MAIL.get("EMAIL_HOST", "localhost"), MAIL.get("EMAIL_PORT") or 25
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL.get("EMAIL_HOST_USER") or "", MAIL.get("EMAIL_HOST_PASSWORD") or ""
    EMAIL_TIMEOUT = MAIL_TIMEOUT
    EMAIL_USE_TLS, EMAIL_USE_SSL = MAIL.get("EMAIL_USE_TLS", False), MAIL.get("EMAIL_USE_SSL", False)
else:  # from 6.1 on one dictionary takes the place of the EMAIL_ settings
    _options = {
        "host": MAIL.get("EMAIL_HOST", "localhost"),
        "port": MAIL.get("EMAIL_PORT") or 25,
        "username": MAIL.get("EMAIL_HOST_USER") or "",
        "password": MAIL.get("EMAIL_HOST_PASSWORD") or "",
        "use_tls": MAIL.get("EMAIL_USE_TLS", False),
        "use_ssl": MAIL.get("EMAIL_USE_SSL", False),
        "timeout": MAIL_TIMEOUT,
    }
    _file = {"file_path": str(DATA / "mail")}
    MAILERS = {"default": {"BACKEND": MAIL["EMAIL_BACKEND"], "OPTIONS": _options if _mail_url else _file}}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"secrets": {"()": "accord.web.design.secrets.Cut"}},
    "formatters": {"line": {"format": "{levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["secrets"]}},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
        "django.security.DisallowedHost": {"handlers": [], "propagate": False},  # scanners; their answer is a 400
        "accord": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
    },
}
