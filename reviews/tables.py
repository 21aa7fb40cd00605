"""What the committee keeps: who watches, what was seen, said and decided."""

from piccolo.columns import (
    JSONB,
    Boolean,
    Float,
    ForeignKey,
    Integer,
    SmallInt,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from festival.tables import Edition, Person, Section, new_id
from submissions.tables import FilmFile, Submission

QUORUM = 3
"""How many members watch a film, where an edition has not said."""


class CommitteeRules(Table):
    """How an edition's committee works: how many members watch a film (`quorums` by section where it is another
    number), how many films each of them watches at most, and whether a chair, too, learns others' votes only
    after their own.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False)
    quorum = SmallInt(default=QUORUM)
    quorums = JSONB(default={})
    cap = Integer(null=True, default=None)
    chair_waits = Boolean(default=False)
    version = Integer(default=1)


class CommitteePhase(Table):
    """What members may do between two moments; an open end is empty. `names` are one text a language.

    `watching` is `all` films, the `assigned` ones or `none`; `votes` of others are shown `never`, `after` one's own
    or `always`, with their writers' names or without. Nobody opens or closes it: the clock does.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    position = SmallInt(default=0)
    names = JSONB(default={})
    opens_at = Timestamptz()
    closes_at = Timestamptz(null=True, default=None)
    watching = Varchar(8, default="all")
    scores = Boolean(default=True)
    changes = Boolean(default=True)
    discusses = Boolean(default=True)
    votes = Varchar(8, default="after")
    votes_named = Boolean(default=True)
    version = Integer(default=1)


class ReviewerProfile(Table):
    """What a member watches: of which sections (ids; none named is all of theirs), in which languages, at most how
    many films, what they know of; and where they belong, by which their conflicts of interest are found.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    person = ForeignKey(Person, null=False)
    sections = JSONB(default=[])
    languages = JSONB(default=[])
    cap = Integer(null=True, default=None)
    topics = JSONB(default=[])
    affiliations = JSONB(default=[])
    version = Integer(default=1)


class FilmWish(Table):
    """What a member said of a film before it was shared out: `love`, `can` or `rather_not`."""

    id = Varchar(16, primary_key=True, default=new_id)
    submission = ForeignKey(Submission, null=False)
    person = ForeignKey(Person, null=False, index=True)
    wish = Varchar(12, default="can")
    created_at = Timestamptz(default=TimestamptzNow())


class Assignment(Table):
    """A film that a reviewer was asked to watch; what the chair set `by_hand` no sharing out takes away."""

    id = Varchar(16, primary_key=True, default=new_id)
    submission = ForeignKey(Submission, null=False)
    person = ForeignKey(Person, null=False, index=True)
    by_hand = Boolean(default=False)
    created_at = Timestamptz(default=TimestamptzNow())


class AssignmentPlan(Table):
    """One change of who watches what: proposed, and once it is applied the `number`-th of its edition.

    It was reckoned from the change before it (`based_on`; 0: none). `added` and `removed` are pairs of a film and a
    person, those of `added` with whether they are by hand; `lacks` are films that nobody could be found for.
    `kind` is `whole`, `mended`, `by_hand` or `undone`.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    number = Integer(null=True, default=None)
    based_on = Integer(default=0)
    kind = Varchar(8, default="whole")
    made_by = ForeignKey(Person, null=True, index=True, on_delete=OnDelete.set_null)
    added = JSONB(default=[])
    removed = JSONB(default=[])
    lacks = JSONB(default=[])
    loads = JSONB(default={})
    seconds = Float(default=0.0)
    created_at = Timestamptz(default=TimestamptzNow())
    applied_at = Timestamptz(null=True, default=None)


class KeptLoad(Table):
    """What one member was asked to watch in one edition, kept so that a page of all need not add it up: of each
    section (by its id) how many films, how many seconds, and of how many the sheet is given.

    `asked` goes up with whatever it is reckoned from (triggers), `reckoned` is how far it had come when it was.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False)
    person = ForeignKey(Person, null=False, index=True)
    sections = JSONB(default={})
    asked = Integer(default=0)
    reckoned = Integer(default=-1)


class ConflictOfInterest(Table):
    """A member may be too close to a film. `links` say why: `{kind, mine, theirs}` each.

    `suspected` ones keep the member from being asked to watch it; `confirmed` is a recusal, `dismissed` counts no
    more. `answer` is what the member said of it: `yes`, `no` or nothing.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    submission = ForeignKey(Submission, null=False)
    person = ForeignKey(Person, null=False, index=True)
    links = JSONB(default=[])
    state = Varchar(12, default="suspected")
    answer = Varchar(3, default="")
    note = Varchar(400, default="")
    version = Integer(default=1)
    created_at = Timestamptz(default=TimestamptzNow())
    settled_by = ForeignKey(Person, null=True, index=True, on_delete=OnDelete.set_null)
    settled_at = Timestamptz(null=True, default=None)


class ConflictSearch(Table):
    """When conflicts of interest of an edition were last looked for; `mark` is of all that was read then."""

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, unique=True)
    mark = Varchar(32, default="")
    looked_at = Timestamptz(default=TimestamptzNow())


