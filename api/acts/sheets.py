"""Score sheets: begun for a place, their scale, and what they ask; other weights after their effect was read."""

from typing import Annotated, Any
from urllib.parse import quote

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Meta

from api.acts.act import Refusal, act
from api.forms import filled
from api.guards import SHEETS
from api.pages._page import prefix_of
from api.pages.sheets import TypedCriterion, sheets_page
from api.request import AnyRequest
from festival.access import Viewer
from festival.desk import Reorder, Seen
from festival.language import spoken
from festival.tables import Edition, Person
from reviews import sheets
from reviews.sheets import CriterionAgain, CriterionForm, ScaleForm, WeightEffect

PAGE = "/operator/sheets"
SHEET = f"{PAGE}/{{sheet_id:str}}"
CRITERION = f"{PAGE}/criteria/{{criterion_id:str}}"


class SheetPlace(msgspec.Struct, frozen=True):
    """A section by its letter, or nothing for the whole edition."""

    section: Annotated[str, Meta(max_length=1)] = ""


class Weighing(msgspec.Struct, frozen=True):
    weight: Annotated[int, Meta(ge=0, le=10)]


async def letter_of(request: AnyRequest) -> str:
    """The section whose sheet the form was about; it stands in every form of the page."""
    return str((await request.form()).get("section", ""))[:1]


async def again_at(
    request: AnyRequest, refused: Refusal, place: str, effect: WeightEffect | None = None
) -> Response[str]:
    values = {name: refused.last(name) for name in refused.sent}
    return await sheets_page(
        request, request.state["viewer"], request.state["edition"],
        section=await letter_of(request), error=refused.error,
        again=TypedCriterion(place, values, effect),
    )  # fmt: skip


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await again_at(request, refused, request.path_params.get("criterion_id", ""))


async def scale_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await again_at(request, refused, "scale")


async def new_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await again_at(request, refused, "new")


async def weight_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    """A weight whose effect nobody has read: here it is, with the form as it stood."""
    at = request.path_params["criterion_id"]
    effect = None
    if "weight_unseen" in refused.error.codes:
        viewer = request.state["viewer"]
        criterion = await sheets.criterion_in(request.state["edition"], at, viewer)
        effect = await sheets.effect_of(criterion, int(refused.last("weight") or 1), viewer)
    return await again_at(request, refused, at, effect)


async def at_place(request: AnyRequest, said: str) -> Redirect:
    section = quote(await letter_of(request), safe="")
    at = f"{prefix_of(request)}{PAGE}?done=committee.done.{said}&section={section}"
    return Redirect(at, status_code=303)


def leads(said: str) -> Any:
    """Back to the sheet that was changed, with a word of what was done."""

    async def answered(request: AnyRequest, _: Any) -> Redirect:
        return await at_place(request, said)

    return answered


async def scale_in(request: AnyRequest) -> ScaleForm:
    """`label_3_fr` and its like, gathered by step."""
    form = await request.form()
    head = await filled(request, ScaleHead)
    labels = {
        str(step): {lang: str(form.get(f"label_{step}_{lang}", ""))[:40] for lang in spoken()}
        for step in range(1, head.steps + 1)
    }
    return ScaleForm(
        steps=head.steps, least_opinion=head.least_opinion, labels=labels, version=head.version
    )


class ScaleHead(Seen, frozen=True):
    steps: sheets.SheetSteps
    least_opinion: sheets.LeastOpinion | None = None


@act(PAGE, json=PAGE, guards=SHEETS, again=again, answers=leads("sheet_begun"))
async def begin_sheet(
    data: SheetPlace,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, str]:
    """Give the edition, or a section, a sheet of its own: what it is scored by now, to be changed."""
    place = await sheets.section_of(edition_row, data.section)
    sheets.check_may(viewer, place)
    return {"id": await sheets.begin(edition_row, place, by=person)}


