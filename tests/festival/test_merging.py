"""Two accounts become one with both their owners' yes; nothing of either is lost, and no table is forgotten."""

import json

import pytest

from festival import merging, people, second_factor
from festival.db import rows
from festival.errors import Conflict, Missing, NotAllowed, Refused
from festival.language import has_words
from festival.merging import BY_NAME, COLUMNS, Fate
from festival.record import record
from festival.tables import Person, Role, Token
from keeping.erasure import own_names
from keeping.held import HELD
from keeping.tables import Erasure
from reviews import decisions
from reviews.tables import Recusal, Review
from submissions import accounts
from submissions.lists import submission_in
from tests.builders import a_film, a_person, an_edition, has_seen, the_viewer

POINTING = """
SELECT c.conrelid::regclass::text || '.' || a.attname AS name FROM pg_constraint c
JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
WHERE c.contype = 'f' AND c.confrelid = 'person'::regclass
"""


class Pair:
    """Two accounts of one edition, and its operator."""

    def __init__(self, edition, stays: Person, goes: Person, operator: Person) -> None:
        self.edition, self.stays, self.goes, self.operator = edition, stays, goes, operator

    async def ask(self) -> str:
        viewer = await the_viewer(self.operator, self.edition)
        return await accounts.ask_merge(
            self.stays.id, self.goes.id, viewer, edition=self.edition, by=self.operator
        )

    async def merge(self) -> None:
        asked = await self.ask()
        assert await merging.agree(asked, by=self.goes) is False
        assert await merging.agree(asked, by=self.stays) is True


@pytest.fixture
async def pair(house) -> Pair:
    edition = await an_edition(phase="selection")
    return Pair(
        edition,
        await a_person("reviewer", edition=edition, name="Zoé"),
        await a_person("filmmaker", edition=edition, name="ZOE"),
        await a_person("operator", edition=edition, name="Maud"),
    )


async def review_by(person: Person, submission: str, file: str, *, given: bool = True) -> None:
    await Review(submission=submission, file=file, person=person.id, scores=json.dumps({"story": 4}),
                 opinion="Bon.", version=1).save()  # fmt: skip
    if given:
        await rows("UPDATE review SET given_at = now() WHERE person = {} RETURNING id", person.id)


async def test_every_column_that_names_a_person_has_its_fate(house) -> None:
    pointing = {row["name"].replace('"', "") for row in await rows(POINTING)}
    by_name = {
        f"{table}.{column}"
        for table, held in HELD.items()
        for column in held.who.split()
        if f"{table}.{column}" not in pointing
    }

    assert len(pointing) > 30
    assert pointing == set(COLUMNS), "a foreign key to a person: say in `COLUMNS` what a merge does to it"
    assert by_name - {"person.id", "record.subject"} == set(BY_NAME)


async def test_where_a_person_has_one_row_of_a_kind_a_merge_knows_it(house) -> None:
    """A unique index over a person would refuse a plain move."""
    unique = await rows(
        """SELECT i.indrelid::regclass::text || '.' || a.attname AS name, i.indkey::int2[] AS columns
           FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
           WHERE i.indisunique"""
    )

    named = {row["name"].replace('"', "") for row in unique} & set(COLUMNS)
    assert {name for name in named if COLUMNS[name].fate is Fate.MOVES} == set()


async def test_nothing_happens_before_both_have_said_yes(pair) -> None:
    asked = await pair.ask()
    stranger = await a_person("reviewer", edition=pair.edition)

    with pytest.raises(Missing):
        await merging.agree(asked, by=stranger)
    with pytest.raises(Missing):
        await merging.agree(asked, by=pair.operator)
    first = await merging.agree(asked, by=pair.stays)
    twice = await merging.agree(asked, by=pair.stays)

    assert (first, twice) == (False, False)
    assert (await people.by_email(pair.goes.email)).id == pair.goes.id
    told = await rows("SELECT person, body FROM letter WHERE kind = 'merge_asked' AND edition = {}", pair.edition.id)
    assert {row["person"] for row in told} == {pair.stays.id, pair.goes.id}
    assert all(pair.stays.email in row["body"] and pair.goes.email in row["body"] for row in told)


async def test_either_of_the_two_says_no_and_it_is_over(pair) -> None:
    asked = await pair.ask()
    await merging.agree(asked, by=pair.stays)

    await merging.refuse(asked, by=pair.goes)

    with pytest.raises(Conflict):
        await merging.agree(asked, by=pair.goes)
    assert (await people.by_email(pair.goes.email)).id == pair.goes.id


async def test_a_yes_that_comes_after_fourteen_days_is_none(pair) -> None:
    asked = await pair.ask()
    await merging.agree(asked, by=pair.stays)
    await rows("UPDATE merge_request SET created_at = now() - interval '15 days' WHERE id = {} RETURNING id", asked)

    with pytest.raises(Conflict):
        await merging.agree(asked, by=pair.goes)
    assert await pair.ask() != asked