class Viewing(Table):
    """What one person has seen of one version of a file: merged ranges, and their sum in seconds.

    A further column, `served`, is a `nummultirange` that PostgreSQL alone reads and merges: the
    stretches whose segments this person was handed.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    submission = ForeignKey(Submission, null=False, index=True)
    file = ForeignKey(FilmFile, null=False)
    person = ForeignKey(Person, null=False, index=True)
    ranges = JSONB(default=[])
    seconds = Float(default=0.0)
    position = Float(default=0.0)
    started_at = Timestamptz(default=TimestamptzNow())
    seen_at = Timestamptz(default=TimestamptzNow())


class MarkedViewer(Table):
    """Whose variants one person is shown of one marked copy: the `key` that draws them, in hex."""

    id = Varchar(16, primary_key=True, default=new_id)
    file = ForeignKey(FilmFile, null=False)
    person = ForeignKey(Person, null=False, index=True)
    key = Varchar(64)
    created_at = Timestamptz(default=TimestamptzNow())


class Watcher(Table):
    """One pair of eyes: the seconds of film that a person may still report, over all films."""

    person = ForeignKey(Person, null=False, primary_key=True)
    credit = Float(default=0.0)
    credited_at = Timestamptz(default=TimestamptzNow())


class Note(Table):
    """A remark at a moment of the film, or of the stretch until `until_seconds`."""

    id = Varchar(16, primary_key=True, default=new_id)
    submission = ForeignKey(Submission, null=False)
    file = ForeignKey(FilmFile, null=False, index=True)
    person = ForeignKey(Person, null=False, index=True)
    at_seconds = Float(default=0.0)
    until_seconds = Float(null=True, default=None)
    sign = Varchar(1, default="")
    text = Text()
    version = Integer(default=1)
    created_at = Timestamptz(default=TimestamptzNow())
    changed_at = Timestamptz(default=TimestamptzNow())


class BlindSynopsis(Table):
    """What a blind committee reads of a film instead of its covered synopsis: one text a language, by whoever may
    read its makers' names. A language without one has the covered synopsis.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    submission = ForeignKey(Submission, null=False, unique=True)
    synopses = JSONB(default={})
    version = Integer(default=1)
    person = ForeignKey(Person, null=False, index=True)
    changed_at = Timestamptz(default=TimestamptzNow())


class ScoreSheet(Table):
    """How films are scored in an edition, or in one section of it: from 1 to `steps`. `labels` are words
    of single steps, each one text a language. An opinion has at least `least_opinion` signs.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False)
    section = ForeignKey(Section, null=True, default=None, index=True)
    steps = SmallInt(default=5)
    labels = JSONB(default={})
    least_opinion = SmallInt(default=20)
    version = Integer(default=1)


class Criterion(Table):
    """One line of a sheet. `key` is its name in every score, and never changes; `names` and `helps` are
    one text a language. A closed one is asked no more, and what it was given still counts.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    sheet = ForeignKey(ScoreSheet, null=False)
    position = SmallInt(default=0)
    key = Varchar(16, default=new_id)
    names = JSONB(default={})
    helps = JSONB(default={})
    weight = SmallInt(default=1)
    closed_at = Timestamptz(null=True, default=None)
    version = Integer(default=1)


