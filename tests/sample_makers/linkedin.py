"""LinkedIn's data download: messages and invitations of a user called Sam Rivera."""

from collections.abc import Mapping
from datetime import UTC, datetime

from tests.sample_makers.files import csv_text, sample_csv
from tests.sample_makers.parts import (
    STRANGER,
    Deal,
    Made,
    Sample,
    SampleRow,
    deals,
    load_workspace,
    office_hour,
    with_specials,
)

FOLDER = "samples/linkedin"
MESSAGES = (
    "CONVERSATION ID",
    "CONVERSATION TITLE",
    "FROM",
    "SENDER PROFILE URL",
    "TO",
    "RECIPIENT PROFILE URLS",
    "DATE",
    "SUBJECT",
    "CONTENT",
    "FOLDER",
    "ATTACHMENTS",
    "IS MESSAGE DRAFT",
    "IS CONVERSATION DRAFT",
)
INVITATIONS = (
    "From",
    "To",
    "Sent At",
    "Message",
    "Direction",
    "inviterProfileUrl",
    "inviteeProfileUrl",
)
OWNER = "Sam Rivera"
_FIRST_DAY = datetime(2021, 5, 3, tzinfo=UTC)
_GONE = "Robin Merged-Away"
_STRANGER_NAME = "Nobody We Know"

Cells = dict[str, str]

_TEXTS = (
    "Hello {first},\n\nthanks for the talk about {topic}.\nNext week?",
    "<p>Hello {first},</p><p>here is the <strong>offer</strong> &amp; a photo.</p>",
    "Sounds good &#39;til Friday.",
    "Grüße nach Köln, {first}! ☕",
    'You said "no", did you mean "not yet"?',
)


def profile(name: str) -> str:
    slug = name.lower().replace(" ", "-")
    plain = slug.replace("ë", "e").replace("ø", "o")
    return f"https://www.linkedin.com/in/{plain}-example"


def linkedin_made() -> Made:
    samples = messages, invitations = _messages(), _invitations()
    return Made(
        samples,
        {
            messages.path: sample_csv(messages, quote_all=False).encode(),
            invitations.path: sample_csv(
                invitations, quote_all=False, newline="\r\n"
            ).encode(),
            f"{FOLDER}/contacts.csv": csv_text(
                ("Name", "Profile URL", "Reevo ID"), _contacts()
            ).encode(),
        },
    )


def _contacts() -> list[tuple[str, str, str]]:
    """Profile URLs as people paste them: with a slash or a question at the end."""
    endings = ("", "/", "?trk=mail")
    known = [(one["display_name"], one["id"]) for one in load_workspace()["contacts"]]
    return [
        (name, profile(name) + endings[at % 3], reevo_id)
        for at, (name, reevo_id) in enumerate([*known, (_GONE, STRANGER.format(6))])
    ]


def _messages() -> Sample:
    people = deals()
    rows = {number: _message(number, people) for number in range(2, 36)}
    specials = _message_specials(rows)
    return Sample(
        f"{FOLDER}/messages.csv",
        "linkedin-messages",
        MESSAGES,
        with_specials(rows, _dropped(rows) | dict(specials)),
    )


def _dropped(rows: Mapping[int, Cells]) -> dict[int, SampleRow]:
    """Rows name Sam too, whom no lookup knows."""
    return dict.fromkeys(rows, SampleRow({}, "created", "lookup_dropped"))


