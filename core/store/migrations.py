"""The schema of project.db as ordered migrations, the first eight of them. Released migrations are never edited; new
ones go to `core.store.newest_migrations`."""

import json

from sqlite_utils import Database, Migrations

APPLICATION_ID = 0x5350414E
"""«SPAN», SQLite's id of the application that owns the file."""

migrations = Migrations("spandesk")


@migrations(name="0001_first_schema")
def _first_schema(db: Database) -> None:
    for statement in (*FIRST_SCHEMA.split(";\n"), *LABEL_COUNT_TRIGGERS):
        db.execute(statement)


FIRST_SCHEMA = """
CREATE TABLE label (
    name TEXT PRIMARY KEY
) WITHOUT ROWID;
CREATE TABLE import (
    number INTEGER PRIMARY KEY,
    file TEXT NOT NULL,
    format TEXT NOT NULL,
    imported_at TEXT NOT NULL,
    sentences INTEGER NOT NULL,
    spans INTEGER NOT NULL,
    rejected TEXT NOT NULL -- JSON [{"file", "line", "reason"}]
);
CREATE TABLE sentence (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    split TEXT NOT NULL CHECK (split IN ('train', 'dev', 'test')),
    moved_for_run INTEGER, -- the run for which a corrected dev sentence became a training sentence
    text TEXT NOT NULL,
    imported TEXT NOT NULL, -- gold as imported, JSON [[start, end, label], ...]
    gold TEXT NOT NULL -- gold as corrected, likewise
);
CREATE INDEX sentence_by_split ON sentence (split, number);
CREATE INDEX sentence_corrected ON sentence (split, number) WHERE gold <> imported;
CREATE TABLE label_count ( -- derived from sentence by triggers: spans of each label in the corrected gold of each split
    split TEXT NOT NULL,
    label TEXT NOT NULL,
    spans INTEGER NOT NULL,
    PRIMARY KEY (split, label)
) WITHOUT ROWID;
CREATE TABLE correction (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    sentence INTEGER NOT NULL REFERENCES sentence (number),
    made_at TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('correct', 'undo', 'redo', 'revert')),
    target INTEGER REFERENCES correction (number), -- what was undone, redone or reverted
    before TEXT NOT NULL,
    after TEXT NOT NULL
);
CREATE INDEX correction_by_sentence ON correction (sentence, number);
CREATE TABLE run (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    status TEXT NOT NULL CHECK (status IN ('running', 'finished', 'stopped', 'failed')),
    settings TEXT NOT NULL,
    labels TEXT NOT NULL,
    train_sentences INTEGER NOT NULL,
    dev_sentences INTEGER NOT NULL,
    last_sentence INTEGER NOT NULL, -- the newest sentence and correction that the run could see
    last_correction INTEGER NOT NULL,
    training_digest TEXT NOT NULL -- SHA-256 of the training sentences in order
);
CREATE TABLE epoch (
    run INTEGER NOT NULL REFERENCES run (number),
    number INTEGER NOT NULL,
    loss REAL NOT NULL,
    seconds REAL NOT NULL,
    report TEXT NOT NULL, -- JSON {"imported", "corrected"}: metrics on dev at the time
    PRIMARY KEY (run, number)
) WITHOUT ROWID;
CREATE TABLE prediction (
    run INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    sentence INTEGER NOT NULL REFERENCES sentence (number),
    spans TEXT NOT NULL, -- JSON [[start, end, label, probability], ...]
    PRIMARY KEY (run, epoch, sentence)
) WITHOUT ROWID;
CREATE INDEX prediction_by_sentence ON prediction (sentence);
CREATE TABLE comparison ( -- derived from sentence and prediction; see core/comparison.py
    run INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    sentence INTEGER NOT NULL REFERENCES sentence (number),
    on_imported INTEGER NOT NULL,
    on_corrected INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    gold_label TEXT,
    predicted_label TEXT
);
CREATE INDEX comparison_by_run ON comparison (
    run, epoch, outcome, gold_label, predicted_label, on_corrected, on_imported, sentence
);
CREATE INDEX comparison_by_sentence ON comparison (sentence, run, epoch)
"""


def _counting(row: str, sign: str) -> str:
    """The statement that adds or subtracts the spans of the old or new row of a sentence."""
    return (
        f"INSERT INTO label_count SELECT {row}.split, json_extract(value, '$[2]'), {sign}count(*)"
        f" FROM json_each({row}.gold) WHERE true GROUP BY 2"
        " ON CONFLICT (split, label) DO UPDATE SET spans = spans + excluded.spans;"
    )


