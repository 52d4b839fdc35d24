"""The section `email`."""

import re
import ssl
from pathlib import Path
from typing import Final

from pipeline.nightly.telling.attachments import Attach
from pipeline.nightly.telling.load_parts import (
    Around,
    refuse_open,
    secret_in,
    words_in,
)
from pipeline.nightly.telling.mail import Mail
from pipeline.nightly.telling.policy import Event
from pipeline.nightly.telling.smtp import PORTS, Login, MailServer, Security
from pipeline.yaml_file import Section

_ADDRESS: Final = re.compile(r"[!-~]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_NO_ADDRESS: Final = re.compile(r'[@<>,;:"()\[\]\\]')
_HOST: Final = re.compile(
    r"[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*\.?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*"
)
_LAST_PORT: Final = 65_535


def load_mail(
    table: Section, on: frozenset[Event], report_url: str, around: Around
) -> Mail | None:
    """A list of receivers, or None after a mistake that leaves none."""
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
    return frozenset(words_in(table, "attach", tuple(Attach)))


def _server(section: Section, around: Around) -> MailServer:
    host = section.required_text("host")
    if host and not _HOST.fullmatch(host):
        section.complain(f"'{host}' is no name of a server.", "host")
    security = section.choice("security", tuple(Security), Security.STARTTLS)
    refuse_open(section, host, is_open=security is Security.NONE)
    path = _ca_file(section, around.folder)
    port = section.whole("port") or PORTS[security]
    if port > _LAST_PORT:
        section.complain(f"'port' is at most {_LAST_PORT}, not {port}.", "port")
    return MailServer(host, port, security, _login(section, around), path)


def _ca_file(section: Section, folder: Path) -> Path | None:
    name = section.text("ca_file")
    if name is None:
        return None
    path = folder / Path(name).expanduser()
    try:
        ssl.create_default_context(cafile=path)
    except OSError as error:
        no_file = isinstance(error, FileNotFoundError)
        what = f"There is no file {path}" if no_file else f"{path} has no certificates"
        section.complain(f"{what}.", "ca_file")
    return path


def _login(section: Section, around: Around) -> Login | None:
    user = section.text("user")
    given = [key for key in ("password_env", "password_file") if key in section]
    password = secret_in(section, "password", around) if user or given else None
    for key in ("password_env", "password_file"):
        section.text(key)
    if user is None and given:
        section.complain(f"'{given[0]}' needs 'user'.", given[0])
    return Login(user, password) if user and password else None


def _is_address(address: str) -> bool:
    local, _, _domain = address.rpartition("@")
    return bool(_ADDRESS.fullmatch(address)) and not _NO_ADDRESS.search(local)
