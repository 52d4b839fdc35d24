"""Whatever the order of claims and answers: one live sending per identity."""

import asyncio
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.ledger import Ledger, Recorder, State
from tests.ledger.given import identities, identity, intent, record, settled

RUNS = ("one", "two")
LIVE = {State.INTENT, State.CREATED, State.UNCERTAIN}
UNSETTLED = {State.INTENT, State.UNCERTAIN}


@dataclass(frozen=True)
class Step:
    """`answer` None is a claim; else it settles the sending, if there is one."""

    run: str
    number: int
    answer: State | None


class Model:
    """What the ledger should hold: a state per run and identity."""

    def __init__(self) -> None:
        self.states: dict[tuple[str, int], State] = {}

    def holder(self, run: str, number: int) -> tuple[str, State] | None:
        live = [
            (name, state)
            for (name, held), state in self.states.items()
            if held == number and state in LIVE
        ]
        assert len(live) <= 1
        own = self.states.get((run, number))
        return live[0] if live else (run, own) if own is State.REJECTED else None

    def rows(self) -> list[tuple[bytes, str, State]]:
        return sorted(
            (identity(number), run, state)
            for (run, number), state in self.states.items()
            if state in LIVE
        )


steps = st.lists(
    st.builds(
        Step,
        run=st.sampled_from(RUNS),
        number=st.integers(0, 2),
        answer=st.none() | st.sampled_from([s for s in State if s is not State.INTENT]),
    ),
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(steps)
def test_an_identity_never_has_two_live_sendings(steps: Sequence[Step]) -> None:
    model = Model()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        with Ledger.open(path) as ledger:
            runs = {name: ledger.begin_run(record(name)) for name in RUNS}
            asyncio.run(play(path, runs, steps, model))
            standing = ledger.standing(identities(0, 1, 2))
            counts = {name: ledger.counts(run) for name, run in runs.items()}

    assert standing.select("identity", "run", "state").rows() == model.rows()
    for name in RUNS:
        own = [state for (run, _), state in model.states.items() if run == name]
        assert counts[name] == {state: own.count(state) for state in set(own)}


async def play(
    path: Path, runs: dict[str, int], steps: Sequence[Step], model: Model
) -> None:
    async with AsyncExitStack() as stack:
        recorders = {
            name: await stack.enter_async_context(Recorder(path, run))
            for name, run in runs.items()
        }
        for step in steps:
            await take(recorders[step.run], step, model)


async def take(recorder: Recorder, step: Step, model: Model) -> None:
    key = (step.run, step.number)
    if step.answer is None:
        holder = model.holder(*key)
        standing = await recorder.claim(intent(step.number))
        assert (standing and (standing.run, standing.state)) == holder
        if holder is None:
            model.states[key] = State.INTENT
        return
    if model.states.get(key) in UNSETTLED:
        recorder.settle(settled(step.number, step.answer))
        await recorder.flush()
        model.states[key] = step.answer
