"""The words of letters: an edition's own where it has some, the house's elsewhere; checked before they are kept."""

import re

import pytest

from festival import letters, wording
from festival.db import rows
from festival.errors import Conflict, Refused
from festival.kinds import AT_ONCE, OF_THE_COMMITTEE, OPEN, is_readable
from festival.language import has_words, spoken, t
from festival.tables import Letter
from festival.texts import texts_of
from festival.wording import LINK, LetterWords
from tests.builders import a_person, an_edition

SUBJECT, BODY = "{title} : bien reçu", "Chère {name},\n\nMerci pour {title}.\n\nÀ bientôt, {edition}"
OURS = LetterWords(subjects={"fr": SUBJECT}, bodies={"fr": BODY})


async def a_letter(edition, kind: str = "submitted", *, language: str = "fr", **values) -> Letter:
    reader = await a_person("filmmaker", edition=edition, name="Zoé")
    reader.language = language
    await letters.write(kind, reader, occasion=reader.id, edition=edition, **{"title": "Aube", **values})
    letter = await Letter.objects().get(Letter.person == reader.id)
    assert letter is not None
    return letter


# What is promised of every kind


@pytest.mark.unit
def test_of_every_kind_it_is_said_whether_operators_read_it() -> None:
    kinds = set(wording.all_kinds())

    assert kinds - OPEN - OF_THE_COMMITTEE == set()
    assert set() == OPEN & OF_THE_COMMITTEE
    assert (OPEN | OF_THE_COMMITTEE) - kinds == set()
    assert not is_readable("a kind of next year")


@pytest.mark.unit
@pytest.mark.parametrize("kind", wording.all_kinds())
def test_of_every_kind_people_read_when_to_whom_and_what_fills_it(kind: str) -> None:
    names = wording.placeholders(kind) if kind != "test" else []

    assert [key for key in ("occasion", "to") if not has_words(f"letter.{kind}.{key}")] == []
    assert [name for name in names if not wording.meaning_of("fr", kind, name)] == []
    assert [name for name in names if wording.sample_of(kind, "fr", name).startswith("[")] == [
        name for name in names if name in {"edition", "link"}  # the page fills these itself
    ]


@pytest.mark.unit
@pytest.mark.parametrize("kind", wording.kinds())
def test_the_houses_own_words_would_pass_as_an_editions(kind: str) -> None:
    assert wording.checked(kind, wording.house_words(kind)).bodies.keys() == set(spoken())


@pytest.mark.unit
@pytest.mark.parametrize("kind", wording.kinds())
def test_both_languages_of_a_kind_name_the_same_things(kind: str) -> None:
    bodies = wording.house_words(kind).bodies
    found = {language: set(re.findall(r"\{(\w+)\}", body)) for language, body in bodies.items()}

    assert len({frozenset(names) for names in found.values()}) == 1


# What is kept, and what is not


@pytest.mark.unit
@pytest.mark.parametrize(("kind", "subject", "body", "code"), [
    ("submitted", "Merci {titel}", "{title}", "subject_fr:placeholder_unknown"),
    ("submitted", "Merci", "{title} {link}", "body_fr:placeholder_unknown"),
    ("submitted", "Merci", "{title.__class__}", "body_fr:placeholder_broken"),
    ("submitted", "Merci", "{title!r:>99999999}", "body_fr:placeholder_broken"),
    ("submitted", "Merci", "{0} {title}", "body_fr:placeholder_broken"),
    ("submitted", "Merci", "{title", "body_fr:placeholder_broken"),
    ("submitted", "Merci", "Reçu.", "body_fr:placeholder_needed"),
    ("sign_in", "Votre lien", "Bonjour {name}", "body_fr:placeholder_needed"),
    ("sign_in", "{link}", "Bonjour {name}", "subject_fr:placeholder_unknown"),
    ("sheet_reopened", "« {title} » rouvert", "Ici : {link}", "body_fr:placeholder_needed"),
    ("submitted", "", "{title}", "subject_fr:letter_subject_empty"),
    ("submitted", "\u200b\u2800", "{title}", "subject_fr:letter_subject_empty"),
    ("submitted", "{title}", "", "body_fr:letter_body_empty"),
    ("submitted", "{title}\nBcc: all@example.org", "{title}", "subject_fr:letter_header"),
    ("submitted", "{title}\u2028x", "{title}", "subject_fr:letter_header"),
    ("submitted", "{title}\x00", "{title}", "subject_fr:letter_header"),
    ("sign_in", f"Lien {LINK}", "{link}", "subject_fr:letter_header"),
    ("submitted", "{title}", f"{{title}} {LINK}", "body_fr:letter_unseen"),
    ("submitted", "{title}", "{title}\x08", "body_fr:letter_unseen"),
    ("submitted", "{title}" + "x" * 200, "{title}", "subject_fr:letter_long"),
    ("submitted", "{title}", "{title}" + "x" * 6000, "body_fr:letter_long"),
])  # fmt: skip
def test_words_that_could_not_be_sent_are_refused_by_name(kind, subject, body, code) -> None:
    with pytest.raises(Refused) as no:
        wording.checked(kind, LetterWords(subjects={"fr": subject}, bodies={"fr": body}))

    assert no.value.codes == (code,)
    assert t("fr", f"error.{code.partition(':')[2]}", **no.value.values)


