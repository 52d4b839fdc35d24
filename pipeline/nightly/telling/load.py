"""The sections `notify`, `metrics` and `ping` of a configuration."""

import re
from collections.abc import Iterator
from collections.abc import Mapping as Dict
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import httpx

from pipeline.api import is_loopback
from pipeline.errors import SettingsError
from pipeline.nearest import did_you_mean
from pipeline.nightly.endings import NightStatus
from pipeline.nightly.metrics import SUFFIX
from pipeline.nightly.telling.attachments import Attach
from pipeline.nightly.telling.channels import Channel
from pipeline.nightly.telling.hooks import KINDS, Hook, read_headers
from pipeline.nightly.telling.mail import Mail
from pipeline.nightly.telling.ping import Ping
from pipeline.nightly.telling.policy import Event
from pipeline.nightly.telling.secret import (
    FromEnvironment,
    InTheOpen,
    Secret,
    file_secret,
)
from pipeline.nightly.telling.smtp import PORTS, Login, MailServer, Security
from pipeline.nightly.telling.web import Endpoint
from pipeline.yaml_file import Section

Word = TypeVar("Word", bound=str)

_ADDRESS: Final = re.compile(r"[!-~]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_NO_ADDRESS: Final = re.compile(r'[@<>,;:"()\[\]\\]')
_HOST: Final = re.compile(
    r"[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*\.?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*"
)
_LAST_PORT: Final = 65_535
_USUAL: Final = frozenset(Event) - {Event.OK}
_KINDS: Final = ("email", *KINDS)


@dataclass(frozen=True)
class TellingSettings:
    """Who is told, and where numbers and pings go."""

    channels: tuple[Channel, ...] = ()
    metrics: Path | None = None
    ping: Ping | None = None


@dataclass(frozen=True)
class Around:
    """What the file stands in: paths count from `folder`."""

    folder: Path
    environ: Dict[str, str]


def load_telling(
    top: Section, folder: Path, environ: Dict[str, str]
) -> TellingSettings:
    """Takes its keys from the configuration; mistakes are collected in `top`.

    Secrets are read once, so that a missing one is told now and not in the night.
    """
    around = Around(folder, environ)
    sections = top.tables("notify", "notification {}")
    channels = [channel for each in sections for channel in _channel(each, around)]
    _tell_doubles(top, channels)
    return TellingSettings(
        tuple(channels),
        _metrics(top.table("metrics", "'metrics'"), folder),
        _ping(top.table("ping", "'ping'"), around),
    )


def _tell_doubles(top: Section, channels: list[Channel]) -> None:
    seen: set[str] = set()
    for channel in channels:
        if channel.key in seen:
            top.complain(f"Two notifications are the same: {channel.name}.", "notify")
        seen.add(channel.key)


def _channel(section: Section, around: Around) -> Iterator[Channel]:
    tables = section.named_tables(_KINDS, "'{}'")
    on = _on(section)
    report_url = _report_url(section)
    section.close()
    named = [kind for kind in _KINDS if kind in section]
    if len(named) != 1:
        section.complain(
            f"{section.what} names {len(named) or 'no'} ways of telling.",
            hint=f"Give each one of {', '.join(_KINDS)}.",
        )
        return
    for kind, table in tables.items():
        channel = (
            _mail(table, on, report_url, around)
            if kind == "email"
            else _hook(kind, table, on, report_url, around)
        )
        table.close()
        if channel is not None:
            yield channel


def _on(section: Section) -> frozenset[Event]:
    if "on" not in section:
        section.texts("on")
        return _USUAL
    return frozenset(_words(section, "on", tuple(Event)))


def _words(section: Section, key: str, known: tuple[Word, ...]) -> list[Word]:
    found = []
    for text in section.texts(key):
        word = next((each for each in known if each == text.value), None)
        if word is None:
            section.mistakes.add(
                f"'{text.value}' is no value of '{key}'; it takes {', '.join(known)}.",
                text.place,
                did_you_mean(text.value or "", known),
            )
            continue
        found.append(word)
    return found


def _report_url(section: Section) -> str:
    address = section.text("report_url") or ""
    if address and not _is_web(address):
        section.complain("'report_url' is no web address.", "report_url")
    return address


def _mail(
    table: Section, on: frozenset[Event], report_url: str, around: Around
) -> Mail | None:
    to = tuple(text.value or "" for text in table.texts("to"))
    sender = table.required_text("from")
    if not to:
        table.complain(f"{table.what} needs 'to'.", "to")
    for key, address in (*(("to", each) for each in to), ("from", sender)):
        if address and not _is_address(address):
            table.complain(f"'{address}' is no mail address.", key)
    attach = _attach(table)
    section = table.table("smtp", "'smtp'")
    if section is None:
        table.complain(f"{table.what} needs 'smtp'.", "smtp")
        return None
    server = _server(section, around)
    section.close()
    return Mail(to, sender, server, on, attach, report_url)


