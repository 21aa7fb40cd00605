"""What letters say: reworded, given back to the house, tried before they are used."""

from typing import Annotated

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.acts.act import Refusal, act, sent
from api.guards import OPERATOR
from api.pages.texts import TypedWords, shown_of, text_page
from api.request import AnyRequest
from festival import letters, wording
from festival.desk import Seen
from festival.language import spoken
from festival.settings import Settings
from festival.shapes import SeenVersion
from festival.tables import Edition, Person
from festival.texts import fields_of
from festival.wording import Bodies, LetterWords, Subjects

PAGE = "/operator/texts"
KIND = f"{PAGE}/{{kind:str}}"


class Reworded(msgspec.Struct, frozen=True, kw_only=True):
    """Words by language, and the version that was seen: 0 where the house's stood."""

    subjects: Subjects = {}
    bodies: Bodies = {}
    version: SeenVersion = 0

    @property
    def words(self) -> LetterWords:
        return LetterWords(subjects=self.subjects, bodies=self.bodies)


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """Words as they stand in a form, to be looked at; `language` is that of the letter."""

    subjects: Subjects = {}
    bodies: Bodies = {}
    language: Annotated[str, Meta(pattern="^[a-z]{2}$")] = ""

    @property
    def words(self) -> LetterWords:
        return LetterWords(subjects=self.subjects, bodies=self.bodies)


class ShownLetter(msgspec.Struct, frozen=True):
    """A letter filled with examples, as its reader would see it."""

    subject: str
    body: str
    sender: str


def typed_in(given: dict[str, list[str]]) -> TypedWords:
    """The texts of a form by language; a line ends as the page counts it."""
    found = [
        {one: (given.get(field) or [""])[-1].replace("\r\n", "\n") for field, one in fields.items()}
        for fields in (fields_of("subjects"), fields_of("bodies"))
    ]
    return TypedWords(*found)


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    """The form as it was typed, with what is wrong."""
    kind, is_form = request.path_params["kind"], refused.sent.keys() & fields_of("bodies").keys()
    typed = typed_in(refused.sent) if is_form else None
    return await text_page(request, kind, typed=typed, error=refused.error)


def to_kind(request: AnyRequest, _: object) -> str:
    return f"{PAGE}/{request.path_params['kind']}"


@act(
    KIND,
    json=KIND,
    method="put",
    status=204,
    guards=OPERATOR,
    again=again,
    goes=to_kind,
    says="operator.done.reworded",
)
async def reword(
    kind: FromPath[str],
    data: Reworded,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Say a kind of letter in the edition's own words; letters that are written stay as they are."""
    await wording.reword(kind, data.words, version=data.version, edition=edition_row, by=person)


@act(
    f"{KIND}/removal",
    json=f"{KIND}/removal",
    status=204,
    guards=OPERATOR,
    again=again,
    goes=to_kind,
    says="operator.done.reworded_back",
)
async def back_to_the_house(
    kind: FromPath[str],
    data: Seen,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Back to the house's words, in every language."""
    await wording.to_the_house(kind, version=data.version, edition=edition_row, by=person)


async def shown_as_typed(request: AnyRequest, done: dict[str, ShownLetter]) -> Response[str]:
    return await text_page(
        request,
        request.path_params["kind"],
        typed=typed_in(await sent(request)),
        shown={one: (letter.subject, letter.body) for one, letter in done.items()},
    )


@act(
    f"{KIND}/preview",
    json=f"{KIND}/preview",
    status=200,
    guards=OPERATOR,
    again=again,
    answers=shown_as_typed,
)
async def preview(
    kind: FromPath[str],
    data: Tried,
    edition_row: NamedDependency[Edition],
    settings: NamedDependency[Settings],
) -> dict[str, ShownLetter]:
    """How readers of each language would see these words; nothing is kept."""
    wording.check_kind(kind)
    given = wording.checked(kind, data.words)
    found = shown_of(kind, given, edition_row, settings)
    return {
        one: ShownLetter(subject, body, settings.mail_from)
        for one, (subject, body) in found.items()
    }


async def tried_again(request: AnyRequest, done: dict[str, str]) -> Response[str]:
    """The form stays as it was typed: a test keeps nothing."""
    return await text_page(
        request, request.path_params["kind"], typed=typed_in(await sent(request)), tried=done["to"]
    )


@act(
    f"{KIND}/test",
    json=f"{KIND}/test",
    status=201,
    guards=OPERATOR,
    again=again,
    answers=tried_again,
)
async def send_test(
    kind: FromPath[str],
    data: Tried,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
    settings: NamedDependency[Settings],
) -> dict[str, str]:
    """A letter in these words to whoever asks, marked as a test; to nobody else."""
    wording.check_kind(kind)
    given = wording.checked(kind, data.words)
    language = data.language if data.language in spoken() else person.language
    subject, body = shown_of(kind, given, edition_row, settings)[language]
    await letters.try_out(subject, body, edition=edition_row, by=person)
    return {"to": person.email, "subject": subject}


ACTS = [reword, back_to_the_house, preview, send_test]