async def test_both_addresses_open_one_account_and_everything_has_moved(pair) -> None:
    film, _ = await a_film(pair.edition, pair.goes)
    other, seen = await a_film(pair.edition, await a_person("filmmaker", edition=pair.edition))
    await people.grant(pair.goes, Role.REVIEWER, edition=pair.edition, by=None)
    await has_seen(pair.goes, seen)
    await review_by(pair.goes, other, seen)
    await record("entry_saved", film, by=pair.goes)
    key = await people.new_token_for(pair.goes, edition=pair.edition, name="robot", scopes={"entries"})
    await people.set_password(pair.stays, "une phrase assez longue")

    await pair.merge()

    for address in (pair.stays.email, pair.goes.email.upper()):
        assert (await people.sign_in(address, password="une phrase assez longue")).id == pair.stays.id
        assert (await people.meet(address)).id == pair.stays.id
    parts = {row["part"] for row in await rows("SELECT part FROM role WHERE person = {}", pair.stays.id)}
    assert parts == {"reviewer", "filmmaker"}
    for table, column in [("member", "submission"), ("review", "submission"), ("viewing", "submission")]:
        found = await rows(f"SELECT {column} AS one FROM {table} WHERE person = {{}}", pair.stays.id)
        assert [row["one"] for row in found] == [{"member": film}.get(table, other)], table
    left = [name for name in COLUMNS if await rest_of(name, pair.goes)]
    assert left == ["merge_request.goes"]
    kept = await Token.objects().get(Token.person == pair.stays.id)
    assert key.startswith("cfs_")
    assert kept.revoked_at is not None
    lines = await rows("SELECT person FROM record WHERE act = 'entry_saved' AND subject = {}", film)
    assert lines == [{"person": pair.goes.id}], "what was written down says who it was"
    told = await rows("SELECT subject, details FROM record WHERE act = 'people_merged' AND edition = {}", pair.edition.id)
    assert {row["subject"] for row in told} == {pair.stays.id, pair.goes.id}
    assert {(row["details"]["stays"], row["details"]["goes"]) for row in told} == {(pair.stays.id, pair.goes.id)}


async def rest_of(name: str, person: Person) -> bool:
    table, _, column = name.partition(".")
    return bool(await rows(f'SELECT 1 AS one FROM "{table}" WHERE {column} = {{}}', person.id))


async def test_sessions_of_both_end_and_nobody_comes_in_by_an_old_one(client, pair) -> None:
    from tests.builders import sign_in

    await sign_in(client, pair.goes)
    before = await client.get(f"/api/v1/{pair.edition.slug}/me")

    await pair.merge()

    after = await client.get(f"/api/v1/{pair.edition.slug}/me")
    assert (before.status_code, after.status_code) == (200, 401)


async def test_two_given_sheets_on_one_film_are_never_made_one(pair) -> None:
    await people.grant(pair.goes, Role.REVIEWER, edition=pair.edition, by=None)
    film, file = await a_film(pair.edition, await a_person("filmmaker", edition=pair.edition))
    for one in (pair.stays, pair.goes):
        await review_by(one, film, file)

    with pytest.raises(Refused) as refused:
        await pair.ask()

    assert refused.value.codes == ("merge_both_review",)
    assert len(await rows("SELECT id FROM review WHERE submission = {}", film)) == 2


async def test_a_sheet_that_came_between_question_and_answer_stops_it(pair) -> None:
    await people.grant(pair.goes, Role.REVIEWER, edition=pair.edition, by=None)
    film, file = await a_film(pair.edition, await a_person("filmmaker", edition=pair.edition))
    asked = await pair.ask()
    for one in (pair.stays, pair.goes):
        await review_by(one, film, file)
    await merging.agree(asked, by=pair.stays)

    with pytest.raises(Refused):
        await merging.agree(asked, by=pair.goes)

    assert (await people.by_email(pair.goes.email)).id == pair.goes.id


@pytest.mark.parametrize("drafter", ["stays", "goes"])
async def test_a_given_sheet_outlives_a_draft_on_the_same_film(pair, drafter: str) -> None:
    await people.grant(pair.goes, Role.REVIEWER, edition=pair.edition, by=None)
    film, file = await a_film(pair.edition, await a_person("filmmaker", edition=pair.edition))
    giver = pair.goes if drafter == "stays" else pair.stays
    await review_by(giver, film, file)
    await review_by(getattr(pair, drafter), film, file, given=False)
    await rows("UPDATE review SET opinion = 'donné' WHERE given_at IS NOT NULL RETURNING id")

    await pair.merge()

    left = await rows("SELECT person, opinion FROM review WHERE submission = {}", film)
    assert left == [{"person": pair.stays.id, "opinion": "donné"}]


async def test_who_has_judged_the_others_film_is_no_case_for_a_merge(pair) -> None:
    film, file = await a_film(pair.edition, pair.goes)
    await review_by(pair.stays, film, file)

    with pytest.raises(Refused) as refused:
        await pair.ask()

    assert refused.value.codes == ("merge_own_film",)


