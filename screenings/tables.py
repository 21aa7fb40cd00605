"""What programmers keep: rooms, programmes, guests, and every version of the grid."""

from piccolo.columns import (
    JSONB,
    BigInt,
    Boolean,
    Bytea,
    Date,
    ForeignKey,
    Integer,
    SmallInt,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from festival.tables import Edition, Person, Section, new_id
from screenings.defaults import CREW, JURY, PROBLEM, PROGRAMME, SCREEN
from submissions.tables import Submission


class Venue(Table):
    """The building."""

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    name = Varchar(120)
    address = Varchar(300, default="")
    commune = Varchar(80, default="")
    position = SmallInt(default=0)
    version = Integer(default=1)


class VenueWay(Table):
    """How many minutes a festival-goer needs from one venue to the other, either way."""

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    one = ForeignKey(Venue, null=False, index=True)
    other = ForeignKey(Venue, null=False, index=True)
    minutes = SmallInt()
    version = Integer(default=1)


class Screen(Table):
    """One room: seats, equipment, and its opening hours on each day.

    `hours` is a list with one `[opens, closes]` pair a day, in minutes after that day's midnight
    (1560 is 02:00 of the next morning), or null where the room is closed. `closures` are spans inside
    them, in minutes after the first day's midnight. `step` are minutes between two starts, where it
    is not the edition's. A wheelchair comes in where it is `step_free`; `captions` can be shown.
    For makers whose films are shown there: the picture's width and height in centimetres, `remarks` in
    one text a language, and `contact`, who answers for its projection.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    venue = ForeignKey(Venue, null=False, index=True)
    name = Varchar(120)
    seats = Integer()
    hours = JSONB(default=[])
    closures = JSONB(default=[])
    equipment = JSONB(default=[])
    turnaround = SmallInt(default=SCREEN.turnaround)
    step = SmallInt(null=True, default=None)
    step_free = Boolean(default=SCREEN.step_free)
    captions = Boolean(default=SCREEN.captions)
    picture_width = SmallInt(null=True, default=None)
    picture_height = SmallInt(null=True, default=None)
    remarks = JSONB(default={})
    contact = Varchar(300, default="")
    position = SmallInt(default=0)
    version = Integer(default=1)


class Slot(Table):
    """Free time on a screen that the programmer lays out by hand."""

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    screen = ForeignKey(Screen, null=False, index=True)
    starts_at = Timestamptz()
    ends_at = Timestamptz()


class Programme(Table):
    """What is shown in one go: a film, a block of shorts, or an event. Minutes throughout.

    `titles` is one text a language. `intros` and `debates` speak for each showing in turn; past their
    end, `intro` holds for all and `debate` for the first. `languages` and `subtitles` are what its
    films say until somebody says otherwise. `press` is the number of the showing for the press.
    Rights: `not_before` is an embargo, `most_screenings`, `forbidden_days` (ISO days), `visa` is a
    temporary one.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    kind = Varchar(8, default="film")
    titles = JSONB(default={})
    section = ForeignKey(Section, null=True, index=True)
    own_minutes = SmallInt(null=True, default=None)
    intro = SmallInt(default=PROGRAMME.intro)
    debate = SmallInt(default=PROGRAMME.debate)
    demand = Integer(default=PROGRAMME.demand)
    prestige = SmallInt(default=PROGRAMME.prestige)
    premiere = Varchar(16, default=PROGRAMME.premiere)
    showings = SmallInt(default=PROGRAMME.showings)
    least_seats = Integer(default=PROGRAMME.least_seats)
    equipment = JSONB(default=[])
    earliest = SmallInt(null=True, default=None)
    latest = SmallInt(null=True, default=None)
    intros = JSONB(default=[])
    debates = JSONB(default=[])
    languages = JSONB(null=True, default=None)
    subtitles = JSONB(null=True, default=None)
    step_free = Boolean(default=PROGRAMME.step_free)
    captions = Boolean(default=PROGRAMME.captions)
    press = SmallInt(null=True, default=None)
    press_before = Boolean(default=PROGRAMME.press_before)
    not_before = Timestamptz(null=True, default=None)
    most_screenings = SmallInt(null=True, default=None)
    forbidden_days = JSONB(default=[])
    visa = Boolean(default=PROGRAMME.visa)
    version = Integer(default=1)
    created_at = Timestamptz(default=TimestamptzNow())


class ProgrammeFilm(Table):
    """A film's place in a programme."""

    id = Varchar(16, primary_key=True, default=new_id)
    programme = ForeignKey(Programme, null=False)
    submission = ForeignKey(Submission, null=False, index=True)
    position = SmallInt(default=0)


class FilmTraits(Table):
    """What the office says of a film; one without a row is the usual one, of which nothing is said.

    For its block: `tone` goes from grave 0 to bright 10, `opens` and `closes` from 0 to 3 say how well it
    does that; `earliest` is the hour before which it is not shown, in minutes after midnight.
    For the public: `rating` is the age from which it may be seen, 0 for everybody, none where nobody has
    said; `warnings` is the words that stand at the door, one text a language; `access` are marks of
    `screenings/visas.py:ACCESS`, none where nobody has said; `youth_from` is the age from which it is for the
    young, none where it is not. `visa` is the kind of its visa, its number, and the day on which it was
    asked for. Its id is the entry's, so that the record tells of the film.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    submission = ForeignKey(Submission, null=False, unique=True)
    theme = Varchar(60, default="")
    tone = SmallInt(default=5)
    opens = SmallInt(default=0)
    closes = SmallInt(default=0)
    rating = SmallInt(null=True, default=None)
    earliest = SmallInt(null=True, default=None)
    warnings = JSONB(default={})
    access = JSONB(null=True, default=None)
    youth_from = SmallInt(null=True, default=None)
    documentary = Boolean(default=False)
    visa = Varchar(12, default="")
    visa_number = Varchar(20, default="")
    visa_asked_on = Date(null=True, default=None)
    version = Integer(default=1)


class BlockDraft(Table):
    """The blocks that programmers are composing: a working paper, which nothing else reads until it is taken.

    `asked` is what the last composition was asked, `blocks` are `screenings/composing.py:DraftBlock`;
    `before` keeps earlier states of them, the newest last.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, unique=True)
    version = Integer(default=1)
    asked = JSONB(default={})
    blocks = JSONB(default=[])
    before = JSONB(default=[])
    by = ForeignKey(Person, null=True, index=True)
    changed_at = Timestamptz(default=TimestamptzNow())