def _message(number: int, people: list[Deal]) -> Cells:
    """Conversations of three messages; every third answer comes from the contact."""
    deal = people[(number // 3 * 7) % len(people)]
    name = deal.contact["display_name"]
    answered = number % 3 == 2
    sender, receiver = (name, OWNER) if answered else (OWNER, name)
    at = office_hour(_FIRST_DAY, 31 * (number // 3), number)
    return {
        "CONVERSATION ID": f"2-MDAx{number // 3:04}ZjE=",
        "FROM": sender,
        "SENDER PROFILE URL": profile(sender),
        "TO": receiver,
        "RECIPIENT PROFILE URLS": profile(receiver),
        "DATE": f"{at:%Y-%m-%d %H:%M:%S} UTC",
        "SUBJECT": deal.fill("{topic}") if number % 8 == 3 else "",
        "CONTENT": deal.fill(_TEXTS[number % len(_TEXTS)]),
        "FOLDER": "ARCHIVE" if number % 9 == 1 else "INBOX",
        "ATTACHMENTS": "offer.pdf" if number % 5 == 1 else "",
        "IS MESSAGE DRAFT": "No",
        "IS CONVERSATION DRAFT": "No",
    }


def _message_specials(rows: Mapping[int, Cells]) -> Mapping[int, SampleRow]:
    sender, recipients = "SENDER PROFILE URL", "RECIPIENT PROFILE URLS"
    both = f"{profile('Ada Lindqvist')},{profile('Maya Ximenes')}"
    blank = both.replace(",", " ")
    group = {"FROM": OWNER, sender: profile(OWNER), "TO": "Ada Lindqvist,Maya Ximenes"}
    stranger = {"FROM": _STRANGER_NAME, sender: profile(_STRANGER_NAME)}
    gone = {"FROM": OWNER, sender: profile(OWNER), recipients: profile(_GONE)}

    def skipped(**cells: str) -> SampleRow:
        named = {name.replace("_", " "): text for name, text in cells.items()}
        return SampleRow(named, "skipped", "skipped_by_rule")

    return {
        4: SampleRow({**group, recipients: both}, "created", "lookup_dropped"),
        7: skipped(IS_MESSAGE_DRAFT="Yes"),
        10: skipped(FROM="LinkedIn Member", SENDER_PROFILE_URL="", SUBJECT="A degree"),
        12: SampleRow({**group, recipients: blank}, "created", "lookup_dropped"),
        14: SampleRow(
            {**stranger, "TO": OWNER, recipients: profile(OWNER)},
            "invalid",
            "no_link",
            {sender: profile("Ada Lindqvist")},
        ),
        17: SampleRow(
            {"DATE": "5/3/2022 14:30"},
            "invalid",
            "bad_time",
            {"DATE": "2022-05-03 14:30:00 UTC"},
        ),
        20: SampleRow(rows[19], "duplicate", "lookup_dropped"),
        23: skipped(FROM="", SENDER_PROFILE_URL="", SUBJECT="Try Premium"),
        26: skipped(FOLDER="SPAM"),
        29: SampleRow(
            gone,
            "rejected",
            "record_not_found",
            {recipients: profile("Omar Zielinski")},
        ),
        32: skipped(IS_CONVERSATION_DRAFT="TRUE"),
    }


def _invitations() -> Sample:
    people = deals()
    rows = {number: _invitation(number, people) for number in range(2, 16)}
    specials = _invitation_specials(rows)
    return Sample(
        f"{FOLDER}/Invitations.csv",
        "linkedin-invitations",
        INVITATIONS,
        with_specials(rows, _dropped(rows) | dict(specials)),
    )


def _invitation(number: int, people: list[Deal]) -> Cells:
    deal = people[(number * 5) % len(people)]
    name = deal.contact["display_name"]
    incoming = number % 4 == 1
    sender, receiver = (name, OWNER) if incoming else (OWNER, name)
    at = office_hour(_FIRST_DAY, 61 * number, number)
    note = "Hello {first}, we met at the fair.\nSam" if number % 3 == 0 else ""
    return {
        "From": sender,
        "To": receiver,
        "Sent At": f"{at.month}/{at.day}/{at:%y}, {at.hour % 12 or 12}:{at:%M %p}",
        "Message": deal.fill(note),
        "Direction": "INCOMING" if incoming else "OUTGOING",
        "inviterProfileUrl": profile(sender),
        "inviteeProfileUrl": profile(receiver),
    }


def _invitation_specials(rows: Mapping[int, Cells]) -> Mapping[int, SampleRow]:
    url = "inviteeProfileUrl"
    return {
        4: SampleRow(
            {"To": _STRANGER_NAME, url: profile(_STRANGER_NAME)},
            "invalid",
            "no_link",
            {url: profile("Ada Lindqvist")},
        ),
        7: SampleRow({"To": "LinkedIn Member"}, "skipped", "skipped_by_rule"),
        10: SampleRow(rows[8], "duplicate", "lookup_dropped"),
        12: SampleRow(
            {"Sent At": "25.9.23, 8:52"},
            "invalid",
            "bad_time",
            {"Sent At": "9/25/23, 8:52 AM"},
        ),
    }