async def test_who_is_being_forgotten_drags_nobody_along(pair) -> None:
    await Erasure(person=pair.goes.id, asked_by=pair.goes.id).save()

    with pytest.raises(Refused) as refused:
        await pair.ask()

    assert refused.value.codes == ("merge_leaving",)


async def test_who_is_forgotten_is_so_under_both_addresses(pair) -> None:
    await pair.merge()

    assert set(await own_names(pair.stays)) >= {pair.stays.email, pair.goes.email, "Zoé", "ZOE"}


async def test_a_batch_that_waits_for_a_second_person_is_settled_first(pair) -> None:
    chair = pair.stays
    await people.grant(chair, Role.CHAIR, edition=pair.edition, by=None)
    film, _ = await a_film(pair.edition, await a_person("filmmaker", edition=pair.edition))
    await decisions.accept(await submission_in(pair.edition, film), by=chair, note="Oui.")
    await decisions.ask_announcement(pair.edition, [film], by=chair)

    with pytest.raises(Refused) as refused:
        await pair.ask()

    assert refused.value.codes == ("merge_two_persons",)


async def test_what_both_have_is_united(pair) -> None:
    sections = [row["id"] for row in await rows("SELECT id FROM section WHERE edition = {} ORDER BY letter", pair.edition.id)]
    await people.grant(pair.stays, Role.REVIEWER, edition=pair.edition, by=None, sections=sections[:1])
    await people.grant(pair.goes, Role.REVIEWER, edition=pair.edition, by=None, sections=sections[1:])
    _, file = await a_film(pair.edition, await a_person("filmmaker", edition=pair.edition))
    aside, _ = await a_film(pair.edition, await a_person("filmmaker", edition=pair.edition))
    for one, ranges in ((pair.stays, [[0, 20]]), (pair.goes, [[10, 30], [40, 50]])):
        await has_seen(one, file)
        await rows("UPDATE viewing SET ranges = {}::jsonb WHERE person = {} RETURNING id", json.dumps(ranges), one.id)
    await Recusal(submission=aside, person=pair.stays.id).save()
    await rows("UPDATE recusal SET lifted_at = now() WHERE person = {} RETURNING id", pair.stays.id)
    await Recusal(submission=aside, person=pair.goes.id).save()

    await pair.merge()

    held = await rows("SELECT sections FROM role WHERE person = {} AND part = 'reviewer'", pair.stays.id)
    seen = await rows("SELECT ranges, seconds FROM viewing WHERE file = {}", file)
    viewer = await the_viewer(pair.stays, pair.edition)
    assert sorted(held[0]["sections"]) == sorted(sections)
    assert [(row["ranges"], row["seconds"]) for row in seen] == [([[0, 30], [40, 50]], 40.0)]
    assert aside in viewer.recused, "who stepped aside with either account has stepped aside"


async def test_a_second_factor_of_either_protects_the_one(pair) -> None:
    import pyotp

    from festival.settings import Settings

    made = await second_factor.begin(pair.goes, settings=Settings.read(), issuer="x")
    await second_factor.begin(pair.stays, settings=Settings.read(), issuer="x")
    await second_factor.prove(pair.goes, pyotp.TOTP(made.secret).now(), settings=Settings.read())

    await pair.merge()

    assert await people.has_second_factor(pair.stays.id)


async def test_an_operator_who_reaches_one_of_the_two_alone_asks_nothing(pair) -> None:
    elsewhere = await an_edition()
    await people.grant(pair.goes, Role.REVIEWER, edition=elsewhere, by=None)

    with pytest.raises(NotAllowed) as refused:
        await pair.ask()

    assert refused.value.codes == ("account_beyond",)


async def test_nobody_asks_about_their_own_account(pair) -> None:
    pair.stays = pair.operator

    with pytest.raises(Refused) as refused:
        await pair.ask()

    assert refused.value.codes == ("account_own",)


async def test_an_account_that_went_can_go_no_second_time_and_leads_on(pair) -> None:
    third = await a_person("filmmaker", edition=pair.edition, name="Zoe")
    await pair.merge()

    again = Pair(pair.edition, third, pair.stays, pair.operator)
    await again.merge()

    assert (await people.by_email(pair.goes.email)).id == third.id
    with pytest.raises(Missing):
        await Pair(pair.edition, third, pair.goes, pair.operator).ask()


async def test_names_that_are_alike_are_proposed(pair) -> None:
    await a_person("filmmaker", edition=pair.edition, name="Zoélie")

    found = await merging.likely_twins([pair.edition.id], page=7)

    assert [{one["stays"], one["goes"]} for one in found.pairs] == [{pair.stays.id, pair.goes.id}]
    assert (found.number, found.last, found.found) == (1, 1, 1)


@pytest.mark.unit
def test_every_kind_of_row_has_its_name_on_the_plan() -> None:
    assert [name for name in COLUMNS if not has_words(f"team.merge.of.{name.replace('.', '_')}")] == []
