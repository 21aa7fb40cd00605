"""A second proof of who somebody is: codes that their telephone reckons (RFC 6238, TOTP), or passkeys.

Whoever has one gives it at every sign-in, so that each session and key of theirs was opened with
both proofs: the first that is set up ends those of before. No code is good twice, and the secret is
kept encrypted, with a key made of the house's own secret. Recovery codes open the door once each.
Passkeys have a room of their own (`festival/passkeys.py`).
"""

import base64
import json
import re
import secrets
from functools import partial
from typing import Any

import msgspec
import pyotp
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pyotp.utils import strings_equal

from festival import letters, people
from festival.clock import now
from festival.db import rows, transaction
from festival.errors import Conflict, Missing, Refused
from festival.language import t
from festival.record import record
from festival.sessions import digest
from festival.settings import Settings
from festival.tables import (
    ALPHABET,
    Edition,
    Passkey,
    Person,
    Phase,
    RecoveryCode,
    Role,
    SecondFactor,
    new_id,
)

STEP_SECONDS = 30
DRIFT = (0, -1, 1)  # steps: a telephone's clock may be half a minute wrong
RECOVERY_CODES = 10
RECOVERY_LETTERS = 28  # 138 bits: no guess finds one, in the door or in a stolen copy of the rows
RECOVERY_LENGTHS = (RECOVERY_LETTERS, 16)  # codes that were given out before had sixteen
MAY_ASK = (Role.REVIEWER, Role.CHAIR, Role.PROGRAMMER, Role.OPERATOR)
"""Parts for which an edition may ask a second factor. A maker's films open by membership, not by part."""


class Enrolment(msgspec.Struct, frozen=True):
    """What a telephone is told: the secret in base 32, and the address that a picture of squares holds."""

    secret: str
    uri: str


class FactorState(msgspec.Struct, frozen=True):
    """`enrolled`: a telephone reckons codes; `begun`: its secret waits for the first one. `recovery`: codes
    that are left.
    """

    enrolled: bool = False
    begun: bool = False
    recovery: int = 0
    passkeys: int = 0

    @property
    def stands(self) -> bool:
        return self.enrolled or self.passkeys > 0


async def state_of(person_id: str) -> FactorState:
    found = await rows(
        """SELECT coalesce(f.proved_at IS NOT NULL, false) AS enrolled,
             f.person IS NOT NULL AND f.proved_at IS NULL AS begun,
             (SELECT count(*) FROM recovery_code r WHERE r.person = p.id AND r.used_at IS NULL) AS recovery,
             (SELECT count(*) FROM passkey k WHERE k.person = p.id) AS passkeys
           FROM person p LEFT JOIN second_factor f ON f.person = p.id WHERE p.id = {}""",
        person_id,
    )
    return FactorState(**found[0]) if found else FactorState()


async def is_enrolled(person_id: str) -> bool:
    """Whether somebody's telephone reckons codes."""
    return (await state_of(person_id)).enrolled


# Setting up


async def begin(person: Person, *, settings: Settings, issuer: str) -> Enrolment:
    """A new secret; it counts for nothing until a code of it has been given."""
    secret = pyotp.random_base32()
    async with transaction():
        await people.one_at_a_time(person)
        if await is_enrolled(person.id):
            raise Conflict("factor_held")
        await rows(
            """INSERT INTO second_factor (person, secret, last_step, created_at)
               VALUES ({}, {}, 0, now()) ON CONFLICT (person)
               DO UPDATE SET secret = excluded.secret, created_at = now(), last_step = 0
               RETURNING person""",
            person.id,
            _vault(settings).encrypt(secret.encode()).decode(),
        )
    return enrolment_of(person, secret, issuer)


async def begun(person: Person, *, settings: Settings, issuer: str) -> Enrolment | None:
    """The secret that waits for its first code."""
    kept = await SecondFactor.objects().get(SecondFactor.person == person.id)
    if kept is None or kept.proved_at is not None:
        return None
    return enrolment_of(person, _secret_of(kept, settings), issuer)


def enrolment_of(person: Person, secret: str, issuer: str) -> Enrolment:
    uri = pyotp.TOTP(secret).provisioning_uri(name=person.email, issuer_name=issuer)
    return Enrolment(secret, uri)