class Guest(Table):
    """Somebody on stage: cannot be in two rooms at once, nor outside their windows.

    `kind` is a guest or a moderator, whom the public does not read. `qualities` says in one text a
    language who they are. `windows` are `[from, to]` pairs in minutes after the first day's midnight;
    none means always. `step_free`: they need a screen without steps. `languages` are those that they speak
    on stage; `joins_debate`: they wish to take part in it. `said` is what makers said when it was taken
    over, by the visitor (`submissions/visitors.py`).
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    name = Varchar(160)
    kind = Varchar(12, default="guest")
    qualities = JSONB(default={})
    windows = JSONB(default=[])
    programmes = JSONB(default=[])
    step_free = Boolean(default=False)
    languages = JSONB(default=[])
    joins_debate = Boolean(default=True)
    said = JSONB(default={})
    version = Integer(default=1)


class Jury(Table):
    """Sees the first showing of each of its `programmes`, so many a day, with pauses between."""

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    name = Varchar(160)
    programmes = JSONB(default=[])
    pause = SmallInt(default=JURY.pause)
    most_a_day = SmallInt(default=JURY.most_a_day)
    position = SmallInt(default=0)
    version = Integer(default=1)


class Resource(Table):
    """What there is only so many of: interpreters, microphones, moderators.

    `numbers` are the showings that need one, counted from 0; none means every one. `counted` is
    over the whole screening, its film, or its debate.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    name = Varchar(160)
    at_once = SmallInt(default=1)
    programmes = JSONB(default=[])
    numbers = JSONB(default=[])
    counted = Varchar(10, default="screening")
    position = SmallInt(default=0)
    version = Integer(default=1)


class Crew(Table):
    """Who runs some screens, and rests so many minutes at night."""

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    name = Varchar(160)
    screens = JSONB(default=[])
    rest = SmallInt(default=CREW.rest)
    position = SmallInt(default=0)
    version = Integer(default=1)


class Reservation(Table):
    """Opening, closing, awards, a rehearsal: a screen is taken, in minutes after the first day's midnight."""

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    titles = JSONB(default={})
    screen = ForeignKey(Screen, null=False, index=True)
    begins = Integer()
    ends = Integer()
    version = Integer(default=1)


class ProgrammeOrder(Table):
    """The first showing of one ends `least` to `most` minutes before that of another begins."""

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    first = ForeignKey(Programme, null=False, index=True)
    then = ForeignKey(Programme, null=False, index=True)
    least = SmallInt(default=0)
    most = SmallInt(null=True, default=None)
    version = Integer(default=1)


