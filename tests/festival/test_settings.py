"""A house that would put films or people at risk does not open, and says every reason at once."""

import msgspec
import pytest

from festival.settings import Settings, Unsafe

pytestmark = pytest.mark.unit

SAFE = {
    "MODE": "production",
    "DATABASE_URL": "postgresql://house@db/cinema",
    "REDIS_URL": "redis://redis/0",
    "PUBLIC_URL": "https://cinema.example",
    "SECRET_KEY": "k" * 40,
    "SMTP_URL": "smtps://mail.example",
}
DANGERS = {
    "SECRET_KEY": [{"SECRET_KEY": ""}, {"SECRET_KEY": "short"}],
    "DATABASE_URL": [{"DATABASE_URL": ""}],
    "REDIS_URL": [{"REDIS_URL": ""}],
    "PUBLIC_URL": [{"PUBLIC_URL": "http://cinema.example"}],
    "MAILBOX": [{"MAILBOX": "/srv/mailbox"}],
    "METRICS_TOKEN": [{"METRICS_TOKEN": "short"}],
    "TRUSTED_PROXY": [{"TRUSTED_PROXY": "0.0.0.0/0"}, {"TRUSTED_PROXY": "a proxy"}],
    "STORAGE": [{"STORAGE": "tape"}],
    "S3_BUCKET": [{"STORAGE": "s3"}],
    "LOG_LEVEL": [{"LOG_LEVEL": "LOUD"}],
    "S3_ENDPOINT": [{"STORAGE": "s3", "S3_BUCKET": "films", "S3_ENDPOINT": "http://objects.example"}],
}


def test_a_safe_house_opens() -> None:
    assert Settings.read(SAFE).in_production


@pytest.mark.parametrize(("name", "given"), [(name, one) for name, given in DANGERS.items() for one in given])
def test_each_danger_alone_shuts_it_and_is_named(name: str, given: dict[str, str]) -> None:
    with pytest.raises(Unsafe, match=name):
        Settings.read(SAFE | given)


def test_all_dangers_are_named_at_once() -> None:
    with pytest.raises(Unsafe) as told:
        Settings.read({"MODE": "production", "SECRET_KEY": "short", "PUBLIC_URL": "http://a.example"})

    assert {"SECRET_KEY", "DATABASE_URL", "REDIS_URL", "PUBLIC_URL"} <= set(str(told.value).replace(";", " ").split())


def test_a_house_that_says_nothing_of_its_mode_is_in_production() -> None:
    assert msgspec.structs.asdict(Settings())["mode"] == "production"
