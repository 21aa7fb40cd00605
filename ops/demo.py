"""The main job: a whole festival through the product's doors, from first file to public grid.

Speaks HTTP only. BASE_URL, OPERATOR_LINK and VAR come from the launcher.
"""

import multiprocessing
import os
import re
import sys
import threading
import time
import unicodedata
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rich.console import Console
from rich.live import Live
from rich.table import Table

from ops.client import Door, DoorRefused, spend
from ops.demo_clips import draw_film
from ops.demo_films import (
    BLOCKS,
    EVENTS,
    FILMS,
    FROM_AGE,
    GUESTS,
    ROOMS,
    SCHOOLS,
    TO_JUDGE,
    YOUTH,
    DemoFilm,
)
from ops.demo_package import PACKAGE, draw_package

FIRST_DAY = "2027-11-26"
DAYS = ("vendredi 26", "samedi 27", "dimanche 28")
HOURS = [[600, 1470], [600, 1470], [600, 1440]]
STAFF = (
    ("solene.garrec@cinema-for-space.example", "Solène Garrec", "chair"),
    ("idris.fall@cinema-for-space.example", "Idris Fall", "chair"),
    ("helene.marchand@cinema-for-space.example", "Hélène Marchand", "reviewer"),
    ("jun.watanabe@cinema-for-space.example", "Jun Watanabe", "reviewer"),
    ("femi.adeyemi@cinema-for-space.example", "Femi Adeyemi", "reviewer"),
    ("camille.aubry@cinema-for-space.example", "Camille Aubry", "programmer"),
)
SCOPES = {
    "filmmaker": "entries",
    "reviewer": "committee",
    "chair": "committee",
    "programmer": "programme",
}
ANNOUNCED_IN_S = 3
LAST_BY_DAY = 16 * 60  # when a film for the young begins at the latest, in minutes after midnight
LAST_FOR_SCHOOLS = 14 * 60 + 30
YOUTH_SECTION = {
    "letter": YOUTH,
    "names": {"fr": "Jeune public", "en": "Young Audiences"},
    "texts": {
        "fr": "Des films à hauteur d’enfant, de six à treize ans : entre classes le vendredi, en famille ensuite.",
        "en": "Films at a child’s height, from six to thirteen: for schools on Friday, for families at the weekend.",
    },
    "hue": 110,
}
EXHIBITION = {
    "labels": {"fr": "Copie de projection", "en": "Exhibition copy"},
    "helps": {
        "fr": "Le DCP de votre film, non chiffré : le dossier tel que le laboratoire l’a livré.",
        "en": "The DCP of your film, not encrypted: the folder as the lab has delivered it.",
    },
    "kind": "exhibition",
    "accepts": "package",
    "due_at": "2027-11-10T23:59:59+01:00",
}
WANTED = {"C": 8, "D": 6, "S": 7, "I": 2, "P": 2, YOUTH: 8}
IN_PENCIL = "Deux avis sur trois la portent ; la dernière bobine se défend en salle."
TALK = (
    "@Femi, tu lui donnes moins que moi. C’est la dernière bobine qui te gêne ?",
    "Oui : tout est dit avant. Mais la lumière qui s’éteint, je la garde.",
)
OPINIONS = (
    "Une vraie tenue de cadre ; la fin emporte tout, et la salle suivra.",
    "Le deuxième acte s’étire, mais le regard est juste et le son très beau.",
    "Rien de trop, rien de moins : on en sort plus grand qu’on n’y est entré.",
)


ALL = (*FILMS, *TO_JUDGE)


