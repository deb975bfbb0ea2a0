"""The sentences on a path over the epochs of a run; see `core.analysis.paths`."""

from core.analysis.paths import Path
from core.domain.spans import SentenceNumber
from core.store.database import Database
from core.store.predictions import EpochKey
from core.store.sentences import Gold


def on_path(database: Database, path: Path, key: EpochKey, gold: Gold) -> set[SentenceNumber]:
    """Those that the epoch tagged, right or wrong as the path ends, and whether that was ever otherwise before.

    Python's sets do this: SQLite would ask anew for every sentence and epoch.
    """
    tagged, wrong = _tagged(database, key), _wrong(database, key, gold)
    is_right = path in ("right", "learned")
    found = tagged - wrong if is_right else tagged & wrong
    otherwise: set[SentenceNumber] = set()
    for epoch in range(1, key.epoch):
        before = EpochKey(key.run, epoch)
        wrong = _wrong(database, before, gold)
        otherwise |= wrong if is_right else _tagged(database, before) - wrong
    return found & otherwise if path in ("learned", "forgotten") else found - otherwise


def _tagged(database: Database, key: EpochKey) -> set[SentenceNumber]:
    return set(database.numbers("SELECT sentence FROM prediction WHERE run = ? AND epoch = ?", [key.run, key.epoch]))


def _wrong(database: Database, key: EpochKey, gold: Gold) -> set[SentenceNumber]:
    on = "on_corrected" if gold == "corrected" else "on_imported"
    found = database.numbers(
        f"SELECT DISTINCT sentence FROM comparison WHERE run = ? AND epoch = ? AND {on}"
        " AND outcome IN ('edge', 'type', 'both', 'missed', 'spurious')",  # named, so that the index finds them
        [key.run, key.epoch],
    )
    return set(found)
