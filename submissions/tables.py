"""What filmmakers bring: the film, its candidacy, and every version of its file."""

from enum import StrEnum

from piccolo.columns import (
    JSONB,
    BigInt,
    BigSerial,
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


class Film(Table):
    """The work itself. `title` is its own, under which it was made; `titles` and `synopses` are one text
    a language. `director` is `directors` in one line, as every list shows them.

    Countries are ISO 3166 codes, languages and subtitles BCP 47 tags (`zxx` is *none*); words from
    before there were codes stay as they were written. `premiere` follows from `shown`, public screenings of
    before (`submissions/premieres.py`), wherever one is told. `version` steps with whatever is written of it.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    title = Varchar(200, default="")
    titles = JSONB(default={})
    synopses = JSONB(default={})
    year = SmallInt(null=True, default=None)
    countries = JSONB(default=[])
    languages = JSONB(default=[])
    subtitles = JSONB(default=[])
    directors = JSONB(default=[])
    director = Text(default="")
    declared_seconds = Integer(null=True, default=None)
    premiere = Varchar(16, default="")
    shown = JSONB(default=[])
    version = Integer(default=1)


class Credit(Table):
    """A name on the film; the source of conflicts of interest."""

    id = Varchar(16, primary_key=True, default=new_id)
    film = ForeignKey(Film, null=False, index=True)
    role = Varchar(40)
    name = Varchar(200)
    position = SmallInt(default=0)


class Submission(Table):
    """One film's candidacy to one edition.

    `status` is all that its makers may know; `pending` is a decision not yet announced.
    `unread` keeps what was typed into fields of the form and could not be read, until it is mended.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    film = ForeignKey(Film, null=False, index=True)
    section = ForeignKey(Section, null=True, index=True)
    status = Varchar(16, default="draft", index=True)
    pending = Varchar(16, null=True, default=None)
    rights_confirmed = Boolean(default=False)
    waivers = JSONB(default=[])
    unread = JSONB(default={})
    version = Integer(default=1)
    created_at = Timestamptz(default=TimestamptzNow())
    changed_at = Timestamptz(default=TimestamptzNow())
    filed_at = Timestamptz(null=True, default=None)
    announced_at = Timestamptz(null=True, default=None)


class EntryRight(StrEnum):
    """What a member may do with an entry; each allows more than those before it."""

    SEE = "see"
    EDIT = "edit"
    OWN = "own"


class Member(Table):
    """Somebody who may act for a submission; how far, says `entry_right`. What they were to the film, credits say."""

    id = Varchar(16, primary_key=True, default=new_id)
    submission = ForeignKey(Submission, null=False)
    person = ForeignKey(Person, null=False, index=True)
    entry_right = Varchar(4, default=EntryRight.OWN)
    created_at = Timestamptz(default=TimestamptzNow())


class MemberInvitation(Table):
    """Somebody is asked to an entry, until they say yes or no, or it is taken back: `outcome` says which.

    `link` is the hash of the key in its `letter`.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    submission = ForeignKey(Submission, null=False, index=True)
    person = ForeignKey(Person, null=False, index=True)
    by = ForeignKey(Person, null=True, index=True)
    entry_right = Varchar(4, default=EntryRight.EDIT)
    letter = Varchar(16, default="")
    link = Varchar(64, default="", index=True)
    outcome = Varchar(10, default="")
    created_at = Timestamptz(default=TimestamptzNow())
    ended_at = Timestamptz(null=True, default=None)


class Import(Table):
    """A list of entries that an operator brings in, or a maker of their own films (`is_own`): what each column
    means, how far it is.

    `source` names where tracking numbers come from; `columns` says for each column of `headers` which field
    it fills, nothing for those left aside; `categories` which section a word of the list means. `seconds` is
    how long it took; `counts` are rows by `outcome`.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    person = ForeignKey(Person, null=True, index=True, on_delete=OnDelete.set_null)
    source = Varchar(40, default="")
    name = Varchar(255, default="")
    kind = Varchar(8, default="csv")
    encoding = Varchar(40, default="")
    separator = Varchar(1, default="")
    headers = JSONB(default=[])
    columns = JSONB(default=[])
    categories = JSONB(default={})
    invites = Boolean(default=False)
    is_own = Boolean(default=False)
    rows = Integer(default=0)
    done = Integer(default=0)
    state = Varchar(16, default="brought")
    counts = JSONB(default={})
    seconds = Float(default=0.0)
    version = Integer(default=1)
    fault = Varchar(400, default="")
    created_at = Timestamptz(default=TimestamptzNow())
    changed_at = Timestamptz(default=TimestamptzNow())
    applied_at = Timestamptz(null=True, default=None)
    undone_at = Timestamptz(null=True, default=None)
    swept_at = Timestamptz(null=True, default=None)


class ImportRow(Table):
    """One row of a list as it came, for some days: `number` is its line in a spreadsheet.

    `entry` is what was read of it, `faults` what could not be: `{column, code, value, field}` each.
    """

    id = BigSerial(primary_key=True)
    brought = ForeignKey(Import, null=False)
    number = Integer()
    cells = JSONB(default=[])
    tracking = Varchar(120, default="")
    entry = JSONB(null=True, default=None)
    faults = JSONB(default=[])
    outcome = Varchar(8, default="")


class ImportMapping(Table):
    """What the columns of a list mean, kept under a name for the next one: header → field."""

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False)
    name = Varchar(80)
    columns = JSONB(default={})
    categories = JSONB(default={})
    source = Varchar(40, default="")
    changed_at = Timestamptz(default=TimestamptzNow())