async def prove(person: Person, code: str, *, settings: Settings) -> list[str]:
    """The first code: from now on one is asked at every sign-in. Returns the recovery codes, once.

    Sessions, keys and links of before end: none of them was opened with a code. Recovery codes of before
    are replaced.
    """
    async with transaction():
        await people.one_at_a_time(person)
        kept = await SecondFactor.objects().get(SecondFactor.person == person.id)
        if kept is None:
            raise Missing("factor_missing")
        if kept.proved_at is not None:
            raise Conflict("factor_held")
        await _spend_step(kept, code, settings)
        await SecondFactor.update({SecondFactor.proved_at: now()}).where(
            SecondFactor.person == person.id
        )
        codes = await new_recovery_codes(person)
        await people.end_every_way_in(person)
        await record("factor_set_up", person.id, by=person)
    return codes


async def renew_recovery_codes(person: Person, code: str, *, settings: Settings) -> list[str]:
    """Ten new ones; those of before open nothing any more."""
    async with transaction():
        await check(person, code, settings=settings)
        return await renewed(person)


async def renewed(person: Person) -> list[str]:
    """The same, after another proof than a code: whoever has passkeys alone reckons none."""
    async with transaction():
        if not await people.has_second_factor(person.id):
            raise Missing("factor_missing")
        codes = await new_recovery_codes(person)
        await record("recovery_codes_renewed", person.id, by=person)
    return codes


async def new_recovery_codes(person: Person) -> list[str]:
    await RecoveryCode.delete().where(RecoveryCode.person == person.id)
    codes = [
        "".join(secrets.choice(ALPHABET) for _ in range(RECOVERY_LETTERS))
        for _ in range(RECOVERY_CODES)
    ]
    for code in codes:
        await RecoveryCode.insert(RecoveryCode(id=_recovery_digest(person, code), person=person.id))
    return ["-".join(re.findall("....", code)) for code in codes]


# Asking for one


async def check(person: Person, code: str, *, settings: Settings, field: str = "code") -> None:
    """The code of this half minute, or a recovery code; either is spent by it."""
    given = re.sub(r"[\s\-]", "", code).lower()
    if is_recovery_code(given):
        await _spend_recovery_code(person, given, field)
        return
    kept = await SecondFactor.objects().get(SecondFactor.person == person.id)
    if kept is None or kept.proved_at is None:  # of passkeys alone: only recovery codes are codes
        raise Refused(f"{field}:code_wrong")
    await _spend_step(kept, given, settings, field)


def is_recovery_code(code: str) -> bool:
    return len(re.sub(r"[\s\-]", "", code)) in RECOVERY_LENGTHS


async def _spend_step(
    kept: SecondFactor, code: str, settings: Settings, field: str = "code"
) -> None:
    """A later code than the last one that was used: whoever looks over a shoulder comes too late."""
    reckoned = pyotp.TOTP(_secret_of(kept, settings))
    this = int(now().timestamp()) // STEP_SECONDS
    given = re.sub(r"\s", "", code)
    fitting = [
        this + drift for drift in DRIFT if strings_equal(reckoned.generate_otp(this + drift), given)
    ]
    if not fitting:
        raise Refused(f"{field}:code_wrong")
    spent = await rows(
        "UPDATE second_factor SET last_step = {} WHERE person = {} AND last_step < {} RETURNING person",
        fitting[0],
        kept.person,
        fitting[0],
    )
    if not spent:
        raise Refused(f"{field}:code_used")


async def _spend_recovery_code(person: Person, code: str, field: str) -> None:
    spent = (
        await RecoveryCode.update({RecoveryCode.used_at: now()})
        .where((RecoveryCode.id == _recovery_digest(person, code)) & RecoveryCode.used_at.is_null())
        .returning(RecoveryCode.id)
    )
    if not spent:
        raise Refused(f"{field}:code_wrong")
    await record("recovery_code_used", person.id, by=person)


def _recovery_digest(person: Person, code: str) -> str:
    return digest(f"recovery:{person.id}:{code}")


# Letting go of one


async def remove(person: Person) -> None:
    """Its owner wants no codes any longer; the door has asked for the password."""
    async with transaction():
        await people.one_at_a_time(person)
        await SecondFactor.delete().where(SecondFactor.person == person.id)
        await let_go(person)
        await record("factor_removed", person.id, by=person)


async def let_go(person: Person) -> None:
    """After one of somebody's second proofs has gone: the last one stays where a part of theirs asks for
    it, and recovery codes go with it.
    """
    if await people.has_second_factor(person.id):
        return
    if parts := await asked_of(person.id):
        raise Refused("factor_last", parts=partial(part_names, parts=parts))
    await RecoveryCode.delete().where(RecoveryCode.person == person.id)


