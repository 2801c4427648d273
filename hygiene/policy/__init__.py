"""What a policy means: documents in, permissions and trust out. Pure: no AWS call, no frame, no clock."""

# Not lazily: importing the module of that name later would put the module in the function's place.
from hygiene.policy.evaluate import Decision, NamedPolicy, evaluate

__all__ = ["Decision", "NamedPolicy", "evaluate"]