class Review(Table):
    """A score sheet; a draft until it is given.

    `seen` is the share of the film that its writer had seen when it was last given; none was
    measured for sheets from before that was kept. `confidence` is from 1 to 3, if it was said, and
    `flags` are of `reviews.scoring.FLAGS`. Who abstains (`abstained_at`, and why) has done with the
    film, and casts no vote.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    submission = ForeignKey(Submission, null=False)
    file = ForeignKey(FilmFile, null=False, index=True)
    person = ForeignKey(Person, null=False, index=True)
    scores = JSONB(default={})
    opinion = Text(default="")
    confidence = SmallInt(null=True, default=None)
    flags = JSONB(default=[])
    seen = Float(null=True, default=None)
    version = Integer(default=1)
    changed_at = Timestamptz(default=TimestamptzNow())
    given_at = Timestamptz(null=True, default=None)
    abstained_at = Timestamptz(null=True, default=None)
    abstention = Varchar(400, default="")


class ReviewVersion(Table):
    """What a given sheet said before it was given again."""

    id = Varchar(16, primary_key=True, default=new_id)
    review = ForeignKey(Review, null=False)
    version = Integer()
    file = ForeignKey(FilmFile, null=False)
    scores = JSONB(default={})
    opinion = Text(default="")
    confidence = SmallInt(null=True, default=None)
    seen = Float(null=True, default=None)
    changed_at = Timestamptz(default=TimestamptzNow())


class Reopening(Table):
    """The chair lets one sheet be changed after the announcement; giving it closes it again."""

    id = Varchar(16, primary_key=True, default=new_id)
    review = ForeignKey(Review, null=False)
    opened_by = ForeignKey(Person, null=False)
    reason = Varchar(400, default="")
    created_at = Timestamptz(default=TimestamptzNow())
    closed_at = Timestamptz(null=True, default=None)


class Recusal(Table):
    """A reviewer steps aside; from then on the film does not exist for them."""

    id = Varchar(16, primary_key=True, default=new_id)
    submission = ForeignKey(Submission, null=False, index=True)
    person = ForeignKey(Person, null=False, index=True)
    reason = Varchar(400, default="")
    created_at = Timestamptz(default=TimestamptzNow())
    lifted_at = Timestamptz(null=True, default=None)


class Decision(Table):
    """Who decided what, and why; the newest one stands."""

    id = Varchar(16, primary_key=True, default=new_id)
    submission = ForeignKey(Submission, null=False, index=True)
    person = ForeignKey(Person, null=False, index=True)
    wanted = Varchar(16, null=True, default=None)
    note = Text(default="")
    created_at = Timestamptz(default=TimestamptzNow())


class Announcement(Table):
    """A batch of decisions to be told; drawn up by one person, released by another. Between the two and the
    letters lies `due_at`: until then it can be called back. `stopped` is why it did not go out then.

    Where it takes an announced decision back, `note` is why, for the minutes, and `word` what its makers read of it.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    asked_by = ForeignKey(Person, null=False, index=True)
    asked_at = Timestamptz(default=TimestamptzNow())
    released_by = ForeignKey(Person, null=True, index=True)
    released_at = Timestamptz(null=True, default=None)
    cancelled_at = Timestamptz(null=True, default=None)
    due_at = Timestamptz(null=True, default=None)
    stopped = Varchar(64, default="")
    note = Text(default="")
    word = Text(default="")


class AnnouncementLine(Table):
    """One film of a batch, and the decision as it stood when the batch was previewed. `was` is the announced one
    that this takes back; empty where none had been announced.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    announcement = ForeignKey(Announcement, null=False)
    submission = ForeignKey(Submission, null=False, index=True)
    wanted = Varchar(16)
    was = Varchar(16, default="")


class AnnouncementWords(Table):
    """Words of a batch's own: for all letters of one outcome in one language, with names in braces; or, where
    a film and a person are named, that one letter as it goes out.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    announcement = ForeignKey(Announcement, null=False)
    wanted = Varchar(16, default="")
    language = Varchar(2, default="")
    submission = ForeignKey(Submission, null=True, default=None, index=True)
    person = ForeignKey(Person, null=True, default=None, index=True)
    subject = Text(default="")
    body = Text(default="")
    version = Integer(default=1)


class FilmFigure(Table):
    """What is reckoned of a film's votes, so that a board need not read them all: how many count, how many
    stand apart, of those that count their mean and spread, and how many of all bear each flag. `totals` is how many
    gave what (`figures.VoteGroup`).

    `asked` goes up with whatever it is reckoned from (triggers), `reckoned` and `clock` are how far this row
    and its edition's `FigureClock` had come when it was: where they differ it is reckoned again.
    """

    submission = ForeignKey(Submission, null=False, primary_key=True)
    votes = SmallInt(default=0)
    apart = SmallInt(default=0)
    mean = Float(null=True, default=None)
    spread = Float(default=0.0)
    totals = JSONB(default=[])
    discuss = SmallInt(default=0)
    heart = SmallInt(default=0)
    sensitive = SmallInt(default=0)
    asked = Integer(default=0)
    reckoned = Integer(default=-1)
    clock = Integer(default=-1)


