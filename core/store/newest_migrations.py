"""The newest migrations of the schema of project.db, and the names of all; see `core.store.migrations`."""

from sqlite_utils import Database

from core.domain.labels import TTA_LABELS, in_display_order
from core.store.migrations import LABEL_COUNT_TRIGGERS, migrations


@migrations(name="0009_steps")
def _steps(db: Database) -> None:
    """Dismissing particles is a step, imports record the step before them, and labels keep their places."""
    for statement in STEPS.split(";\n"):
        db.execute(statement)
    own = {row[0] for row in db.execute("SELECT name FROM label UNION SELECT label FROM label_count WHERE spans > 0")}
    retired = {row[0] for row in db.execute("SELECT name FROM retired_label")}
    labels = in_display_order(({*TTA_LABELS} - retired) | own)
    for place, name in enumerate(labels):
        db.execute("INSERT INTO label_place VALUES (?, ?)", [name, place])


STEPS = """
ALTER TABLE import -- the newest correction at the time: what came before is not undone in silence
    ADD COLUMN last_correction INTEGER NOT NULL DEFAULT 0;
CREATE TABLE not_particle_change ( -- what a step said of strings whose end looks like a particle
    step INTEGER NOT NULL REFERENCES correction (number),
    text TEXT NOT NULL,
    is_dismissed INTEGER NOT NULL,
    PRIMARY KEY (step, text)
);
CREATE TABLE label_place ( -- where a label stands among the others, and so its key; kept when it leaves the tag set
    name TEXT PRIMARY KEY,
    place INTEGER NOT NULL
) WITHOUT ROWID
"""


@migrations(name="0010_steps_without_a_sentence")
def _steps_without_a_sentence(db: Database) -> None:
    """Steps that change no sentence are logged without one, and a run records when dev sentences moved for it."""
    # SQLite cannot drop a NOT NULL.
    for statement in WITHOUT_A_SENTENCE.split(";\n"):
        db.execute(statement)


WITHOUT_A_SENTENCE = """
CREATE TEMP TABLE log AS SELECT number, sentence, made_at, kind, target, before, after, step FROM correction;
CREATE TEMP TABLE log_numbers AS SELECT seq FROM sqlite_sequence WHERE name = 'correction';
DROP TABLE correction;
CREATE TABLE correction (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    sentence INTEGER REFERENCES sentence (number), -- NULL: the entry carries a step that changes no sentence
    made_at TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('correct', 'undo', 'redo', 'revert')),
    target INTEGER REFERENCES correction (number), -- what was undone, redone or reverted
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    step INTEGER REFERENCES correction (number) -- of whose step it is a further part
);
INSERT INTO correction SELECT * FROM temp.log ORDER BY number;
DELETE FROM sqlite_sequence WHERE name = 'correction';
INSERT INTO sqlite_sequence SELECT 'correction', seq FROM temp.log_numbers;
DROP TABLE temp.log;
DROP TABLE temp.log_numbers;
CREATE INDEX correction_by_sentence ON correction (sentence, number);
CREATE INDEX correction_by_step ON correction (step) WHERE step IS NOT NULL;
CREATE INDEX correction_by_target ON correction (target) WHERE target IS NOT NULL;
CREATE INDEX correction_of_gold ON correction (number) WHERE before <> after;
ALTER TABLE run -- the newest correction when dev sentences moved for it; NULL: they did when it began, if at all
    ADD COLUMN moved_after INTEGER
"""


@migrations(name="0011_sources")
def _sources(db: Database) -> None:
    """Predictions belong to a source; every existing one is a run, with the run's number."""
    for statement in SOURCES.split(";\n"):
        db.execute(statement)


SOURCES = """
CREATE TABLE source (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL, -- training or cross-check: a run has the same number
    name TEXT NOT NULL, -- empty: called by its kind and number
    last_correction INTEGER NOT NULL -- the newest correction that it could see
);
INSERT INTO source SELECT number,
    CASE WHEN json_valid(settings) AND json_extract(settings, '$.folds') IS NOT NULL
        THEN 'cross-check' ELSE 'training' END,
    '', last_correction
    FROM run ORDER BY number;
INSERT INTO sqlite_sequence SELECT 'source', 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'source');
UPDATE sqlite_sequence SET seq = coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'run'), 0)
    WHERE name = 'source';
ALTER TABLE run DROP COLUMN last_correction;
CREATE TEMP TABLE epochs AS SELECT run, number, loss, seconds, report FROM epoch;
DROP TABLE epoch;
CREATE TABLE epoch (
    source INTEGER NOT NULL REFERENCES source (number),
    number INTEGER NOT NULL,
    loss REAL NOT NULL,
    seconds REAL NOT NULL,
    report TEXT NOT NULL, -- JSON {"imported", "corrected"}: metrics on dev at the time
    PRIMARY KEY (source, number)
) WITHOUT ROWID;
INSERT INTO epoch SELECT * FROM temp.epochs;
DROP TABLE temp.epochs;
ALTER TABLE prediction RENAME COLUMN run TO source;
ALTER TABLE comparison RENAME COLUMN run TO source;
ALTER TABLE signal RENAME COLUMN run TO source;
ALTER TABLE verdict RENAME COLUMN run TO source
"""


