"""The technical rules: tried on what was measured, and applied. Also the house's policy they start from."""

from typing import Annotated, Any
from urllib.parse import quote

import msgspec
from litestar import Response
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.response import Redirect
from msgspec import Meta

from api.acts.act import Refusal, act
from api.forms import filled
from api.guards import OPERATOR
from api.pages._page import prefix_of
from api.pages._rules import GRADES
from api.pages.policy import rules_page
from api.request import AnyRequest
from festival.errors import Conflict, Refused
from festival.shapes import SeenVersion
from festival.tables import Edition, Person
from media import rulebook
from media.rulebook import Pick
from submissions import rejudging, technical
from submissions.rejudging import VerdictChange

PAGE = "/operator/policy"
SettingName = Annotated[str, Meta(max_length=64)]
SettingWord = Annotated[str, Meta(max_length=32)]
LimitSetting = float | SettingWord | Annotated[list[SettingWord | int], Meta(max_length=40)] | None


class PolicyName(msgspec.Struct, frozen=True):
    policy: Annotated[str, Meta(pattern="^[a-z]{1,32}$")]


class RulesWanted(msgspec.Struct, frozen=True, kw_only=True):
    """What one place says of its own: every setting that differs from what lies below, by its name;
    none at all is back to that. `section` is a letter, nothing for the whole edition.
    """

    settings: Annotated[dict[SettingName, LimitSetting], Meta(max_length=200)] = {}
    section: Annotated[str, Meta(max_length=8)] = ""
    version: SeenVersion = 0
    tried: Annotated[str, Meta(max_length=16)] | None = None
    """A form's: the mark of the rules that were tried, which alone are applied."""


class Head(msgspec.Struct, frozen=True):
    """What a form says beside its settings."""

    section: Annotated[str, Meta(max_length=8)] = ""
    version: SeenVersion = 0
    tried: Annotated[str, Meta(max_length=16)] = ""


def settings_in(form: FormMultiDict) -> dict[str, Any]:
    """Every setting of the form, by its name."""
    given: dict[str, Any] = {}
    for limit in rulebook.limits():
        if not isinstance(limit, Pick):
            given[limit.path] = str(form.get(limit.path, ""))[:32]
        elif limit.is_graded:
            graded = {grade: graded_as(form, limit.path, grade) for grade in GRADES}
            given[limit.path], given[f"{limit.path}.warn"] = graded["accept"], graded["warn"]
        else:
            given[limit.path] = [str(one)[:32] for one in form.getall(limit.path, [])]
    levels = {rule.level_path for rule in rulebook.RULES.values() if not rule.is_fixed}
    return given | {name: str(form[name])[:32] for name in levels if name in form}


def graded_as(form: FormMultiDict, path: str, grade: str) -> list[str]:
    start = f"grade.{path}."
    return [
        name.removeprefix(start)[:32]
        for name, value in form.multi_items()
        if name.startswith(start) and value == grade
    ]


async def wanted(request: AnyRequest) -> RulesWanted:
    head = await filled(request, Head)
    return RulesWanted(
        settings=settings_in(await request.form()), section=head.section, version=head.version,
        tried=head.tried,
    )  # fmt: skip


async def drawn(request: AnyRequest, error: Any = None) -> Response[str]:
    """The form with the draft in it, and what the draft would change."""
    form = await request.form()
    return await rules_page(
        request, request.state["edition"], section=str(form.get("section", ""))[:8],
        given=settings_in(form), is_tried=not isinstance(error, Refused) or is_untried(error),
        error=error,
    )  # fmt: skip


def is_untried(error: Refused) -> bool:
    return error.codes == ("rules_untried",)


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await drawn(request, refused.error)


async def base_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await rules_page(request, request.state["edition"], error=refused.error)


async def tried(request: AnyRequest, _: Any) -> Response[str]:
    return await drawn(request)


async def applied(request: AnyRequest, _: Any) -> Redirect:
    """Back to the place whose rules they are."""
    section = quote(str((await request.form()).get("section", "")), safe="")
    at = f"{prefix_of(request)}{PAGE}?done=operator.done.rules&section={section}"
    return Redirect(at, status_code=303)


@act(
    f"{PAGE}/trial",
    json=f"{PAGE}/trial",
    status=200,
    guards=OPERATOR,
    reads=wanted,
    again=again,
    answers=tried,
)
async def try_rules(
    data: RulesWanted, edition_row: NamedDependency[Edition]
) -> list[VerdictChange]:
    """What these rules would change, judged from what was measured; nothing is written."""
    book = await technical.book_of(edition_row.id)
    place = book.called(data.section)
    rules = technical.draft_of(book, place, data.settings)
    return await rejudging.changes_under(book.with_rules(place, rules), edition_row)


@act(
    f"{PAGE}/rules",
    json=f"{PAGE}/rules",
    method="put",
    guards=OPERATOR,
    reads=wanted,
    again=again,
    answers=applied,
)
async def set_rules(
    data: RulesWanted, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> list[VerdictChange]:
    """Apply them, and keep every new verdict; 409 when somebody changed them since `version`."""
    book = await technical.book_of(edition_row.id)
    place = book.called(data.section)
    rules = technical.draft_of(book, place, data.settings)
    draft = book.with_rules(place, rules).policy(place)
    if data.version != book.layer(place).version:
        raise Conflict("changed_meanwhile", version=book.layer(place).version)
    if data.tried is not None and data.tried != technical.mark_of(book, place, draft):
        raise Refused("rules_untried")
    return await rejudging.set_rules(edition_row, place, rules, version=data.version, by=person)


@act(
    PAGE,
    json=PAGE,
    status=200,
    guards=OPERATOR,
    again=base_again,
    goes=PAGE,
    says="operator.done.judged",
)
async def apply_policy(
    data: PolicyName, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> list[VerdictChange]:
    """Let the edition start from another policy of the house, and keep every new verdict."""
    return await rejudging.apply(edition_row, data.policy, by=person)


ACTS = [try_rules, set_rules, apply_policy]
