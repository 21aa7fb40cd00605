import pytest
from msgspec.structs import replace

from festival import language
from festival.language import t
from screenings.planner.answers.explain import explain, foreseen
from screenings.planner.answers.words import spoken
from screenings.planner.model import (
    Film,
    Hold,
    JuryPanel,
    Measures,
    Order,
    Pin,
    ProjectionCrew,
    ScreenReservation,
    Setting,
    SharedResource,
)
from screenings.planner.rules import RULE_OF, ProblemFacts, breaches, clashes
from screenings.planner.rules.demands import demands_of
from tests.screenings.planner.builders import (
    a_festival,
    a_guest,
    a_problem,
    a_programme,
    a_screen,
    at,
)

pytestmark = pytest.mark.unit

ONE_EVENING = [(at("18:00"), at("21:00")), None, None]


def codes(remarks):
    return sorted(r.code for r in remarks)


def test_a_festival_that_can_be_planned_is_planned():
    problem = a_festival(3, films=12, load=0.5)

    found = explain(problem, seconds=30)

    assert found.verdict == "possible"
    assert clashes(problem, found.plan) == []


def test_locked_films_that_need_more_than_a_day_are_said_in_figures():
    pins = [Pin(n, 0, "orion", at(clock)) for n, clock in (("one", "18:00"), ("two", "19:55"))]
    problem = a_problem([a_programme("one"), a_programme("two")],
                        [a_screen(hours=ONE_EVENING)], pins=pins)

    found = explain(problem, seconds=10)

    assert found.verdict == "impossible"
    said = [remark for remark in found.remarks if remark.code == "open_too_short"]
    assert [remark.details for remark in said] == [
        {"screen": "Orion", "day": 1, "open": 180, "need": 250, "count": 2}
    ]
    assert {rule for remark in found.core for rule in remark.rules} <= set(said[0].rules)
    assert found.minimal


def test_two_guests_in_one_window_are_the_whole_reason():
    names = ["one", "two"]
    window = [(at("18:00"), at("21:00"))]
    problem = a_problem(
        [a_programme(n) for n in [*names, "three", "four"]],
        [a_screen()],
        guests=[a_guest(n, programmes=[n], windows=window) for n in names],
    )

    found = explain(problem, seconds=10)

    assert codes(found.core) == ["guest_absent", "guest_absent", "promise", "promise"]
    assert (found.minimal, codes(found.repair), found.smallest) == (True, ["guest_absent"], True)
    assert len(found.plan) == 4


def test_equipment_is_never_offered_for_letting_go():
    problem = a_problem([a_programme(equipment=["70mm"])])

    found = explain(problem, seconds=10)

    assert (codes(found.core), codes(found.repair)) == (["promise"], ["promise"])
    assert codes(found.remarks) == ["no_start"]


def test_a_guest_is_in_one_place_whatever_is_let_go():
    pins = [Pin("one", 0, "orion", at("18:00")), Pin("two", 0, "vega", at("18:00"))]
    problem = a_problem([a_programme("one"), a_programme("two")],
                        [a_screen("orion"), a_screen("vega")],
                        guests=[a_guest(programmes=["one", "two"])], pins=pins)

    found = explain(problem, seconds=10)

    assert codes(found.core) == ["lock", "lock", "promise", "promise"]
    assert codes(found.repair) == ["lock"]


def test_more_showings_than_days_are_refused_by_name():
    problem = a_problem([a_programme(showings=4, debate=0)])

    found = explain(problem, seconds=10)

    assert codes(found.core) == ["promise"] * 4 + ["repeat_same_day"]
    assert (codes(found.repair), found.minimal) == (["repeat_same_day"], True)


def test_every_member_of_the_core_is_necessary_and_together_they_are_impossible():
    screens = [a_screen(hours=[(at("18:00"), at("22:00")), None, None])]
    problem = a_problem([a_programme(n, debate=0) for n in ("one", "two", "three", "four")], screens)

    found = explain(problem, seconds=20)

    assert (found.verdict, found.minimal) == ("impossible", True)
    assert codes(found.core).count("promise") == 3
    assert codes(found.remarks) == ["festival_too_full"]


@pytest.mark.parametrize("locale", ["fr", "en"])
def test_every_reason_and_every_way_out_is_a_sentence(locale):
    pins = [Pin(n, 0, "orion", at(clock)) for n, clock in (("one", "18:00"), ("two", "19:55"))]
    programme = a_programme("three", showings=4, least_seats=150, earliest=600, latest=1200)
    guest = a_guest(programmes=["three"], windows=[(0, 60)])
    problem = a_problem([a_programme("one"), a_programme("two"), programme],
                        [a_screen(hours=ONE_EVENING)], guests=[guest], pins=pins)
    facts = ProblemFacts(problem)

    for rule in demands_of(facts):
        remark = spoken(facts, rule)
        for kind in ("because", "letgo"):
            sentence = t(locale, f"{kind}.{remark.code}", **remark.details)
            assert "{" not in sentence
            assert sentence.endswith(".")
    for remark in foreseen(facts):
        assert "{" not in t(locale, f"remark.{remark.code}", **remark.details)


def test_a_jury_that_may_see_one_film_a_day_is_the_reason():
    names = ["one", "two"]
    problem = a_problem(
        [a_programme(n) for n in [*names, "three"]], [a_screen(hours=[(600, 1440), None, None])],
        juries=[JuryPanel("grand", "Grand", names, most_a_day=1)],
    )

    found = explain(problem, seconds=10)

    assert {"jury_overworked", "promise"} <= set(codes(found.core))
    assert codes(found.repair) == ["jury_overworked"]


