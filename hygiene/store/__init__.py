"""Files ⇄ bytes: a place that holds named files, behind one interface, so that no stage knows where it writes."""

from hygiene.store.base import Store
from hygiene.store.local import LocalStore
from hygiene.store.location import is_local_file, open_store, split_location
from hygiene.store.lock import Lock

__all__ = ["LocalStore", "Lock", "Store", "is_local_file", "open_store", "split_location"]