LABEL_COUNT_TRIGGERS = (
    f"CREATE TRIGGER count_new_sentence AFTER INSERT ON sentence BEGIN {_counting('NEW', '')} END",
    "CREATE TRIGGER count_changed_sentence AFTER UPDATE OF gold, split ON sentence BEGIN"
    f" {_counting('OLD', '-')} {_counting('NEW', '')} END",
)


@migrations(name="0002_steps_of_several_corrections")
def _steps_of_several_corrections(db: Database) -> None:
    """Corrections made in one step refer to the first of them, and are undone together."""
    db.execute("ALTER TABLE correction ADD COLUMN step INTEGER REFERENCES correction (number)")
    db.execute("CREATE INDEX correction_by_step ON correction (step) WHERE step IS NOT NULL")


@migrations(name="0003_signals")
def _signals(db: Database) -> None:
    """Signals of runs for each sentence; see `core.metrics.signals`."""
    for statement in SIGNALS.split(";\n"):
        db.execute(statement)


SIGNALS = """
CREATE TABLE signal (
    run INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    sentence INTEGER NOT NULL REFERENCES sentence (number),
    uncertainty REAL NOT NULL, -- nats
    loss REAL, -- nats
    suspicion REAL, -- 0 to 1
    gold TEXT NOT NULL, -- the gold that loss and suspicion were measured on, as in sentence.gold
    gold_probabilities TEXT NOT NULL, -- JSON [probability or null, ...] of its spans
    PRIMARY KEY (run, epoch, sentence)
) WITHOUT ROWID;
CREATE INDEX signal_by_uncertainty ON signal (run, epoch, uncertainty DESC, sentence);
CREATE INDEX signal_by_loss ON signal (run, epoch, loss DESC, sentence) WHERE loss IS NOT NULL;
CREATE INDEX signal_by_suspicion ON signal (run, epoch, suspicion DESC, sentence) WHERE suspicion IS NOT NULL
"""


@migrations(name="0004_reviews")
def _reviews(db: Database) -> None:
    """Remarks about sentences; see `core.store.gold.remarks`."""
    for statement in REVIEWS.split(";\n"):
        db.execute(statement)


REVIEWS = """
CREATE TABLE review ( -- append-only, as note and verdict: of each thing said, the newest entry that is not undone holds
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    step INTEGER NOT NULL REFERENCES correction (number), -- what it is undone with
    sentence INTEGER NOT NULL REFERENCES sentence (number),
    made_at TEXT NOT NULL,
    undone INTEGER NOT NULL DEFAULT 0,
    is_reviewed INTEGER NOT NULL,
    seconds REAL -- how long the sentence had been shown
);
CREATE INDEX review_by_sentence ON review (sentence, number) WHERE undone = 0;
CREATE INDEX review_by_step ON review (step);
CREATE TABLE note (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    step INTEGER NOT NULL REFERENCES correction (number),
    sentence INTEGER NOT NULL REFERENCES sentence (number),
    made_at TEXT NOT NULL,
    undone INTEGER NOT NULL DEFAULT 0,
    text TEXT NOT NULL
);
CREATE INDEX note_by_sentence ON note (sentence, number) WHERE undone = 0;
CREATE INDEX note_by_step ON note (step);
CREATE TABLE verdict ( -- on one gold and one predicted span, or one of them alone, as they stood
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    step INTEGER NOT NULL REFERENCES correction (number),
    sentence INTEGER NOT NULL REFERENCES sentence (number),
    made_at TEXT NOT NULL,
    undone INTEGER NOT NULL DEFAULT 0,
    run INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    gold TEXT NOT NULL, -- JSON [[start, end, label]], or [] for none
    predicted TEXT NOT NULL, -- likewise
    blame TEXT NOT NULL CHECK (blame IN ('model', 'gold', 'ambiguous')),
    sampled INTEGER NOT NULL, -- whether it was met in the random order
    seconds REAL -- since the sentence was shown, or since the verdict before it there
);
CREATE INDEX verdict_by_sentence ON verdict (sentence, run, epoch, number) WHERE undone = 0;
CREATE INDEX verdict_by_run ON verdict (run, epoch) WHERE undone = 0;
CREATE INDEX verdict_by_step ON verdict (step);
CREATE VIEW reviewed AS SELECT sentence FROM review AS r WHERE undone = 0 AND is_reviewed AND NOT EXISTS
    (SELECT 1 FROM review AS l WHERE l.undone = 0 AND l.sentence = r.sentence AND l.number > r.number);
CREATE VIEW noted AS SELECT sentence, text FROM note AS n WHERE undone = 0 AND text <> '' AND NOT EXISTS
    (SELECT 1 FROM note AS l WHERE l.undone = 0 AND l.sentence = n.sentence AND l.number > n.number);
CREATE INDEX correction_of_gold ON correction (number) WHERE before <> after -- the others carry a step of remarks
"""


