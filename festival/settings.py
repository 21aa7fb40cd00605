"""Every environment variable, read once, and refused when unsafe in production."""

import os
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Self

import msgspec

from festival.keeping_time import KeepPolicy
from festival.post import MailServer, sender_of

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
DEVELOPMENT_KEY = "a key for development only, thirty-two letters at least"


class Unsafe(Exception):
    """The settings would put films or people at risk; the message lists every reason."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What the house needs to know of where it stands; a field is its variable in small letters."""

    mode: str = "production"
    database_url: str = ""
    database_owner_url: str = ""
    redis_url: str = ""
    public_url: str = "http://127.0.0.1:8000"
    secret_key: str = DEVELOPMENT_KEY
    old_secret_key: str = ""
    media_root: Path = Path("var/media")
    storage: str = "local"
    s3_bucket: str = ""
    s3_endpoint: str = ""
    s3_region: str = ""
    s3_access_key: str = ""
    s3_secret_key: str = ""
    s3_allow_http: bool = False
    s3_keeps_versions: bool = False
    smtp_url: str = "smtp://127.0.0.1:25"
    smtp_allow_clear: bool = False
    mail_from: str = "Cinéma for Space <bonjour@cinema-for-space.example>"
    bounce_to: str = ""
    mailbox: Path | None = None
    locales: Path | None = None
    pool_size: int = 8
    public_check_seconds: float = 1.0
    allow_unsandboxed: bool = False
    trusted_proxy: str = ""
    max_upload_bytes: int = 200 * 1024**3
    film_quota_bytes: int = 600 * 1024**3
    person_quota_bytes: int = 2 * 1024**4
    reserve_hours: int = 24
    silence_seconds: float = 30.0
    call_back_minutes: int = 10
    share_from_seconds: int = 1200
    early_rung: bool = False
    early_from_seconds: int = 1200
    log_level: str = "INFO"
    archive_recipient: str = ""
    metrics_token: str = ""
    backup_target: str = ""
    backup_every_hours: int = 24
    backup_old_hours: int = 36
    backup_drill_days: int = 30
    backup_daily: int = 14
    backup_weekly: int = 5
    backup_monthly: int = 3

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Take the known variables; an ill-formed value is named, a dangerous one refused."""
        given = {f: environ[f.upper()] for f in cls.__struct_fields__ if environ.get(f.upper())}
        try:
            settings = msgspec.convert(given, cls, strict=False, dec_hook=lambda t, v: t(v))
        except msgspec.ValidationError as error:
            raise Unsafe(str(error)) from error
        if reasons := [*settings.mistakes(), *settings.dangers()]:
            raise Unsafe("; ".join(reasons))
        return settings

    @property
    def backup_policy(self) -> KeepPolicy:
        """Which backups stay; at least the newest of some days, or it would be a policy of none."""
        return KeepPolicy(self.backup_daily, self.backup_weekly, self.backup_monthly)

    @property
    def mail_server(self) -> MailServer:
        return MailServer.of(self.smtp_url, clear_allowed=self.smtp_allow_clear)

    @property
    def in_production(self) -> bool:
        return self.mode != "development"

    def mistakes(self) -> list[str]:
        """What cannot be meant, in whichever mode."""
        is_remote, scheme = self.storage == "s3", self.s3_endpoint.partition("://")[0]
        checks = {
            "TRUSTED_PROXY must name addresses or networks, with commas between them, and not all": not (
                is_chosen(self.trusted_proxy)
            ),
            f"LOG_LEVEL must be one of {', '.join(LEVELS)}": self.log_level.upper() not in LEVELS,
            "STORAGE must be local or s3": self.storage not in {"local", "s3"},
            "S3_BUCKET is missing: STORAGE=s3 needs it": is_remote and not self.s3_bucket,
            "S3_REGION is missing: without S3_ENDPOINT the bucket is Amazon's, and has a region": is_remote
            and not (self.s3_region or self.s3_endpoint),
            "S3_ENDPOINT must begin with https:// or http://": is_remote
            and bool(self.s3_endpoint)
            and scheme not in {"http", "https"},
            "BACKUP_DAILY must be 1 at least": self.backup_daily < 1,
            "S3_ACCESS_KEY and S3_SECRET_KEY go together": is_remote
            and bool(self.s3_access_key) != bool(self.s3_secret_key),
        }
        return [*self.mail_mistakes(), *(reason for reason, bad in checks.items() if bad)]

    def mail_mistakes(self) -> list[str]:
        """A server that would be spoken to in clear, or an address that nobody could answer."""
        mistakes = []
        try:
            server = self.mail_server
        except ValueError as error:
            mistakes.append(str(error))
        else:
            if self.smtp_allow_clear and server.tls == "starttls" and "+" not in self.smtp_url:
                mistakes.append(
                    "SMTP_ALLOW_CLEAR is for a network of your own: the host of SMTP_URL must be a "
                    "private address or a name without a dot"
                )
        try:
            sender_of(self.mail_from)
        except ValueError as error:
            mistakes.append(str(error))
        try:
            sender_of(self.bounce_to or self.mail_from)
        except ValueError:
            mistakes.append("BOUNCE_TO must be an address, as: retours@example.org")
        return mistakes

    def dangers(self) -> list[str]:
        """Everything that must be mended before the house may open, not only the first."""
        if not self.in_production:
            return []
        checks = {
            "SECRET_KEY is missing, or shorter than 32 characters": len(self.secret_key) < 32
            or self.secret_key == DEVELOPMENT_KEY,
            "OLD_SECRET_KEY is shorter than 32 characters": 0 < len(self.old_secret_key) < 32,
            "DATABASE_URL is missing": not self.database_url,
            "REDIS_URL is missing": not self.redis_url,
            "PUBLIC_URL must begin with https://": not self.public_url.startswith("https://"),
            "S3_ENDPOINT must begin with https://: films would travel in clear "
            "(S3_ALLOW_HTTP=true for a network of your own)": self.storage == "s3"
            and self.s3_endpoint.startswith("http://")
            and not self.s3_allow_http,
            "MAILBOX shows letters and is for development": self.mailbox is not None,
            "METRICS_TOKEN is shorter than 32 characters": 0 < len(self.metrics_token) < 32,
        }
        return [reason for reason, bad in checks.items() if bad]


def is_chosen(proxies: str) -> bool:
    """Whether the text names networks that can be believed; one that holds everybody is none."""
    try:
        networks = [
            ip_network(written.strip()) for written in proxies.split(",") if written.strip()
        ]
    except ValueError:
        return False
    return all(network.prefixlen > 0 for network in networks)


VARIABLES = frozenset(field.upper() for field in Settings.__struct_fields__)
