"""How many random examples a property is tried with: few on every run, 10,000 with `--hypothesis-profile=long`."""

from __future__ import annotations

from hypothesis import settings

LONG = "long"
settings.register_profile(LONG, max_examples=10_000, deadline=None)


def examples(few: int) -> settings:
    """Return the settings of a property test: `few` examples, or as many as the long profile asks for."""
    asked = settings.get_current_profile_name() == LONG
    return settings(max_examples=settings.get_profile(LONG).max_examples if asked else few, deadline=None)
