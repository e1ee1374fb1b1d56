"""Typed readers of the environment that refuse nonsense with one sentence naming the variable."""

import re
import warnings
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import environ
from django.core.exceptions import ImproperlyConfigured

Value = TypeVar("Value")

PATIENCE = {  # seconds, as each client calls them
    "RedisCache": {"socket_connect_timeout": 1, "socket_timeout": 1},
    "PyMemcacheCache": {"connect_timeout": 1, "timeout": 1},
}
TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off"}


class Environment:
    """What the process was started with; a `.env` file fills only what is not set.

    An empty value counts as not set.
    """

    def __init__(self, base: Path) -> None:
        self.env = environ.Env()
        dotenv = Path(self.text("DOTENV", str(base / ".env")))
        if dotenv.is_file():
            try:
                self.env.read_env(str(dotenv), encoding="utf-8-sig")  # Windows puts a mark first
            except UnicodeDecodeError as error:
                raise ImproperlyConfigured(f"{dotenv} is not UTF-8 text.") from error

    def read(self, name: str, default: Value, cast: Callable[[str], Value], expected: str) -> Value:
        """The variable cast, or the default when it is unset; ImproperlyConfigured otherwise."""
        raw = self.text(name)
        if not raw:
            return default
        try:
            return cast(raw)
        except (ValueError, KeyError, TypeError, ArithmeticError, OSError) as error:
            raise ImproperlyConfigured(f"{name} must be {expected}, not {raw!r}.") from error

    def text(self, name: str, default: str = "") -> str:
        value: str = self.env.str(name, default="")
        return value.strip() or default

    def flag(self, name: str, *, default: bool) -> bool:
        return self.read(name, default, _flag, "on or off")

    def number(self, name: str, default: int, *, low: int, high: int) -> int:
        return self.read(
            name, default, lambda raw: _between(int(raw), low, high), f"a number {low} to {high}"
        )

    def seconds(self, name: str, default: float, *, low: float, high: float) -> float:
        return self.read(
            name, default, lambda raw: _between(float(raw), low, high), f"{low} to {high} seconds"
        )

    def words(self, name: str, default: str = "") -> list[str]:
        return [
            word for word in (part.strip() for part in self.text(name, default).split(",")) if word
        ]

    def matching(self, name: str, default: str, pattern: str, expected: str) -> str:
        return self.read(name, default, lambda raw: _matching(raw, pattern), expected)

    def time_zone(self, name: str, default: str) -> str:
        return self.read(
            name, default, lambda raw: ZoneInfo(raw).key, "a time zone such as Europe/Brussels"
        )

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        return self.read(
            name, default, lambda raw: choices[choices.index(raw.lower())], " or ".join(choices)
        )

    def database(self, name: str, default: str) -> dict[str, Any]:
        """Django's database dictionary from a URL; the URL may hold a password and is not shown."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what is not recognised is refused below
                config: dict[str, Any] = self.env.db_url_config(self.text(name, default))
        except Exception as error:
            raise _bad_url(name, "postgres://user:password@host:5432/name") from error
        if not config.get("ENGINE", "").endswith(("sqlite3", "postgresql")):
            raise _bad_url(name, "sqlite:///path or postgres://user:password@host:5432/name")
        return config

    def cache(self, name: str, default: str) -> dict[str, Any]:
        """Django's cache dictionary from a URL. A server that hangs costs no visitor more than a
        second: what is kept in a cache can be done without."""
        url = re.sub("^valkey", "redis", self.text(name, default))  # one protocol, one client
        try:
            config: dict[str, Any] = self.env.cache_url_config(url)
        except Exception as error:
            raise _bad_url(name, "redis://host:6379/0") from error
        if ".memcached." in config["BACKEND"]:  # by whatever name: we bring one client
            config["BACKEND"] = "django.core.cache.backends.memcached.PyMemcacheCache"
        config.setdefault("OPTIONS", {}).update(PATIENCE.get(config["BACKEND"].split(".")[-1], {}))
        return config

    def email(self, name: str) -> dict[str, Any]:
        """Django's e-mail settings from a URL; none of them when it is not set."""
        url = self.text(name)
        if not url:
            return {}
        try:
            config: dict[str, Any] = self.env.email_url_config(url)
        except Exception as error:
            raise _bad_url(name, "smtp+tls://user:password@mail.example.com:587") from error
        if not config.get("EMAIL_BACKEND"):
            raise _bad_url(name, "smtp+tls://user:password@mail.example.com:587")
        return config

    def networks(self, name: str) -> tuple[IPv4Network | IPv6Network, ...]:
        return self.read(
            name,
            (),
            lambda raw: tuple(ip_network(word.strip()) for word in raw.split(",") if word.strip()),
            "networks such as 10.0.0.0/8,192.168.1.7/32",
        )


def _flag(raw: str) -> bool:
    if raw.lower() in TRUE:
        return True
    if raw.lower() in FALSE:
        return False
    raise ValueError(raw)


def _matching(raw: str, pattern: str) -> str:
    if not re.fullmatch(pattern, raw):
        raise ValueError(raw)
    return raw


def _between(value: Any, low: float, high: float) -> Any:
    if not low <= value <= high:  # also false for NaN
        raise ValueError(value)
    return value


def _bad_url(name: str, example: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{name} is not a URL this product understands, such as {example}.")
