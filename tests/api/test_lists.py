"""Lists in and out through the doors: pages without scripts, JSON, and nothing that an operator may not know."""

import csv
import io
import json
import re

import openpyxl
import pytest

from festival.db import rows
from festival.spreadsheets import guarded, is_formula, unguarded
from submissions.asking import QuestionKind
from submissions.questions import QuestionForm, add_question
from submissions.tables import Submission
from tests.builders import a_film, a_person, an_edition, sign_in
from workers import tasks

TEXT = """Tracking Number,Project Title,Duration,Country of Origin,Email
T1,=HYPERLINK("x"),1:30:00,France,ada@example.org
T2,Mars,?,Frnce,
"""


async def brought(client, edition, text: str = TEXT) -> str:
    answer = await client.post(
        f"/fr/{edition.slug}/operator/imports", files={"file": ("list.csv", text.encode())}
    )
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("?")[0]


async def worked(place: str) -> None:
    for line in await rows(
        "SELECT id FROM outbox WHERE args->>'brought' = {} AND done_at IS NULL",
        place.rpartition("/")[2],
    ):
        await tasks.work(line["id"], worker="test")


def form_of(page: str) -> dict[str, str]:
    """What the form of the columns would send, as it stands on the page."""
    selects = re.findall(r'<select[^>]*name="(columns_\d+)".*?</select>', page, re.DOTALL)
    chosen = {}
    for name in selects:
        body = re.search(rf'<select[^>]*name="{name}".*?</select>', page, re.DOTALL)[0]
        picked = re.search(r'value="(\w*)"\s+selected', body)
        chosen[name] = picked[1] if picked else ""
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    return {**chosen, "count": str(len(selects)), "version": version}


@pytest.fixture
async def desk(client):
    edition = await an_edition()
    await sign_in(client, await a_person("operator", edition=edition))
    return edition


async def test_a_list_walks_from_page_to_page_without_scripts(client, desk) -> None:
    place = await brought(client, desk)
    form = form_of((await client.get(place)).text)
    assert [form[f"columns_{n}"] for n in range(5)] == [
        "tracking",
        "title",
        "runtime",
        "countries",
        "email",
    ]

    refused = await client.post(
        f"{place}/columns", data=form | {"columns_1": "year", "source": "FF", "keep_as": "mine"}
    )
    assert refused.status_code == 422
    assert 'value="mine"' in refused.text
    assert form_of(refused.text)["columns_1"] == "year"

    await client.post(f"{place}/columns", data=form | {"source": "FF"})
    await worked(place)
    tried = (await client.get(place)).text
    assert "Pays inconnu" in tried
    faults = await client.get(f"{place}/faults.csv")
    assert [line[2] for line in csv.reader(io.StringIO(faults.text))][1:] == [
        "Duration",
        "Country of Origin",
    ]

    late = await client.post(f"{place}/apply?seen=1")
    assert (late.status_code, "entre-temps" in late.text) == (409, True), "not by other columns than those that were read"
    seen = re.search(r'/apply\?seen=(\d+)"', tried)[1]
    await client.post(f"{place}/apply?seen={seen}")
    await worked(place)
    assert "2 lignes lues" in (await client.get(place)).text
    assert await Submission.count().where(Submission.edition == desk.id) == 2
    listed = (await client.get(f"/fr/{desk.slug}/operator/imports")).text
    assert "importée" in listed


