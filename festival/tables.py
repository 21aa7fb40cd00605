"""What the common ground keeps: the edition, its people, the outbox and the record."""

import secrets
from enum import StrEnum
from typing import Any

from piccolo.columns import (
    JSONB,
    BigInt,
    BigSerial,
    Boolean,
    Bytea,
    Date,
    Float,
    ForeignKey,
    Integer,
    SmallInt,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.indexes import IndexMethod
from piccolo.table import Table

from festival.language import OFFICIAL

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # no letter that is read as another


def new_id() -> str:
    """An opaque name for an address: 16 letters, 79 bits, never a counter."""
    return "".join(secrets.choice(ALPHABET) for _ in range(16))


class Role(StrEnum):
    """What a person does in an edition."""

    FILMMAKER = "filmmaker"
    REVIEWER = "reviewer"
    CHAIR = "chair"
    PROGRAMMER = "programmer"
    OPERATOR = "operator"


class Phase(StrEnum):
    """Where an edition stands; it only moves forward. In preparation nobody can enter a film yet.

    An archived one is read and no longer changed, until somebody reopens it: then it stands where it
    stood (`festival/closing.py`).
    """

    PREPARING = "preparing"
    ENTRIES = "entries"
    SELECTION = "selection"
    PROGRAMME = "programme"
    ARCHIVED = "archived"


class Edition(Table):
    """One year's festival; its slug stands in every address. `places` is one text a language.

    `coverage` is the share of a film that must be seen before a vote on it counts. `mark_may_go`: the
    committee may take its names off the picture, as the chair has allowed. `deadline_at` is the
    last of the edition's own deadlines (`festival/deadlines.py`); an upload that began before one may end,
    and be filed, within `grace_hours`. `fee_before_filing`: an entry whose fee is due is not filed.
    `opens_at` is from when the public reads what is published; empty is at once. `zone` names the clock
    of its walls. One edition at most `is_current`: the front page shows it.
    `has_marks`: the committee's copies carry the invisible mark (`media/mark/`). `burns_mark`: the visible one, name
    and hour, is within the picture that each of them is handed (`media/mark/burning.py`).
    `second_factor_for` names the parts that nobody holds without a second factor.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    slug = Varchar(32, unique=True)
    name = Varchar(120)
    phase = Varchar(16, default=Phase.ENTRIES)
    first_day = Date()
    days = SmallInt(default=3)
    deadline_at = Timestamptz()
    places = JSONB(default={})
    policy = Varchar(32, default="festival")
    measured_runtime = Boolean(default=True)
    two_person_release = Boolean(default=True)
    coverage = Float(default=0.9)
    has_marks = Boolean(default=False)
    burns_mark = Boolean(default=False)
    mark_may_go = Boolean(default=False)
    grace_hours = SmallInt(default=12)
    fee_before_filing = Boolean(default=False)
    is_current = Boolean(default=False)
    opens_at = Timestamptz(null=True, default=None)
    zone = Varchar(40, default="Europe/Paris")
    second_factor_for = JSONB(default=[])
    version = Integer(default=1)
    created_at = Timestamptz(default=TimestamptzNow())


class Section(Table):
    """An editorial family: a letter and a hue, never the hue alone. `names` and `texts` are one text a
    language: what it is called, and what makers read when they choose it.

    `hue` is an angle of OKLCH, in degrees. `rules` says which films it takes beside its lengths
    (`submissions/eligibility.py`); one that is not `is_open` takes no more entries.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False)
    letter = Varchar(1)
    hue = SmallInt(default=265)
    names = JSONB(default={})
    texts = JSONB(default={})
    position = SmallInt(default=0)
    least_seconds = Integer(default=0)
    most_seconds = Integer(default=6 * 3600)
    is_blind = Boolean(default=False)
    is_open = Boolean(default=True)
    rules = JSONB(default={})
    version = Integer(default=1)


