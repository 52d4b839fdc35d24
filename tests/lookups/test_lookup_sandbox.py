"""Lookups ask the stand-in over real sockets, and the ledger keeps its answers."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from pipeline.errors import ApiError
from pipeline.ledger import Ledger
from pipeline.mapping.model import QueryLookup
from pipeline.sandbox.process import Sandbox, running_sandbox
from pipeline.stages.lookup import Remembered
from pipeline.stopping import Interrupted, Stop
from tests.lookups.lookup_givens import (
    ADA,
    ADA_MAIL,
    EMAILS,
    NOW,
    Found,
    NoWait,
    asking,
    found,
)

BRUNO = "bruno.moretti@northwind-cycles.example"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox() as sandbox:
        yield sandbox


@pytest.mark.parametrize(
    ("lookup", "value", "normal", "name"),
    [
        (EMAILS, f"Ada <{ADA_MAIL.upper()}>", ADA_MAIL, "Ada Lindqvist"),
        (
            QueryLookup("contact", "display_name", by="name"),
            "Lindqvist, Ada",
            "ada lindqvist",
            "Ada Lindqvist",
        ),
        (
            QueryLookup("account", "domain_name", by="domain"),
            "https://www.Harbor-Coffee.example/menu",
            "harbor-coffee.example",
            "Harbor Coffee Roasters",
        ),
        (QueryLookup("contact", "id"), ADA, ADA, "Ada Lindqvist"),
    ],
)
def test_records_are_found(
    sandbox: Sandbox, lookup: QueryLookup, value: str, normal: str, name: str
) -> None:
    known = found(asking(sandbox), lookup, value, "nobody@nowhere.example")

    assert [each for _, each in known[normal]] == [name]
    assert sum(map(len, known.values())) == 1


def test_more_records_than_a_page_holds_are_all_found(sandbox: Sandbox) -> None:
    """All opportunities of an account share its id."""
    lookup = QueryLookup("opportunity", "account_id")
    account = "8687b18d-8ce1-4c8b-aedd-3a249018775a"

    assert len(found(asking(sandbox), lookup, account)[account]) >= 1


def test_a_field_that_the_api_does_not_have_is_explained(sandbox: Sandbox) -> None:
    lookup = QueryLookup("contact", "e_mail")

    with pytest.raises(ApiError) as caught:
        found(asking(sandbox), lookup, "a@x.com")

    assert caught.value.message == (
        "Reevo cannot find contacts by 'e_mail' (invalid_filter_field). It said: "
        "e_mail: No field e_mail."
    )
    assert caught.value.hint == (
        "Correct `match` of the lookup: it is the API's name of a field, such as "
        "primary_email or display_name. Or use a lookup file."
    )


def test_a_key_that_may_not_read_is_explained() -> None:
    with (
        running_sandbox(scenario="cannot-read") as sandbox,
        pytest.raises(ApiError) as caught,
    ):
        found(asking(sandbox), EMAILS, ADA_MAIL)

    assert caught.value.message == "The key may not read contacts (HTTP 403)."


def test_an_api_that_refuses_for_a_while_is_asked_again() -> None:
    pace = NoWait()
    with running_sandbox(rate_limit=5) as sandbox:
        values = [f"user{number}@x.com" for number in range(2_000)]
        known = found(asking(sandbox, pace=pace), EMAILS, ADA_MAIL, *values)

    assert known[ADA_MAIL] == [(ADA, "Ada Lindqvist")]
    assert len(known) == 2_001
    assert 429 in pace.statuses


def test_a_stop_ends_the_asking(sandbox: Sandbox) -> None:
    stop = Stop()
    frames = asking(sandbox, stop=stop).find(
        EMAILS, pl.Series([f"user{number}@x.com" for number in range(20_000)])
    )
    first = next(frames)
    stop.request(2)

    with pytest.raises(Interrupted):
        list(frames)
    assert first.height == 5_000


class Memory:
    """A ledger that keeps answers for a day, at a time that can be set."""

    def __init__(self, path: Path, sandbox: Sandbox, *, workspace: str = "w") -> None:
        self.now = NOW
        self.path = path
        self.sandbox = sandbox
        self.workspace = workspace

    def clock(self) -> datetime:
        return self.now

    def find(self, *values: str) -> tuple[int, Found]:
        """How many queries it took, and what is known then."""
        pace = NoWait()
        with Ledger.open(self.path, now=self.clock) as ledger:
            directory = Remembered(
                asking(self.sandbox, pace=pace),
                ledger,
                "https://api.example.test",
                self.workspace,
                timedelta(days=1),
                self.clock,
            )
            known = found(directory, EMAILS, *values)
        return len(pace.statuses), known


def test_what_is_known_is_not_asked_for_again(sandbox: Sandbox, tmp_path: Path) -> None:
    memory = Memory(tmp_path / "ledger.db", sandbox)
    ada = {ADA_MAIL: [(ADA, "Ada Lindqvist")]}

    assert memory.find(ADA_MAIL) == (1, ada)
    assert memory.find(ADA_MAIL.upper()) == (0, ada)
    assert memory.find(ADA_MAIL, BRUNO)[0] == 1
    assert memory.find(ADA_MAIL, BRUNO)[0] == 0


def test_an_answer_grows_old(sandbox: Sandbox, tmp_path: Path) -> None:
    memory = Memory(tmp_path / "ledger.db", sandbox)
    memory.find(ADA_MAIL)

    memory.now = NOW + timedelta(days=1, seconds=1)

    assert memory.find(ADA_MAIL)[0] == 1


def test_who_was_not_found_is_asked_for_again(sandbox: Sandbox, tmp_path: Path) -> None:
    memory = Memory(tmp_path / "ledger.db", sandbox)
    nobody = "nobody@nowhere.example"

    assert [memory.find(nobody) for _ in range(2)] == [(1, {nobody: []})] * 2


def test_another_workspace_has_answers_of_its_own(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    Memory(tmp_path / "ledger.db", sandbox).find(ADA_MAIL)

    other = Memory(tmp_path / "ledger.db", sandbox, workspace="other")
    assert other.find(ADA_MAIL)[0] == 1


def test_what_was_answered_before_a_failure_is_kept(tmp_path: Path) -> None:
    values = [f"user{number}@x.com" for number in range(5_000)]

    class Failing:
        def find(
            self, lookup: QueryLookup, values: pl.Series
        ) -> Iterator[pl.DataFrame]:
            yield pl.DataFrame(
                {"value": ["user1@x.com"], "ids": [["1"]], "names": [["N"]]}
            )
            raise ApiError("It is gone.")

    with Ledger.open(tmp_path / "ledger.db", now=lambda: NOW) as ledger:
        directory = Remembered(
            Failing(), ledger, "t", "w", timedelta(days=1), lambda: NOW
        )
        with pytest.raises(ApiError):
            found(directory, EMAILS, *values)
        kept = next(directory.find(EMAILS, pl.Series(values)))

    assert kept["value"].to_list() == ["user1@x.com"]
