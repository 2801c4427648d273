"""What a policy means: documents in, permissions and trust out. Pure: no AWS call, no frame, no clock."""

from hygiene.policy.evaluate import Decision, NamedPolicy, evaluate

__all__ = ["Decision", "NamedPolicy", "evaluate"]
