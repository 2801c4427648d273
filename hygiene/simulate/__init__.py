"""A simulated AWS organization on loopback: the demo's and the tests' AWS.

Needs the optional extra `demo` (moto), which is asked for on first use only.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from hygiene.errors import ConfigError

if TYPE_CHECKING:
    from hygiene.simulate.calls import Call
    from hygiene.simulate.errors import SimulationError
    from hygiene.simulate.floor import floor_calls
    from hygiene.simulate.generate import generated_world
    from hygiene.simulate.server import SimulatedAws
    from hygiene.simulate.story import DEMO_AS_OF, demo_world
    from hygiene.simulate.world import Account, Hub, OrganizationPolicy, Policy, Role, User, World

_HOMES = {
    "Account": "world",
    "Call": "calls",
    "DEMO_AS_OF": "story",
    "Hub": "world",
    "OrganizationPolicy": "world",
    "Policy": "world",
    "Role": "world",
    "SimulatedAws": "server",
    "SimulationError": "errors",
    "User": "world",
    "World": "world",
    "demo_world": "story",
    "floor_calls": "floor",
    "generated_world": "generate",
}

__all__ = [
    "DEMO_AS_OF",
    "Account",
    "Call",
    "Hub",
    "OrganizationPolicy",
    "Policy",
    "Role",
    "SimulatedAws",
    "SimulationError",
    "User",
    "World",
    "demo_world",
    "floor_calls",
    "generated_world",
]


def __getattr__(name: str) -> Any:
    """Import on use: moto is heavy and optional."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        module = import_module(f"{__name__}.{_HOMES[name]}")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("moto", "werkzeug", "flask", "flask_cors"):
            raise
        raise ConfigError(
            "The simulated AWS needs moto, which is not installed: pip install 'role-hygiene[demo]'."
        ) from error
    return getattr(module, name)