class FigureClock(Table):
    """How often something changed that all figures of an edition hang on: sheets, roles, coverage; and how far
    of it all its figures have come.
    """

    edition = ForeignKey(Edition, null=False, primary_key=True)
    asked = Integer(default=0)
    reckoned = Integer(default=-1)


class SectionQuota(Table):
    """How many films, or how many minutes of them, the chair wants of a section; empty is no wish."""

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    section = ForeignKey(Section, null=False, index=True)
    films = SmallInt(null=True, default=None)
    minutes = Integer(null=True, default=None)
    version = Integer(default=1)


class Meeting(Table):
    """The committee at one table: which film lies on it, and who writes. The scribe holds the pen until
    `pen_until`; whoever comes after that may take it.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    name = Varchar(120)
    submission = ForeignKey(
        Submission, null=True, default=None, index=True, on_delete=OnDelete.set_null
    )
    scribe = ForeignKey(Person, null=True, default=None, index=True)
    pen_until = Timestamptz(default=TimestamptzNow())
    begun_at = Timestamptz(default=TimestamptzNow())
    ended_at = Timestamptz(null=True, default=None)


class MeetingPerson(Table):
    """Somebody at the table, by their account or by name alone."""

    id = Varchar(16, primary_key=True, default=new_id)
    meeting = ForeignKey(Meeting, null=False, index=True)
    person = ForeignKey(Person, null=True, default=None, index=True)
    name = Varchar(120, default="")
    came_at = Timestamptz(default=TimestamptzNow())
    left_at = Timestamptz(null=True, default=None)


class MeetingLine(Table):
    """A line of the minutes: a decision, with hands counted where they were, or a remark. A corrected line
    stays, and names the one that `replaced_by` it.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    meeting = ForeignKey(Meeting, null=False, index=True)
    submission = ForeignKey(Submission, null=True, default=None, index=True)
    person = ForeignKey(Person, null=False, index=True)
    wanted = Varchar(16, default="")
    note = Text(default="")
    votes_for = SmallInt(null=True, default=None)
    votes_against = SmallInt(null=True, default=None)
    abstained = SmallInt(null=True, default=None)
    replaced_by = Varchar(16, default="")
    said_at = Timestamptz(default=TimestamptzNow())
    written_at = Timestamptz(default=TimestamptzNow())


class WaitingPlace(Table):
    """Where a film stands on the waiting list of its section, from 1."""

    submission = ForeignKey(Submission, null=False, primary_key=True)
    position = Integer(default=0)


class Promotion(Table):
    """What was answered when a chosen film left: another came up for it (`promoted`), or none did."""

    gone = ForeignKey(Submission, null=False, primary_key=True)
    promoted = ForeignKey(
        Submission, null=True, default=None, index=True, on_delete=OnDelete.set_null
    )
    person = ForeignKey(Person, null=False, index=True)
    answered_at = Timestamptz(default=TimestamptzNow())


class TalkRemark(Table):
    """What a member says to the others about a film; whoever wrote it changes it or takes it back."""

    id = Varchar(16, primary_key=True, default=new_id)
    submission = ForeignKey(Submission, null=False, index=True)
    person = ForeignKey(Person, null=False, index=True)
    text = Text()
    version = Integer(default=1)
    created_at = Timestamptz(default=TimestamptzNow())
    changed_at = Timestamptz(null=True, default=None)


class TalkMention(Table):
    """Somebody who was called by name in a remark."""

    id = Varchar(16, primary_key=True, default=new_id)
    remark = ForeignKey(TalkRemark, null=False)
    person = ForeignKey(Person, null=False, index=True)


class TalkMark(Table):
    """Until when a person has read what is said about a film."""

    id = Varchar(16, primary_key=True, default=new_id)
    submission = ForeignKey(Submission, null=False)
    person = ForeignKey(Person, null=False, index=True)
    read_at = Timestamptz(default=TimestamptzNow())


class TalkWish(Table):
    """Whether a member wants a letter a day of what is said; `told_at` is up to when one has told of it, and
    `films` are the submissions that it named.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False)
    person = ForeignKey(Person, null=False, index=True)
    is_on = Boolean(default=True)
    told_at = Timestamptz(null=True, default=None)
    films = JSONB(default=[])


class ReceiptRule(Table):
    """Whether makers of an edition may ask how much of their film was watched."""

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False)
    is_on = Boolean(default=False)
    version = Integer(default=1)


class WatchReceipt(Table):
    """What a maker was told of how their film was watched: it says no name, and `said` never changes. Whoever has
    its code finds it.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    submission = ForeignKey(Submission, null=False, index=True)
    said = JSONB(default={})
    created_at = Timestamptz(default=TimestamptzNow())