class ImportedEntry(Table):
    """Which entry a tracking number of a source is, so that a second import finds it; of a maker's own list,
    which entry a number of theirs is (`owner`), or a film where the list has no numbers.

    `version` is the entry's when an import last wrote it: whoever has touched it since has raised it.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False)
    source = Varchar(40)
    tracking = Varchar(120)
    owner = ForeignKey(Person, null=True, index=True)
    submission = ForeignKey(Submission, null=False, index=True)
    version = Integer(default=1)


class ImportChange(Table):
    """What one import did to one entry: `before` is what stood, nothing where it made the entry.

    `person` and `member` are who became known and a maker by it; `outcome` is `made` or `changed`, and
    after an undo `back`, or `stays` with the reason in `why`.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    brought = ForeignKey(Import, null=False)
    submission = Varchar(16, index=True)
    number = Integer(default=0)
    tracking = Varchar(120, default="")
    before = JSONB(null=True, default=None)
    version = Integer(default=1)
    person = Varchar(16, default="")
    member = Varchar(16, default="")
    outcome = Varchar(8, default="made")
    why = Varchar(24, default="")


class Archive(Table):
    """Everything of an edition in one file, made by a worker, sealed, gone after some days."""

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    person = ForeignKey(Person, null=True, index=True, on_delete=OnDelete.set_null)
    masters = Boolean(default=True)
    copies = Boolean(default=False)
    state = Varchar(16, default="waiting")
    done = BigInt(default=0)
    whole = BigInt(default=0)
    size = BigInt(default=0)
    sha256 = Varchar(64, default="")
    counts = JSONB(default={})
    fault = Varchar(400, default="")
    created_at = Timestamptz(default=TimestamptzNow())
    ready_at = Timestamptz(null=True, default=None)
    expires_at = Timestamptz(null=True, default=None)
    gone_at = Timestamptz(null=True, default=None)


class FilmFile(Table):
    """One version of the master; its id is also the upload's, and the key of its bytes.

    `told` is the upload's metadata, byte for byte as its sender gave it. `checked_at`: when its master was
    last hashed; `rotten_at`: since when it is other than it was received. `master_gone_at`, `copy_gone_at`:
    when the calendar let go of the bytes; the row stays. `likened_at`: when its sound was
    laid beside others'. `promise` is the deadline that it was begun
    under (`submissions/eligibility.py:Promise`): no later change makes it late.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    submission = ForeignKey(Submission, null=False)
    number = SmallInt(default=1)
    state = Varchar(16, default="receiving", index=True)
    person = ForeignKey(Person, null=True, index=True)
    name = Varchar(255, default="")
    told = Text(default="")
    promise = JSONB(default={})
    size = BigInt(default=0)
    sha256 = Varchar(64, default="")
    policy = Varchar(32, default="")
    facts = JSONB(null=True, default=None)
    verdict = JSONB(null=True, default=None)
    screener = JSONB(null=True, default=None)
    sandbox = Varchar(16, default="")
    fault = Varchar(200, default="")
    created_at = Timestamptz(default=TimestamptzNow())
    expires_at = Timestamptz(null=True, default=None)
    received_at = Timestamptz(null=True, default=None)
    judged_at = Timestamptz(null=True, default=None)
    ready_at = Timestamptz(null=True, default=None)
    released_at = Timestamptz(null=True, default=None)
    replaced_at = Timestamptz(null=True, default=None)
    checked_at = Timestamptz(null=True, default=None)
    rotten_at = Timestamptz(null=True, default=None)
    master_gone_at = Timestamptz(null=True, default=None)
    copy_gone_at = Timestamptz(null=True, default=None)
    likened_at = Timestamptz(null=True, default=None)


class MarkedCopy(Table):
    """Two variants of a copy that differ by faint clouds (`media/mark/`): the `key` that draws them, in hex,
    the size of the picture, and how many segments are a bit each.
    """

    file = ForeignKey(FilmFile, null=False, primary_key=True)
    key = Varchar(64)
    width = SmallInt()
    height = SmallInt()
    segments = Integer()
    made_at = Timestamptz(default=TimestamptzNow())


class Subtitle(Table):
    """Subtitles that a maker brought beside the film, as WebVTT on the film's own clock.

    `language` is a BCP 47 tag; of each language and `kind` (full, forced, sdh) one track stands, and one
    may wait until its maker has said yes to it (`confirmed_at` is empty). Nobody else sees a waiting one.
    `bad` cues could not be read, `late` ones begin after the film has ended: both are left out.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    submission = ForeignKey(Submission, null=False, index=True)
    language = Varchar(40)
    kind = Varchar(8, default="full")
    name = Varchar(255, default="")
    text = Text()
    encoding = Varchar(20, default="")
    cues = Integer(default=0)
    bad = Integer(default=0)
    late = Integer(default=0)
    created_at = Timestamptz(default=TimestamptzNow())
    confirmed_at = Timestamptz(null=True, default=None)


