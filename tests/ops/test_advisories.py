"""The lock is held against what is known: a package that is affected stops the check, a reason that is over too."""

from datetime import date

import pytest
from packaging.version import Version

from ops.advisories import age, faults, locked

pytestmark = pytest.mark.unit

COPY = {"known": {"jinja2": {"CVE-1": "<3.1.6"}, "redis": {"CVE-2": ">=4,<4.5"}}, "borne": {}}


def test_a_lock_is_read_with_every_version() -> None:
    assert locked("jinja2==3.1.5 \\\n    --hash=x\nnumpy==2.4.6 ; python\nnumpy==2.5.5 ; python\n    # via\n") == {
        ("jinja2", Version("3.1.5")), ("numpy", Version("2.4.6")), ("numpy", Version("2.5.5"))
    }  # fmt: skip


def test_an_affected_version_is_named_and_a_mended_one_is_not() -> None:
    assert faults({("jinja2", Version("3.1.5"))}, COPY) == ["jinja2 3.1.5: CVE-1 (<3.1.6)"]
    assert faults({("jinja2", Version("3.1.6")), ("redis", Version("8.1"))}, COPY) == []


def test_what_is_borne_has_a_reason_as_long_as_it_is_true() -> None:
    borne = COPY | {"borne": {"CVE-1": "we do not use it"}}

    assert faults({("jinja2", Version("3.1.5"))}, borne) == []
    assert faults({("jinja2", Version("3.1.6"))}, borne) == ["CVE-1 is borne and harms nothing that is locked"]


def test_an_old_copy_says_so() -> None:
    assert "stale" not in age(date(2026, 11, 1), date(2026, 11, 20))
    assert "stale" in age(date(2026, 9, 1), date(2026, 11, 20))
