"""Passkeys: what a telephone, a computer or a security key signs to say who comes (WebAuthn).

Each of them asks its person first, by a finger, a face or a PIN, and signs for the house's own name
alone. So it is both proofs at once: a way in without password, and a second proof beside the first.
A challenge is kept nowhere: the house knows its own by a seal, and once it has been answered its hash
is a spent link, so that no answer is good twice. `fido2` reads and verifies what is signed.
"""

import hashlib
import hmac
import secrets
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    CollectedClientData,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from festival import letters, people, second_factor
from festival.clock import now
from festival.db import rows, transaction
from festival.errors import Missing, Refused
from festival.record import record
from festival.sessions import digest
from festival.settings import Settings
from festival.tables import Edition, Passkey, Person, new_id

LASTS = timedelta(minutes=5)
MOST = 20  # of one person
ALGORITHMS = frozenset({-7, -8, -257})  # ES256, EdDSA, RS256: what authenticators have
HOUSE = "Cinéma for Space"
ADDING, COMING = "adding", "coming"
NONCE, MOMENT, SEAL = 16, 8, 32  # bytes of a challenge
Signed = dict[str, Any]
"""An answer of an authenticator, as browsers write it in JSON."""


class RelyingParty(msgspec.Struct, frozen=True):
    """`name` is what passkeys are bound to, and `origin` where they are used; both empty where there can
    be none, because the house is known by figures alone.
    """

    name: str = ""
    origin: str = ""


def house_of(settings: Settings) -> RelyingParty:
    """Where the house stands, by its own settings and by nothing that a browser says.

    In development it is known by figures; this machine's own name is as good.
    """
    place = urlsplit(settings.public_url)
    host = place.hostname or ""
    if is_figures(host):
        if settings.in_production or not ip_address(host).is_loopback:
            return RelyingParty()
        host = "localhost"
    port = f":{place.port}" if place.port else ""
    return RelyingParty(host, f"{place.scheme}://{host}{port}")


