"""An act is written once, as a function of its shape and of whoever asks; it is done at two doors.

    @act("/committee/announcements", json="/announcements", guards=CHAIR,
         again=announcements_again, goes="/committee/announcements", says="committee.done.drawn")
    async def ask(data: BatchWanted, person: NamedDependency[Person], …) -> dict[str, Any]: ...

A form fills `data` and is led on to a page with a word of what was done; where the act refuses,
`again` draws the page that the form stands on, with what was typed. A program sends `data` as JSON
and gets what the function returns, or a problem document. Who may, what is asked and what is
written cannot differ between the two: there is one function.

An archived edition is only read: every act in it is refused, but for those that say by `still` why
they go on.
"""

import inspect
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from typing import Annotated, Any, get_type_hints

import msgspec
from litestar import Response, delete, patch, post, put
from litestar.enums import RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from litestar.params import BodyKwarg
from litestar.types import Guard

from api.auth import refuse_archived
from api.forms import filled
from api.pages._page import back
from api.request import AnyRequest
from festival.errors import Conflict, FestivalError


class Still(StrEnum):
    """Why something is still done in an archived edition."""

    ACCOUNT = "a person's own account stands beside all editions"
    LEAVING = "whoever asks for their data, or to be forgotten, is never too late"
    KEEPING = "what is kept, how long and where is law and prudence, not the festival's doing"
    HOUSE = "it is about the house, or another edition, or opens this one again"
    WORK = "letters about leaving, exports and archives are work, and work may stop"
    SAFETY = "access is taken away at once, whatever else stands still"


Verb = Callable[..., Awaitable[Any]]
METHODS = {"post": post, "put": put, "patch": patch, "delete": delete}
REQUEST = inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY, annotation=AnyRequest)
FIELDS_BYTES = 64 * 1024  # what a form may say beside its file


class Refusal(msgspec.Struct, frozen=True):
    """What a page needs to be drawn again after a no: why, and what was sent."""

    error: FestivalError
    sent: dict[str, list[str]] = {}

    def last(self, field: str) -> str:
        """What stood in a field; nothing where it was not sent."""
        return (self.sent.get(field) or [""])[-1]

    @property
    def version(self) -> int:
        """The version that a form is drawn with again: the one that was seen; 0, for the one that stands, where its
        sender came late: they are told so, and may save again.
        """
        seen = "" if isinstance(self.error, Conflict) else self.last("version")
        return int(seen) if seen.isdecimal() and len(seen) < 10 else 0

    @property
    def typed(self) -> dict[str, str]:
        """What stood in each field; nothing in one that was not sent."""
        return defaultdict(
            str, {field: values[-1] for field, values in self.sent.items() if values}
        )


Again = Callable[[AnyRequest, Refusal], Awaitable[Response[Any]]]
Reads = Callable[[AnyRequest], Awaitable[Any]]
Brings = Callable[..., Awaitable[Any]]
Answers = Callable[[AnyRequest, Any], Awaitable[Response[Any]]]
Parameters = dict[str, inspect.Parameter]
Where = str | Callable[[AnyRequest, Any], str]


class Form(msgspec.Struct, frozen=True):
    """How a form is read and answered; `act` says what each of them is."""

    reads: Reads | None
    again: Again | None
    answers: Answers | None
    goes: Where
    says: Where
    at: str


class DualHandler(msgspec.Struct, frozen=True):
    """One act, named `room.verb`, and its faces; an act of one door only has one face."""

    name: str
    page: HTTPRouteHandler | None
    json: HTTPRouteHandler | None
    still: Still | None = None


def act(
    page: str = "",
    *,
    json: str = "",
    method: str = "post",
    status: int | None = None,
    guards: Sequence[Guard],
    reads: Reads | None = None,
    again: Again | None = None,
    answers: Answers | None = None,
    goes: Where = "",
    says: Where = "",
    at: str = "",
    brings: Brings | None = None,
    most: int | None = None,
    opt: dict[str, Any] | None = None,
    still: Still | None = None,
) -> Callable[[Verb], DualHandler]:
    """Give a function its two doors.

    `page` and `json`: the addresses, below the edition's; an empty one is no door. `method` and
    `status` are the program's; a browser sends POST. `goes`: the page that follows, and `says` the
    key of the word that it shows, each of them fixed or told by what was done; `at` names the
    parameter whose place on that page is shown.
    `answers` draws a page of what was done instead; `reads` fills the shape where the form has
    other words for it, and `brings` where a program sends a file instead of JSON: what such a
    reader asks for stands in the door's address. `most` is how many bytes such a file may have.
    `still` is why it is done in an archived edition, too; without one it is refused there.
    Cookies that the act returns are set at both doors.
    """

    def made(verb: Verb) -> DualHandler:
        common: dict[str, Any] = {"guards": guarded(guards, still), "opt": opt, "name": None}
        form = form_of(verb, Form(reads, again, answers, goes, says, at))
        program = program_of(verb, brings)
        return DualHandler(
            name=f"{verb.__module__.rpartition('.')[2]}.{verb.__name__}",
            page=post(page, **common, **sized(most, beside=FIELDS_BYTES))(form) if page else None,
            json=METHODS[method](json, status_code=status, **common, **sized(most))(program)
            if json
            else None,
            still=still,
        )

    return made


