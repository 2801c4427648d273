"""The trail's table as AWS's documentation makes it: its columns, its partitions, and its rows out of the objects.

https://docs.aws.amazon.com/athena/latest/ug/create-cloudtrail-table-org-wide-trail.html
"""

from __future__ import annotations

import gzip
import json
import zlib
from typing import TYPE_CHECKING, Any

from hygiene.simulate.athena.errors import QueryFailedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hygiene.simulate.trail_bucket import Delivered

_USER_IDENTITY = """STRUCT(
    "type" VARCHAR, principalid VARCHAR, arn VARCHAR, accountid VARCHAR, invokedby VARCHAR, accesskeyid VARCHAR,
    username VARCHAR, onbehalfof STRUCT(userid VARCHAR, identitystorearn VARCHAR),
    sessioncontext STRUCT(
        attributes STRUCT(mfaauthenticated VARCHAR, creationdate VARCHAR),
        sessionissuer STRUCT(
            "type" VARCHAR, principalid VARCHAR, arn VARCHAR, accountid VARCHAR, username VARCHAR),
        ec2roledelivery VARCHAR,
        webidfederationdata STRUCT(federatedprovider VARCHAR, attributes MAP(VARCHAR, VARCHAR))))"""

COLUMNS = {
    "eventversion": "VARCHAR",
    "useridentity": _USER_IDENTITY,
    "eventtime": "VARCHAR",
    "eventsource": "VARCHAR",
    "eventname": "VARCHAR",
    "awsregion": "VARCHAR",
    "sourceipaddress": "VARCHAR",
    "useragent": "VARCHAR",
    "errorcode": "VARCHAR",
    "errormessage": "VARCHAR",
    "requestparameters": "VARCHAR",
    "responseelements": "VARCHAR",
    "additionaleventdata": "VARCHAR",
    "requestid": "VARCHAR",
    "eventid": "VARCHAR",
    "readonly": "VARCHAR",
    "resources": 'STRUCT(arn VARCHAR, accountid VARCHAR, "type" VARCHAR)[]',
    "eventtype": "VARCHAR",
    "apiversion": "VARCHAR",
    "recipientaccountid": "VARCHAR",
    "serviceeventdetails": "VARCHAR",
    "sharedeventid": "VARCHAR",
    "vpcendpointid": "VARCHAR",
    "vpcendpointaccountid": "VARCHAR",
    "eventcategory": "VARCHAR",
    "addendum": "STRUCT(reason VARCHAR, updatedfields VARCHAR, originalrequestid VARCHAR, originaleventid VARCHAR)",
    "sessioncredentialfromconsole": "VARCHAR",
    "edgedevicedetails": "VARCHAR",
    "tlsdetails": "STRUCT(tlsversion VARCHAR, ciphersuite VARCHAR, clientprovidedhostheader VARCHAR)",
    "account": "VARCHAR",
    "region": "VARCHAR",
    "timestamp": "VARCHAR",
}
"""DuckDB's types of Athena's columns; the last three are the partitions, projected from the folders' names."""

_NESTED = ("useridentity", "resources", "addendum", "tlsdetails")


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value)


def _lowered(value: Any) -> Any:
    """Field names as the table has them; every leaf is a text."""
    if isinstance(value, dict):
        return {str(key).lower(): _lowered(item) for key, item in value.items()}
    return [_lowered(item) for item in value] if isinstance(value, list) else _text(value)


def _row(record: Mapping[str, Any], place: Delivered) -> dict[str, Any]:
    said = {key.lower(): value for key, value in record.items()}
    row = {name: _lowered(said.get(name)) if name in _NESTED else _text(said.get(name)) for name in COLUMNS}
    return {**row, "account": place.account_id, "region": place.region, "timestamp": place.day}


def rows_of(place: Delivered, content: bytes, bucket: str) -> Iterator[dict[str, Any]]:
    """The rows of an object; raises QueryFailedError where Athena stumbles over it."""
    if not content:
        return
    where = f"s3://{bucket}/{place.key}"
    try:
        records = json.loads(gzip.decompress(content)).get("Records", [])
    except (OSError, EOFError, zlib.error) as error:
        raise QueryFailedError(f"HIVE_CURSOR_ERROR: Failed to read file at {where}: {error}") from error
    except ValueError as error:
        raise QueryFailedError(f"HIVE_BAD_DATA: Error parsing the JSON of {where}: {error}") from error
    yield from (_row(record, place) for record in records if isinstance(record, dict))
