"""Every line names the request and the run it belongs to, in whichever process it was written; no line holds what is not the log's."""

from tests.observability.conftest import QUESTION, SECRET, Story


def test_lines_of_two_processes_are_joined_by_the_request(story: Story) -> None:
    asked = story.asked["well"]
    [posted] = [line for line in story.of("well", story.server) if line["event"] == "A run was posted"]
    [answered] = [line for line in story.of("well", story.server) if line.get("route", "").endswith("/messages")]
    executed = [*story.of("well", story.victim), *story.of("well", story.heir)]
    assert [line["event"] for line in executed] == ["A run begins", "A run has ended"]
    for line in (posted, answered, *executed):
        assert (line["run_id"], line["thread_id"]) == (asked.run_id, asked.thread_id)
    assert [line["attempt"] for line in executed] == [1, 1]
    assert (answered["method"], answered["route"], answered["status"]) == ("POST", "/api/threads/{thread_id}/messages", 201)
    assert executed[1]["status"] == "done"
    assert executed[1]["output_tokens"] == 40


def test_a_failure_of_the_provider_is_told_under_the_request_that_suffered_it(story: Story) -> None:
    executed = [*story.of("badly", story.victim), *story.of("badly", story.heir)]
    assert [line["event"] for line in executed] == ["A run begins", "The provider failed", "A run has ended"]
    assert {line["run_id"] for line in executed} == {story.asked["badly"].run_id}
    assert executed[1]["code"] == executed[2]["code"] == "provider_bad_request"
    assert [line["level"] for line in executed] == ["info", "warning", "warning"]


def test_a_cancel_is_told_by_both_sides(story: Story) -> None:
    run_id = story.asked["cancelled"].run_id
    [ended] = [line for line in story.lines(story.server) if line["event"] == "A run was ended from outside"]
    assert (ended["request_id"], ended["ended_run_id"], ended["status"]) == ("cancels", run_id, "cancelled")
    executed = [*story.of("cancelled", story.victim), *story.of("cancelled", story.heir)]
    assert [line["event"] for line in executed][-1] == "A run was left to others"
    assert {line["run_id"] for line in executed} == {run_id}


def test_a_takeover_is_told_under_the_request_of_the_dead(story: Story) -> None:
    at_victim, at_heir = story.of("taken-over", story.victim), story.of("taken-over", story.heir)
    assert [line["event"] for line in at_victim] == ["A run begins"]
    assert [line["event"] for line in at_heir] == ["A run was taken over", "A run begins", "A run has ended"]
    assert {line["run_id"] for line in (*at_victim, *at_heir)} == {story.asked["taken-over"].run_id}
    assert [line["attempt"] for line in (*at_victim, *at_heir)] == [1, 2, 2, 2]


def test_no_line_holds_a_secret_or_what_somebody_wrote(story: Story) -> None:
    for process in (story.server, story.victim, story.heir):
        assert SECRET not in process.output
        assert QUESTION not in process.output
        assert "forged" not in process.output
        assert "Traceback" not in process.output


def test_every_request_has_its_line_and_its_own_name(story: Story) -> None:
    lines = [line for line in story.lines(story.server) if line["event"] == "A request was answered"]
    assert all(line["request_id"] for line in lines)
    assert {"/api/cvs", "(none)", "/api/runs/{run_id}/events"} <= {line["route"] for line in lines}
    assert "two words" not in {line["request_id"] for line in lines}
    followed = [line["run_id"] for line in lines if line["route"] == "/api/runs/{run_id}/events"]
    assert set(followed) == {story.asked[name].run_id for name in ("well", "badly", "taken-over")}
    [refused] = [line for line in story.lines(story.server) if line["event"] == "A request was refused before it was one"]
    assert refused["status"] == 400


def test_what_is_asked_every_few_seconds_has_no_line(story: Story) -> None:
    for process in (story.server, story.heir):
        assert not {"/health", "/ready", "/metrics"} & {line.get("route") for line in story.lines(process)}


def test_what_a_process_does_for_nobody_names_nobody(story: Story) -> None:
    """A context that leaks would put a request's name on lines that have nothing to do with it."""
    for process in (story.server, story.heir):
        [draining] = [line for line in story.lines(process) if line["event"] == "Draining"]
        assert not {"request_id", "run_id"} & set(draining)