def test_one_moderator_for_two_debates_is_the_reason():
    evening = [(at("18:00"), at("21:00")), None, None]
    problem = a_problem(
        [a_programme("one"), a_programme("two")],
        [a_screen("orion", hours=evening), a_screen("vega", hours=evening)],
        resources=[SharedResource("m", "Moderators", 1, ["one", "two"], [0])],
    )

    found = explain(problem, seconds=10)

    assert "resource_short" in codes(found.core)
    assert found.minimal


def test_an_embargo_that_outlasts_the_festival_is_said():
    problem = a_problem([a_programme("one", not_before=5 * 1440)])

    found = explain(problem, seconds=10)

    assert codes(found.core) == ["embargo_broken", "promise"]


def test_every_new_reason_is_a_sentence():
    problem = a_problem(
        [a_programme("one", not_before=5 * 1440)],
        juries=[JuryPanel("grand", "Grand", ["one"])], resources=[SharedResource("m", "Moderators", 1, ["one"])],
    )
    facts = ProblemFacts(problem)

    for rule in demands_of(facts):
        remark = spoken(facts, rule)
        for kind in ("because", "letgo"):
            assert "{" not in t("fr", f"{kind}.{remark.code}", **remark.details)


TWO = ["one", "two"]
TWO_SHORT_EVENINGS = [a_screen(name, hours=ONE_EVENING) for name in ("orion", "vega")]


def two_on_two_screens(**what):
    return a_problem([a_programme(name) for name in TWO], TWO_SHORT_EVENINGS, **what)


def one_evening(programme, screen=None, **what):
    return a_problem([programme], [screen or a_screen(hours=ONE_EVENING)], **what)


def a_film(name="f", minutes=20, **what):
    return Film(name, minutes, **what)


SAID_BY_LISTS = {
    "out_of_order": two_on_two_screens(orders=[Order("one", "two")]),
    "out_of_order_within": a_problem(
        [a_programme(name) for name in TWO], [a_screen(hours=[(1080, 1400), None, None])],
        orders=[Order("one", "two", 100, 200)],
    ),
    "never_together": two_on_two_screens(never_together=[("one", "two")]),
    "screen_closed": one_evening(
        a_programme(), a_screen(hours=ONE_EVENING, closures=[(at("18:30"), at("19:30"))])
    ),
    "screen_reserved": one_evening(
        a_programme(), reservations=[ScreenReservation("Awards", "orion", at("19:00"), at("20:00"))]
    ),
    "hold_broken": one_evening(a_programme(), holds=[Hold("apogee", 0, day=1)]),
    "rest_too_short": a_problem(
        [a_programme(name) for name in TWO],
        pins=[Pin("one", 0, "orion", at("22:00")), Pin("two", 0, "orion", at("10:00", 1))],
        crews=[ProjectionCrew("c", "Night", ["orion"], 12 * 60)],
    ),
    "forbidden_day": one_evening(a_programme(forbidden_days=[0, 2])),
    "too_many_screenings": a_problem([a_programme(showings=2, most_screenings=1)]),
    "visa_screenings": a_problem(
        [a_programme(showings=2, visa=True)], measures=Measures(visa_screenings=1)
    ),
    "visa_days": a_problem([a_programme(showings=2, visa=True)], measures=Measures(visa_days=1)),
    "visa_communes": a_problem(
        [a_programme(showings=2, visa=True)],
        [a_screen("orion", hours=ONE_EVENING, commune="Cannes"),
         a_screen("vega", hours=[None, (1080, 1260), None], commune="Mougins")],
    ),
    "block_too_long": one_evening(a_programme(films=[a_film(minutes=120)])),
    "director_twice": one_evening(
        a_programme(films=[a_film("a", director="Ada"), a_film("b", director="Ada")])
    ),
    "block_too_early": one_evening(a_programme(films=[a_film(earliest=at("22:00"))])),
    "repeat_too_soon": one_evening(
        a_programme(film_minutes=20, debate=0, showings=2), repeat_gap=200
    ),
    "repeat_same_band": a_problem(
        [a_programme(showings=2)],
        [a_screen(hours=[(1080, 1260), (1080, 1260), None])], repeat_other_band=True,
    ),
    "press_out_of_order": a_problem(
        [a_programme(showings=2, press=1)],
        pins=[Pin("apogee", 0, "orion", at("18:00")), Pin("apogee", 1, "orion", at("18:00", 1))],
        premiere_first=False,
    ),
}  # fmt: skip


@pytest.mark.parametrize("code", SAID_BY_LISTS)
def test_whatever_forbids_is_named_and_offered(code):
    problem = SAID_BY_LISTS[code]

    found = explain(problem, seconds=20)

    assert (found.verdict, found.minimal, found.smallest) == ("impossible", True, True)
    assert code in codes(found.core)
    said = next(remark for remark in found.core if remark.code == code)
    for lang in language.spoken():
        assert "{" not in t(lang, f"because.{code}", **said.details)
        assert "{" not in t(lang, f"letgo.{code}", **said.details)
    gone = {rule for remark in found.repair for rule in remark.rules}
    broken = {clash.code for clash in breaches(ProblemFacts(problem), found.plan)}
    assert broken <= {rule.code for rule in gone} | {"lock_moved"}


@pytest.mark.parametrize("code", SAID_BY_LISTS)
def test_without_the_rule_that_is_named_there_is_a_plan(code):
    problem = SAID_BY_LISTS[code]
    settings = {RULE_OF[code.removesuffix("_within")]: Setting(on=False)}

    found = explain(replace(problem, settings=settings), seconds=20)

    assert found.verdict == "possible"
