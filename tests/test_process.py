from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path

import pytest

from understudy import process, redaction
from understudy.core.errors import ProcessError, ProcessTimeoutError

PYTHON = sys.executable

HAS_A_CHILD = """
import subprocess, sys, time
child = subprocess.Popen(["sleep", "60"])
with open(sys.argv[1], "w") as file:
    file.write(str(child.pid))
time.sleep(60)
"""


def python(program: str, *arguments: str) -> list[str]:
    return [PYTHON, "-c", program, *arguments]


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def gone(pid: int) -> bool:
    end = time.monotonic() + 5
    while is_alive(pid) and time.monotonic() < end:
        time.sleep(0.01)
    return not is_alive(pid)


def written(path: Path) -> int:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        if path.exists() and (text := path.read_text()):
            return int(text)
        time.sleep(0.01)
    raise AssertionError(path)


def test_output_is_bytes_and_input_may_be_larger_than_a_pipe_holds() -> None:
    content = bytes(range(256)) * 4000
    assert process.run(["cat"], stdin=content) == content


def test_a_program_that_does_not_read_its_input_is_no_failure() -> None:
    assert process.run(["true"], stdin=b"x" * 1_000_000) == b""


def test_an_exit_code_is_an_answer_to_whoever_attempts() -> None:
    completed = process.attempt(["sh", "-c", "echo out; echo err >&2; exit 3"])
    assert completed == process.Completed(code=3, stdout=b"out\n", stderr=b"err\n")


def test_a_failure_tells_command_code_and_words_in_one_shape() -> None:
    with pytest.raises(ProcessError) as caught:
        process.run(["sh", "-c", "echo no >&2; exit 3"])
    assert caught.value.message == "`sh -c 'echo no >&2; exit 3'` ended with exit code 3: no"


def test_output_stands_in_where_a_failing_program_says_nothing_else() -> None:
    with pytest.raises(ProcessError, match=r"exit code 1: said here$"):
        process.run(["sh", "-c", "echo said here; exit 1"])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://ada:secret@host/x.git", "https://***@host/x.git"),
        ("https://secret@host/x.git", "https://***@host/x.git"),
        ("ssh://git@host/x", "ssh://git@host/x"),
        ("see https://a:b@h and http://c:d@i", "see https://***@h and http://***@i"),
        ("https://host/a@b", "https://host/a@b"),
        ("git@host:x.git", "git@host:x.git"),
        ("nothing here", "nothing here"),
        ("https://ada:sec@ret@host/x.git", "https://***@host/x.git"),
    ],
)
def test_credentials_in_addresses_are_blanked(text: str, shown: str) -> None:
    assert redaction.redacted(text) == shown


def test_no_credential_is_left_in_an_error_neither_of_command_nor_of_output() -> None:
    with pytest.raises(ProcessError) as caught:
        process.run(["sh", "-c", "echo $0 >&2; exit 1", "https://ada:secret@host/"])
    assert "secret" not in caught.value.message


def test_no_credential_is_left_where_long_output_was_cut_in_the_middle_of_it() -> None:
    # Only the tail of long output is shown: here it would begin inside the password.
    program = "import sys; sys.stderr.write('x' * 9000 + 'https://ada:secret@host/' + 'y' * 3990)"
    with pytest.raises(ProcessError) as caught:
        process.run(python(program + "; sys.exit(1)"))
    assert "cret" not in caught.value.message.rpartition("exit code")[2]


def test_a_missing_program_is_named_with_what_to_do() -> None:
    with pytest.raises(ProcessError) as caught:
        process.run(["no-such-program-anywhere"])
    assert "`no-such-program-anywhere` could not be started" in caught.value.message
    assert caught.value.hint == "Install no-such-program-anywhere or put it on the PATH."


def test_programs_see_a_scrubbed_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GIT_DIR", "GIT_TRACE", "GITHUB_TOKEN", "SSH_AUTH_SOCK", "PYTHONPATH", "LANG"):
        monkeypatch.setenv(name, "from outside")
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    shown = process.run([shutil.which("env") or "env"], env={"ADDED": "1"}).decode().splitlines()
    seen = dict(line.split("=", 1) for line in shown)
    assert (seen["LC_ALL"], seen["TZ"], seen["ADDED"]) == ("C", "UTC", "1")
    assert seen["PATH"] == os.environ["PATH"]
    allowed = {"PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"}
    assert seen.keys() <= allowed | {"LC_ALL", "TZ", "ADDED"}


def test_a_deadline_ends_the_program_and_the_programs_it_started(tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(ProcessTimeoutError, match=r"did not end within 1 seconds"):
        process.attempt(python(HAS_A_CHILD, str(tmp_path / "pid")), deadline=1)
    assert time.monotonic() - began < 5
    assert gone(written(tmp_path / "pid"))


def test_a_deadline_holds_too_when_only_a_grandchild_is_left(tmp_path: Path) -> None:
    # The program itself ends at once; the one it leaves behind keeps its output open.
    program = f"sleep 60 & echo $! > {tmp_path}/pid"
    with pytest.raises(ProcessTimeoutError):
        process.attempt(["sh", "-c", program], deadline=0.3)
    assert gone(written(tmp_path / "pid"))


def test_programs_get_no_terminal() -> None:
    completed = process.attempt(["sh", "-c", "exec 3</dev/tty"])
    assert completed.code != 0


def test_a_coprocess_answers_as_it_is_asked() -> None:
    with process.Coprocess(["cat"]) as cat:
        for question in (b"one\n", b"two\n"):
            cat.ask(question)
            assert cat.read(5) == question
        assert cat.close() == 0


def test_the_end_of_a_coprocess_is_noticed_at_the_next_reading() -> None:
    with process.Coprocess(["sh", "-c", "read line; exit 4"]) as ended:
        ended.ask(b"go\n")
        assert ended.read(5) == b""
        ended.ask(b"anybody?\n" * 100_000)
        assert ended.read(5) == b""
        assert ended.close() == 4


def test_a_silent_coprocess_is_killed_with_its_children(tmp_path: Path) -> None:
    with process.Coprocess(python(HAS_A_CHILD, str(tmp_path / "pid"))) as silent:
        child = written(tmp_path / "pid")
        with pytest.raises(ProcessTimeoutError, match="gave no answer within"):
            silent.read(0.1)
        assert gone(child)


def test_what_a_coprocess_complains_of_goes_to_the_file_given(tmp_path: Path) -> None:
    with (tmp_path / "errors").open("w+b") as errors:
        with process.Coprocess(["sh", "-c", "echo oh >&2"], errors=errors) as complaining:
            assert complaining.read(5) == b""
        assert (tmp_path / "errors").read_bytes() == b"oh\n"
