"""What the committee keeps: who watches, what was seen, said and decided."""

from piccolo.columns import (
    JSONB,
    Float,
    ForeignKey,
    Integer,
    SmallInt,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from festival.tables import Edition, Person, Section, new_id
from submissions.tables import FilmFile, Submission


class Assignment(Table):
    """A film that a reviewer was asked to watch."""

    id = Varchar(16, primary_key=True, default=new_id)
    submission = ForeignKey(Submission, null=False)
    person = ForeignKey(Person, null=False, index=True)
    created_at = Timestamptz(default=TimestamptzNow())


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
    """A remark at a moment of the film."""

    id = Varchar(16, primary_key=True, default=new_id)
    submission = ForeignKey(Submission, null=False)
    file = ForeignKey(FilmFile, null=False, index=True)
    person = ForeignKey(Person, null=False, index=True)
    at_seconds = Float(default=0.0)
    sign = Varchar(1, default="")
    text = Text()
    version = Integer(default=1)
    created_at = Timestamptz(default=TimestamptzNow())
    changed_at = Timestamptz(default=TimestamptzNow())


class ScoreSheet(Table):
    """How films are scored in an edition, or in one section of it: from 1 to `steps`. `labels` are words
    of single steps, each one text a language.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False)
    section = ForeignKey(Section, null=True, default=None, index=True)
    steps = SmallInt(default=5)
    labels = JSONB(default={})
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
    measured for sheets from before that was kept.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    submission = ForeignKey(Submission, null=False)
    file = ForeignKey(FilmFile, null=False, index=True)
    person = ForeignKey(Person, null=False, index=True)
    scores = JSONB(default={})
    opinion = Text(default="")
    seen = Float(null=True, default=None)
    version = Integer(default=1)
    changed_at = Timestamptz(default=TimestamptzNow())
    given_at = Timestamptz(null=True, default=None)


class ReviewVersion(Table):
    """What a given sheet said before it was given again."""

    id = Varchar(16, primary_key=True, default=new_id)
    review = ForeignKey(Review, null=False)
    version = Integer()
    file = ForeignKey(FilmFile, null=False)
    scores = JSONB(default={})
    opinion = Text(default="")
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
    """A batch of decisions to be told; drawn up by one person, released by another."""

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    asked_by = ForeignKey(Person, null=False, index=True)
    asked_at = Timestamptz(default=TimestamptzNow())
    released_by = ForeignKey(Person, null=True, index=True)
    released_at = Timestamptz(null=True, default=None)
    cancelled_at = Timestamptz(null=True, default=None)


class AnnouncementLine(Table):
    """One film of a batch, and the decision as it stood when the batch was previewed."""

    id = Varchar(16, primary_key=True, default=new_id)
    announcement = ForeignKey(Announcement, null=False)
    submission = ForeignKey(Submission, null=False, index=True)
    wanted = Varchar(16)