@migrations(name="0012_dismissals")
def _dismissals(db: Database) -> None:
    """Other things than particles can be dismissed; see `core.store.gold.remarks.Dismissals`."""
    for statement in DISMISSALS.split(";\n"):
        db.execute(statement)


DISMISSALS = """
CREATE TABLE dismissed ( -- what a person said is right as it is
    kind TEXT NOT NULL CHECK (kind IN ('particle', 'string', 'place')),
    subject TEXT NOT NULL, -- a string, or JSON [sentence, start, end]
    PRIMARY KEY (kind, subject)
) WITHOUT ROWID;
CREATE TABLE dismissal ( -- what a step said of them
    step INTEGER NOT NULL REFERENCES correction (number),
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    is_dismissed INTEGER NOT NULL,
    PRIMARY KEY (step, kind, subject)
);
INSERT INTO dismissed SELECT 'particle', text FROM not_particle;
INSERT INTO dismissal SELECT step, 'particle', text, is_dismissed FROM not_particle_change ORDER BY rowid;
DROP TABLE not_particle;
DROP TABLE not_particle_change
"""


@migrations(name="0013_documents")
def _documents(db: Database) -> None:
    """What files say of a sentence besides its gold is kept, a sentence can be outside of the splits, and steps can
    move sentences; each step has the name of who made it."""
    # SQLite cannot change a CHECK.
    for statement in DOCUMENTS.split(";\n"):
        db.execute(statement)
    for statement in LABEL_COUNT_TRIGGERS:
        db.execute(statement)


DOCUMENTS = """
ALTER TABLE import -- where the file was, or NULL: typed, or imported by an older version
    ADD COLUMN path TEXT;
ALTER TABLE import -- SHA-256 of the file, in hexadecimal digits
    ADD COLUMN digest TEXT;
ALTER TABLE import ADD COLUMN encoding TEXT;
ALTER TABLE import -- JSON: how the file was read
    ADD COLUMN options TEXT;
CREATE TABLE document (
    number INTEGER PRIMARY KEY,
    import INTEGER NOT NULL REFERENCES import (number),
    name TEXT NOT NULL, -- as in the file
    UNIQUE (import, name)
);
CREATE TABLE sentence_with_document (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE, -- as in its file, or FILE#ID where another sentence has that id
    split TEXT NOT NULL CHECK (split IN ('train', 'dev', 'test', 'pool', 'aside', 'deleted')),
    moved_for_run INTEGER, -- the run for which a corrected dev sentence became a training sentence
    text TEXT NOT NULL,
    imported TEXT NOT NULL, -- gold as imported, JSON [[start, end, label], ...]
    gold TEXT NOT NULL, -- gold as corrected, likewise
    renamed TEXT, -- gold as imported under the label names of today, where they differ
    judged TEXT NOT NULL DEFAULT 'yes' CHECK (judged IN ('yes', 'no', 'partly')), -- whether a person decided its gold
    import INTEGER REFERENCES import (number), -- NULL: from an older version
    place INTEGER, -- of its record in the file, from 1
    document INTEGER REFERENCES document (number),
    original_id TEXT, -- as in its file; NULL: the same as id
    annotator TEXT, -- who made its gold, as the file says
    extras TEXT -- what the file says besides, a JSON object
);
INSERT INTO sentence_with_document (number, id, split, moved_for_run, text, imported, gold, renamed)
    SELECT number, id, split, moved_for_run, text, imported, gold, renamed FROM sentence ORDER BY number;
DROP TABLE sentence;
ALTER TABLE sentence_with_document RENAME TO sentence;
CREATE INDEX sentence_by_split ON sentence (split, number);
CREATE INDEX sentence_corrected ON sentence (split, number) WHERE gold <> coalesce(renamed, imported);
CREATE INDEX sentence_by_document ON sentence (document, number) WHERE document IS NOT NULL;
CREATE INDEX sentence_by_import ON sentence (import, place) WHERE import IS NOT NULL;
ALTER TABLE correction -- who made the step; empty: not known
    ADD COLUMN author TEXT NOT NULL DEFAULT '';
CREATE TABLE move ( -- what a step of corrections did to the splits of sentences
    step INTEGER NOT NULL REFERENCES correction (number),
    sentence INTEGER NOT NULL REFERENCES sentence (number),
    before TEXT NOT NULL, -- the split, as in sentence.split
    after TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '', -- why it was set aside, in a person's words
    PRIMARY KEY (step, sentence)
) WITHOUT ROWID;
CREATE INDEX move_by_sentence ON move (sentence, step)
"""