class Deadline(Table):
    """Until when entries are taken, early, regular or late, and what one then costs, in euro cents.

    Without a section it is the edition's; a section that has deadlines of its own goes by those alone.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    section = ForeignKey(Section, null=True, index=True)
    kind = Varchar(8, default="regular")
    at = Timestamptz()
    fee_cents = Integer(default=0)
    version = Integer(default=1)


class SiteText(Table):
    """One text of the public site in one edition: plain words, one a language. `kind` says which."""

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False)
    kind = Varchar(16)
    version = Integer(default=1)
    texts = JSONB(default={})


class Person(Table):
    """Somebody with an address; `email_key` is the one rule of identity (NFKC, case folded).

    Once erased (`erased_at`) the row names nobody: only its key is left, for what others built on it.
    `seen_at` is written every few minutes at most. Two accounts of one person become one: the other
    row stays for its address and for the record, and names in `merged_into` who it is.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    email = Varchar(254)
    email_key = Varchar(254, unique=True)
    name = Varchar(120, default="")
    language = Varchar(2, default=OFFICIAL[0])
    password_hash = Varchar(200, default="")
    created_at = Timestamptz(default=TimestamptzNow())
    disabled_at = Timestamptz(null=True, default=None)
    erased_at = Timestamptz(null=True, default=None)
    seen_at = Timestamptz(null=True, default=None)
    merged_into: ForeignKey[Any] = ForeignKey("self", null=True, default=None, index=True)


class RoleGrant(Table, tablename="role"):
    """What a person may do in one edition; no section letters means all sections."""

    id = Varchar(16, primary_key=True, default=new_id)
    person = ForeignKey(Person, null=False)
    edition = ForeignKey(Edition, null=False, index=True)
    part = Varchar(16)
    sections = JSONB(default=[])
    version = Integer(default=1)
    created_at = Timestamptz(default=TimestamptzNow())


class Invitation(Table):
    """Parts that somebody was told of in one letter; `link` is the hash of its key.

    `words` are the inviter's own, as they stand in the letter. `letter` may have been swept.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    person = ForeignKey(Person, null=False, index=True)
    edition = ForeignKey(Edition, null=False, index=True)
    by = ForeignKey(Person, null=True, index=True)
    parts = JSONB(default=[])
    words = Text(default="")
    language = Varchar(2, default=OFFICIAL[0])
    letter = Varchar(16, default="")
    link = Varchar(64, default="", index=True)
    created_at = Timestamptz(default=TimestamptzNow())
    revoked_at = Timestamptz(null=True, default=None)


class InvitationList(Table):
    """Many invitations in one act: `lines` as they were read, `outcomes` of the first `done` of them."""

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    by = ForeignKey(Person, null=True, index=True)
    lines = JSONB(default=[])
    outcomes = JSONB(default=[])
    done = Integer(default=0)
    created_at = Timestamptz(default=TimestamptzNow())
    ended_at = Timestamptz(null=True, default=None)


class SecondFactor(Table):
    """What somebody's telephone reckons codes from, encrypted; it counts once a code has proved it.

    `last_step` is the half minute of the code that was used last: none is good twice.
    """

    person = ForeignKey(Person, null=False, primary_key=True)
    secret = Text(default="")
    last_step = BigInt(default=0)
    created_at = Timestamptz(default=TimestamptzNow())
    proved_at = Timestamptz(null=True, default=None)


class RecoveryCode(Table):
    """Opens the door once in place of a telephone that is lost; only its hash is kept."""

    id = Varchar(64, primary_key=True)
    person = ForeignKey(Person, null=False, index=True)
    created_at = Timestamptz(default=TimestamptzNow())
    used_at = Timestamptz(null=True, default=None)


class Passkey(Table):
    """What a telephone, a computer or a security key signs with, for its person.

    `credential` is what its authenticator calls it, `data` the public key with it as they came; both in
    the letters of addresses. `signed` counts its signatures, where its authenticator counts them.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    person = ForeignKey(Person, null=False, index=True)
    credential = Text(unique=True)
    data = Text()
    signed = BigInt(default=0)
    name = Varchar(60, default="")
    created_at = Timestamptz(default=TimestamptzNow())
    used_at = Timestamptz(null=True, default=None)


class MergeRequest(Table):
    """An operator takes two accounts for one person; nothing happens before both have said yes."""

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    stays = ForeignKey(Person, null=False, index=True)
    goes = ForeignKey(Person, null=False, index=True)
    asked_by = ForeignKey(Person, null=True, index=True)
    created_at = Timestamptz(default=TimestamptzNow())
    stays_agreed_at = Timestamptz(null=True, default=None)
    goes_agreed_at = Timestamptz(null=True, default=None)
    refused_at = Timestamptz(null=True, default=None)
    done_at = Timestamptz(null=True, default=None)


