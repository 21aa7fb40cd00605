"""A programmer who does one thing after the other at their doors, by JSON: some of it foolish, all of it allowed to ask."""

import random
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx
import msgspec

from festival import desk
from festival.db import rows
from screenings.composing import last_taking
from screenings.lists import placed_in, screens, working_grid
from screenings.programmes import form_of, last_change
from screenings.relations import removed_lately
from screenings.rulebook import RULE_CODES
from screenings.shared import all_shared
from screenings.tables import Guest
from tests.screenings.world import World

SHOWINGS = 2
Edit = Callable[["Walk"], Awaitable[None]]


class Walk:
    """A programmer before a grid, who does one thing after the other."""

    def __init__(self, world: World, client: Any, seed: int) -> None:
        self.world, self.client, self.chance = world, client, random.Random(seed)
        self.api = f"/api/v1/{world.edition.slug}"
        self.done: Counter[str] = Counter()

    async def send(self, method: str, path: str, body: Any = None, *, seen: int = 0) -> Any:
        headers = {"if-match": str(seen)} if seen else {}
        answer: httpx.Response = await self.client.request(
            method, f"{self.api}{path}", json=body, headers=headers
        )
        assert answer.status_code < 500, (method, path, body, answer.text)
        self.done[f"{method} {path.split('/')[1]}"] += answer.is_success
        return answer.json() if answer.content and answer.is_success else {}

    async def version(self) -> int:
        return (await working_grid(self.world.edition)).version

    async def screening(self) -> str:
        placed = await placed_in(await working_grid(self.world.edition))
        return self.chance.choice([p.id for p in placed]) if placed else "none"

    async def screen(self) -> str:
        return self.chance.choice([s.id for s in await screens(self.world.edition)])

    def programme(self) -> str:
        return self.chance.choice(self.world.programmes)

    async def any_programme(self) -> dict[str, Any]:
        """One that stands, as its page has it."""
        return dict(self.chance.choice(await self.send("GET", "/programmes")))

    def start(self) -> int:
        """Open or not, and not always on the grid's step; now and then beyond the last day."""
        day = self.chance.choice([0, 0, 1, 1, 2, 3])
        return day * 1440 + self.chance.randint(540, 1500) // 5 * 5


async def put_down(walk: Walk) -> None:
    body = {
        "programme": walk.programme(), "number": walk.chance.randint(0, SHOWINGS),
        "screen": await walk.screen(), "start": walk.start(),
    }  # fmt: skip
    await walk.send("POST", "/grid/screenings", body)


async def carry(walk: Walk) -> None:
    where = {"screen": await walk.screen(), "start": walk.start()}
    seen = await walk.version()
    await walk.send(
        "PUT", f"/screenings/{await walk.screening()}/placement", where, seen=seen
    )


async def lock(walk: Walk) -> None:
    method = walk.chance.choice(["POST", "DELETE"])
    await walk.send(method, f"/screenings/{await walk.screening()}/lock")


async def take_out(walk: Walk) -> None:
    await walk.send("DELETE", f"/screenings/{await walk.screening()}", seen=await walk.version())


async def take_back(walk: Walk) -> None:
    act = max(1, await walk.version() - walk.chance.randint(0, 3))
    way = walk.chance.choice(["undoing", "redoing"])
    await walk.send("POST", f"/grid/acts/{act}/{way}")


async def hold(walk: Walk) -> None:
    parts = {part: walk.chance.random() < 0.4 for part in ("day", "hour", "screen")}
    await walk.send(
        "PUT", f"/screenings/{await walk.screening()}/holds", parts, seen=await walk.version()
    )


async def copy_day(walk: Walk) -> None:
    day, onto = walk.chance.sample(range(3), 2)
    await walk.send("POST", "/grid/days", {"day": day, "onto": onto})


async def rule(walk: Walk) -> None:
    version = (await walk.send("GET", "/grid/rules"))["version"]
    body = {
        "version": version, "mode": walk.chance.choice(["hard", "hard", "soft", "off"]),
        "weight": walk.chance.randint(1, 9),
    }  # fmt: skip
    await walk.send("PUT", f"/grid/rules/{walk.chance.choice(RULE_CODES)}", body)


async def another_screen(walk: Walk) -> None:
    name = f"Salle {walk.chance.randint(1, 4)}"
    hours = [walk.chance.choice([None, [600, 1440], [840, 1560]]) for _ in range(3)]
    body = {"venue": walk.world.venue, "name": name, "seats": 90, "hours": hours}
    await walk.send("POST", "/screens", body)


