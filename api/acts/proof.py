"""The proof of who somebody is, given again within a session."""

from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.response import Redirect
from msgspec import Meta

from api import limits
from api.acts.accounts import UNKEPT, own_place
from api.acts.act import Refusal, Still, act
from api.auth import in_person, session_token
from api.pages.proof import PAGE, proof_page
from api.request import AnyRequest
from festival import people, second_factor
from festival.errors import Refused
from festival.sessions import prove_again
from festival.settings import Settings
from festival.tables import Person


class ProofAgain(msgspec.Struct, frozen=True):
    """The password, and a code where there is a second factor."""

    proof_password: Annotated[str, Meta(max_length=400)] = ""
    proof_code: Annotated[str, Meta(max_length=40)] = ""


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return proof_page(request, refused.error)


async def sent_on(request: AnyRequest, _: Any) -> Redirect:
    """The browser sends the same form to the act that was stopped."""
    return Redirect(
        own_place(request, request.query_params.get("to", ""), "/account/home"), status_code=307
    )


@act(
    PAGE,
    json="/sessions/proof",
    status=204,
    guards=[in_person()],
    again=again,
    answers=sent_on,
    opt=UNKEPT,
    still=Still.ACCOUNT,
)
async def give_proof(
    request: AnyRequest,
    data: ProofAgain,
    person: NamedDependency[Person],
    settings: NamedDependency[Settings],
) -> None:
    """Good for a quarter of an hour. Whoever has no password follows the link of a letter instead."""
    if not person.password_hash:
        raise Refused("proof_by_link")
    await limits.rate_limited_password(request, person, data.proof_password, field="proof_password")
    if await people.has_second_factor(person.id):
        await code_given(request, person, data.proof_code, settings)
    await prove_again(session_token(request))


async def code_given(request: AnyRequest, person: Person, code: str, settings: Settings) -> None:
    async def checked() -> None:
        await second_factor.check(person, code, settings=settings, field="proof_code")

    await limits.rate_limited_code(request, person, code, checked)


ACTS = [give_proof]