class Step(Table):
    """One phase of a file's way through the booth, with the part done so far (0 to 1)."""

    id = Varchar(16, primary_key=True, default=new_id)
    file = ForeignKey(FilmFile, null=False)
    kind = Varchar(24)
    state = Varchar(16, default="waiting")
    fraction = Float(default=0.0)
    attempt = SmallInt(default=0)
    started_at = Timestamptz(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)
    details = JSONB(default={})


class FieldRule(Table):
    """How an edition asks for a field of the entry: everywhere, or in one section, where that differs.

    `wanted` is required, optional or off; before `required_from` what is required may be left out, from
    `frozen_from` on what is said stays.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    section = ForeignKey(Section, null=True, default=None, index=True)
    field = Varchar(24)
    wanted = Varchar(8, default="required")
    required_from = Timestamptz(null=True, default=None)
    frozen_from = Timestamptz(null=True, default=None)
    version = Integer(default=1)


class Question(Table):
    """What an edition asks beside the entry's own fields. `labels` and `helps` are one text a language.

    `asks` says who answers: makers, or the team among itself. `sections` are ids, none named means all.
    `options` are `{"key", "names"}` in their order. `most` is how many signs a text may have; `least_value`
    and `most_value` bound a number. What `identifies` is kept from the committee of a blind section.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    position = SmallInt(default=0)
    kind = Varchar(8, default="line")
    labels = JSONB(default={})
    helps = JSONB(default={})
    options = JSONB(default=[])
    asks = Varchar(8, default="makers")
    sections = JSONB(default=[])
    wanted = Varchar(8, default="optional")
    required_from = Timestamptz(null=True, default=None)
    frozen_from = Timestamptz(null=True, default=None)
    most = Integer(null=True, default=None)
    least_value = Float(null=True, default=None)
    most_value = Float(null=True, default=None)
    accepts = Varchar(12, default="")
    identifies = Boolean(default=False)
    closed_at = Timestamptz(null=True, default=None)
    version = Integer(default=1)
    created_at = Timestamptz(default=TimestamptzNow())