async def asked_of(person_id: str) -> list[str]:
    """Somebody's parts that are not held without a second factor, in editions that are not archived."""
    found = await rows(
        """SELECT DISTINCT r.part FROM role r JOIN edition e ON e.id = r.edition
           WHERE r.person = {} AND e.phase <> {} AND e.second_factor_for @> to_jsonb(r.part) ORDER BY 1""",
        person_id,
        Phase.ARCHIVED.value,
    )
    return [row["part"] for row in found]


def part_names(language: str, parts: list[str]) -> str:
    return ", ".join(t(language, f"common.part.{part}") for part in parts)


async def reset(person: Person, *, edition: Edition, by: Person) -> None:
    """Somebody has lost theirs: an operator takes it away, and everybody who keeps the house hears."""
    async with transaction():
        await people.one_at_a_time(person)
        if not await people.has_second_factor(person.id):
            raise Missing("factor_missing")
        await _forget(person)
        await people.end_every_way_in(person)
        await record("factor_reset", person.id, by=by, edition=edition.id)
        act = new_id()
        told: dict[str, Any] = {
            "who": person.name or person.email,
            "by": by.name or by.email,
        }
        await letters.write(
            "factor_reset", person, occasion=f"factor_reset:{act}", edition=edition, **told
        )
        await letters.write_to_operators(
            "factor_reset_told",
            occasion=f"factor_reset_told:{act}",
            edition=edition.id,
            **told,
        )


async def _forget(person: Person) -> None:
    async with transaction():
        await SecondFactor.delete().where(SecondFactor.person == person.id)
        await Passkey.delete().where(Passkey.person == person.id)
        await RecoveryCode.delete().where(RecoveryCode.person == person.id)


# For which parts an edition asks for one


async def ask_for(
    parts: list[Role], *, was: list[Role] | None = None, edition: Edition, by: Person
) -> None:
    """From now on nobody holds these parts without a second factor; `was`: of which it was asked when that was read.

    Whoever asks it of their own part has one already: nobody shuts the door behind themself.
    """
    wanted = sorted({Role(part).value for part in parts})
    if unfit := [part for part in wanted if part not in MAY_ASK]:
        raise Refused("parts:factor_not_for", parts=", ".join(unfit))
    async with transaction():
        held = await rows(
            "SELECT part FROM role WHERE person = {} AND edition = {}", by.id, edition.id
        )
        own = {row["part"] for row in held} & set(wanted)
        if own and not await people.has_second_factor(by.id):
            raise Refused("parts:factor_first")
        before = await rows(
            "SELECT second_factor_for AS parts FROM edition WHERE id = {} FOR UPDATE", edition.id
        )
        if before[0]["parts"] == wanted:
            return
        if was is not None and set(before[0]["parts"]) != set(was):
            raise Conflict("changed_meanwhile")
        await rows(
            "UPDATE edition SET second_factor_for = {}::jsonb WHERE id = {} RETURNING id",
            json.dumps(wanted),
            edition.id,
        )
        await record(
            "factor_asked",
            edition.id,
            by=by,
            edition=edition.id,
            changes={"parts": [before[0]["parts"], wanted]},
        )


# Keeping the secret


def _vault(settings: Settings) -> MultiFernet:
    """Keys of their own for this purpose, made of the house's secret and of the one before: the first of
    them writes, both read, and another secret reads nothing.
    """
    known = (settings.secret_key, settings.old_secret_key)
    return MultiFernet([_key_of(secret) for secret in known if secret])


def _key_of(secret: str) -> Fernet:
    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"second factor").derive(
        secret.encode()
    )
    return Fernet(base64.urlsafe_b64encode(made))


async def renew(settings: Settings) -> int:
    """Whatever was written under the secret of before is written under today's; how many."""
    if not settings.old_secret_key:
        return 0
    today, vault, renewed = _key_of(settings.secret_key), _vault(settings), 0
    for kept in await rows("SELECT person, secret FROM second_factor"):
        try:
            if is_written_by(today, kept["secret"]):
                continue
            again = vault.rotate(kept["secret"].encode()).decode()
        except InvalidToken:
            continue  # of a secret that is neither: its owner comes in with a recovery code
        moved = await rows(
            "UPDATE second_factor SET secret = {} WHERE person = {} AND secret = {} RETURNING person",
            again,
            kept["person"],
            kept["secret"],
        )
        renewed += len(moved)
    return renewed


def is_written_by(key: Fernet, token: str) -> bool:
    try:
        key.decrypt(token.encode())
    except InvalidToken:
        return False
    return True


def _secret_of(kept: SecondFactor, settings: Settings) -> str:
    try:
        return _vault(settings).decrypt(kept.secret.encode()).decode()
    except InvalidToken:
        raise Refused("code:factor_unreadable") from None