class Session(Table):
    """A signed-in browser; the cookie holds the token, the row only its hash.

    `proved_at` and `proved_by` (`password`, `link` or `passkey`): when and how its person last proved who they are.
    """

    id = Varchar(64, primary_key=True)
    person = ForeignKey(Person, null=True, index=True)
    content = JSONB(default={})
    created_at = Timestamptz(default=TimestamptzNow())
    seen_at = Timestamptz(default=TimestamptzNow())
    proved_at = Timestamptz(default=TimestamptzNow())
    proved_by = Varchar(8, default="")
    expires_at = Timestamptz()


class Link(Table):
    """A sign-in or invitation link, good for one use; the row holds only the token's hash.

    One of kind `address` opens no door: it proves that `address` is its person's, who then moves there.
    """

    id = Varchar(64, primary_key=True)
    person = ForeignKey(Person, null=False, index=True)
    kind = Varchar(16, default="sign_in")
    address = Varchar(254, default="")
    created_at = Timestamptz(default=TimestamptzNow())
    expires_at = Timestamptz()
    used_at = Timestamptz(null=True, default=None)


class FirstKey(Table):
    """What opens an empty house to its first operator, once; the row holds only the token's hash."""

    id = Varchar(64, primary_key=True)
    created_at = Timestamptz(default=TimestamptzNow())
    expires_at = Timestamptz()
    used_at = Timestamptz(null=True, default=None)


class Token(Table):
    """A key for JSON clients, hashed and scoped, bound to one person and one edition."""

    id = Varchar(16, primary_key=True, default=new_id)
    person = ForeignKey(Person, null=False, index=True)
    edition = ForeignKey(Edition, null=False, index=True)
    digest = Varchar(64, unique=True)
    name = Varchar(80, default="")
    scopes = JSONB(default=[])
    created_at = Timestamptz(default=TimestamptzNow())
    expires_at = Timestamptz()
    revoked_at = Timestamptz(null=True, default=None)


class Letter(Table):
    """A letter as it was written; `occasion` is unique, so that no event writes twice.

    `link` is where its link leads within the edition; the body holds only a mark for it.
    `address` is where it goes, where that is not (or no longer) its person's own.
    `sendings`: how often it was begun anew after it had come back (`bounced_at`, and why in `bounce`).
    `dropped_at`: what it was to say had come to nothing before it went.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    person = ForeignKey(Person, null=False, index=True)
    edition = ForeignKey(Edition, null=True, index=True)
    kind = Varchar(32)
    occasion = Varchar(160, unique=True)
    about = Varchar(16, default="")
    language = Varchar(2, default=OFFICIAL[0])
    subject = Varchar(300)
    body = Text()
    link = Varchar(120, default="")
    address = Varchar(254, default="")
    created_at = Timestamptz(default=TimestamptzNow())
    sent_at = Timestamptz(null=True, default=None)
    sent_to = Varchar(254, default="")
    version = Integer(default=1)
    sendings = SmallInt(default=1)
    bounced_at = Timestamptz(null=True, default=None)
    bounce = Text(default="")
    dropped_at = Timestamptz(null=True, default=None)


class LetterText(Table):
    """An edition's own words for one kind of letter, where they are not the house's."""

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    kind = Varchar(32)
    subjects = JSONB(default={})
    bodies = JSONB(default={})
    version = Integer(default=1)


class LetterHold(Table):
    """Letters of this kind wait, as they are written, until somebody has read them."""

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    kind = Varchar(32)
    created_at = Timestamptz(default=TimestamptzNow())


class Outbox(Table):
    """What must happen after an act: the house's to-do list, and the lease of who does it.

    `owner` is whose film it is, `weight` its seconds: with them the heavy queue stays fair.
    `edition` is filled in by the database from `args`; empty is the house's own work.
    `patient_until`: a letter that is put off is tried until then. `told_at`: operators know.
    `taken_at` is when the last worker took it: with `done_at` it says how long such work lasts.
    `held_at`: nobody takes it before a person lets it go.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    task = Varchar(32)
    queue = Varchar(16)
    args = JSONB(default={})
    priority = SmallInt(default=3)
    owner = Varchar(16, default="")
    weight = Integer(default=0)
    edition = Varchar(16, default="", index=True)
    created_at = Timestamptz(default=TimestamptzNow())
    due_at = Timestamptz(default=TimestamptzNow(), index=True)
    rung_at = Timestamptz(null=True, default=None)
    attempt = SmallInt(default=0)
    faults = SmallInt(default=0)
    crashes = SmallInt(default=0)
    worker = Varchar(120, default="")
    taken_at = Timestamptz(null=True, default=None)
    leased_until = Timestamptz(null=True, default=None)
    done_at = Timestamptz(null=True, default=None, index=True)
    parked_at = Timestamptz(null=True, default=None)
    fault = Text(default="")
    cancelled_by = Varchar(16, default="")
    patient_until = Timestamptz(null=True, default=None)
    told_at = Timestamptz(null=True, default=None)
    held_at = Timestamptz(null=True, default=None)


