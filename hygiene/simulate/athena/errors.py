"""How a query ends badly."""

from __future__ import annotations


class QueryFailedError(Exception):
    """A query that Athena starts and then ends as FAILED; says Athena's reason."""


class QueryRefusedError(Exception):
    """A query that Athena does not even start; says Athena's reason."""