class Demo:
    """Everything that the demo knows while it runs."""

    def __init__(self) -> None:
        self.url = os.environ["BASE_URL"]
        self.folder = Path(os.environ["VAR"]) / "clips"
        self.folder.mkdir(parents=True, exist_ok=True)
        edition, token = spend(
            self.url, os.environ["OPERATOR_LINK"], scopes=["operate"], name="demo"
        )
        self.edition = edition
        self.operator = Door(self.url, edition, token)
        self.state: dict[str, str] = {film.title: "attend" for film in ALL}
        self.made: dict[str, str] = {}
        self.makers: dict[str, Door] = {}
        self.clips: dict[str, Path] = {}
        self.reports: dict[str, dict[str, Any]] = {}
        self.lock = threading.Lock()
        self.console = Console()
        self.footer = ""

    # Words on the terminal

    def tell(self, film: DemoFilm, state: str) -> None:
        with self.lock:
            if self.state[film.title] != state and not self.console.is_terminal:
                self.console.print(f"  {film.title:<28} {state}", highlight=False)
            self.state[film.title] = state

    def screen(self) -> Table:
        table = Table(box=None, pad_edge=False)
        table.add_column("film", width=30)
        table.add_column("où il en est")
        for title, state in self.state.items():
            table.add_row(title, state)
        if self.footer:
            table.add_row("", self.footer)
        return table

    def say(self, words: str) -> None:
        self.console.print(words, highlight=False, markup=False, soft_wrap=True)

    # People

    def link_for(self, email: str, newer_than: int = 0) -> str:
        """The newest link in the mailbox for this address."""
        for _ in range(240):
            for letter in self.operator.get(f"/operator/mailbox?address={quote(email)}"):
                match = re.search(r"https?://\S+/account/links/\S+", letter["body"])
                if letter["to"] == email and match and int(letter["id"]) > newer_than:
                    return match[0]
            time.sleep(0.4)
        raise TimeoutError(f"no letter for {email}")

    def enter(self, email: str, part: str) -> Door:
        """Through the link of a letter to a token; a link lost to a crash is asked for again."""
        for _ in range(5):
            began = time.time_ns()
            try:
                _, token = spend(self.url, self.link_for(email), scopes=[SCOPES[part]], name="demo")
                return Door(self.url, self.edition, token)
            except DoorRefused as refusal:
                if "link_spent" not in refusal.codes:
                    raise
                Door(self.url, self.edition).post("/links", {"email": email})
                self.link_for(email, newer_than=began)
        raise TimeoutError(email)

    def prepare(self) -> None:
        self.operator.call(
            "PATCH",
            "/operator/edition",
            {
                "name": "Cinéma for Space 2027",
                "first_day": FIRST_DAY,
                "days": 3,
                "deadline_at": "2027-09-30T23:59:59+02:00",
                "policy": "demo",
                "measured_runtime": False,
                "two_person_release": True,
                "phase": "entries",
            },
        )
        self.operator.post("/operator/front-page", {})
        known = {section["letter"] for section in self.operator.get("/operator/sections")}
        if YOUTH not in known:
            self.operator.post("/operator/sections", YOUTH_SECTION)
        for email, name, part in STAFF:
            self.operator.post("/operator/people", {"email": email, "name": name, "part": part})

    # Films

    def film(self, film: DemoFilm, clip: "Future[Path]") -> None:
        email = f"{slug(film.director)}@films.example"
        Door(self.url, self.edition).post(
            "/registration", {"email": email, "name": film.director, "language": "fr"}
        )
        self.tell(film, "inscription")
        maker = self.makers[film.title] = self.enter(email, "filmmaker")
        submission = self.open(maker, film)
        self.made[film.title] = submission
        self.tell(film, "tournage")
        drawn = self.clips[film.title] = clip.result()
        self.tell(film, "envoi")
        maker.upload(drawn, submission)
        report = maker.wait_for_report(submission, lambda state, _: self.tell(film, WORDS[state]))
        self.reports[film.title] = report
        if report["state"] == "ready":
            maker.post(f"/submissions/{submission}/release")
            maker.post(f"/submissions/{submission}/filing")
            self.tell(film, "au comité" + remarks(report))
        else:
            self.tell(film, "refusé : " + ", ".join(f["code"] for f in report["findings"]))

    def studio(self) -> ProcessPoolExecutor:
        """Hands that draw: processes, for drawing leaves no thread beside it any time."""
        return ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"))

    def open(self, maker: Door, film: DemoFilm) -> str:
        entry = {
            "title": film.title,
            "titles": {"en": film.title_en},
            "synopses": {"fr": film.fr, "en": film.en},
            "section": film.section,
            "year": film.year,
            "countries": list(film.countries),
            "languages": list(film.languages),
            "subtitles": list(film.subtitles),
            "directors": [film.director],
            "declared_seconds": film.minutes * 60,
            "premiere": film.premiere,
            "rights_confirmed": True,
        }

        def opened() -> dict[str, str] | None:
            mine = maker.get("/submissions")
            return next(({"id": s["id"]} for s in mine if s["title"] == film.title), None)

        known = opened()
        made = known or maker.post("/submissions", entry, unless=opened)
        return str(made["id"])

    def receive(self) -> None:
        """All films, four at a time; each row says where its film is. The clips are drawn meanwhile."""
        with self.studio() as studio, ThreadPoolExecutor(4) as hands:
            clips = [
                studio.submit(
                    draw_film, film, self.folder, f"{i:02d}-{slug(film.title)}", seed=i + 3
                )
                for i, film in enumerate(ALL)
            ]
            coming = [hands.submit(self.film, *pair) for pair in zip(ALL, clips, strict=True)]
            if self.console.is_terminal:
                with Live(self.screen(), console=self.console, refresh_per_second=4) as live:
                    while not all(future.done() for future in coming):
                        live.update(self.screen())
                        time.sleep(0.25)
                    live.update(self.screen())
            for future in coming:
                future.result()

    # Committee

    def review(self) -> None:
        self.operator.call("PATCH", "/operator/edition", {"phase": "selection"})
        members = [self.enter(email, part) for email, _, part in STAFF if part != "programmer"]
        fates = {self.made[film.title]: film.fate for film in FILMS if film.title in self.made}
        with ThreadPoolExecutor(len(members)) as seats:
            list(seats.map(partial(self.sit, fates), range(len(members)), members))
        self.chairs, self.members = members[:2], members[2:]

    def sit(self, fates: dict[str, str], seat: int, member: Door) -> None:
        """One member opens every film, then says of each what was seen, and gives a sheet."""
        waiting = [film for film in queue_of(member) if not film["given"] and film["id"] in fates]
        for film in waiting:
            open_copy(member, film["file"])
        for film in waiting:
            self.score(member, seat, film, base=4 if fates[film["id"]] == "accepted" else 2)

    def score(self, member: Door, seat: int, film: dict[str, Any], *, base: int) -> None:
        """To the end, and a sheet."""
        place = f"/committee/submissions/{film['id']}"
        watch(member, place, film["duration"])
        mood = sum(map(ord, film["title"])) * (seat + 3)
        member.call(
            "PUT",
            f"{place}/review",
            {
                "give": True,
                "version": 0,
                "sheet": {
                    "writing": leaning(base, mood % 3 - 1),
                    "image": leaning(base, mood % 2),
                    "sound": leaning(base, mood % 5 - 2),
                    "space": leaning(base, mood % 4 - 1),
                    "opinion": OPINIONS[seat % 3],
                },
            },
            unless=partial(reviewed, member, place),
        )

    def decide(self) -> None:
        acts = {"accepted": "acceptance", "waitlisted": "waiting", "declined": "regret"}
        decided = []
        for film in FILMS:
            if self.reports.get(film.title, {}).get("state") != "ready":
                continue
            act = acts[film.fate]
            self.chairs[0].post(
                f"/committee/submissions/{self.made[film.title]}/{act}",
                {"note": "Décidé en réunion, après le tour de table."},
            )
            decided.append(self.made[film.title])
        batch = self.chairs[0].post("/announcements", {"submissions": decided})
        self.announce(batch["id"])

    def announce(self, batch: str) -> None:
        """At a moment close by: without one it waits ten minutes, for a second thought."""
        moment = datetime.now(UTC) + timedelta(seconds=ANNOUNCED_IN_S)
        self.chairs[1].post(f"/announcements/{batch}/moment", {"at": moment.isoformat()})
        while not any(
            one["id"] == batch and one["released_at"]
            for one in self.chairs[1].get("/announcements")
        ):
            time.sleep(0.3)

    # What the committee still has before it

    def judge_on(self) -> None:
        """Films are shared out, a conflict is proposed, and of each a part is watched: while the grid is planned."""
        chair = self.chairs[0]
        chair.post("/committee/conflicts/search")
        known = chair.get("/committee/assignment")["stand"]["version"]
        if not known:
            plan = chair.post("/committee/assignment/proposals", {"kind": "whole", "version": 0})
            place = f"/committee/assignment/proposals/{plan['id']}/application"
            chair.post(place, {"version": 0})
            for letter, films in WANTED.items():
                chair.call("PUT", f"/committee/quotas/{letter}", {"films": films, "version": 0})
        with ThreadPoolExecutor(len(self.members)) as seats:
            list(seats.map(self.begin, range(len(self.members)), self.members))
        talk = f"/committee/submissions/{self.made[TO_JUDGE[0].title]}/talk"
        for member, words in zip(self.members[::2], TALK, strict=True):
            if spoken_of(member, talk, words) is None:
                member.post(talk, {"text": words}, unless=partial(spoken_of, member, talk, words))
        first = self.made[TO_JUDGE[0].title]
        chair.post(f"/committee/submissions/{first}/acceptance", {"note": IN_PENCIL})

    def bring_copy(self) -> None:
        """The first film's maker sends the package that a cinema plays; it is checked while the grid is planned."""
        film, known = FILMS[0], self.operator.get("/operator/materials")
        wanted = known[0] if known else self.operator.post("/operator/materials", EXHIBITION)
        maker, submission = self.makers[film.title], self.made[film.title]
        [line] = maker.get(f"/submissions/{submission}/materials")
        if line["package"] is None:
            packed = draw_package(self.clips[film.title], self.folder, PACKAGE)
            maker.upload(packed, submission, kind="package", material=wanted["id"])

    def begin(self, seat: int, member: Door) -> None:
        """The first film is everybody's; of the others each gives some, has one half seen, and leaves the rest."""
        order = {self.made[film.title]: number for number, film in enumerate(TO_JUDGE)}
        for film in queue_of(member):
            turn = order.get(film["id"])
            if turn is None or film["given"]:
                continue
            if turn == 0 or (turn + seat) % 3 == 0:
                open_copy(member, film["file"])
                self.score(member, seat, film, base=5 - turn % 3 - seat % 2)
            elif (turn + seat) % 3 == 1 and turn < 3:
                open_copy(member, film["file"])
                watch(member, f"/committee/submissions/{film['id']}", film["duration"] / 2)

    # Grid

    def programme(self) -> Door:
        self.operator.call("PATCH", "/operator/edition", {"phase": "programme"})
        programmer = self.enter(STAFF[5][0], "programmer")
        if not programmer.get("/screens"):
            venue = programmer.post(
                "/venues",
                {"name": "Palais des Festivals", "address": "1 boulevard de la Croisette, Cannes"},
            )
            for position, (name, seats) in enumerate(ROOMS):
                programmer.post(
                    "/screens",
                    {
                        "venue": venue["id"],
                        "name": name,
                        "seats": seats,
                        "hours": HOURS,
                        "equipment": ["dcp", "5.1"],
                        "turnaround": 25,
                        "position": position,
                    },
                )
        self.add_programmes(programmer)
        return programmer

    def add_programmes(self, programmer: Door) -> None:
        accepted = {
            film.title: film
            for film in FILMS
            if film.fate == "accepted" and self.reports[film.title]["state"] == "ready"
        }
        ids: dict[str, str] = {}
        in_blocks = {title for _, _, titles in (*BLOCKS, *SCHOOLS) for title in titles}

        def add(form: dict[str, Any]) -> None:
            def there() -> dict[str, str] | None:
                known = programmer.get("/programmes")
                return next((p for p in known if p["titles"] == form["titles"]), None)

            made = there() or programmer.post("/programmes", form, unless=there)
            ids[form["titles"]["fr"]] = made["id"]

        for title, film in accepted.items():
            if title not in in_blocks:
                add(film_form(film, self.made[title]))
        for title, english, titles in BLOCKS:
            add(block_form(title, english, [self.made[t] for t in titles if t in accepted]))
        for title, english, titles in SCHOOLS:
            add(school_form(title, english, [self.made[t] for t in titles if t in accepted]))
        for age, (_, _, titles) in zip(FROM_AGE, SCHOOLS, strict=True):
            self.say_ages(programmer, [self.made[t] for t in titles if t in accepted], age)
        for title, english, minutes, demand, prestige, start in EVENTS:
            add(event_form(title, english, minutes, demand, prestige))
            self.fix(programmer, ids[title], start)
        for name, fr, en, shown in GUESTS:
            programmer.post(
                "/guests",
                {
                    "name": name,
                    "qualities": {"fr": fr, "en": en},
                    "programmes": [ids[t] for t in shown if t in ids],
                },
            )

    def say_ages(self, programmer: Door, films: list[str], age: int) -> None:
        """For everybody by the law, and for the young from this age on."""
        known = {one["submission"]: one for one in programmer.get("/visas")}
        for film in films:
            if known[film]["youth_from"] is None:
                papers = {"rating": 0, "youth_from": age}
                change = {"papers": papers, "version": known[film]["version"]}
                programmer.call("PUT", f"/films/{film}/papers", change)

    def fix(self, programmer: Door, programme: str, start: int) -> None:
        """Opening and awards have their hour in the great room; the planner works around them."""

        def there() -> dict[str, str] | None:
            placed = programmer.get("/grid")["screenings"]
            return next((s for s in placed if s["programme"] == programme), None)

        screen = programmer.get("/screens")[0]["id"]
        known = there()
        if known is None:
            version = programmer.get("/grid")["version"]
            known = programmer.post(
                "/grid/screenings",
                {"programme": programme, "screen": screen, "start": start},
                unless=there,
                **{"if-match": str(version)},
            )
        programmer.post(f"/screenings/{known['id']}/lock")

    def plan(self, programmer: Door) -> dict[str, Any]:
        run = programmer.post("/grid/plans", {"seconds": 12})
        last_words = ""
        for _ in range(400):
            state = programmer.get(f"/grid/plans/{run['id']}")
            progress = state["progress"]
            if progress:
                gap = progress.get("gap")
                words = f"  meilleur coût {progress['best']}, borne {progress['bound']}" + (
                    f", écart {gap:.0%}" if gap is not None else ""
                )
                if words != last_words:
                    self.say(words)
                    last_words = words
            if state["state"] not in {"waiting", "running"}:
                break
            time.sleep(0.5)
        if state["state"] != "done":
            raise SystemExit(f"Le planificateur s’est arrêté : {state['state']} {state['fault']}")
        programmer.post(
            f"/grid/plans/{run['id']}/application",
            unless=lambda: programmer.get(f"/grid/plans/{run['id']}")["applied"] or None,
        )
        plan: dict[str, Any] = state["plan"]
        return plan

    def publish(self, programmer: Door) -> int:
        grid = programmer.get("/grid")
        for clash in grid["clashes"]:
            self.say(f"  {clash['level']}: {clash['words']['fr']}")
        try:
            answer = programmer.post("/grid/publication", {"version": grid["version"]})
        except DoorRefused as refusal:
            if refusal.codes != ["nothing_to_publish"]:
                raise
            answer = programmer.get("/programme")  # a second round of the demo changes nothing
        return int(answer["number"])

    # The end

    def report(self, plan: dict[str, Any], number: int, seconds: float) -> None:
        refused = [f for f in FILMS if self.reports[f.title]["state"] != "ready"]
        self.say(f"\n{len(FILMS) - len(refused)} films reçus, {len(refused)} refusés :")
        for film in refused:
            for finding in self.reports[film.title]["findings"]:
                if finding["severity"] != "warn":
                    self.say(f"  {film.title:<24} {finding['code']:<20} {finding['fr']['words']}")
        self.say(
            f"\nGrille publiée n° {number} : coût {plan['cost']}, borne {plan['bound']}, "
            f"écart {plan['gap']:.0%}{', prouvé' if plan['proved'] else ''}, "
            f"{len(plan['placements'])} séances, {len(plan['unplaced'])} sans place"
        )
        self.console.print(self.grid_table())
        self.say(f"\nProgramme   {self.url}/fr/{self.edition}/   {self.url}/en/{self.edition}/")
        for email, name, part in (
            STAFF[0],
            STAFF[2],
            STAFF[5],
            (f"{slug(FILMS[0].director)}@films.example", FILMS[0].director, "filmmaker"),
            ("operateur@cinema-for-space.example", "Maud Ferrand", "operator"),
        ):
            began = time.time_ns()
            Door(self.url, self.edition).post("/links", {"email": email})
            self.say(f"{part:<11} {self.link_for(email, newer_than=began)}  ({name})")
        self.say(f"\nDémonstration en {seconds:.0f} s")

    def grid_table(self) -> Table:
        document = Door(self.url, self.edition).get("/programme")
        titles = {p["id"]: p["titles"]["fr"] for p in document["programmes"]}
        table = Table(title="Cinéma for Space 2027", show_lines=True)
        table.add_column("jour")
        for screen in document["screens"]:
            table.add_column(screen["name"])
        for index, day in enumerate(DAYS):
            cells = []
            for screen in document["screens"]:
                that_day = [
                    s
                    for s in document["screenings"]
                    if s["screen"] == screen["id"] and s["day"] == f"2027-11-{26 + index}"
                ]
                cells.append(
                    "\n".join(f"{paris(s['starts_at'])} {titles[s['programme']]}" for s in that_day)
                )
            table.add_row(day, *cells)
        return table