class Apart(Table):
    """Two programmes that may not run at once."""

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    one = ForeignKey(Programme, null=False, index=True)
    other = ForeignKey(Programme, null=False, index=True)
    version = Integer(default=1)


class SharedAudience(Table):
    """What somebody says of the audience that two programmes share; 0 is none."""

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    one = ForeignKey(Programme, null=False, index=True)
    other = ForeignKey(Programme, null=False, index=True)
    weight = SmallInt(default=1)
    version = Integer(default=1)


class ScreeningHold(Table):
    """A part of a showing's place that nobody may change: its day (the first is 0), its minute of the
    day, or its screen.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    programme = ForeignKey(Programme, null=False, index=True)
    number = SmallInt(default=0)
    day = SmallInt(null=True, default=None)
    minute = SmallInt(null=True, default=None)
    screen = ForeignKey(Screen, null=True, default=None, index=True)
    version = Integer(default=1)


class PlanRules(Table):
    """What an edition asks of its plans. `measures` and `settings` hold what differs from the usual.

    `step` are minutes between two starts, `travel` those between two screens where no way is named;
    `repeat_gap` those between the starts of a film's showings. `audiences` says which shared ones
    count: those that are computed and corrected, those of the hand, or none.
    `visa_ahead` is how many days before its first screening a film's visa is to be asked for.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, unique=True)
    step = SmallInt(default=PROBLEM.step)
    travel = SmallInt(default=PROBLEM.travel)
    repeat_gap = SmallInt(null=True, default=None)
    repeat_other_band = Boolean(default=PROBLEM.repeat_other_band)
    premiere_first = Boolean(default=PROBLEM.premiere_first)
    audiences = Varchar(8, default="computed")
    measures = JSONB(default={})
    settings = JSONB(default={})
    visa_ahead = SmallInt(default=15)
    version = Integer(default=1)


class Grid(Table):
    """All screenings of the three days: one working grid, and frozen, numbered publications.

    The public reads nothing but a publication's `document`: whole or not at all. `mended` are the
    fewest moves that would mend it, with the question that they answer. `takes_back` is the number
    that this one undid: it says again what was said before that.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False)
    number = Integer(null=True, default=None)
    version = BigInt(default=1)
    document = JSONB(null=True, default=None)
    mended = JSONB(null=True, default=None)
    published_by = ForeignKey(Person, null=True, index=True)
    published_at = Timestamptz(null=True, default=None)
    takes_back = SmallInt(null=True, default=None)
    created_at = Timestamptz(default=TimestamptzNow())


class PrintedPage(Table):
    """A public page as bytes, under the key of all that it says; drawn again by whoever misses it.

    No row is needed: it only spares work, and goes when its key is no more what the public reads.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False)
    key = Varchar(32)
    path = Varchar(400)
    media_type = Varchar(100)
    disposition = Varchar(300, default="")
    tag = Varchar(32)
    plain = Bytea(default=b"")
    gzip = Bytea(default=b"")
    brotli = Bytea(default=b"")
    made_at = Timestamptz(default=TimestamptzNow())


class PlannedPublication(Table):
    """A publication that goes out by itself at its moment, if the grid still is what was looked at.

    `seen` is that version of the working grid. `state` is waiting, done, cancelled or refused; `codes` say
    why it was refused, `number` is what it has become.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    seen = BigInt()
    due_at = Timestamptz()
    state = Varchar(10, default="waiting")
    codes = JSONB(default=[])
    number = Integer(null=True, default=None)
    planned_by = ForeignKey(Person, null=True, index=True)
    created_at = Timestamptz(default=TimestamptzNow())
    ended_at = Timestamptz(null=True, default=None)
    version = Integer(default=1)


class Screening(Table):
    """A programme on a screen at an hour; `ends_at` is the end of the debate."""

    id = Varchar(16, primary_key=True, default=new_id)
    grid = ForeignKey(Grid, null=False)
    published = Boolean(default=False)
    stable = Varchar(16, default=new_id, index=True)
    programme = ForeignKey(Programme, null=False, index=True)
    number = SmallInt(default=0)
    screen = ForeignKey(Screen, null=False, index=True)
    starts_at = Timestamptz()
    film_ends_at = Timestamptz()
    ends_at = Timestamptz()
    clears_at = Timestamptz()
    locked = Boolean(default=False)


class ToldScreening(Table):
    """A screening as the makers of one of its films were last told of it, and what they answer.

    `facts` and `before` are a `screenings/showing_facts.py:ShowingFacts`: what holds, and what was told
    before that and not answered since. `answer` is confirmed or objected, empty while they are silent.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    submission = ForeignKey(Submission, null=False, index=True)
    programme = ForeignKey(Programme, null=False, index=True)
    number = SmallInt(default=0)
    facts = JSONB(default={})
    before = JSONB(null=True, default=None)
    answer = Varchar(10, default="")
    words = Varchar(600, default="")
    answered_by = ForeignKey(Person, null=True, default=None, index=True)
    answered_at = Timestamptz(null=True, default=None)
    told_at = Timestamptz(default=TimestamptzNow())
    version = Integer(default=1)