class Record(Table):
    """Who did what, when and why; a trigger refuses every change to it."""

    id = BigSerial(primary_key=True)
    at = Timestamptz(default=TimestamptzNow())
    person = Varchar(16, default="", index=True)
    edition = Varchar(16, default="", index=True)
    act = Varchar(48)
    subject = Varchar(64, default="", index=True, index_method=IndexMethod.btree)
    details = JSONB(default={})


class Answer(Table):
    """What was answered to an act that its sender may send again; the id holds no key in clear."""

    id = Varchar(64, primary_key=True)
    asked = Varchar(64)
    status = SmallInt(default=0)
    headers = JSONB(default={})
    body = Bytea(default=b"")
    created_at = Timestamptz(default=TimestamptzNow(), index=True)


class Pulse(Table):
    """When a part of the house was last seen alive, on PostgreSQL's clock."""

    part = Varchar(80, primary_key=True)
    at = Timestamptz(default=TimestamptzNow())


class Outage(Table):
    """Something outside the house that has stopped working; the row goes when it works again."""

    part = Varchar(16, primary_key=True)
    since = Timestamptz(default=TimestamptzNow())
    tries = Integer(default=1)
    next_at = Timestamptz(default=TimestamptzNow())
    reason = Text(default="")


class Pause(Table):
    """A queue from which no new work of an edition is taken; what runs goes on to its end."""

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False)
    queue = Varchar(16)
    paused_by = ForeignKey(Person, null=False, index=True)
    created_at = Timestamptz(default=TimestamptzNow())


class Alert(Table):
    """Something of the house that does not work, told to operators once; the row goes when it works again."""

    part = Varchar(40, primary_key=True)
    since = Timestamptz(default=TimestamptzNow())
    told_at = Timestamptz(null=True, default=None)


class RateCounter(Table, tablename="knock"):
    """Attempts of one account or peer in the last window; the id is a hash, no address is kept."""

    id = Varchar(64, primary_key=True)
    since = Timestamptz(default=TimestamptzNow())
    times = Integer(default=1)


class Consent(Table):
    """What a person has agreed to, in which words: those that stood beside the box, with their hash.

    `about` is the film's entry where it is about one. Withdrawn is as easy as given.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    person = ForeignKey(Person, null=False, index=True)
    edition = ForeignKey(Edition, null=True, index=True)
    kind = Varchar(16)
    about = Varchar(16, default="")
    language = Varchar(2, default=OFFICIAL[0])
    words = Text()
    digest = Varchar(64)
    given_at = Timestamptz(default=TimestamptzNow())
    withdrawn_at = Timestamptz(null=True, default=None)


class BackupRun(Table):
    """One backup or drill: asked for by a person or by the calendar, and how it ended.

    `added` are the bytes that were sent, `size` those that it stands for; `snapshots` is what the target
    held afterwards: id, moment, and until when at the latest.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    kind = Varchar(8, default="backup")
    state = Varchar(8, default="asked", index=True)
    asked_by = ForeignKey(Person, null=True, index=True)
    created_at = Timestamptz(default=TimestamptzNow())
    started_at = Timestamptz(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)
    snapshot = Varchar(64, default="")
    size = BigInt(default=0)
    added = BigInt(default=0)
    told = Text(default="")
    fault = Text(default="")
    snapshots = JSONB(default=[])