WORDS = {
    "receiving": "envoi",
    "received": "reçu",
    "inspecting": "contrôle",
    "sound": "sain",
    "making": "copie",
    "ready": "copie prête",
    "released": "validé",
    "faulty": "refusé",
    "quarantined": "en quarantaine",
    "failed": "échec",
}


def leaning(base: int, mood: int) -> int:
    """Nobody on a committee quite agrees with anybody."""
    return max(1, min(5, base + mood))


def open_copy(member: Door, file: str) -> None:
    """As a player does: the door to the copy, one rendition, and every segment of it."""
    place = f"/files/{file}/screener"
    master = member.text(f"{place}/master.m3u8")
    playlist = next(line for line in master.splitlines() if line and not line.startswith("#"))
    folder = playlist.rpartition("/")[0]
    for line in member.text(f"{place}/{playlist}").splitlines():
        if line and not line.startswith("#"):
            member.text(f"{place}/{folder}/{line}")


def watch(member: Door, place: str, seconds: float) -> None:
    """Nobody is believed to see more film than time allows: wait as long as it takes."""
    for _ in range(180):
        try:
            member.call("PUT", f"{place}/viewing", {"ranges": [[0, seconds]], "position": seconds})
        except DoorRefused as refusal:
            if refusal.codes != ["seen_faster_than_time"]:
                raise
            time.sleep(1)
        else:
            return
    raise TimeoutError(place)


