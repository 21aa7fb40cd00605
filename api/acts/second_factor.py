"""The second proof of who somebody is: set up, given at the door, renewed and removed."""

from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from msgspec import Meta

from api import limits
from api.acts.accounts import SignedIn, signed_in_as, to_where_they_came_for
from api.acts.act import Refusal, Still, act
from api.auth import in_person, session_token
from api.browsers import cookies_of, session_origin
from api.guards import IN_PERSON_PROVED
from api.pages.second_factor import PAGE, code_form, factor_page
from api.request import AnyRequest
from festival import arrivals, people, second_factor
from festival.errors import Refused
from festival.second_factor import Enrolment
from festival.sessions import fresh_session, proof_of
from festival.settings import Settings
from festival.tables import Edition, Person

UNKEPT = {"once": False}  # codes are told once, and wrong ones must stay counted
FactorCode = Annotated[str, Meta(max_length=40)]


class CodeGiven(msgspec.Struct, frozen=True):
    """A code of the telephone, or a recovery code."""

    code: FactorCode


class SecondProof(msgspec.Struct, frozen=True):
    """`half` names the sign-in whose first proof was right."""

    half: Annotated[str, Meta(max_length=80)]
    code: FactorCode


class PasswordAgain(msgspec.Struct, frozen=True):
    password: Annotated[str, Meta(max_length=400)]


async def code_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await code_form(request, refused.last("half"), refused.error)


async def page_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await factor_page(request, error=refused.error)


async def codes_are_shown(request: AnyRequest, done: Any) -> Response[str]:
    told = done.content if isinstance(done, Response) else done
    return await factor_page(request, codes=told["recovery_codes"])


@act(
    "/account/sign-in/code",
    json="/sessions/code",
    status=200,
    guards=[],
    again=code_again,
    answers=to_where_they_came_for,
    opt=UNKEPT,
    still=Still.ACCOUNT,
)
async def give_code(
    request: AnyRequest, data: SecondProof, settings: NamedDependency[Settings]
) -> SignedIn:
    """The second proof, within ten minutes of the first: a session cookie."""
    person = await arrivals.person_of_half(data.half)

    async def opened() -> arrivals.Arrival:
        return await arrivals.session_by_code(
            data.half, data.code, settings=settings, **session_origin(request)
        )

    arrival = await limits.rate_limited_code(request, person, data.code, opened)
    return signed_in_as(arrival.person, arrival.session, settings)


@act(
    PAGE,
    json="/second-factor",
    guards=IN_PERSON_PROVED,
    again=page_again,
    goes=PAGE,
    opt=UNKEPT,
    still=Still.ACCOUNT,
)
async def begin(
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
    settings: NamedDependency[Settings],
) -> Enrolment:
    """A new secret, which counts once a code of it was given."""
    return await second_factor.begin(person, settings=settings, issuer=edition_row.name)


@act(
    f"{PAGE}/confirmation",
    json="/second-factor/confirmation",
    status=200,
    guards=IN_PERSON_PROVED,
    again=page_again,
    answers=codes_are_shown,
    opt=UNKEPT,
    still=Still.ACCOUNT,
)
async def prove(
    request: AnyRequest,
    data: CodeGiven,
    person: NamedDependency[Person],
    settings: NamedDependency[Settings],
) -> Response[dict[str, list[str]]]:
    """The first code. Recovery codes are told once; every session but this one ends, and every key."""
    proof = await proof_of(session_token(request))
    codes = await second_factor.prove(person, data.code, settings=settings)
    opened = await fresh_session(person, **session_origin(request), proof=proof)
    request.state["opened"] = opened
    return Response({"recovery_codes": codes}, cookies=cookies_of(person, opened, settings))


@act(
    f"{PAGE}/recovery-codes",
    json="/second-factor/recovery-codes",
    status=200,
    guards=[in_person()],
    again=page_again,
    answers=codes_are_shown,
    opt=UNKEPT,
    still=Still.ACCOUNT,
)
async def renew_codes(
    request: AnyRequest,
    data: CodeGiven,
    person: NamedDependency[Person],
    settings: NamedDependency[Settings],
) -> dict[str, list[str]]:
    """Ten new recovery codes, told once; those of before open nothing any more."""
    codes = await limits.rate_limited_code(
        request,
        person,
        data.code,
        lambda: second_factor.renew_recovery_codes(person, data.code, settings=settings),
    )
    return {"recovery_codes": codes}


@act(
    f"{PAGE}/removal",
    json="/second-factor/removal",
    status=204,
    guards=[in_person()],
    again=page_again,
    goes=PAGE,
    says="account.done.factor_removed",
    opt=UNKEPT,
    still=Still.ACCOUNT,
)
async def remove(request: AnyRequest, data: PasswordAgain, person: NamedDependency[Person]) -> None:
    """With the password; whoever has none sets one first."""
    if not person.password_hash:
        raise Refused("password:password_needed")
    if await people.has_second_factor(person.id):
        await limits.rate_limited_password(request, person, data.password)
    await second_factor.remove(person)


ACTS = [give_code, begin, prove, renew_codes, remove]
