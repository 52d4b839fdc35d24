"""Two processes at once on one ledger, and who only looks while a run goes on."""

from pathlib import Path

from pipeline.sandbox.process import running_sandbox
from tests.crash.forked import Zygote
from tests.crash.place import Place, check_words, eventually, judge, judge_another_run
from tests.crash.seams import Seams

SCENARIOS = Path(__file__).parent / "scenarios"
A_LITTLE = SCENARIOS / "a-little-slow.toml"


def test_two_runs_of_one_file_send_each_row_once(tmp_path: Path, forks: Zygote) -> None:
    with running_sandbox(scenario=A_LITTLE) as sandbox:
        place = Place(tmp_path / "place", forks, sandbox, rows=200)
        both = [place.run(), place.run()]
        ended = [process.ended() for process in both]

        taken = place.taken()
        assert len(taken) == place.rows
        told = [place.outcomes(each.run) for each in ended]
        for subject, id_ in taken.items():
            pair = sorted(one[subject] for one in told)
            assert pair == [("created", id_), ("duplicate", id_)]
        for each in ended:
            check_words(each)
        judge_another_run(place)
        assert {status for status, _ in place.outcomes().values()} == {"duplicate"}


def test_a_run_beside_the_resume_of_another_sends_each_row_once(
    tmp_path: Path, forks: Zygote
) -> None:
    with running_sandbox(scenario=A_LITTLE) as sandbox:
        place = Place(tmp_path / "place", forks, sandbox, rows=120)
        place.run(seams=Seams("the bytes are about to leave", 20)).ended()
        place.kills += 1
        killed = place.newest
        both = [place.start("resume", killed, *place.sending), place.run()]
        for process in both:
            check_words(process.ended())

        place.taken()
        judge(place, place.run().ended())
        judge_another_run(place)


def test_history_and_report_answer_while_a_run_goes_on_and_leave_it_alone(
    tmp_path: Path, forks: Zygote
) -> None:
    with running_sandbox(scenario=SCENARIOS / "slow.toml") as sandbox:
        place = Place(tmp_path / "place", forks, sandbox, concurrency=2, rows=6)
        with_other = place.run()
        assert eventually(lambda: len(place.taken()) >= 2)
        history = place.start("history").ended()
        report = place.start("report", place.newest).ended()

        assert (history.code, "going on" in history.out) == (0, True)
        assert "still going on in another process" in report.out
        assert {status for status, _ in place.outcomes().values()} <= {
            "created",
            "uncertain",
            "unsent",
        }
        judge(place, with_other.ended())
        assert len(place.taken()) == place.rows