def queue_of(member: Door) -> list[dict[str, Any]]:
    films: list[dict[str, Any]] = member.get("/committee/queue")
    return films


def spoken_of(member: Door, talk: str, words: str) -> Any:
    """Whether they have said so already: a second round of the demo says nothing twice."""
    return next((one for one in member.get(talk)["lines"] if one["text"] == words), None)


def reviewed(member: Door, place: str) -> Any:
    return member.get(place)["review"]


def slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", ".", plain).strip(".")


def remarks(report: dict[str, Any]) -> str:
    codes = [f["code"] for f in report["findings"]]
    return f", remarques : {', '.join(codes)}" if codes else ""


def film_form(film: DemoFilm, submission: str) -> dict[str, Any]:
    """A programme of one film; those of great prestige are shown thrice, in large rooms."""
    is_great = film.prestige > 3
    return {
        "kind": "film",
        "titles": {"fr": film.title, "en": film.title_en},
        "section": film.section,
        "films": [submission],
        "debate": 30 if is_great else 20,
        "demand": film.demand,
        "prestige": film.prestige,
        "premiere": film.premiere,
        "showings": 3 if is_great else 2,
        "least_seats": 400 if is_great else 0,
        "latest": LAST_BY_DAY if film.section == YOUTH else None,
    }


