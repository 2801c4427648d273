"""The YAML files that people keep beside the configuration, exceptions and owners: each read in the same way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from hygiene.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")


def parsed_file(path: Path, setting: str, parse: Callable[[Any], T]) -> T:
    """Return what `parse` makes of a file's content.

    `setting` names it in sentences, such as `[owners] mapping`. `parse` raises ValueError with a line per mistake.
    Raises ConfigError with setting, file and what is wrong.
    """
    import yaml

    try:
        return parse(_loaded(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ConfigError(f"{setting}: {path} cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{setting}: {path} is no UTF-8 text ({error}).") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{setting}: {path} is no YAML: {error}") from error
    except ValueError as error:
        lines = "\n".join(f"{path}: {line}" for line in str(error).splitlines())
        raise ConfigError(f"{setting}:\n{lines}") from error


def _loaded(text: str) -> Any:
    """Return what the YAML says. A key that stands twice is refused: YAML would forget the first without a word."""
    import yaml

    class Loader(yaml.SafeLoader):
        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
            seen = set()
            for key, _ in node.value:
                if isinstance(key, yaml.ScalarNode) and key.value in seen:
                    raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} stands twice", key.start_mark)
                seen.add(key.value if isinstance(key, yaml.ScalarNode) else None)
            return super().construct_mapping(node, deep)

    return yaml.load(text, Loader)  # noqa: S506  a SafeLoader
