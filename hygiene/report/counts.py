"""What is counted of an account, and of an owner."""

from __future__ import annotations

from typing import NamedTuple

from hygiene.report.roster import NO_SEVERITY


class AccountNumbers(NamedTuple):
    """Roles of an account: all, to decide, unused; `rank` of the worst finding, as `rank_of` counts.

    `by_severity`: roles by their worst finding in effect, in the order of SEVERITIES. `granted` and `used`: services,
    added up over the `measured` roles for which both were read, of the `judged` ones that are not AWS's own.
    """

    roles: int = 0
    needed: int = 0
    unused: int = 0
    rank: int = NO_SEVERITY
    by_severity: tuple[int, ...] = (0,) * NO_SEVERITY
    granted: int = 0
    used: int = 0
    measured: int = 0
    judged: int = 0


class OwnerNumbers(NamedTuple):
    """Roles of an owner: all, to decide, critical or high, decided in this review, overdue or undone."""

    roles: int = 0
    needed: int = 0
    urgent: int = 0
    answered: int = 0
    late: int = 0
