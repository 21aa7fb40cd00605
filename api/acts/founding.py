"""An empty house is founded: its first operator and its first edition, by the link of a terminal."""

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from api import limits
from api.acts.act import Refusal, act
from api.browsers import cookies_of, session_origin
from api.pages._page import language_of
from api.pages.edition import PAGE as EDITION
from api.pages.founding import founding_page
from api.request import AnyRequest
from festival.clock import now
from festival.first import FirstOperator, found_house
from festival.sessions import Proof, fresh_session
from festival.settings import Settings
from festival.texts import fields_of

TYPED = ("person", "email", "slug", "name", "first_day", "days", "zone")


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    """What was typed stays, but for a password."""
    typed = {name: refused.last(name) for name in (*TYPED, *fields_of("places"))}
    token = request.path_params["token"]
    return await founding_page(request, token, error=refused.error, typed=typed)


async def to_its_desk(request: AnyRequest, done: Response[dict[str, str]]) -> Redirect:
    place = f"/{language_of(request)}/{done.content['edition']}{EDITION}"
    return Redirect(f"{place}?done=desk.done.house", status_code=303)


@act(
    "/founding/{token:str}",
    json="/founding/{token:str}",
    guards=[],
    again=again,
    answers=to_its_desk,
    opt={"once": False},
)
async def found_the_house(
    request: AnyRequest,
    token: FromPath[str],
    data: FirstOperator,
    settings: NamedDependency[Settings],
) -> Response[dict[str, str]]:
    """Spend the link: the first operator is signed in, and their edition is in preparation."""
    async with limits.rate_limit_links(request):
        person, edition = await found_house(token, data, language=language_of(request))
    opened = await fresh_session(person, **session_origin(request), proof=Proof(now(), "link"))
    return Response({"edition": edition.slug}, cookies=cookies_of(person, opened, settings))


OUTSIDE = [found_the_house]