class Attachment(Table):
    """A file beside an entry, as `submissions/attachments.py` keeps it; its id is the key of its bytes.

    `kind` is what its bytes show that it is, whatever its `name` said.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    submission = ForeignKey(Submission, null=False, index=True)
    person = ForeignKey(Person, null=True, index=True)
    name = Varchar(255, default="")
    kind = Varchar(8)
    size = BigInt(default=0)
    sha256 = Varchar(64, default="")
    created_at = Timestamptz(default=TimestamptzNow())


class EntryAnswer(Table):
    """What was answered to a question of one's own: a value of the question's kind, or a file."""

    id = Varchar(16, primary_key=True, default=new_id)
    submission = ForeignKey(Submission, null=False)
    question = ForeignKey(Question, null=False, index=True)
    value = JSONB(null=True, default=None)
    attachment = ForeignKey(Attachment, null=True, default=None, index=True)
    person = ForeignKey(Person, null=True, index=True)
    version = Integer(default=1)
    changed_at = Timestamptz(default=TimestamptzNow())


class OfficeNote(Table):
    """What the office notes about an entry, among itself: no maker and no committee ever reads it."""

    id = Varchar(16, primary_key=True, default=new_id)
    submission = ForeignKey(Submission, null=False, index=True)
    person = ForeignKey(Person, null=True, index=True)
    text = Text()
    version = Integer(default=1)
    created_at = Timestamptz(default=TimestamptzNow())
    changed_at = Timestamptz(default=TimestamptzNow())


class EntryTag(Table):
    """A word that the office has put on an entry, to find it by; each once."""

    id = Varchar(16, primary_key=True, default=new_id)
    submission = ForeignKey(Submission, null=False)
    name = Varchar(40)
    person = ForeignKey(Person, null=True, index=True)
    created_at = Timestamptz(default=TimestamptzNow())


class FixRequest(Table):
    """One field of an entry that the office asks its makers to mend, until a day: as long as it is `open`
    they may change that field alone, whatever else is closed.

    `field` is one of the entry, `q_<id>` for a question, or `tracks` for its subtitle files. `state` is open,
    done, settled or taken_back; or its makers have `wished` it, and the office has opened or `declined` it.
    `before` is what stood when it was asked, `after` what its makers made of it.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    submission = ForeignKey(Submission, null=False)
    field = Varchar(24)
    why = Text(default="")
    due_at = Timestamptz()
    person = ForeignKey(Person, null=True, index=True)
    state = Varchar(12, default="open", index=True)
    before = JSONB(null=True, default=None)
    after = JSONB(null=True, default=None)
    mended_by = ForeignKey(Person, null=True, index=True)
    version = Integer(default=1)
    created_at = Timestamptz(default=TimestamptzNow())
    done_at = Timestamptz(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)


class TwinPair(Table):
    """Two entries of one edition that may be one film, the lesser id first: how alike they sound (0 to 1), and
    what the office has said of them: same, different, or nothing yet.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    one = ForeignKey(Submission, null=False)
    other = ForeignKey(Submission, null=False, index=True)
    sound = Float(null=True, default=None)
    said = Varchar(9, default="")
    person = ForeignKey(Person, null=True, index=True)
    version = Integer(default=1)
    changed_at = Timestamptz(default=TimestamptzNow())


class Material(Table):
    """What an edition wants of a film once its acceptance is announced. `labels` and `helps` are one text
    a language, `sections` ids, none named means all; `most` is how many of it may be brought.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    position = SmallInt(default=0)
    kind = Varchar(12, default="other")
    labels = JSONB(default={})
    helps = JSONB(default={})
    accepts = Varchar(12, default="any")
    most = SmallInt(default=1)
    is_required = Boolean(default=True)
    due_at = Timestamptz(null=True, default=None)
    sections = JSONB(default=[])
    closed_at = Timestamptz(null=True, default=None)
    version = Integer(default=1)
    created_at = Timestamptz(default=TimestamptzNow())


class Delivery(Table):
    """One thing that was brought of what is wanted: a file, or a text."""

    id = Varchar(16, primary_key=True, default=new_id)
    submission = ForeignKey(Submission, null=False, index=True)
    material = ForeignKey(Material, null=False, index=True)
    attachment = ForeignKey(Attachment, null=True, default=None, index=True)
    text = Text(default="")
    person = ForeignKey(Person, null=True, index=True)
    version = Integer(default=1)
    created_at = Timestamptz(default=TimestamptzNow())


class PackageUpload(Table):
    """A digital cinema package as one tar, on its way to what is wanted (`submissions/packages.py`).

    Its id is the key of its bytes, and the attachment's once it is delivered. `told` is the upload's metadata,
    byte for byte; `fraction` how much of it has been checked, of 1; `verdict` what was found.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    submission = ForeignKey(Submission, null=False, index=True)
    material = ForeignKey(Material, null=False, index=True)
    person = ForeignKey(Person, null=True, index=True)
    state = Varchar(10, default="receiving")
    name = Varchar(255, default="")
    told = Text(default="")
    size = BigInt(default=0)
    sha256 = Varchar(64, default="")
    fraction = Float(default=0.0)
    verdict = JSONB(null=True, default=None)
    fault = Varchar(200, default="")
    created_at = Timestamptz(default=TimestamptzNow())
    expires_at = Timestamptz(null=True, default=None)
    received_at = Timestamptz(null=True, default=None)
    checked_at = Timestamptz(null=True, default=None)


class FilmPicture(Table):
    """A picture that stands for a film in public: the first leads its page, the others stand beside it.

    `attachment` is the picture itself, as the house has drawn it anew. Every crop keeps the point that
    lies `focus_x` tenths of its width from the left, and `focus_y` tenths of its height from the top.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    submission = ForeignKey(Submission, null=False, index=True)
    attachment = ForeignKey(Attachment, null=False, index=True)
    position = Integer(default=0)
    focus_x = SmallInt(default=5)
    focus_y = SmallInt(default=5)
    labels = JSONB(default={})
    credit = Varchar(160, default="")
    width = Integer(default=0)
    height = Integer(default=0)
    version = Integer(default=1)
    created_at = Timestamptz(default=TimestamptzNow())


