"""Takes the first pass from parts that others made, where they fit; the other accounts are examined here."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from hygiene.analyse.part import decode_summary, key_of, summary_of
from hygiene.errors import PartError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hygiene.analyse.examination import Examiner
    from hygiene.analyse.organization import FirstPass, Parts
    from hygiene.analyse.part import Summary
    from hygiene.pipeline.examining import Examination
    from hygiene.pipeline.parts import SharedParts, SpilledParts

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Merging:
    """The first pass over parts that lie in OUT, and stay there: an `Examining` once it is given an examination."""

    shared: SharedParts

    def __call__(self, examination: Examination, _: SpilledParts) -> tuple[FirstPass, Parts]:
        """Return the first pass, and where the parts lie."""
        return _Merged(examination, self.shared), self.shared


@dataclass(frozen=True)
class _Merged:
    examination: Examination
    shared: SharedParts

    def __call__(self, account_ids: Sequence[str]) -> Iterator[Summary]:
        for account_id in account_ids:
            yield self._taken(account_id) or self._examined(account_id)

    def _taken(self, account_id: str) -> Summary | None:
        content = self.shared.read(account_id)
        if content is None:
            logger.warning("account %s: nobody has examined it yet, so it is examined here", account_id)
            return None
        try:
            if key_of(content) != self.examination.key(account_id):
                logger.info("account %s: examined by other rules or data, so it is examined here again", account_id)
                return None
            return decode_summary(content)
        except PartError as error:
            logger.warning("account %s: %s It is examined here again.", account_id, error)
            return None

    def _examined(self, account_id: str) -> Summary:
        part = self._examiner.examine(self.examination.snapshot.documents(account_id))
        self.shared.put(part, self.examination.key(account_id))
        return summary_of(part)

    @cached_property
    def _examiner(self) -> Examiner:
        return self.examination.examiner()
