"""post: planned requests go to the API, each one's fate durable in the ledger."""

from pipeline.stages.post.posted import STOPPED_BY_USER, Ending, Posted
from pipeline.stages.post.sender import ApiSender, Line, NothingSent, Sender
from pipeline.stages.post.shift import Limits, Shift

__all__ = [
    "STOPPED_BY_USER",
    "ApiSender",
    "Ending",
    "Limits",
    "Line",
    "NothingSent",
    "Posted",
    "Sender",
    "Shift",
]
