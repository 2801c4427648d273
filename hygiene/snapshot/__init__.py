"""Documents ⇄ files: the snapshot's layout, written account by account and read one account at a time."""

from hygiene.snapshot.reader import Snapshot, open_snapshot
from hygiene.snapshot.writer import SnapshotWriter

__all__ = ["Snapshot", "SnapshotWriter", "open_snapshot"]
