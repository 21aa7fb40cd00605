"""What is kept about keeping itself: requests to leave, archives of one's data, the calendar and its runs."""

from piccolo.columns import (
    JSONB,
    BigInt,
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

from festival.tables import Edition, Person, new_id
from submissions.tables import Submission


class DataExport(Table):
    """One archive of all that the house holds of a person; theirs alone, for a week."""

    id = Varchar(16, primary_key=True, default=new_id)
    person = ForeignKey(Person, null=False, index=True)
    state = Varchar(8, default="waiting")
    fraction = Float(default=0.0)
    size = BigInt(default=0)
    sha256 = Varchar(64, default="")
    created_at = Timestamptz(default=TimestamptzNow())
    ready_at = Timestamptz(null=True, default=None)
    expires_at = Timestamptz(null=True, default=None)


class Erasure(Table):
    """Somebody is to be forgotten: an account (`person`), or a name that others have written down.

    `state`: asked, running, done, refused, withdrawn. `due_at`: when it is carried out at the latest, whoever
    looks. `name` is kept only until it is done. `plan` names rows and files by their keys, so that work that
    was cut short goes on; `told` counts what went and what stays.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    person = ForeignKey(Person, null=True, index=True)
    edition = ForeignKey(Edition, null=True, index=True)
    name = Varchar(200, default="")
    state = Varchar(12, default="asked", index=True)
    asked_by = ForeignKey(Person, null=True, index=True)
    asked_at = Timestamptz(default=TimestamptzNow())
    due_at = Timestamptz(null=True, default=None)
    decided_by = ForeignKey(Person, null=True, index=True)
    reason = Varchar(400, default="")
    plan = JSONB(default={})
    told = JSONB(default={})
    done_at = Timestamptz(null=True, default=None)


class RetentionRule(Table):
    """How many days an edition keeps something, where that is not what the house proposes."""

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    kind = Varchar(24)
    days = SmallInt()
    version = Integer(default=1)


class RetentionRun(Table):
    """What one turn of the calendar let go of."""

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=True, index=True)
    kind = Varchar(24)
    at = Timestamptz(default=TimestamptzNow())
    items = Integer(default=0)
    size = BigInt(default=0)


class Hold(Table):
    """A film of which the calendar lets go of nothing: an appeal, a dispute, a request of the maker's."""

    id = Varchar(16, primary_key=True, default=new_id)
    submission = ForeignKey(Submission, null=False, index=True)
    reason = Text(default="")
    placed_by = ForeignKey(Person, null=True, index=True)
    placed_at = Timestamptz(default=TimestamptzNow())
    lifted_at = Timestamptz(null=True, default=None)
