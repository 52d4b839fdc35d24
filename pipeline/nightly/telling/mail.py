"""E-mail: one for a list of receivers and a night."""

import hashlib
from dataclasses import dataclass
from email import message_from_string
from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from typing import Final

from pipeline.nightly.telling.attachments import Attach, enclose
from pipeline.nightly.telling.html import html_text
from pipeline.nightly.telling.plain import plain_text
from pipeline.nightly.telling.policy import Event
from pipeline.nightly.telling.smtp import MailServer, session
from pipeline.nightly.telling.stories import News, subject_of
from pipeline.nightly.telling.undelivered import within
from pipeline.printable import one_line

WHOLE_SECONDS: Final = 120.0
_MAIN: Final = "<main>"
_POLICY: Final = SMTP.clone(cte_type="7bit")


@dataclass(frozen=True)
class Mail:
    """A list of receivers. `report_url` is where reports are found, or ""."""

    to: tuple[str, ...]
    sender: str
    server: MailServer
    on: frozenset[Event]
    attach: frozenset[Attach] = frozenset()
    report_url: str = ""
    whole_seconds: float = WHOLE_SECONDS

    @property
    def key(self) -> str:
        """Not of the server: what waits is to go when its address is put right."""
        return _digest("mail", self.sender, *sorted(self.to))

    @property
    def name(self) -> str:
        return f"e-mail to {', '.join(self.to)}"

    def write(self, news: News) -> str:
        """The whole mail. Its Message-ID is the same whenever it is written."""
        enclosed = enclose(news, self.attach)
        mail = self._headed(news)
        mail.set_content(plain_text(news, self.report_url, enclosed.notes))
        mail.add_alternative(
            html_text(news, self.report_url, enclosed.notes), subtype="html"
        )
        for each in enclosed.attachments:
            mail.add_attachment(
                each.content,
                maintype="text",
                subtype=each.kind,
                filename=each.name,
                params={"charset": "utf-8"},
            )
        return mail.as_string()

    def late(self, content: str, note: str) -> str:
        mail = message_from_string(content, policy=_POLICY)
        mail.replace_header("Subject", f"Late: {mail['Subject']}")
        plain, page = mail.get_body(("plain",)), mail.get_body(("html",))
        if plain is not None and page is not None:
            plain.set_content(f"{note}\n\n{plain.get_content()}")
            head, main, rest = page.get_content().partition(_MAIN)
            page.set_content(
                f"{head}{main}\n<p>{escape(note)}</p>{rest}", subtype="html"
            )
        return mail.as_string()

    def send(self, content: str) -> str:
        late = f"The mail server {self.server.name} took too long."
        return within(self.whole_seconds, lambda: self._hand_over(content), late=late)

    def check(self) -> None:
        late = f"The mail server {self.server.name} took too long."
        within(self.whole_seconds, self._knock, late=late)

    def _headed(self, news: News) -> EmailMessage:
        night = news.night
        subject = subject_of(news)
        mark = _digest(self.key, night.started_at.isoformat(), subject)
        mail = EmailMessage(policy=_POLICY)
        mail["From"] = self.sender
        mail["To"] = ", ".join(self.to)
        mail["Subject"] = subject
        mail["Date"] = night.ended_at
        domain = self.sender.rpartition("@")[2]
        mail["Message-ID"] = f"<{night.started_at:%Y%m%d%H%M%S}.{mark}@{domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        return mail

    def _hand_over(self, content: str) -> str:
        with session(self.server) as connection:
            refused = connection.sendmail(
                self.sender, self.to, content.encode("ascii", "backslashreplace")
            )
        return one_line(f"Refused were: {', '.join(refused)}", 300) if refused else ""

    def _knock(self) -> None:
        with session(self.server) as connection:
            connection.noop()


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