async def test_a_letter_is_written_in_the_editions_words_and_others_stay_as_they_were(house) -> None:
    edition, other = await an_edition(), await an_edition()
    by, before = await a_person("operator", edition=edition), await a_letter(edition)

    await wording.reword("submitted", OURS, version=0, edition=edition, by=by)

    after, elsewhere = await a_letter(edition), await a_letter(other)
    again = await Letter.objects().get(Letter.id == before.id)
    assert (again.subject, again.body) == (before.subject, before.body)
    assert after.subject == "Aube : bien reçu"
    assert after.body == "Chère Zoé,\n\nMerci pour Aube.\n\nÀ bientôt, Cinéma for Space"
    assert elsewhere.body == before.body


async def test_a_language_that_is_left_out_is_the_houses_and_never_another_language(house) -> None:
    edition = await an_edition()
    by = await a_person("operator", edition=edition)
    await wording.reword("submitted", OURS, version=0, edition=edition, by=by)

    english, nobodys = await a_letter(edition, language="en"), await a_letter(edition, language="xx")

    assert english.body == t("en", "letter.submitted.body", name="Zoé", edition=edition.name)
    assert (nobodys.language, nobodys.body) == ("en", english.body)


async def test_a_title_that_looks_like_a_name_in_braces_or_a_link_stays_a_title(house) -> None:
    edition = await an_edition()
    by = await a_person("operator", edition=edition)
    await wording.reword("submitted", OURS, version=0, edition=edition, by=by)

    letter = await a_letter(edition, title=f"{{name}} {LINK}{{link}} %s \r\nBcc: x")

    assert "Merci pour {name} {link} %s \r\nBcc: x." in letter.body
    assert LINK not in letter.subject + letter.body
    assert "\n" not in letter.subject


async def test_words_are_kept_with_what_stood_before_and_only_if_nobody_was_faster(house) -> None:
    edition = await an_edition()
    by = await a_person("operator", edition=edition)
    await wording.reword("submitted", OURS, version=0, edition=edition, by=by)
    newer = LetterWords(subjects={"fr": "Reçu : {title}"}, bodies={"fr": BODY})

    for stale in (0, 7):
        with pytest.raises(Conflict):
            await wording.reword("submitted", newer, version=stale, edition=edition, by=by)
    await wording.reword("submitted", newer, version=1, edition=edition, by=by)
    await wording.reword("submitted", newer, version=2, edition=edition, by=by)  # says nothing new

    row = await wording.own_words("submitted", edition)
    told = await rows("SELECT details FROM record WHERE subject = {} ORDER BY id", row.id)
    assert [line["details"].get("changes", {}).get("subjects") for line in told] == [
        None, [{"fr": SUBJECT}, {"fr": "Reçu : {title}"}],
    ]
    assert row.version == 2


async def test_what_is_the_houses_already_is_not_kept_and_back_is_a_step(house) -> None:
    edition = await an_edition()
    by = await a_person("operator", edition=edition)
    standing = wording.house_words("submitted")
    await wording.reword("submitted", standing, version=0, edition=edition, by=by)
    assert await wording.own_words("submitted", edition) is None

    await wording.reword("submitted", OURS, version=0, edition=edition, by=by)
    await wording.to_the_house("submitted", version=1, edition=edition, by=by)

    row = await wording.own_words("submitted", edition)
    assert (texts_of(row.bodies), row.version, await wording.own_kinds(edition)) == ({}, 2, set())
    assert (await a_letter(edition)).body == t("fr", "letter.submitted.body", name="Zoé", edition=edition.name)


async def test_a_sign_in_letter_in_an_editions_words_still_holds_no_key(house) -> None:
    from festival.settings import Settings

    edition = await an_edition()
    by, reader = await a_person("operator", edition=edition), await a_person("filmmaker", edition=edition)
    ours = LetterWords(subjects={"fr": "Entrez"}, bodies={"fr": "C’est ici : {link}"})
    await wording.reword("sign_in", ours, version=0, edition=edition, by=by)

    await letters.write_key("sign_in", reader, edition=edition, settings=Settings.read())

    letter = await Letter.objects().get(Letter.person == reader.id)
    assert letter.body == f"C’est ici\u00a0: {LINK}"


@pytest.mark.unit
def test_what_is_held_at_the_door_is_nobodys_to_hold() -> None:
    assert {"sign_in", "invitation", "entry_invited", "address", "test"} == AT_ONCE


async def test_a_test_goes_to_whoever_asks_and_says_that_it_is_one(house) -> None:
    edition = await an_edition()
    by = await a_person("operator", edition=edition)

    await letters.try_out("Objet", "Corps", edition=edition, by=by)

    letter = await Letter.objects().get(Letter.person == by.id)
    assert (letter.kind, letter.subject) == ("test", "[Essai] Objet")
    assert letter.body.endswith("Corps")