async def change_screen(walk: Walk) -> None:
    screen = walk.chance.choice(await screens(walk.world.edition))
    new = walk.chance.choice(
        [
            {"turnaround": walk.chance.randint(0, 60)},
            {"hours": [[walk.chance.randint(480, 900), 1440]] * 3},
            {"closures": [[walk.chance.randint(700, 900), 960]]},
            {"step": walk.chance.choice([None, 5, 30])},
            {"step_free": False},
            {"starts": [[], [1080, 2520]][walk.chance.random() < 0.3]},
        ]
    )
    await walk.send("PATCH", f"/screens/{screen.id}", {"version": screen.version, **new})


async def remove_screen(walk: Walk) -> None:
    houses = await screens(walk.world.edition)
    if len(houses) > 1:
        screen = walk.chance.choice(houses)
        body = {"version": screen.version, "empties": walk.chance.random() < 0.7}
        await walk.send("POST", f"/screens/{screen.id}/removal", body)


async def take_a_screen(walk: Walk) -> None:
    begins = walk.start()
    await walk.send(
        "POST",
        "/reservations",
        {
            "titles": {"fr": f"Cérémonie {begins}"}, "screen": await walk.screen(),
            "begins": begins, "ends": begins + walk.chance.choice([-5, 45, 120]),
        },
    )  # fmt: skip


async def invite(walk: Walk) -> None:
    begins = walk.start()
    theirs = walk.chance.sample(walk.world.programmes, 2)
    windows = [[begins, begins + 300]] if walk.chance.random() < 0.6 else []
    body = {"name": f"Invité {begins}", "windows": windows, "programmes": theirs}
    await walk.send("POST", "/guests", body)


EDITS: list[Edit] = [
    put_down, put_down, put_down, carry, carry, lock, take_out, take_back, hold, copy_day, rule,
    another_screen, change_screen, change_screen, remove_screen, take_a_screen, invite,
]  # fmt: skip

# Programmes


async def another_programme(walk: Walk) -> None:
    kind = walk.chance.choice(["event", "film", "block"])
    films = walk.chance.sample(walk.world.films, {"event": 0, "film": 1, "block": 3}[kind])
    body = {
        "kind": kind, "titles": {"fr": f"Séance {walk.chance.random():.4f}"}, "films": films,
        "section": walk.chance.choice(["", "C", "S"]), "own_minutes": walk.chance.choice([None, 1, 95]),
        "showings": walk.chance.randint(0, 3),
    }  # fmt: skip
    made = await walk.send("POST", "/programmes", body)
    walk.world.programmes += [made["id"]] if made else []


PROGRAMME_FIELDS: Mapping[str, Callable[[random.Random], Any]] = {
    "showings": lambda chance: chance.randint(0, 3),
    "demand": lambda chance: chance.choice([0, 90, 500]),
    "intro": lambda chance: chance.choice([0, 5, 40]),
    "debate": lambda chance: chance.choice([0, 30, 90]),
    "intros": lambda chance: chance.choice([[], [0], [15, 0]]),
    "debates": lambda chance: chance.choice([[], [45], [0, 60]]),
    "own_minutes": lambda chance: chance.choice([None, 20, 200, 600]),
    "kind": lambda chance: chance.choice(["film", "block"]),
    "prestige": lambda chance: chance.randint(1, 10),
    "premiere": lambda chance: chance.choice(["world", "none"]),
    "least_seats": lambda chance: chance.choice([0, 100, 5000]),
    "equipment": lambda chance: chance.choice([[], ["35 mm"], ["dcp", "DCP"]]),
    "earliest": lambda chance: chance.choice([None, 600, 1200]),
    "latest": lambda chance: chance.choice([None, 1200, 1800]),
    "languages": lambda chance: chance.choice([None, [], ["fr"]]),
    "subtitles": lambda chance: chance.choice([None, [], ["en"]]),
    "step_free": lambda chance: chance.random() < 0.5,
    "captions": lambda chance: chance.random() < 0.5,
    "press": lambda chance: chance.choice([None, 1, 2]),
    "press_before": lambda chance: chance.random() < 0.5,
    "not_before": lambda chance: chance.choice([None, "2027-11-27T19:00:00Z", "2028-01-01T00:00:00Z"]),
    "most_screenings": lambda chance: chance.choice([None, 2, 1]),
    "forbidden_days": lambda chance: chance.choice([[], ["2027-11-26"], ["2027-11-28", "2030-01-01"]]),
    "visa": lambda chance: chance.random() < 0.5,
    "section": lambda chance: chance.choice(["", "C", "S"]),
}  # fmt: skip


