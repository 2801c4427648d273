"""What pages of every kind are put together from."""

from __future__ import annotations

from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Link(NamedTuple):
    """A text that leads somewhere; an empty `href` leads nowhere and is shown as text."""

    text: str
    href: str
    note: str = ""


class Chip(NamedTuple):
    """A filter of a role table: its words, the tag it keeps and how many roles carry it."""

    text: str
    tag: str
    number: int


class Figure(NamedTuple):
    """A number with its words; where it leads; the tone its edge has."""

    number: int
    text: str
    href: str
    note: str
    tone: str


class Segment(NamedTuple):
    """A part of the population's bar, in thousandths of its width."""

    key: str
    text: str
    number: int
    x: int
    width: int
    note: str


class Shortened(NamedTuple, Generic[T]):
    """The first rows of something long, and how long it is."""

    rows: tuple[T, ...]
    total: int