class MakersTerms(Table):
    """What an edition grants the makers of its films: `most_tickets` that they may want of one screening,
    none at all where it is 0, until `tickets_until` or else the screening; and whether they read how many
    came, where `figures_told`. `public_prize` is the film that the public has chosen; its makers read so once it is
    `prize_told`.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, unique=True)
    most_tickets = SmallInt(default=0)
    tickets_until = Timestamptz(null=True, default=None)
    figures_told = Boolean(default=False)
    public_prize = ForeignKey(
        Submission, null=True, default=None, index=True, on_delete=OnDelete.set_null
    )
    prize_told = Boolean(default=False)
    version = Integer(default=1)


class Attendance(Table):
    """Who came to a published screening: `stable` names it in every publication.

    `seats` were on offer, where it is not the room's; `tickets` went, `heads` were counted.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    stable = Varchar(16)
    seats = Integer(null=True, default=None)
    tickets = Integer(null=True, default=None)
    heads = Integer(null=True, default=None)
    version = Integer(default=1)


class TicketWish(Table):
    """Tickets that the makers of a film want of one of its screenings, and what the office grants.

    `kind` is invitation or accreditation, `for_whom` what they say of it. `granted` is null while nobody
    has answered; `answer` are the office's words.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    submission = ForeignKey(Submission, null=False, index=True)
    programme = ForeignKey(Programme, null=False, index=True)
    number = SmallInt(default=0)
    kind = Varchar(14, default="invitation")
    wanted = SmallInt(default=1)
    for_whom = Varchar(300, default="")
    granted = SmallInt(null=True, default=None)
    answer = Varchar(300, default="")
    person = ForeignKey(Person, null=True, default=None, index=True)
    answered_by = ForeignKey(Person, null=True, default=None, index=True)
    answered_at = Timestamptz(null=True, default=None)
    created_at = Timestamptz(default=TimestamptzNow())
    version = Integer(default=1)


class GridChange(Table):
    """One screening's part of an act on the working grid: where it stood, where it stands since.

    `act` is the version that the grid took by it; `before` and `after` are a `Place`, or null for
    the tray; `undoes` names the act that this one takes back. Rows are never changed. Under the
    number -1 stands what an act did to a programme itself, `screenings/parts.py:ProgrammeParts`.
    A programme that leaves the house leaves its name here.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    grid = ForeignKey(Grid, null=False, index=True)
    act = BigInt()
    kind = Varchar(8)
    programme = Varchar(16)
    number = SmallInt(default=0)
    before = JSONB(null=True, default=None)
    after = JSONB(null=True, default=None)
    undoes = BigInt(null=True, default=None)
    by = ForeignKey(Person, null=True, index=True)
    at = Timestamptz(default=TimestamptzNow())


class PlanRun(Table):
    """One run of the planner: what it was asked, how far it is, what it found.

    `kind` is a whole `plan`, or the `repair` that moves least. `before` are the placements of the
    working grid that it was asked to better; `explanation` says why not everything found a place;
    `repair` what is proved of its moves; `act` the grid's version that accepted it. `wishes` are how
    much of the grid to keep and which rules matter; `fact` is what was supposed to be otherwise, and
    `fact_before` what stood there when that became true; `remedies` are ways out, each tried.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    asked_by = ForeignKey(Person, null=True, index=True)
    kind = Varchar(8, default="plan")
    state = Varchar(16, default="waiting")
    seconds = SmallInt(default=20)
    seed = Integer(default=1)
    grid_version = BigInt(default=0)
    problem = JSONB(null=True, default=None)
    before = JSONB(default=[])
    plan = JSONB(null=True, default=None)
    explanation = JSONB(null=True, default=None)
    progress = JSONB(default={})
    trail = JSONB(default=[])
    stop_asked = Boolean(default=False)
    repair = JSONB(null=True, default=None)
    wishes = JSONB(default={})
    fact = JSONB(null=True, default=None)
    fact_before = JSONB(null=True, default=None)
    remedies = JSONB(default=[])
    undone_at = Timestamptz(null=True, default=None)
    applied_at = Timestamptz(null=True, default=None)
    act = BigInt(null=True, default=None)
    created_at = Timestamptz(default=TimestamptzNow())
    ended_at = Timestamptz(null=True, default=None)
    fault = Varchar(400, default="")


class Audience(Table):
    """Somebody who comes to the festival, as programmers imagine them: what they could see is counted.

    Empty lists ask for nothing. `must` are programmes that they have to see; `understands` what they
    hear or read, `captions` in which languages they need subtitles for the deaf; `days` from 0; minutes
    after the day's midnight, and minutes between two films.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    name = Varchar(120)
    must = JSONB(default=[])
    sections = JSONB(default=[])
    understands = JSONB(default=[])
    captions = JSONB(default=[])
    days = JSONB(default=[])
    earliest = SmallInt(default=0)
    latest_end = SmallInt(default=26 * 60)
    most_a_day = SmallInt(default=6)
    pause = SmallInt(default=0)
    position = SmallInt(default=0)
    version = Integer(default=1)


