"""The whole error tree: each error is a sentence for a person, a short slug for machines and an exit code."""


class HygieneError(Exception):
    """Something the user should read as one or two lines, never as a traceback."""

    slug = "failed"
    exit_code = 1


class ConfigError(HygieneError):
    """Wrong usage or configuration; names the file, the key and what to write instead."""

    slug = "config"
    exit_code = 2


class CredentialsError(HygieneError):
    """No credentials, or credentials that AWS does not accept; nothing was read yet."""

    slug = "credentials"
    exit_code = 2


class PopulationError(HygieneError):
    """The list of accounts was refused, so a complete review cannot be promised."""

    slug = "population"
    exit_code = 2


class CollectionError(HygieneError):
    """One account or one collector failed; the runner turns it into a Gap and goes on."""

    slug = "collection"


class SnapshotError(HygieneError):
    """A snapshot cannot be used as a whole: nothing readable in it, or written by a newer version."""

    slug = "snapshot"


class PartError(HygieneError):
    """What was found in one account cannot be gone on with: damaged, or written by another version."""

    slug = "part"


class ClusterError(HygieneError):
    """The cluster fell away while it was at work; what was collected is kept."""

    slug = "cluster"


class StoreError(HygieneError):
    """A place to read from or write to refused: read-only, full, not there."""

    slug = "store"


class PlaceError(StoreError):
    """The bucket that was named cannot serve: there is none of the name, it is elsewhere, or nothing is allowed."""

    slug = "place"
    exit_code = 2


class LockHeldError(HygieneError):
    """Another review is at work in the same place; leaving it alone is no failure."""

    slug = "locked"
    exit_code = 0


class NotDueError(HygieneError):
    """The review of this quarter is finished already; `--if-due` makes that no failure."""

    slug = "not-due"
    exit_code = 0


class LockLostError(StoreError):
    """Another run took the place over while this one stood still; nothing of this one is published."""

    slug = "lock-lost"


class FrameError(HygieneError):
    """A table broke its own schema: our bug, so the run stops instead of reporting it."""

    slug = "frame"


class ReportError(HygieneError):
    """The report could not be written; an earlier one was left as it was."""

    slug = "report"


class DeliveryError(HygieneError):
    """The report is on disk, but could not be sent as a whole; `hygiene deliver` sends what is missing."""

    slug = "delivery"
    exit_code = 3


class AnswersError(HygieneError):
    """A file of decisions cannot be taken as it is; nothing of it was written."""

    slug = "answers"


class LedgerError(HygieneError):
    """The ledger of a review is damaged; what people gave must not be lost by going on."""

    slug = "ledger"
