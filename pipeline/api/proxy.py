"""Which proxy leads to the API, if any."""

from collections.abc import Mapping

from pipeline.api.address import ApiAddress


def find_proxy(target: ApiAddress, environ: Mapping[str, str]) -> str | None:
    """HTTPS_PROXY, unless NO_PROXY names the host.

    For https only: the proxy then passes bytes it cannot read, so that it neither
    sees the key nor can repeat a request. ALL_PROXY and HTTP_PROXY are ignored.
    """
    if not target.is_encrypted or target.is_loopback:
        return None
    excepted = _variable(environ, "no_proxy").lower().split(",")
    if any(_covers(each.strip(), target.host) for each in excepted):
        return None
    return _variable(environ, "https_proxy") or None


def _covers(excepted: str, host: str) -> bool:
    """`*` is every host, and a name stands for all that end in it as well."""
    name = excepted.lstrip(".")
    return name == "*" or (bool(name) and f".{host}".endswith(f".{name}"))


def _variable(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name) or environ.get(name.upper(), "")
