"""How a run tells what it is doing: passed in, silent by default."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told about by collecting; called from several threads."""

    def accounts_found(self, number: int) -> None:
        """So many accounts are going to be read."""
        ...

    def called(self) -> None:
        """One call to AWS is being made."""
        ...

    def account_done(self, account_id: str, roles: int, gaps: int) -> None:
        """One account is finished, with so many roles read and so many gaps."""
        ...


class Silent:
    """Progress that nobody watches."""

    def accounts_found(self, number: int) -> None:
        """Say nothing."""

    def called(self) -> None:
        """Say nothing."""

    def account_done(self, account_id: str, roles: int, gaps: int) -> None:
        """Say nothing."""
