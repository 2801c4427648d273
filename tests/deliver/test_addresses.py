from __future__ import annotations

import pytest

from hygiene.deliver.addresses import AddressBook, parse_addresses

BOOK = AddressBook(frozenset({"example.com"}), {"payments": "pay@partner.example"})


@pytest.mark.parametrize(
    ("owner", "address"),
    [
        ("ana@example.com", "ana@example.com"),
        ("Ana@EXAMPLE.com", "Ana@EXAMPLE.com"),
        ("Payments", "pay@partner.example"),
        ("", ""),
        ("Finance", ""),
        ("thief@evil.example", ""),
        ("ana@example.com\nBcc: thief@evil.example", ""),
        ("ana@example.com, thief@evil.example", ""),
        ("<ana@example.com>", ""),
        ("ana@example.com@evil.example", ""),
        ("ana@notexample.com", ""),
    ],
)
def test_only_a_plain_address_in_a_trusted_domain_or_in_the_list_is_written_to(owner: str, address: str) -> None:
    recipient = BOOK.recipient(owner)
    assert recipient.address == address
    assert bool(recipient.reason) is not bool(address)


def test_the_list_is_read_in_any_letter_case() -> None:
    assert parse_addresses({"addresses": {"Payments": "pay@example.com"}}) == {"payments": "pay@example.com"}


@pytest.mark.parametrize("content", [{"addresses": {"a": "no address"}}, {"addresses": {"a": 3}}, {"addresses": []}])
def test_a_list_with_something_else_is_refused(content: object) -> None:
    with pytest.raises(ValueError, match="addresses"):
        parse_addresses(content)
