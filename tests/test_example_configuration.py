from __future__ import annotations

import os
import re
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from pydantic import BaseModel

from hygiene.analyse.catalogue import configured_checks
from hygiene.analyse.checks import all_checks
from hygiene.analyse.owners import OwnerRules, owner_of, parse_mapping
from hygiene.config import CheckSettings, Settings, key_names, load_settings
from hygiene.review.exceptions import parse_exceptions

if TYPE_CHECKING:
    from collections.abc import Iterator

CONFIG = Path(__file__).parents[1] / "config"
EXAMPLE = CONFIG / "hygiene.example.toml"


@pytest.fixture(autouse=True)
def _no_settings_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.upper().startswith("HYGIENE_")]:
        monkeypatch.delenv(name)


def sections() -> dict[str, list[str]]:
    """Return the lines of each section, live or commented; explanations are not lines of it."""
    found: dict[str, list[str]] = {}
    here = ""
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        text = line.removeprefix("#")
        if re.fullmatch(r"\[[\w.-]+\]", text):
            here = text.strip("[]")
        elif re.match(r"\w+ = ", text):
            found.setdefault(here, []).append(text)
    return found


def keys(section: str) -> set[str]:
    return {line.split(" = ", 1)[0] for line in sections()[section]}


def model_sections(model: type[BaseModel] = Settings, above: str = "") -> Iterator[tuple[str, set[str]]]:
    """Yield every table of the configuration with its keys; a table of nothing but tables is no section itself."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            section = f"{above}{name}"
            tables = dict(model_sections(field.annotation, f"{section}."))
            yield from tables.items()
            inner = {table.removeprefix(f"{section}.").split(".")[0] for table in tables}
            if own := set(key_names(field.annotation)) - inner:
                yield section, own


def every_example_in_use() -> dict[str, Any]:
    """Return the file with every commented line live; of a key given twice the later, the example, holds."""
    lines = []
    for section, settings in sections().items():
        latest = {setting.split(" = ", 1)[0]: setting for setting in settings}
        lines += [f"[{section}]", *latest.values()]
    return tomllib.loads("\n".join(lines))


def test_example_equals_the_defaults() -> None:
    assert load_settings(EXAMPLE).model_dump() == Settings().model_dump()


def test_example_shows_every_key_of_every_section_and_no_other() -> None:
    assert {name: keys(name) for name, _ in model_sections()} == dict(model_sections())


def test_nested_tables_are_sections_too() -> None:
    assert {"delivery.s3", "delivery.webhook"} <= set(dict(model_sections()))


def test_example_shows_what_every_check_takes() -> None:
    assert keys("checks.no-owner") == set(CheckSettings.model_fields)


def test_example_shows_every_threshold_with_its_default() -> None:
    shown = every_example_in_use()["checks"]
    assert {check.id: shown.get(check.id) for check in all_checks() if check.thresholds} == {
        check.id: dict(check.thresholds) for check in all_checks() if check.thresholds
    }


def test_every_commented_example_is_accepted() -> None:
    settings = Settings.model_validate(every_example_in_use())
    assert settings.accounts.include
    assert {item.check.id for item in configured_checks(settings.checks)} == {check.id for check in all_checks()}


def test_commented_check_settings_are_the_checks_own() -> None:
    settings = Settings.model_validate({"checks": every_example_in_use()["checks"]})
    own = [(item.check.id, item.severity, item.thresholds) for item in configured_checks({})]
    assert [(item.check.id, item.severity, item.thresholds) for item in configured_checks(settings.checks)] == own


def test_every_key_has_its_reason_above_it() -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    explained: set[str] = set()
    for above, line in pairwise(lines):
        key = line.removeprefix("#").split(" = ", 1)[0]
        if re.match(r"#?\w+ = ", line) and key not in explained:
            assert above.startswith("# "), line
            explained.add(key)


def test_owners_example_is_read_and_the_first_match_wins() -> None:
    rules = OwnerRules(mapping=parse_mapping(yaml.safe_load((CONFIG / "owners.example.yaml").read_text("utf-8"))))
    billing = {"Arn": "arn:aws:iam::012345678901:role/billing-export"}
    other = {"Arn": "arn:aws:iam::012345678901:role/loader"}
    assert owner_of(billing, "012345678901", rules) == ("billing@example.com", "mapping")
    assert owner_of(other, "012345678901", rules) == ("data-platform@example.com", "mapping")


def test_exceptions_example_is_read() -> None:
    content = yaml.safe_load((CONFIG / "exceptions.example.yaml").read_text("utf-8"))
    waivers = parse_exceptions(content, [check.id for check in all_checks()])
    assert [waiver.owner for waiver in waivers] == ["security-operations@example.com", "platform@example.com"]
