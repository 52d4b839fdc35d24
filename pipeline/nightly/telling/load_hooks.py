"""Sections that name an address: chats, programs, and the ping's."""

import httpx

from pipeline.errors import SettingsError
from pipeline.nightly.telling.hooks import KINDS, Hook, read_headers
from pipeline.nightly.telling.load_parts import Around, refuse_open, secret_in
from pipeline.nightly.telling.policy import Event
from pipeline.nightly.telling.secret import InTheOpen, Secret, file_secret
from pipeline.nightly.telling.web import Endpoint
from pipeline.yaml_file import Section


def load_hook(
    kind: str,
    table: Section,
    on: frozenset[Event],
    report_url: str,
    around: Around,
) -> Hook | None:
    """A webhook, or None after a mistake that leaves none."""
    endpoint = load_endpoint(table, around, in_the_open=kind == "webhook")
    headers = _headers(table, around) if kind == "webhook" else None
    if endpoint is None:
        return None
    return Hook(kind, KINDS[kind], endpoint, on, headers, report_url)


def _headers(table: Section, around: Around) -> Secret | None:
    name = table.text("headers_file")
    if name is None:
        return None
    secret = file_secret(name, around.folder, around.environ)
    try:
        read_headers(secret)
    except SettingsError as error:
        table.complain(error.sentence, "headers_file", error.hint)
    return secret


def load_endpoint(
    table: Section, around: Around, *, in_the_open: bool = False
) -> Endpoint | None:
    """An address by `url_env` or `url_file`; `in_the_open`, also by `url`."""
    address = table.text("url") if in_the_open else None
    if not address:
        secret = secret_in(table, "url", around)
        return None if secret is None else _checked(table, secret)
    for key in ("url_env", "url_file"):
        if table.text(key):
            table.complain(f"'{key}' and 'url' name two addresses.", key)
    return _checked(table, InTheOpen(address))


def _checked(table: Section, secret: Secret) -> Endpoint:
    """The address itself is never shown: it is a secret."""
    try:
        address = secret.read()
    except SettingsError:
        address = ""
    if address and not is_web(address):
        table.complain(f"What {secret.where} holds is no web address.")
    elif address:
        url = httpx.URL(address)
        refuse_open(table, url.host, is_open=url.scheme == "http")
    table.flag("allow_insecure")
    return Endpoint(secret)


def is_web(address: str) -> bool:
    """Whether it is an address of the web."""
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL:
        return False
    return url.scheme in {"http", "https"} and bool(url.host)
