"""What every test gets: no AWS setting of this machine, and no configuration from the environment."""

from __future__ import annotations

import gc
import os
import sys
import tempfile
from typing import TYPE_CHECKING

import pytest

import tests.examples  # noqa: F401 (registers the long profile before hypothesis looks for it)

if TYPE_CHECKING:
    from collections.abc import Iterator


def pytest_configure() -> None:
    """Search for cycles as seldom as the program does: the heap of a long session is large."""
    gc.set_threshold(200_000, 50, 50)


def pytest_sessionfinish() -> None:
    """Keep what was measured by now, and end at once.

    Pytest would search the heap of a long session for cycles five times, and xdist kills a worker that has not ended
    ten seconds after its last test: with it went all that coverage had measured there, half of the suite.
    """
    measuring = sys.modules["coverage"].Coverage.current() if "coverage" in sys.modules else None
    if measuring is not None:
        measuring.save()
    gc.freeze()


@pytest.fixture(autouse=True, scope="session")
def _temporary_files_below_pytests_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What a killed run leaves behind must not gather on the machine."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("temporary")
        patch.setenv("TMPDIR", str(folder))
        patch.setattr(tempfile, "tempdir", str(folder))
        yield


@pytest.fixture(autouse=True)
def _no_outside_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("AWS_", "HYGIENE_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
