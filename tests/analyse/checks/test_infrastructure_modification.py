from __future__ import annotations

from tests.builders import a_role, analysed, document, found, statement

CHECK = "infrastructure-modification"


def test_fires_and_names_few_actions() -> None:
    (finding,) = found(analysed(a_role(inline=document(statement("ec2:TerminateInstances")))), CHECK)
    assert finding["evidence"] == "May change any resource in ec2 (ec2:TerminateInstances)."
    assert (finding["detail"], finding["severity"]) == ("ec2", "low")


def test_quiet_for_reading_and_for_named_resources() -> None:
    quiet = document(statement("ec2:Describe*"), statement("s3:PutObject", "arn:aws:s3:::one/*"))
    assert not found(analysed(a_role(inline=quiet)), CHECK)


def test_quiet_for_telemetry_that_needs_a_star() -> None:
    telemetry = document(statement(["cloudwatch:PutMetricData", "xray:PutTraceSegments"]))
    assert not found(analysed(a_role(inline=telemetry)), CHECK)


def test_quiet_for_an_account_without_roles() -> None:
    assert not found(analysed(), CHECK)


def test_held_back_by_a_deny_is_a_row_of_its_own() -> None:
    denied = document(statement(["ec2:TerminateInstances", "s3:DeleteBucket"]), statement("s3:*", effect="Deny"))
    fates = {
        (finding["held_back_by"], finding["detail"]) for finding in found(analysed(a_role(inline=denied)), CHECK)
    }
    assert fates == {(None, "ec2"), ("deny", "s3")}