@migrations(name="0005_labels")
def _labels(db: Database) -> None:
    """Standard labels can be removed from the tag set, steps can change it, and large steps are written in slices."""
    for statement in LABELS.split(";\n"):
        db.execute(statement)


LABELS = """
CREATE TABLE retired_label ( -- types of the standard that are not in the tag set
    name TEXT PRIMARY KEY
) WITHOUT ROWID;
CREATE TABLE label_change ( -- what a step of corrections did to the tag set besides
    step INTEGER NOT NULL REFERENCES correction (number),
    name TEXT NOT NULL,
    is_known INTEGER NOT NULL, -- whether the label was in the tag set after it, and not before
    PRIMARY KEY (step, name)
) WITHOUT ROWID;
CREATE TABLE unfinished_step ( -- one that is being written slice by slice, and taken back unless it ends
    step INTEGER PRIMARY KEY
);
CREATE INDEX correction_by_target ON correction (target) WHERE target IS NOT NULL;
CREATE TABLE not_particle ( -- strings whose end looks like a particle and is none, as a person said
    text TEXT PRIMARY KEY
) WITHOUT ROWID
"""


@migrations(name="0006_search")
def _search(db: Database) -> None:
    """Texts and ids packed for search, filled when the project is opened; see `core.store.search`."""
    db.execute(
        "CREATE TABLE packed_text ("
        " first INTEGER NOT NULL,"  # the oldest of its sentences
        " last INTEGER PRIMARY KEY,"  # the newest of its sentences
        " numbers TEXT NOT NULL,"  # JSON [number, ...] of its sentences
        " texts BLOB NOT NULL)"
    )


@migrations(name="0007_rejections")
def _rejections(db: Database) -> None:
    """How many records of a file were rejected; only the first are stored."""
    db.execute("ALTER TABLE import ADD COLUMN rejections INTEGER NOT NULL DEFAULT 0")
    db.execute("UPDATE import SET rejections = json_array_length(rejected)")


@migrations(name="0008_label_names")
def _label_names(db: Database) -> None:
    """Renamed and merged labels, so that data stored with former names counts for current ones."""
    for statement in LABEL_NAMES.split(";\n"):
        db.execute(statement)
    for step, name in db.execute("SELECT step, name FROM label_change WHERE NOT is_known").fetchall():
        becomes = _new_label(db, step, name)
        if becomes is not None:
            newest = "(SELECT coalesce(max(number), 0) FROM sentence)"
            db.execute(f"INSERT INTO relabelling VALUES (?, ?, ?, {newest})", [step, name, becomes])
            db.execute("INSERT OR IGNORE INTO stale_label VALUES (?), (?)", [name, becomes])


def _new_label(db: Database, step: int, name: str) -> str | None:
    """The label that the spans of another label got in a step, as its first correction shows."""
    for before, after in db.execute("SELECT before, after FROM correction WHERE number = ?", [step]).fetchall():
        for old, new in zip(json.loads(before), json.loads(after), strict=True):
            if old[2] == name:
                return str(new[2])
    return None


LABEL_NAMES = """
DROP INDEX sentence_corrected;
CREATE TABLE relabelling ( -- steps that renamed a label or merged it into another; see core/store/label_names.py
    step INTEGER PRIMARY KEY REFERENCES correction (number),
    name TEXT NOT NULL,
    becomes TEXT NOT NULL,
    last_sentence INTEGER NOT NULL -- the newest at the time: later ones were imported under the new name
);
CREATE TABLE stale_label ( -- labels whose spans in what is derived from golds and predictions are to be derived anew
    name TEXT PRIMARY KEY
) WITHOUT ROWID;
ALTER TABLE sentence -- gold as imported under the label names of today, where they differ
    ADD COLUMN renamed TEXT;
CREATE INDEX sentence_corrected ON sentence (split, number) WHERE gold <> coalesce(renamed, imported)
"""