async def change_programme(walk: Walk) -> None:
    """Some fields of the form as it stands; what would leave the grid is sometimes known, and leaves."""
    shown = await walk.any_programme()
    stands = msgspec.to_builtins(await form_of(walk.world.edition, shown["id"]))
    fields = walk.chance.sample(sorted(PROGRAMME_FIELDS), 4)
    new = {field: PROGRAMME_FIELDS[field](walk.chance) for field in fields}
    body = {"version": shown["version"], "leaves": walk.chance.choice([0, 0, 3]), "programme": stands | new}
    await walk.send("PUT", f"/programmes/{shown['id']}", body)


async def programme_as_before(walk: Walk) -> None:
    shown = await walk.any_programme()
    line = await last_change(shown["id"])
    if line:
        await walk.send("POST", f"/programmes/{shown['id']}/undoing", {"line": line.line})


async def films_of_a_programme(walk: Walk) -> None:
    shown = await walk.any_programme()
    its, seen = [film["submission"] for film in shown["films"]], {"version": shown["version"]}
    film, page = walk.chance.choice(walk.world.films), f"/programmes/{shown['id']}/films"
    if walk.chance.random() < 0.5 or not its:
        await walk.send("POST", page, {"film": film, **seen})
    elif walk.chance.random() < 0.5:
        await walk.send("POST", f"{page}/{walk.chance.choice(its)}/removal", seen)
    else:
        await walk.send("POST", f"{page}/{walk.chance.choice(its)}/move", {"way": "up", **seen})


async def remove_programme(walk: Walk) -> None:
    await walk.send("DELETE", f"/programmes/{(await walk.any_programme())['id']}")


async def film_leaves(walk: Walk) -> None:
    """The committee's and the makers' part: a film is taken back or comes again, or is of another length."""
    await rows(
        "UPDATE submission SET status = {} WHERE id = {} RETURNING id",
        walk.chance.choice(["withdrawn", "accepted", "accepted"]), walk.chance.choice(walk.world.films),
    )  # fmt: skip
    await walk.send("POST", f"/programmes/{(await walk.any_programme())['id']}/departures")
    if walk.chance.random() < 0.5:
        await walk.send("POST", "/programmes/from-selection")


# Blocks


async def split(walk: Walk) -> None:
    body = {"at": walk.chance.randint(1, 2)}
    name = (await walk.any_programme())["id"]
    await walk.send("POST", f"/grid/blocks/{name}/split", body, seen=await walk.version())


async def merge(walk: Walk) -> None:
    one, other = (await walk.any_programme())["id"], (await walk.any_programme())["id"]
    seen = await walk.version()
    await walk.send("POST", f"/grid/blocks/{one}/merging", {"other": other}, seen=seen)


async def on_paper(walk: Walk) -> None:
    """Something of the composer's paper; now and then all of it is taken, or taken back."""
    paper = await walk.send("GET", "/blocks")
    seen, last = {"version": paper["version"]}, await last_taking(walk.world.edition)
    way = walk.chance.randint(0, 5)
    if way == 0:
        await walk.send("POST", "/blocks", seen | {"section": walk.chance.choice(["", "C"])})
    elif way == 1:
        await walk.send("POST", "/blocks/taking", seen)
    elif way == 2 and last:
        await walk.send("POST", "/blocks/taking/undoing", {"line": last[0]})
    elif paper["films"]:
        short = walk.chance.choice(sorted(paper["films"]))
        to = walk.chance.randint(-1, len(paper["blocks"]) - 1)
        await walk.send("POST", f"/blocks/shorts/{short}/move", seen | {"block": to})


async def traits(walk: Walk) -> None:
    film = walk.chance.choice(walk.world.films)
    paper = await walk.send("GET", "/blocks")
    told = {"theme": walk.chance.choice(["", "mer"]), "earliest": walk.chance.choice([None, 1200])}
    version = paper["films"].get(film, {}).get("version", 0)
    await walk.send("PUT", f"/blocks/shorts/{film}/traits", {"traits": told, "version": version})


# What is said of several


async def relate(walk: Walk) -> None:
    one, other = walk.programme(), walk.programme()
    if walk.chance.random() < 0.5:
        least, most = walk.chance.randint(0, 200), walk.chance.choice([None, 100, 900])
        await walk.send("POST", "/orders", {"first": one, "then": other, "least": least, "most": most})
    else:
        await walk.send("POST", "/aparts", {"one": one, "other": other})


