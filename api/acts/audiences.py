"""Visitors as programmers imagine them: added, changed, taken away."""

from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.acts.act import Refusal, act
from api.forms import filled
from api.guards import PLAN
from api.pages._typed import FewSigns, start_of
from api.pages.audiences import PAGE, audiences_page
from api.request import AnyRequest
from festival import codes
from festival.desk import Seen
from festival.errors import Refused
from festival.shapes import VersionNumber
from festival.tables import Edition, Person
from screenings import audiences
from screenings.audiences import (
    AudienceForm,
    DayNumbers,
    MostADay,
    PauseMinutes,
    Programmes,
    Sections,
)

ONE = f"{PAGE}/{{audience_id:str}}"
Tongues = Annotated[str, Meta(max_length=200)]


class TypedAudience(msgspec.Struct, frozen=True, kw_only=True):
    """Languages by name or code with commas between, hours as they are typed."""

    name: Annotated[str, Meta(min_length=1, max_length=120)]
    must: Programmes = []
    sections: Sections = []
    understands: Tongues = ""
    captions: Tongues = ""
    days: DayNumbers = []
    earliest: FewSigns = ""
    latest_end: FewSigns = ""
    most_a_day: MostADay = 6
    pause: PauseMinutes = 0
    version: VersionNumber = 1


class AudienceChange(AudienceForm, frozen=True, kw_only=True):
    version: VersionNumber


def shape_of(form: TypedAudience) -> dict[str, Any]:
    return {
        "name": form.name,
        "must": form.must,
        "sections": form.sections,
        "understands": tags_of(form.understands, field="understands"),
        "captions": tags_of(form.captions, field="captions"),
        "days": form.days,
        "earliest": hour_or(form.earliest, 0, field="earliest"),
        "latest_end": hour_or(form.latest_end, audiences.LATE, field="latest_end"),
        "most_a_day": form.most_a_day,
        "pause": form.pause,
    }


def hour_or(text: str, usual: int, *, field: str) -> int:
    return start_of(text, field=field) if text.strip() else usual


def tags_of(text: str, *, field: str) -> list[str]:
    """`français, English` as codes."""
    tags = []
    for word in codes.split(text, codes.language_code):
        try:
            tags.append(codes.language_code(word))
        except codes.Unknown:
            raise Refused(f"{field}:tongue_unknown", word=word) from None
    return tags


async def new_one(request: AnyRequest) -> AudienceForm:
    return AudienceForm(**shape_of(await filled(request, TypedAudience)))


async def changed_one(request: AnyRequest) -> AudienceChange:
    form = await filled(request, TypedAudience)
    return AudienceChange(version=form.version, **shape_of(form))


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await audiences_page(request, request.state["edition"], refused.error, refused.sent)


@act(
    PAGE,
    json="/audiences",
    guards=PLAN,
    reads=new_one,
    again=again,
    goes=PAGE,
    says="audience.done.added",
)
async def add_audience(
    data: AudienceForm,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, str]:
    """A visitor of one's own; what the grid lets them see is counted whenever somebody looks."""
    return {"id": await audiences.add(edition_row, data, by=person)}


@act(
    ONE,
    json="/audiences/{audience_id:str}",
    method="put",
    guards=PLAN,
    reads=changed_one,
    again=again,
    goes=PAGE,
    says="audience.done.changed",
)
async def change_audience(
    audience_id: FromPath[str],
    data: AudienceChange,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """What they want, or when they come, is otherwise."""
    given = msgspec.structs.asdict(data)
    version = given.pop("version")
    form = AudienceForm(**given)
    done = await audiences.amend(edition_row, audience_id, form, version=version, by=person)
    return {"version": done}


@act(
    f"{ONE}/removal",
    json="/audiences/{audience_id:str}/removal",
    status=204,
    guards=PLAN,
    again=again,
    goes=PAGE,
    says="audience.done.removed",
)
async def remove_audience(
    audience_id: FromPath[str],
    data: Seen,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """They come no more; nothing else depends on them."""
    await audiences.remove(edition_row, audience_id, version=data.version, by=person)


ACTS = [add_audience, change_audience, remove_audience]
