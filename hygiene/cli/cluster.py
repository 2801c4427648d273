"""Who does the accounts of a run: this process, or a cluster that the command line names."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from hygiene.errors import ConfigError
from hygiene.pipeline.story import Alone, quarter_asked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hygiene.config import Settings
    from hygiene.pipeline import ReportRequest
    from hygiene.pipeline.story import Workforce


@contextmanager
def workforce(settings: Settings, request: ReportRequest, url: str | None, *, insecure: bool) -> Iterator[Workforce]:
    """Give this process, or the cluster at the address. Raises ConfigError where that cannot serve."""
    if url is None:
        if insecure:
            raise ConfigError("--cluster-insecure says something of --cluster, which is not given.")
        yield Alone()
        return
    # Dask takes a second to load, and is an extra.
    from hygiene.pipeline.cluster import connected
    from hygiene.pipeline.cluster_client import Address

    address = Address.parse(url, insecure=insecure)
    with connected(address, settings, request.out, quarter_asked(settings, request)) as cluster:
        yield cluster
