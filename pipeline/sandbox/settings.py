"""How a stand-in is to behave."""

from dataclasses import dataclass

DEFAULT_API_KEY = "sandbox-key"  # not a secret: it opens nothing but the stand-in


@dataclass(frozen=True)
class SandboxSettings:
    """`rate_limit` is in requests per second; None means without limit."""

    api_key: str = DEFAULT_API_KEY
    rate_limit: int | None = None
