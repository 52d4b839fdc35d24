import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipeline.ledger import State
from pipeline.plan import body_digests, with_changes
from tests.plan.plan_givens import STANDING, identified, identity, sendings, standing

SAME = body_digests(pl.Series(["body 2"]))[0]
OTHER = body_digests(pl.Series(["body 3"]))[0]


@pytest.mark.parametrize(("body", "changed"), [(SAME, False), (OTHER, True)])
def test_a_record_with_another_body_has_changed(body: bytes, changed: bool) -> None:  # noqa: FBT001
    found = with_changes(identified((2, 1, None)), sendings((1, State.CREATED, body)))

    assert_frame_equal(
        found,
        standing((1, "created", "act 1", changed)),
        check_column_order=False,
    )


@pytest.mark.parametrize(
    ("state", "word"),
    [
        (State.INTENT, "uncertain"),
        (State.CREATED, "created"),
        (State.UNCERTAIN, "uncertain"),
    ],
)
def test_a_sending_without_an_answer_is_uncertain(state: State, word: str) -> None:
    found = with_changes(identified((2, 1, None)), sendings((1, state, SAME)))

    assert found["state"].to_list() == [word]


def test_records_that_were_never_sent_have_no_standing() -> None:
    found = with_changes(identified((2, 1, None)), sendings((2, State.CREATED, SAME)))

    assert_frame_equal(found, pl.DataFrame(schema=STANDING), check_column_order=False)


def test_a_record_that_is_repeated_is_told_once_by_its_first_row() -> None:
    rows = identified((2, 1, None), (3, 1, "repeated_with_changes"), (4, 2, None))
    sent = sendings((2, State.CREATED, OTHER), (1, State.CREATED, SAME))

    found = with_changes(rows, sent)

    assert dict(found.select("identity", "changed").rows()) == {
        identity(1): False,
        identity(2): True,
    }
    assert found.height == 2