def block_form(title: str, english: str, submissions: list[str]) -> dict[str, Any]:
    return {
        "kind": "block",
        "titles": {"fr": title, "en": english},
        "section": "S",
        "films": submissions,
        "demand": 300,
        "showings": 2,
    }


def school_form(title: str, english: str, submissions: list[str]) -> dict[str, Any]:
    """On the day of school, in its hours: once, with a long talk, where a chair rolls in."""
    return block_form(title, english, submissions) | {
        "section": YOUTH,
        "debate": 30,
        "showings": 1,
        "latest": LAST_FOR_SCHOOLS,
        "forbidden_days": ["2027-11-27", "2027-11-28"],
        "step_free": True,
        "captions": True,
    }


def event_form(
    title: str, english: str, minutes: int, demand: int, prestige: int
) -> dict[str, Any]:
    return {
        "kind": "event",
        "titles": {"fr": title, "en": english},
        "section": "E",
        "own_minutes": minutes,
        "intro": 0,
        "debate": 0,
        "demand": demand,
        "prestige": prestige,
    }


def paris(utc: str) -> str:
    """November in Paris is one hour ahead."""
    hour, minute = utc[11:16].split(":")
    return f"{(int(hour) + 1) % 24:02d}:{minute}"


def main() -> int:
    began = time.monotonic()
    demo = Demo()
    for words, act in (
        ("les gens", demo.prepare),
        ("les films", demo.receive),
        ("le comité", demo.review),
        ("les décisions", demo.decide),
    ):
        start = time.monotonic()
        demo.say(f"\n{words}")
        act()
        demo.say(f"  {time.monotonic() - start:.1f} s")
    demo.say("\nla grille")
    programmer = demo.programme()
    with ThreadPoolExecutor(2) as others:
        meanwhile = [others.submit(act) for act in (demo.judge_on, demo.bring_copy)]
        plan = demo.plan(programmer)
        for one in meanwhile:
            one.result()
    number = demo.publish(programmer)
    demo.report(plan, number, time.monotonic() - began)
    expected = {f.title for f in FILMS if f.fate == "refused"}
    refused = {f.title for f in FILMS if demo.reports[f.title]["state"] != "ready"}
    if expected != refused or plan["unplaced"]:
        demo.say(f"\nInattendu : {sorted(expected ^ refused)} {plan['unplaced']}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