@pytest.mark.parametrize(
    ("lang", "group", "told"),
    [
        ("fr", "Questions de l’édition", "un fichier y répond"),
        ("en", "Questions of the edition", "“File”: answered by a file"),
    ],
)
async def test_a_column_goes_to_a_question_of_the_edition(client, desk, lang, group, told) -> None:
    by = await a_person("operator", edition=desk)
    budget = await add_question(
        desk,
        QuestionForm(labels={"fr": "Budget (€)", "en": "Cost"}, kind=QuestionKind.NUMBER),
        by=by,
    )
    await add_question(
        desk, QuestionForm(labels={"fr": "Dossier", "en": "File"}, kind=QuestionKind.FILE), by=by
    )
    text = "Tracking Number,Project Title,Cost\nT1,Io,12\nT2,Mars,lots\n"
    place = (await brought(client, desk, text)).replace("/fr/", f"/{lang}/")

    drawn = (await client.get(place)).text
    await client.post(f"{place}/columns", data=form_of(drawn) | {"source": "FF"})
    await worked(place)
    [_, fault] = csv.reader(io.StringIO((await client.get(f"{place}/faults.csv")).text))

    assert f'<optgroup label="{group}">' in drawn
    assert told in drawn
    assert form_of(drawn)["columns_2"] == f"q_{budget}"
    assert fault[:5] == ["3", "T2", "Cost", "lots", "answer_number_unreadable"]
    assert "12" in fault[5]


async def test_a_list_walks_by_json_too(client, desk) -> None:
    door = f"/api/v1/{desk.slug}/operator"
    one = (await client.post(f"{door}/imports?name=list.csv", content=TEXT.encode())).json()
    place = f"{door}/imports/{one['id']}"

    mapped = await client.put(
        f"{place}/columns", json={"columns": one["columns"], "source": "FF", "version": 1}
    )
    await worked(place)
    tried = (await client.get(place)).json()
    faults = (await client.get(f"{place}/faults")).json()
    applied = await client.post(f"{place}/apply")
    twice = await client.post(f"{place}/apply")
    await worked(place)

    assert (one["state"], mapped.status_code, tried["state"]) == ("brought", 202, "checked")
    assert [fault["fault"]["code"] for fault in faults] == ["runtime_unreadable", "country_unknown"]
    assert (applied.status_code, twice.status_code) == (202, 409)
    assert (await client.get(place)).json()["counts"]["new"] == 2


@pytest.mark.parametrize("raw", [b"", b"PK\x03\x04", b'a,b\n1,"', b"\xff\xfe\x00"])
async def test_what_is_no_list_is_refused_with_words(client, desk, raw: bytes) -> None:
    page = await client.post(f"/fr/{desk.slug}/operator/imports", files={"file": ("x.csv", raw)})
    program = await client.post(f"/api/v1/{desk.slug}/operator/imports", content=raw)

    assert (page.status_code, program.status_code) == (422, 422)
    assert "error." not in page.text


async def test_a_list_of_another_edition_does_not_exist(client, desk) -> None:
    place = await brought(client, desk)
    other = await an_edition()
    await sign_in(client, await a_person("operator", edition=other))

    elsewhere = place.replace(desk.slug, other.slug)
    answers = [(await client.get(elsewhere)).status_code, (await client.get(f"{elsewhere}/faults.csv")).status_code,
               (await client.post(f"{elsewhere}/apply")).status_code,
               (await client.post(f"{elsewhere}/drop")).status_code]  # fmt: skip

    assert answers == [404, 404, 404, 404]


# Out