@act(
    f"{SHEET}/removal", json=SHEET, method="delete", guards=SHEETS, again=again,
    answers=leads("sheet_dropped"),
)  # fmt: skip
async def drop_sheet(
    sheet_id: FromPath[str],
    data: Seen,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Back to the sheet above; refused once somebody has scored by this one."""
    sheet = await sheets.sheet_in(edition_row, sheet_id, viewer)
    await sheets.drop(sheet, version=data.version, by=person)


@act(
    f"{SHEET}/scale", json=f"{SHEET}/scale", method="put", guards=SHEETS, reads=scale_in,
    again=scale_again, answers=leads("scale_set"),
)  # fmt: skip
async def set_scale(
    sheet_id: FromPath[str],
    data: ScaleForm,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """How far scores go, and the words of single steps; the steps of a scored sheet stay."""
    sheet = await sheets.sheet_in(edition_row, sheet_id, viewer)
    return {"version": await sheets.set_scale(sheet, data, by=person)}


@act(
    f"{SHEET}/criteria", json=f"{SHEET}/criteria", guards=SHEETS, again=new_again,
    answers=leads("criterion_added"),
)  # fmt: skip
async def add_criterion(
    sheet_id: FromPath[str],
    data: CriterionForm,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, str]:
    """Ask for one more thing, at the end; sheets that were given keep their total."""
    sheet = await sheets.sheet_in(edition_row, sheet_id, viewer)
    return {"id": await sheets.add_criterion(sheet, data, by=person)}


@act(
    CRITERION, json=CRITERION, method="put", guards=SHEETS, again=weight_again,
    answers=leads("criterion_changed"),
)  # fmt: skip
async def amend_criterion(
    criterion_id: FromPath[str],
    data: CriterionAgain,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Other words, or another weight; where sheets were given, with the `mark` of the effect as `seen`."""
    criterion = await sheets.criterion_in(edition_row, criterion_id, viewer)
    return {"version": await sheets.amend_criterion(criterion, data, by=person)}


@act(json=f"{CRITERION}/effect", status=200, guards=SHEETS)
async def effect(
    criterion_id: FromPath[str],
    data: Weighing,
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> WeightEffect:
    """What another weight would change; nothing is written. Ranks are for chairs alone."""
    criterion = await sheets.criterion_in(edition_row, criterion_id, viewer)
    return await sheets.effect_of(criterion, data.weight, viewer)


@act(
    f"{CRITERION}/move", json=f"{CRITERION}/move", status=204, guards=SHEETS, again=again,
    answers=leads("criterion_moved"),
)  # fmt: skip
async def move_criterion(
    criterion_id: FromPath[str],
    data: Reorder,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """One place up or down its sheet."""
    criterion = await sheets.criterion_in(edition_row, criterion_id, viewer)
    await sheets.move_criterion(criterion, data.way, by=person)


@act(
    f"{CRITERION}/removal", json=CRITERION, method="delete", guards=SHEETS, again=again,
    answers=leads("criterion_removed"),
)  # fmt: skip
async def remove_criterion(
    criterion_id: FromPath[str],
    data: Seen,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Take it away as long as nobody has scored it."""
    criterion = await sheets.criterion_in(edition_row, criterion_id, viewer)
    await sheets.remove_criterion(criterion, version=data.version, by=person)


@act(
    f"{CRITERION}/closing", json=f"{CRITERION}/closing", status=204, guards=SHEETS, again=again,
    answers=leads("criterion_closed"),
)  # fmt: skip
async def close_criterion(
    criterion_id: FromPath[str],
    data: Seen,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Ask for it no more; what it was given still counts."""
    criterion = await sheets.criterion_in(edition_row, criterion_id, viewer)
    await sheets.close_criterion(criterion, version=data.version, by=person)


@act(
    f"{CRITERION}/opening", json=f"{CRITERION}/opening", status=204, guards=SHEETS, again=again,
    answers=leads("criterion_opened"),
)  # fmt: skip
async def open_criterion(
    criterion_id: FromPath[str],
    data: Seen,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Ask for it again."""
    criterion = await sheets.criterion_in(edition_row, criterion_id, viewer)
    await sheets.open_criterion(criterion, version=data.version, by=person)


ACTS = [
    begin_sheet, drop_sheet, set_scale, add_criterion, amend_criterion, effect, move_criterion,
    remove_criterion, close_criterion, open_criterion,
]  # fmt: skip
