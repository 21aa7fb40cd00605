"""Variants of the working grid: saved, renamed, removed, brought back, merged; what was merged is undone."""

from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.acts.act import Refusal, act
from api.acts.plans import TickForm, Ticks, named
from api.forms import filled
from api.grid import grid_state
from api.guards import PLAN
from api.pages.variants import PAGE, variant_page, variants_page
from api.request import AnyRequest
from festival.desk import RecordLine, Seen
from festival.errors import Missing
from festival.tables import Edition, Person
from screenings import accepting, variants
from screenings.variants import NewVariant, VariantChange

ONE = f"{PAGE}/{{variant_id:str}}"
JSON = "/variants/{variant_id:str}"
SeenGrid = Annotated[int, Meta(ge=0, le=10**12)]


class MergeTicks(msgspec.Struct, frozen=True, kw_only=True):
    """`only`: differences, each as `programme:number`; all where nothing is said. `seen` is the working
    grid's version that was compared with, and `despite` takes new conflicts into account.
    """

    seen: SeenGrid
    only: Ticks | None = None
    despite: bool = False


class MergeForm(TickForm, frozen=True, kw_only=True):
    seen: SeenGrid
    despite: bool = False


async def merging(request: AnyRequest) -> MergeTicks:
    form = await filled(request, MergeForm)
    only = None if form.all else form.only
    return MergeTicks(seen=form.seen, only=only, despite=form.despite)


async def list_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await variants_page(request, request.state["edition"], refused.error, refused.sent)


async def one_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    variant = request.path_params["variant_id"]
    return await variant_page(
        request, request.state["edition"], variant, refused.error, refused.sent
    )


def to_it(request: AnyRequest, _: Any) -> str:
    return f"{PAGE}/{request.path_params['variant_id']}"


@act(
    PAGE,
    json="/variants",
    guards=PLAN,
    again=list_again,
    goes=lambda _, done: f"{PAGE}/{done['id']}",
    says="variants.done.added",
)
async def add_variant(
    data: NewVariant, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> dict[str, str]:
    """The places of the working grid, of a publication or of another variant, under a name."""
    return {"id": await variants.keep(edition_row, data, by=person)}


@act(
    ONE,
    json=JSON,
    method="put",
    status=200,
    guards=PLAN,
    again=one_again,
    goes=to_it,
    says="variants.done.changed",
)
async def change_variant(
    variant_id: FromPath[str],
    data: VariantChange,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Another name, another note; its places stay."""
    return {"version": await variants.amend(edition_row, variant_id, data, by=person)}


@act(
    f"{ONE}/removal",
    json=f"{JSON}/removal",
    status=204,
    guards=PLAN,
    again=one_again,
    goes=PAGE,
    says="variants.done.removed",
)
async def remove_variant(
    variant_id: FromPath[str],
    data: Seen,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """It can be brought back for a day."""
    await variants.remove(edition_row, variant_id, version=data.version, by=person)


@act(
    "/programmer/variant-returns",
    json="/variant-returns",
    guards=PLAN,
    again=list_again,
    goes=PAGE,
    says="variants.done.brought_back",
)
async def bring_variant_back(
    data: RecordLine, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> dict[str, str]:
    """What was taken away stands again; `line` of the record names its removal."""
    return {"id": await variants.bring_back(edition_row, data.line, by=person)}


@act(
    f"{ONE}/merging",
    json=f"{JSON}/merging",
    status=200,
    guards=PLAN,
    reads=merging,
    again=one_again,
    goes=to_it,
    says="variants.done.merged",
)
async def merge_variant(
    variant_id: FromPath[str],
    data: MergeTicks,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """Its places into the working grid, all or `only` those, as one act; `act` takes it back."""
    version = await variants.merge(
        edition_row,
        variant_id,
        only=None if data.only is None else named(data.only),
        seen=data.seen,
        despite=data.despite,
        by=person,
    )
    return {"act": version, **await grid_state(edition_row)}


@act(f"{ONE}/undoing", guards=PLAN, again=one_again, goes=to_it, says="programmer.done.undone")
async def undo_merge(
    variant_id: FromPath[str],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Take back the act that this variant last became."""
    row = await variants.variant_in(edition_row, variant_id)
    done = await variants.last_merge(edition_row, row.id)
    if done is None:
        raise Missing("act_missing")
    await accepting.undo(edition_row, done, by=person)


ACTS = [
    add_variant, change_variant, remove_variant, bring_variant_back, merge_variant, undo_merge,
]  # fmt: skip