async def test_an_export_tells_what_was_filed_and_what_an_import_brought(client, desk) -> None:
    maker = await a_person("filmmaker", edition=desk)
    await a_film(desk, maker, title="Déposé", pending="accepted")
    await a_film(desk, maker, title="Brouillon", status="draft", file="ready")
    await a_film(desk, maker, title="Retiré", status="withdrawn")
    await a_film(desk, maker, title="Sans copie", file="ready")
    place = await brought(client, desk)
    form = form_of((await client.get(place)).text)
    await client.post(f"{place}/columns", data=form | {"source": "FF"})
    await worked(place)
    await client.post(f"{place}/apply")
    await worked(place)

    door = f"/fr/{desk.slug}/operator/exports/entries"
    text = (await client.get(f"{door}.csv?columns=title&columns=status&columns=tracking")).text
    book = openpyxl.load_workbook(
        io.BytesIO((await client.get(f"{door}.xlsx?columns=title")).content)
    )
    told = json.loads((await client.get(f"{door}.json?columns=title&columns=status")).text)
    only = (await client.get(f"{door}.csv?columns=title&status=submitted")).text

    lines = sorted(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
    assert [line[1] for line in lines] == [
        "Titre d’origine",
        "Déposé",
        '\'=HYPERLINK("x")',
        "Mars",
    ] or {line[1] for line in lines} == {"Titre d’origine", "Déposé", '\'=HYPERLINK("x")', "Mars"}
    assert {one["title"]: one["status"] for one in told} == {
        "Déposé": "submitted", '=HYPERLINK("x")': "draft", "Mars": "draft"}  # fmt: skip
    cells = [cell for (cell,) in book.active.iter_rows()]
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(is_formula(cell.value) for cell in cells)
    assert only.count("\n") == 2
    assert "accept" not in text + json.dumps(told)


async def test_an_export_is_on_the_record_and_comes_in_again_unchanged(client, desk) -> None:
    maker = await a_person("filmmaker", edition=desk)
    await a_film(desk, maker, title="-Moins")
    door = f"/fr/{desk.slug}/operator/exports/entries.csv"
    text = (
        await client.get(f"{door}?columns=id&columns=title&columns=countries&columns=runtime")
    ).text

    noted = await rows(
        "SELECT details FROM record WHERE edition = {} AND act = 'entries_exported'", desk.id
    )
    place = await brought(client, desk, text)

    assert noted[0]["details"]["columns"] == ["id", "title", "countries", "runtime"]
    page = (await client.get(place)).text
    assert "<bdi>-Moins</bdi>" in page


@pytest.mark.parametrize(("text", "is_one"), [
    ("=1+1", True), ("+33 1", True), ("-1", True), ("@SUM", True), ("|cmd", True), ("%x", True), ("\t=1", True),
    ("  =1", True), ("\ufeff=1", True), ("\u200b=1", True), ("＝1", True), ("＠x", True), ("a=1", False),
    ("'=1", False), ("", False), ("Été", False),
])  # fmt: skip
def test_what_a_spreadsheet_would_reckon_is_guarded(text: str, is_one: bool) -> None:
    assert is_formula(text) is is_one
    assert guarded(text) == (f"'{text}" if is_one else text)
    assert unguarded(guarded(text)) == text or text.startswith("'")


async def test_a_maker_walks_from_page_to_page_with_a_list_that_is_theirs_alone(client) -> None:
    edition = await an_edition()
    maker, other = [await a_person("filmmaker", edition=edition) for _ in range(2)]
    await sign_in(client, maker)
    lists = f"/fr/{edition.slug}/submissions/imports"
    assert lists in (await client.get(f"/fr/{edition.slug}/submissions")).text
    assert "Apporter une liste" in (await client.get(lists)).text
    text = "Title,Director,Country\nLa Lune,Ada Lovelace,France\nMars,Ada Lovelace,Frnce\n"

    answer = await client.post(lists, files={"file": ("films.csv", text.encode())})
    place = answer.headers["location"].partition("?")[0]
    form = form_of((await client.get(place)).text)
    assert [form[f"columns_{n}"] for n in range(3)] == ["title", "directors", "countries"]
    refused = await client.post(f"{place}/columns", data={**form, "columns_0": ""})
    assert refused.status_code == 422
    assert 'aria-invalid="true"' in refused.text
    await client.post(f"{place}/columns", data=form)
    await worked(place)
    page = (await client.get(place)).text
    assert "Frnce" in page
    assert 'name="invites"' not in page
    assert 'name="keep_as"' not in page
    assert "Frnce" in (await client.get(f"{place}/faults.csv")).text
    await client.post(f"{place}/apply")
    await worked(place)
    assert "La Lune" in (await client.get(f"/fr/{edition.slug}/submissions")).text

    at = place.rpartition("/")[2]
    api = f"/api/v1/{edition.slug}/submissions/imports"
    assert [one["id"] for one in (await client.get(api)).json()] == [at]
    await sign_in(client, other)
    assert (await client.get(api)).json() == []
    for door in (place, f"{place}/faults.csv", f"{api}/{at}", f"{api}/{at}/faults"):
        assert (await client.get(door)).status_code == 404
    assert (await client.post(f"{place}/undo")).status_code == 404
    assert at not in (await client.get(lists)).text
