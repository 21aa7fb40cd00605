"""What the columns of a list mean: guessed from what their heads are called, in French and English. Pure."""

from collections.abc import Mapping, Sequence

from festival.codes import bare
from festival.errors import Refused
from festival.language import spoken, t, tongue
from festival.texts import fields_of, translated
from submissions.asking import AskedQuestion, QuestionKind

Questions = Mapping[str, AskedQuestion]
"""`q_<id>` → one of an edition's own questions, as a column may be told to answer it."""

PLAIN = ("tracking", "title", "section", "year", "runtime", "directors", "countries", "languages",
         "subtitles", "premiere")  # fmt: skip
MAKER = ("email", "maker", "maker_first", "maker_last")
SPOKEN_OF = {"runtime": "declared_seconds"}
"""Where a field of a list, or of the form, has another name than in the entry."""
MANY = frozenset({"directors", "countries", "languages", "subtitles"})
"""Fields that several columns may fill together."""

# As FilmFreeway writes them, then as festivals' own sheets do.
HEADS = {
    "tracking": "tracking number, tracking no, tracking, submission id, submission number, entry number, id,"
                " numero de suivi, no de suivi, n de suivi, suivi, numero d inscription, numero de dossier,"
                " identifiant, reference, ref",
    "title": "project title original language, original title, title original, titre original, title,"
             " titre, titre du film, titre du projet, film title",
    "section": "submission categories, submission category, categories, category, section, categorie,"
               " categories d inscription, competition",
    "year": "completion date, year, year of production, production year, year of completion, annee,"
            " annee de production, date d achevement, date de production",
    "runtime": "duration, runtime, running time, length, minutes, duree, duree du film, duree en minutes,"
               " minutage, runtime minutes, duration minutes",
    "directors": "directors, director, director s, directed by, director name, realisateur, realisatrice,"
                 " realisateurs, realisation, realisateur rice, realisateur s, realise par",
    "countries": "country of origin, countries of origin, countries, country, country of production, pays,"
                 " pays d origine, pays de production",
    "languages": "language, languages, original language, spoken language, langue, langues, langue originale",
    "subtitles": "subtitles, subtitle language, subtitle languages, sous titres, langue des sous titres",
    "premiere": "premiere status, premiere, statut de premiere, type de premiere",
    "email": "email, e mail, email address, submitter email, mail, courriel, adresse electronique,"
             " adresse e mail, adresse mail",
    "maker": "submitter name, submitter, contact name, contact, nom du contact",
    "maker_first": "first name, prenom",
    "maker_last": "last name, surname, nom, nom de famille",
}  # fmt: skip
HEADS_IN = {
    "titles": {"en": "project title, english title, title in english, title english, titre anglais",
               "fr": "french title, titre francais"},
    "synopses": {"en": "synopsis, english synopsis, synopsis english, synopsis en, synopsis in english,"
                       " synopsis anglais, logline",
                 "fr": "synopsis original language, french synopsis, synopsis francais, synopsis fr,"
                       " synopsis en francais, resume"},
}  # fmt: skip
"""Texts by language: as FilmFreeway's heads are in English, so is what stands below them."""
FRENCH = frozenset({"titre", "duree", "pays", "annee", "realisateur", "realisation", "langue"})
"""Heads of a list whose plain `synopsis` is a French one."""


def text_fields() -> dict[str, tuple[str, str]]:
    """Field → (column, language): `title_en`, `synopsis_fr`, as the entry's form has them."""
    asked = {"titles": translated(), "synopses": spoken()}
    return {
        field: (column, language)
        for column, languages in asked.items()
        for field, language in fields_of(column, languages).items()
    }


def title_fields() -> list[str]:
    """Translated titles: one stands for the film's own where a list leaves that empty, as FilmFreeway's does."""
    return [field for field, (column, _) in text_fields().items() if column == "titles"]


def fields(*, is_own: bool = False) -> tuple[str, ...]:
    """All that a column may fill, in the order of the choice; a maker's own list names nobody else as its maker."""
    titles = title_fields()
    rest = [field for field in text_fields() if field not in titles]
    return (*PLAIN[:2], *titles, *PLAIN[2:], *rest, *(() if is_own else MAKER))


def entry_name(field: str) -> str:
    """What of the entry a field fills: `runtime` its length, `title_en` one of its titles, `q_…` an answer."""
    if field in text_fields():
        return text_fields()[field][0]
    return SPOKEN_OF.get(field, field)


def field_name(lang: str, field: str) -> str:
    """What a reader calls it; a text is named with its language."""
    if field not in text_fields():
        return t(lang, f"import.field.{field}")
    column, language = text_fields()[field]
    return t(lang, f"import.field.{column}", language=tongue(lang, language))


def known_heads(questions: Questions | None = None) -> dict[str, str]:
    """Bare head → field; a question's own words name it, where nothing else is called so."""
    found = {bare(head): field for field, heads in HEADS.items() for head in heads.split(",")}
    for field, (column, language) in text_fields().items():
        for head in HEADS_IN[column].get(language, "").split(","):
            found.setdefault(bare(head), field)
    for field, question in (questions or {}).items():
        for label in question.labels.values():
            found.setdefault(bare(label), field)
    return {head: field for head, field in found.items() if head}


def guessed(
    headers: Sequence[str],
    kept: Mapping[str, str] | None = None,
    questions: Questions | None = None,
    *,
    is_own: bool = False,
) -> list[str]:
    """A field for each column, nothing where none fits; what was `kept` under a name comes first."""
    heads, taken = known_heads(questions), set[str]()
    known = {*fields(is_own=is_own), *(questions or {})}
    if FRENCH & {bare(header) for header in headers}:
        heads["synopsis"] = "synopsis_fr"
    columns = []
    for header in headers:
        field = (kept or {}).get(bare(header), "") if kept else heads.get(bare(header), "")
        columns.append("" if field in taken - MANY or field not in known else field)
        taken.add(field)
    return columns if kept else with_a_title(columns)


def with_a_title(columns: list[str]) -> list[str]:
    """A list that tells one title only, whatever it calls it, tells the film's own."""
    if "title" in columns:
        return columns
    own = next((f for f in columns if text_fields().get(f, ("", ""))[0] == "titles"), "")
    return ["title" if field and field == own else field for field in columns]


def checked(
    columns: Sequence[str],
    *,
    width: int,
    questions: Questions | None = None,
    is_own: bool = False,
) -> list[str]:
    """As it can be read by; `Refused` with all that is wrong with it. Own films need no number."""
    given = list(columns[:width]) + [""] * (width - len(columns))
    wrong = [
        f"columns_{at}:{code}"
        for at, one in enumerate(given)
        if one and (code := no_place(one, questions or {}, is_own=is_own))
    ]
    for at, one in enumerate(given):
        if one and one not in MANY and one in given[:at]:
            wrong.append(f"columns_{at}:column_twice")
    asked = {"title": {"title", *title_fields()}}
    if not is_own:
        asked = {"tracking": {"tracking"}, **asked}
    wrong += [
        f"columns_0:{name}_column" for name, any_of in asked.items() if not any_of & set(given)
    ]
    if wrong:
        raise Refused(*wrong)
    return given


def no_place(field: str, questions: Questions, *, is_own: bool) -> str:
    """Why a column cannot go there; nothing where it can."""
    if field in questions:
        return "column_file" if questions[field].kind is QuestionKind.FILE else ""
    return "" if field in fields(is_own=is_own) else "column_unknown"