def guarded(guards: Sequence[Guard], still: Still | None = None) -> list[Guard]:
    """Whoever may not come in is told that first; only then that the edition is archived."""
    return [*guards] if still else [*guards, refuse_archived]


def sized(most: int | None, *, beside: int = 0) -> dict[str, Any]:
    """A door's own bound, where it takes files; every other has the house's."""
    return {} if most is None else {"request_max_body_size": most + beside}


def form_of(verb: Verb, form: Form) -> Verb:
    """The face that a form sees."""
    shape = get_type_hints(verb).get("data")

    async def face(request: AnyRequest, **given: Any) -> Response[Any]:
        try:
            if shape is not None:
                given["data"] = await (
                    form.reads(request) if form.reads else filled(request, shape)
                )
            done = await verb(**(given | ({"request": request} if wants_request(verb) else {})))
        except FestivalError as error:
            if form.again is None or "proof_needed" in error.codes:
                raise
            return await form.again(request, Refusal(error, await sent(request)))
        answer = await answered(request, form, done)
        if isinstance(done, Response):
            answer.cookies.extend(done.cookies)
        return answer

    asked = {"request": REQUEST, **parameters_of(verb)}
    asked.pop("data", None)
    return dressed(face, verb, asked, Response[Any])


async def answered(request: AnyRequest, form: Form, done: Any) -> Response[Any]:
    """The page of what was done, or the way to the page that follows."""
    if form.answers is not None:
        return await form.answers(request, done)
    place, word = (
        one if isinstance(one, str) else one(request, done) for one in (form.goes, form.says)
    )
    return back(request, place, word, at=request.path_params.get(form.at, ""))


def program_of(verb: Verb, brings: Brings | None) -> Verb:
    """The face that a program sees: the function itself, with its shape read from JSON."""
    own, asked = parameters_of(verb), parameters_of(verb)
    if brings is not None:
        del asked["data"]
        asked |= parameters_of(brings)
    elif "data" in asked:
        shape: Any = asked["data"].annotation
        body = Annotated[shape, BodyKwarg(media_type=RequestEncodingType.JSON)]
        asked["data"] = asked["data"].replace(annotation=body)

    async def face(**given: Any) -> Any:
        if brings is not None:
            read = {name: given[name] for name in parameters_of(brings)}
            given = {name: value for name, value in given.items() if name in own}
            given["data"] = await brings(**read)
        return await verb(**given)

    return dressed(face, verb, asked, get_type_hints(verb, include_extras=True)["return"])


def parameters_of(function: Verb) -> Parameters:
    """What a function asks for, each by its name alone, with its type looked up."""
    hints = get_type_hints(function, include_extras=True)
    return {
        name: one.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hints[name])
        for name, one in inspect.signature(function).parameters.items()
    }


def dressed(face: Verb, verb: Verb, asked: Parameters, answer: Any) -> Verb:
    """A face that Litestar reads as if it had been written by hand."""
    face.__signature__ = inspect.Signature(list(asked.values()), return_annotation=answer)  # type: ignore[attr-defined]
    face.__annotations__ = {name: one.annotation for name, one in asked.items()}
    face.__annotations__["return"] = answer
    face.__name__, face.__doc__, face.__module__ = verb.__name__, verb.__doc__, verb.__module__
    return face


def wants_request(verb: Verb) -> bool:
    return "request" in inspect.signature(verb).parameters


async def sent(request: AnyRequest) -> dict[str, list[str]]:
    """Every field of the form as it was typed; files are not typed."""
    form = await request.form()
    return {
        name: [value for value in form.getall(name) if isinstance(value, str)]
        for name in dict.fromkeys(form.keys())
    }