class Trailer(Table):
    """A small film that its makers show beside the film; its id is also the upload's, and the key of its bytes.

    One may stand `released`, which the public sees beside a published film, while another is on its way: whatever
    leaves goes as a row, and its bytes follow. What was sent is let go of once its copy stands.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    submission = ForeignKey(Submission, null=False, index=True)
    person = ForeignKey(Person, null=True, index=True)
    state = Varchar(16, default="receiving")
    name = Varchar(255, default="")
    told = Text(default="")
    size = BigInt(default=0)
    sha256 = Varchar(64, default="")
    facts = JSONB(null=True, default=None)
    verdict = JSONB(null=True, default=None)
    screener = JSONB(null=True, default=None)
    fault = Varchar(200, default="")
    version = Integer(default=1)
    created_at = Timestamptz(default=TimestamptzNow())
    expires_at = Timestamptz(null=True, default=None)
    received_at = Timestamptz(null=True, default=None)
    ready_at = Timestamptz(null=True, default=None)
    released_at = Timestamptz(null=True, default=None)


class Visitor(Table):
    """Somebody who comes with an accepted film, as its makers say it.

    `arrives` and `leaves` are minutes after the first day's midnight, where they are known; `qualities` is
    one text a language; `step_free`: they need a way without steps.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    submission = ForeignKey(Submission, null=False, index=True)
    name = Varchar(160)
    qualities = JSONB(default={})
    arrives = Integer(null=True, default=None)
    leaves = Integer(null=True, default=None)
    step_free = Boolean(default=False)
    languages = JSONB(default=[])
    joins_debate = Boolean(default=True)
    person = ForeignKey(Person, null=True, index=True, on_delete=OnDelete.set_null)
    version = Integer(default=1)
    created_at = Timestamptz(default=TimestamptzNow())


class TechnicalRules(Table):
    """What an edition says of its own over the house's technical rules: for all of it, or for one
    section over that. `rules` are only what differs, as a policy is written (`media.policy.merged`).
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False)
    section = ForeignKey(Section, null=True, index=True)
    rules = JSONB(default={})
    version = Integer(default=1)
    changed_at = Timestamptz(default=TimestamptzNow())


class Reminder(Table):
    """A letter that the house writes by itself: a rule of `submissions/reminders.py`, and after how
    many days, or how many before a deadline. Without a row a rule is off.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    rule = Varchar(32)
    days = SmallInt(default=7)
    is_on = Boolean(default=False)
    version = Integer(default=1)


class Fee(Table):
    """What an entry costs, and whether it was paid: by hand, with a word of why. Euro cents.

    `state` is `due`, `paid` or `waived`; `kind` is the deadline that it was filed under, and `waived_cents`
    the part of `cents` that nobody asks for. Its id is the entry's, so that the record tells of the film.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    submission = ForeignKey(Submission, null=False, unique=True)
    state = Varchar(8, default="due")
    kind = Varchar(8, default="regular")
    cents = Integer(default=0)
    waived_cents = Integer(default=0)
    note = Varchar(400, default="")
    version = Integer(default=1)
    changed_at = Timestamptz(default=TimestamptzNow())


class WaiverCode(Table):
    """A word that a maker types: it waives a part of the fee, in per cent, and may let them file late.

    `sections` are ids, none means all of them; `label` is for operators alone.
    """

    id = Varchar(16, primary_key=True, default=new_id)
    edition = ForeignKey(Edition, null=False, index=True)
    code = Varchar(24)
    label = Varchar(120, default="")
    sections = JSONB(default=[])
    percent = SmallInt(default=100)
    late_until = Timestamptz(null=True, default=None)
    most_uses = Integer(default=1)
    expires_at = Timestamptz(null=True, default=None)
    is_open = Boolean(default=True)
    version = Integer(default=1)
    created_at = Timestamptz(default=TimestamptzNow())


class CodeUse(Table):
    """A waiver code that stands on an entry; an entry has one at most."""

    id = Varchar(16, primary_key=True, default=new_id)
    code = ForeignKey(WaiverCode, null=False, index=True)
    submission = ForeignKey(Submission, null=False, unique=True)
    person = ForeignKey(Person, null=False, index=True)
    created_at = Timestamptz(default=TimestamptzNow())
