"""Documents ⇄ files: the snapshot's layout, written account by account and read one account at a time."""

from hygiene.snapshot.reader import Snapshot, open_snapshot
from hygiene.snapshot.writer import JointWriter, SnapshotWriter

__all__ = ["JointWriter", "Snapshot", "SnapshotWriter", "open_snapshot"]