async def relate_otherwise(walk: Walk) -> None:
    """A relation is changed, taken away, or told again."""
    kind = walk.chance.choice(["orders", "aparts"])
    told, gone = await walk.send("GET", f"/{kind}"), await removed_lately(walk.world.edition)
    if gone and walk.chance.random() < 0.5:
        await walk.send("POST", "/relations/restoration", {"line": walk.chance.choice(gone).line})
    elif told:
        one = walk.chance.choice(told)
        seen = {"version": one["version"]}
        if kind == "orders" and walk.chance.random() < 0.5:
            new = {"first": walk.programme(), "then": walk.programme(), "least": 30}
            await walk.send("PUT", f"/orders/{one['id']}", seen | {"order": new})
        else:
            await walk.send("POST", f"/{kind}/{one['id']}/removal", seen)


def shared_form(walk: Walk, kind: str, houses: list[str]) -> dict[str, Any]:
    theirs = walk.chance.sample(walk.world.programmes, 3)
    its: dict[str, dict[str, Any]] = {
        "jury": {"programmes": theirs, "pause": walk.chance.choice([0, 90]), "most_a_day": 1},
        "crew": {"screens": houses, "rest": walk.chance.choice([0, 600, 1440])},
        "resource": {
            "programmes": theirs, "at_once": walk.chance.randint(0, 1),
            "numbers": walk.chance.choice([[], [0], [7]]),
            "counted": walk.chance.choice(["screening", "debate", "film"]),
        },
    }  # fmt: skip
    return {"kind": kind, "name": f"{kind} {walk.chance.random():.4f}", **its[kind]}


async def share(walk: Walk) -> None:
    """Juries, crews and resources come, change, go, and come back."""
    edition, kind = walk.world.edition, walk.chance.choice(["jury", "crew", "resource"])
    houses = [str(screen.id) for screen in await screens(edition)]
    body = shared_form(walk, kind, walk.chance.sample(houses, walk.chance.randint(0, len(houses))))
    standing = (await all_shared(edition))[kind]
    gone = await desk.removals(edition, f"{kind}_removed")
    if gone and walk.chance.random() < 0.3:
        await walk.send("POST", f"/shared/{kind}/putting-back", {"line": gone[0].line})
    elif not standing or walk.chance.random() < 0.4:
        await walk.send("POST", "/shared", body)
    else:
        one = walk.chance.choice(standing)
        page, seen = f"/shared/{kind}/{one.id}", {"version": one.version}
        if walk.chance.random() < 0.6:
            await walk.send("PUT", page, seen | {"shared": body})
        else:
            await walk.send("POST", f"{page}/removal", seen)


async def guest_goes(walk: Walk) -> None:
    known = await desk.all_of(Guest, walk.world.edition)
    gone = await desk.removals(walk.world.edition, "guest_removed")
    if gone and walk.chance.random() < 0.5:
        await walk.send("POST", "/guests/putting-back", {"line": gone[0].line})
    elif known:
        guest = walk.chance.choice(known)
        await walk.send("POST", f"/guests/{guest.id}/removal", {"version": guest.version})


async def pair(walk: Walk) -> None:
    one, other = walk.programme(), walk.programme()
    await walk.send("PUT", "/pairs", {"one": one, "other": other, "weight": walk.chance.randint(0, 5)})


async def another_house(walk: Walk) -> None:
    """A second venue, how far it is, and a screen in it."""
    made = await walk.send("POST", "/venues", {"name": f"Maison {walk.chance.randint(1, 2)}", "commune": "Nice"})
    if made:
        way = {"one": walk.world.venue, "other": made["id"], "minutes": walk.chance.choice([0, 40, 240])}
        await walk.send("PUT", "/ways", [way])
        body = {"venue": made["id"], "name": "Salle", "seats": 60, "hours": [[540, 1500]] * 3}
        await walk.send("POST", "/screens", body)


async def come_back(walk: Walk) -> None:
    """A screen, a house, a taken screen or a programme that was taken away stands again."""
    kind = walk.chance.choice(["venue", "screen", "reservation", "programme"])
    gone = await desk.removals(walk.world.edition, f"{kind}_removed")
    if gone:
        door = "/programmes/restoration" if kind == "programme" else f"/removals/{kind}"
        await walk.send("POST", door, {"line": gone[0].line})


OF_PROGRAMMES: list[Edit] = [
    another_programme, change_programme, change_programme, change_programme, programme_as_before,
    films_of_a_programme, films_of_a_programme, remove_programme, film_leaves,
    split, split, merge, merge, on_paper, on_paper, on_paper, traits, relate, relate, relate_otherwise,
    share, share, share, guest_goes, pair, another_house, come_back,
]  # fmt: skip