def _attach(table: Section) -> frozenset[Attach]:
    if "attach" not in table:
        table.texts("attach")
        return frozenset(Attach)
    return frozenset(_words(table, "attach", tuple(Attach)))


def _server(section: Section, around: Around) -> MailServer:
    host = section.required_text("host")
    if host and not _HOST.fullmatch(host):
        section.complain(f"'{host}' is no name of a server.", "host")
    security = section.choice("security", tuple(Security), Security.STARTTLS)
    _refuse_open(section, host, is_open=security is Security.NONE)
    ca_file = section.text("ca_file")
    path = around.folder / Path(ca_file).expanduser() if ca_file else None
    if path and not path.is_file():
        section.complain(f"There is no file {path}.", "ca_file")
    port = section.whole("port") or PORTS[security]
    if port > _LAST_PORT:
        section.complain(f"'port' is at most {_LAST_PORT}, not {port}.", "port")
    return MailServer(host, port, security, _login(section, around), path)


def _login(section: Section, around: Around) -> Login | None:
    user = section.text("user")
    given = [key for key in ("password_env", "password_file") if key in section]
    password = _secret(section, "password", around) if user or given else None
    for key in ("password_env", "password_file"):
        section.text(key)
    if user is None and given:
        section.complain(f"'{given[0]}' needs 'user'.", given[0])
    return Login(user, password) if user and password else None


def _refuse_open(section: Section, host: str, *, is_open: bool) -> None:
    allowed = section.flag("allow_insecure") or False
    if is_open and host and not is_loopback(host) and not allowed:
        section.complain(
            f"What goes to {host} would not be encrypted.",
            "security" if "security" in section else "",
            "Anyone on the way could read it. If you mean it, add "
            "'allow_insecure: true'.",
        )


def _hook(
    kind: str,
    table: Section,
    on: frozenset[Event],
    report_url: str,
    around: Around,
) -> Hook | None:
    endpoint = _endpoint(table, around, in_the_open=kind == "webhook")
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


def _endpoint(
    table: Section, around: Around, *, in_the_open: bool = False
) -> Endpoint | None:
    address = table.text("url") if in_the_open else None
    if not address:
        secret = _secret(table, "url", around)
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
    if address and not _is_web(address):
        table.complain(f"What {secret.where} holds is no web address.")
    elif address:
        url = httpx.URL(address)
        _refuse_open(table, url.host, is_open=url.scheme == "http")
    table.flag("allow_insecure")
    return Endpoint(secret)


def _secret(section: Section, name: str, around: Around) -> Secret | None:
    """From `<name>_env` or `<name>_file`; exactly one of them."""
    keys = (f"{name}_env", f"{name}_file")
    variable, file = (section.text(key) for key in keys)
    if bool(variable) == bool(file):
        section.complain(
            f"{section.what} needs one of '{keys[0]}' and '{keys[1]}'.",
            hint="Secrets do not stand in the configuration itself.",
        )
        return None
    secret: Secret = (
        FromEnvironment(variable, around.environ)
        if variable
        else file_secret(file or "", around.folder, around.environ)
    )
    try:
        secret.read()
    except SettingsError as error:
        section.complain(error.sentence, keys[0] if variable else keys[1], error.hint)
    return secret


def _metrics(section: Section | None, folder: Path) -> Path | None:
    if section is None:
        return None
    name = section.required_text("textfile")
    section.close()
    path = folder / Path(name).expanduser()
    if name and path.suffix != SUFFIX:
        section.complain(
            f"The collector reads only files that end in {SUFFIX}.", "textfile"
        )
    if name and not path.parent.is_dir():
        section.complain(f"There is no folder {path.parent}.", "textfile")
    return path if name else None


def _ping(section: Section | None, around: Around) -> Ping | None:
    if section is None:
        return None
    endpoint = _endpoint(section, around)
    counts = section.choice("attention", ("success", "fail"), "success")
    section.close()
    if endpoint is None:
        return None
    ping = Ping(endpoint)
    if counts == "success":
        return ping
    return Ping(endpoint, ping.good - {NightStatus.ATTENTION})


def _is_web(address: str) -> bool:
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL:
        return False
    return url.scheme in {"http", "https"} and bool(url.host)


def _is_address(address: str) -> bool:
    local, _, _domain = address.rpartition("@")
    return bool(_ADDRESS.fullmatch(address)) and not _NO_ADDRESS.search(local)
