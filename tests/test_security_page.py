"""docs/security.md says what the code does: each figure stands in its words."""

import ast
import re
from pathlib import Path

import pytest

from api import limits
from festival import passkeys, people, second_factor, sessions
from festival.tables import Person
from submissions import attachments, membership
from tests.trees import tree_of

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "security.md").read_text()
PACKAGES = ("api", "festival", "keeping", "reviews", "submissions", "workers")
ROOMS = dict(re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
FIGURES = [
    ("Ways in", f"{people.LEAST_PASSWORD} signs or more"),
    ("Ways in", f"after {limits.MOST_PER_ACCOUNT_AND_PEER} wrong ones from a network, {limits.MOST_PER_ACCOUNT} from anywhere"),
    ("Ways in", f"counted by network: {limits.MOST_PER_PEER} in ten minutes"),
    ("Ways in", f"{people.INVITATION_LASTS.days} days, ended by another password"),
    ("Ways in", f"{people.TOKEN_LASTS.days} days, named scopes"),
    ("Ways in", f"after {limits.MOST_CODES_PER_ACCOUNT} wrong ones each waits {limits.CODE_THROTTLE_SECONDS:.0f} s"),
    ("Ways in", ", ".join(people.KNOWN_WORDS)),
    ("Ways in", f"within {passkeys.LASTS.total_seconds() / 60:.0f} minutes"),
    ("Ways in", f"up to {passkeys.MOST} a person"),
    ("Sessions", f"{sessions.IDLE.days} days without use and after {sessions.LONGEST.days} days in all"),
    ("Sessions", "Any number may be open at once"),
    ("Sessions", f"older than {sessions.PROOF_LASTS.total_seconds() / 60:.0f} minutes"),
    ("What may be brought", f"PDF; JPG, PNG, TIFF; both | {attachments.MOST_BYTES // 10**6} MB"),
    ("What may be brought", f"SRT, WebVTT, MP4, MOV | {attachments.MOST_MATERIAL_BYTES // 10**6} MB"),
    ("Limits", f"{people.LETTERS_A_DAY} unused a day"),
    ("Limits", f"{limits.MOST_REGISTRATIONS} in ten minutes"),
    ("Limits", f"{membership.MOST_PEOPLE}; one person invites {membership.MOST_ASKED} a day, one network {limits.MOST_INVITATIONS} in ten minutes, and a mailbox gets {people.INVITATIONS_A_DAY} a day"),
    ("Keys", "32 signs at least"),
    ("Circumstances", "`api/limits.py:is_remembered`"),
    ("Updates", "30 days"),
]


@pytest.mark.parametrize(("room", "words"), FIGURES)
def test_a_figure_of_the_page_is_the_figure_of_the_code(room, words) -> None:
    assert words in ROOMS[room]


def test_nothing_is_kept_of_a_password_but_its_hash() -> None:
    """No day on which it ends, no hint, no question and no answer."""
    kept = {column._meta.name for column in Person._meta.columns}

    assert kept == {"id", "email", "email_key", "name", "language", "password_hash", "created_at", "disabled_at",
                    "erased_at", "seen_at", "merged_into"}


def imported(package: str) -> set[tuple[str, str]]:
    found = set()
    for path in (ROOT / package).rglob("*.py"):
        for node in ast.walk(tree_of(path)):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found |= {(str(path.relative_to(ROOT)), name.partition(".")[0]) for name in names}
    return found


def test_what_opens_a_door_is_of_no_guessable_chance() -> None:
    """Only the planner draws lots, and by seeds that are written down."""
    assert [one for package in PACKAGES for one in imported(package) if one[1] == "random"] == []
    assert second_factor.RECOVERY_LETTERS * 4.9 > 128


def test_weak_hashes_and_modes_prove_nothing() -> None:
    """MD5 and SHA-1 stand where tus and DCP bring them, and where a DCP is made; ECB and PKCS#1 v1.5 nowhere."""
    asked = re.compile(r"hashlib\.(md5|sha1)|[\"'](md5|sha1)[\"']|modes\.ECB|PKCS1v15|TripleDES|ARC4")
    found = {
        str(path.relative_to(ROOT)) for package in (*PACKAGES, "media", "screenings", "ops")
        for path in (ROOT / package).rglob("*.py") if asked.search(path.read_text())
    }

    assert found == {"api/v1/uploads.py", "media/dcp/reading.py", "ops/demo_package.py"}