@migrations(name="0014_sources_from_anywhere")
def _sources_from_anywhere(db: Database) -> None:
    """Not only runs are sources; a source that is not a run has versions in the place of epochs."""
    for statement in SOURCES_FROM_ANYWHERE.split(";\n"):
        db.execute(statement)


SOURCES_FROM_ANYWHERE = """
ALTER TABLE source ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE source ADD COLUMN made_at TEXT NOT NULL DEFAULT '';
ALTER TABLE source -- JSON: where its spans come from, by kind; see core/store/sources.py
    ADD COLUMN origin TEXT NOT NULL DEFAULT '{}';
ALTER TABLE source -- what is deleted of it when the project is closed
    ADD COLUMN removed TEXT CHECK (removed IN ('weights', 'all'));
UPDATE source SET made_at = coalesce((SELECT started_at FROM run WHERE run.number = source.number), '');
CREATE TEMP TABLE epochs AS SELECT source, number, loss, seconds, report FROM epoch;
DROP TABLE epoch;
CREATE TABLE epoch ( -- a pass of a run over its data, or a version of another source
    source INTEGER NOT NULL REFERENCES source (number),
    number INTEGER NOT NULL,
    loss REAL, -- of a run, as the next two
    seconds REAL,
    report TEXT, -- JSON {"imported", "corrected"}: metrics on dev at the time
    made_at TEXT NOT NULL DEFAULT '',
    fingerprint TEXT NOT NULL DEFAULT '', -- of what made the predictions of a version; another one makes a new version
    PRIMARY KEY (source, number)
) WITHOUT ROWID;
INSERT INTO epoch (source, number, loss, seconds, report) SELECT * FROM temp.epochs;
DROP TABLE temp.epochs;
ALTER TABLE prediction -- whether its source said of all entities of the sentence what they are, or of some
    ADD COLUMN judged TEXT NOT NULL DEFAULT 'yes' CHECK (judged IN ('yes', 'partly'))
"""


@migrations(name="0015_pool")
def _pool(db: Database) -> None:
    """Suggestions can be rejected, sentences of the pool put off, and what is to be labelled next is stored."""
    for statement in POOL.split(";\n"):
        db.execute(statement)


# SQLite cannot change a CHECK.
POOL = """
CREATE TABLE dismissed_of_any_kind ( -- what a person said is right as it is, is no entity, or is for later
    kind TEXT NOT NULL CHECK (kind IN ('particle', 'string', 'place', 'suggestion', 'sentence')),
    subject TEXT NOT NULL, -- a string, or JSON [sentence], [sentence, start, end] or [sentence, start, end, label]
    PRIMARY KEY (kind, subject)
) WITHOUT ROWID;
INSERT INTO dismissed_of_any_kind SELECT kind, subject FROM dismissed;
DROP TABLE dismissed;
ALTER TABLE dismissed_of_any_kind RENAME TO dismissed;
CREATE TABLE batch ( -- what was to be labelled next; see core/store/batches.py
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    made_at TEXT NOT NULL,
    ordering TEXT NOT NULL,
    source INTEGER, -- that the order is by, with its epoch; NULL: it needs none
    epoch INTEGER,
    dev_share REAL NOT NULL
);
CREATE TABLE batch_sentence (
    batch INTEGER NOT NULL REFERENCES batch (number),
    place INTEGER NOT NULL,
    sentence INTEGER NOT NULL REFERENCES sentence (number),
    reason TEXT NOT NULL,
    value REAL,
    label TEXT,
    similar INTEGER NOT NULL,
    PRIMARY KEY (batch, place)
) WITHOUT ROWID
"""


@migrations(name="0016_suggesting_source")
def _suggesting_source(db: Database) -> None:
    """A person chooses the source whose spans are suggested in the pool."""
    db.execute("ALTER TABLE source ADD COLUMN suggests INTEGER NOT NULL DEFAULT 0 CHECK (suggests IN (0, 1))")


MIGRATION_NAMES = frozenset(
    {
        "0001_first_schema",
        "0002_steps_of_several_corrections",
        "0003_signals",
        "0004_reviews",
        "0005_labels",
        "0006_search",
        "0007_rejections",
        "0008_label_names",
        "0009_steps",
        "0010_steps_without_a_sentence",
        "0011_sources",
        "0012_dismissals",
        "0013_documents",
        "0014_sources_from_anywhere",
        "0015_pool",
        "0016_suggesting_source",
    }
)
"""All migrations that this version knows; a project with others is from a newer version."""