class GridImport(Table):
    """A grid from elsewhere: its lines as they were read, and what somebody said of its names.

    `act` is the grid's version that took it; none where it was not put in, or changed nothing.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    name = Varchar(200)
    kind = Varchar(12)
    lines = JSONB(default=[])
    choices = JSONB(default={})
    act = BigInt(null=True, default=None)
    version = Integer(default=1)
    by = ForeignKey(Person, null=True, index=True)
    created_at = Timestamptz(default=TimestamptzNow())
    applied_at = Timestamptz(null=True, default=None)


class GridVariant(Table):
    """The working grid as somebody has saved it under a name: `placements` are `screenings/variants.py:
    SavedPlace`. It is looked at and merged; it never is the grid itself.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    name = Varchar(120)
    note = Varchar(600, default="")
    placements = JSONB(default=[])
    made_by = ForeignKey(Person, null=True, default=None, index=True)
    made_at = Timestamptz(default=TimestamptzNow())
    version = Integer(default=1)


class ScreeningComment(Table):
    """What a programmer says to the others about one showing, wherever it stands.

    It is open until anybody settles it.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    programme = ForeignKey(Programme, null=False, index=True)
    number = SmallInt(default=0)
    person = ForeignKey(Person, null=False, index=True)
    text = Varchar(600)
    settled_by = ForeignKey(Person, null=True, default=None, index=True)
    settled_at = Timestamptz(null=True, default=None)
    changed_at = Timestamptz(null=True, default=None)
    created_at = Timestamptz(default=TimestamptzNow())
    version = Integer(default=1)


class LiveScreening(Table):
    """What is known of a published screening on its day; `stable` names it in every publication.

    `began_at`: the lights went down; `ends_at`: the last answer, as it was or is foreseen; `debate`:
    so many minutes were left to it. `screen` and `starts_at` are where and when it is shown instead,
    `announced` where the publication had it when that was said: another number that moves it is
    newer. `expected_at` is what the house reckons, where nobody has decided. `told` counts how often
    what a diary shows has changed, and only rises. A rehearsal's rows are no public's.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    stable = Varchar(16)
    rehearsed = Boolean(default=False)
    began_at = Timestamptz(null=True, default=None)
    ends_at = Timestamptz(null=True, default=None)
    debate = SmallInt(null=True, default=None)
    screen = Varchar(16, null=True, default=None)
    starts_at = Timestamptz(null=True, default=None)
    cancelled = Boolean(default=False)
    words = JSONB(default={})
    announced = JSONB(default={})
    expected_at = Timestamptz(null=True, default=None)
    told = Integer(default=0)
    changed_at = Timestamptz(default=TimestamptzNow())
    version = Integer(default=1)


class LiveAct(Table):
    """One tap on a live day: what it changed of which screenings, so that it can be taken back.

    `before` and `after` are a `screenings/live/shapes.py:Told` by the screening's stable name.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    rehearsed = Boolean(default=False)
    kind = Varchar(12)
    before = JSONB(default={})
    after = JSONB(default={})
    undone_at = Timestamptz(null=True, default=None)
    by = ForeignKey(Person, null=True, default=None, index=True)
    at = Timestamptz(default=TimestamptzNow())


class LiveRehearsal(Table):
    """The live days tried before they come: `pretends` is what the clock showed when it began."""

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, unique=True)
    pretends = Timestamptz()
    began_at = Timestamptz(default=TimestamptzNow())
    by = ForeignKey(Person, null=True, default=None, index=True)
