"""An account that another machine writes gives the same report as one that is written here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from hygiene.model import RightSizing
from hygiene.report import EVERY_FORMAT, write_report
from hygiene.report.account import AccountWriter, packed, unpacked
from tests.report.review_sample import ACCOUNT, a_big_review, a_review, a_role, big_facts, the_provenance
from tests.report.test_removal import PLAIN

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from hygiene.frames import ReviewTables
    from hygiene.report.account import WrittenAccount
    from hygiene.report.sink import Sink


def written_elsewhere(folder: Path, review: ReviewTables, formats: Collection[str]) -> None:
    there = AccountWriter(review.coverage, review.group_sizes, big_facts(), formats)

    def elsewhere(_: AccountWriter, sink: Sink) -> Iterator[WrittenAccount]:
        for account in review.accounts():
            yield unpacked(packed(there, account), sink)

    folder.mkdir()
    write_report(review, big_facts(), the_provenance(), folder, formats, elsewhere)


def contents(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


@pytest.mark.parametrize("formats", [EVERY_FORMAT, ("csv",), ("parquet", "xlsx"), ()])
def test_accounts_written_elsewhere_give_the_same_bytes(tmp_path: Path, formats: tuple[str, ...]) -> None:
    review = a_big_review()
    assert len(list(review.accounts())) > 2
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    write_report(review, big_facts(), the_provenance(), here, formats)
    written_elsewhere(there, review, formats)
    assert contents(there) == contents(here)
    assert ("index.html" in contents(here)) == ("html" in formats)


def test_what_nobody_else_may_read_stays_so_on_its_way(tmp_path: Path) -> None:
    review = replace(a_review([a_role()]), right_sizing={ACCOUNT: RightSizing(removals=(PLAIN,))})
    written_elsewhere(tmp_path / "report", review, ("csv",))
    scripts = sorted((tmp_path / "report" / "removal").iterdir())
    assert [path.name for path in scripts] == [f"{ACCOUNT}.sh", f"{ACCOUNT}.tf.txt"]
    assert {path.stat().st_mode & 0o777 for path in scripts} == {0o600}