def is_figures(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _server(settings: Settings) -> Fido2Server:
    house = house_of(settings)
    if not house.name:
        raise Refused("passkey_nowhere")
    server = Fido2Server(
        PublicKeyCredentialRpEntity(id=house.name, name=HOUSE),
        verify_origin=lambda origin: origin == house.origin,
    )
    server.allowed_algorithms = [one for one in server.allowed_algorithms if one.alg in ALGORITHMS]
    server.timeout = int(LASTS.total_seconds() * 1000)  # type: ignore[assignment]
    return server


# Challenges


def new_challenge(purpose: str, whom: str, settings: Settings) -> bytes:
    """Of chance, of until when it is good, and of a seal by which the house knows it again."""
    ends = int((now() + LASTS).timestamp())
    body = secrets.token_bytes(NONCE) + ends.to_bytes(MOMENT, "big")
    return body + _seal(body, purpose, whom, settings)


def _seal(body: bytes, purpose: str, whom: str, settings: Settings) -> bytes:
    said = b"passkey:" + body + f":{purpose}:{whom}".encode()
    return hmac.new(settings.secret_key.encode(), said, hashlib.sha256).digest()


def _check_challenge(challenge: bytes, purpose: str, whom: str, settings: Settings) -> None:
    body, seal = challenge[:-SEAL], challenge[-SEAL:]
    is_ours = hmac.compare_digest(seal, _seal(body, purpose, whom, settings))
    if len(body) != NONCE + MOMENT or not is_ours:
        raise Refused("passkey_wrong")
    if int.from_bytes(body[NONCE:], "big") < now().timestamp():
        raise Refused("passkey_late")


async def _spend(challenge: bytes, person_id: str) -> None:
    """Answered once: whoever answers it again, or at the same moment, comes too late."""
    spent = await rows(
        """INSERT INTO link (id, person, kind, expires_at, used_at)
           VALUES ({}, {}, 'passkey', {}, now()) ON CONFLICT DO NOTHING RETURNING id""",
        digest(f"passkey:{websafe_encode(challenge)}"),
        person_id,
        now() + LASTS,
    )
    if not spent:
        raise Refused("passkey_late")


# Adding one


async def options_to_add(person: Person, *, settings: Settings) -> dict[str, Any]:
    """What a browser is asked with; an authenticator that has one of this person's makes no other."""
    asked, _ = _server(settings).register_begin(
        PublicKeyCredentialUserEntity(
            id=person.id.encode(), name=person.email, display_name=person.name or person.email
        ),
        credentials=[_named(one) for one in await _kept_of(person.id)],
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
        challenge=new_challenge(ADDING, person.id, settings),
    )
    return dict(asked)


async def add(
    person: Person, answer: Signed, *, name: str, edition: Edition, settings: Settings
) -> list[str]:
    """Keep a new passkey, and write to its person, who may not be who did it. As somebody's first second
    proof it ends what was opened without one, and brings recovery codes, which are told this once.
    """
    with _readable():
        challenge = RegistrationResponse.from_dict(answer).response.client_data.challenge
        _check_challenge(challenge, ADDING, person.id, settings)
        key, signed = _made(answer, challenge, settings)
    codes: list[str] = []
    async with transaction():
        await people.one_at_a_time(person)
        if len(await passkeys_of(person.id)) >= MOST:
            raise Refused("passkeys_many", most=MOST)
        is_first = not await people.has_second_factor(person.id)
        if is_first:
            await people.end_every_way_in(person)
            codes = await second_factor.new_recovery_codes(person)
        await _spend(challenge, person.id)
        await _keep(person, key, signed, name)
        await record("passkey_added", person.id, by=person)
        await letters.write(
            "passkey_added",
            person,
            occasion=f"passkey_added:{new_id()}",
            edition=edition,
            link="/account/passkeys",
            key=name.strip() or "–",
        )
    return codes


def _made(
    answer: Signed, challenge: bytes, settings: Settings
) -> tuple[AttestedCredentialData, int]:
    """The new key, and how often it has signed."""
    made = _server(settings).register_complete(_state(challenge), answer)
    key = made.credential_data
    if key is None or key.public_key.get(3) not in ALGORITHMS:
        raise Refused("passkey_wrong")
    if RegistrationResponse.from_dict(answer).response.client_data.cross_origin:
        raise Refused("passkey_wrong")
    return key, made.counter


async def _keep(person: Person, key: AttestedCredentialData, signed: int, name: str) -> None:
    kept = await rows(
        """INSERT INTO passkey (id, person, credential, data, signed, name, created_at)
           VALUES ({}, {}, {}, {}, {}, {}, now()) ON CONFLICT DO NOTHING RETURNING id""",
        new_id(),
        person.id,
        websafe_encode(key.credential_id),
        websafe_encode(key),
        signed,
        name.strip(),
    )
    if not kept:
        raise Refused("passkey_known")


# Coming with one


async def options_to_come(
    *, settings: Settings, person: Person | None = None, half: str = ""
) -> dict[str, Any]:
    """What a browser is asked with: any passkey of the house, or one of whoever has given a first proof,
    which `half` names.
    """
    known = None if person is None else [_named(one) for one in await _kept_of(person.id)]
    asked, _ = _server(settings).authenticate_begin(
        credentials=known,
        user_verification=UserVerificationRequirement.REQUIRED,
        challenge=new_challenge(COMING, half, settings),
    )
    return dict(asked)


async def check(
    answer: Signed, *, settings: Settings, person: Person | None = None, half: str = ""
) -> Person:
    """Whose passkey has answered; with `person`, only one of theirs will do. The answer is spent by it."""
    with _readable():
        signed = AuthenticationResponse.from_dict(answer)
        said = signed.response
        challenge = said.client_data.challenge
        _check_challenge(challenge, COMING, half, settings)
    kept = await Passkey.objects().get(Passkey.credential == websafe_encode(signed.raw_id))
    if kept is None:
        raise Refused("passkey_unknown")
    if person is not None and kept.person != person.id:
        raise Refused("passkey_of_another")
    with _readable():
        _verify(answer, kept, said.client_data, challenge, settings)
    async with transaction():
        await _spend(challenge, kept.person)
        await _count(kept, said.authenticator_data.counter)
    return await people.person_of_link(kept.person)


def _verify(
    answer: Signed, kept: Passkey, said: CollectedClientData, challenge: bytes, settings: Settings
) -> None:
    if said.cross_origin:
        raise Refused("passkey_wrong")
    credential = AttestedCredentialData(websafe_decode(kept.data))
    _server(settings).authenticate_complete(_state(challenge), [credential], answer)


async def _count(kept: Passkey, signed: int) -> None:
    """An authenticator that counts never counts backwards: one that does has been copied."""
    counted = await rows(
        """UPDATE passkey SET signed = {}, used_at = now() WHERE id = {}
             AND (signed < {} OR (signed = 0 AND {} = 0)) RETURNING id""",
        signed,
        kept.id,
        signed,
        signed,
    )
    if not counted:
        raise Refused("passkey_copied")


def _state(challenge: bytes) -> dict[str, Any]:
    """What `fido2` keeps between question and answer."""
    return {
        "challenge": websafe_encode(challenge),
        "user_verification": UserVerificationRequirement.REQUIRED,
    }


@contextmanager
def _readable() -> Iterator[None]:
    """Whatever does not hold, or cannot be read at all, is one refusal; which, tells a guesser nothing."""
    try:
        yield
    except (
        ValueError, TypeError, LookupError, AttributeError, AssertionError, ArithmeticError,
        NotImplementedError, RecursionError, struct.error, UnsupportedAlgorithm,
    ):  # fmt: skip
        raise Refused("passkey_wrong") from None


# What somebody has


async def passkeys_of(person_id: str) -> list[dict[str, Any]]:
    """Somebody's passkeys, the oldest first: `id`, `name`, `created_at`, `used_at`."""
    return await rows(
        "SELECT id, name, created_at, used_at FROM passkey WHERE person = {} ORDER BY created_at, id",
        person_id,
    )


async def _kept_of(person_id: str) -> list[Passkey]:
    return await Passkey.objects().where(Passkey.person == person_id)


def _named(kept: Passkey) -> PublicKeyCredentialDescriptor:
    return PublicKeyCredentialDescriptor(
        type=PublicKeyCredentialType.PUBLIC_KEY, id=websafe_decode(kept.credential)
    )


async def rename(person: Person, passkey_id: str, name: str) -> None:
    if not name.strip():
        raise Refused("name:name_missing")
    async with transaction():
        named = await rows(
            "UPDATE passkey SET name = {} WHERE id = {} AND person = {} RETURNING id",
            name.strip(),
            passkey_id,
            person.id,
        )
        if not named:
            raise Missing("passkey_missing")
        await record("passkey_renamed", person.id, by=person)


async def remove(person: Person, passkey_id: str) -> None:
    """It opens nothing any more; the last second proof stays where a part of theirs asks for one."""
    async with transaction():
        await people.one_at_a_time(person)
        gone = await rows(
            "DELETE FROM passkey WHERE id = {} AND person = {} RETURNING id", passkey_id, person.id
        )
        if not gone:
            raise Missing("passkey_missing")
        await second_factor.let_go(person)
        await record("passkey_removed", person.id, by=person)
