"""What every lesson promises its reader, as rules that can be checked: `backsight check-lesson FOLDER`.

Two questions from earlier lessons come first; a prediction is locked in before the answer shows; every
screen asks something, and soon; a ledger has blanks; code gives the figure's numbers; a tempting idea is
tried where it fails; the learner decides at the end; teachers get notes. The exercise fails until it is
solved.
"""

from __future__ import annotations

import contextlib
import io
import math
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from backsight.errors import LessonError
from backsight.guide.markdown import Lesson, render_lesson
from backsight.guide.values import LessonValues, blocks
from backsight.ir.program import Origin

WORDS_BEFORE_A_TASK = 90
MINUTES = (6, 12)
SECONDS_FOR_AN_EXERCISE = 60
ALMOST = 1e-12


def faults(folder: Path) -> list[LessonError]:
    """Everything in which a lesson breaks the contract, in reading order; none if it keeps it.

    Raises:
        LessonError: the lesson cannot even be read.
    """
    lesson = render_lesson(folder)
    return [*form_faults(folder, lesson), *code_faults(folder, lesson), *exercise_faults(folder)]


# Its form ---------------------------------------------------------------------------------------------------


def form_faults(folder: Path, lesson: Lesson) -> list[LessonError]:
    """What can be seen without running anything."""
    return sorted(_form(folder, lesson), key=lambda fault: fault.origin.line if fault.origin else 0)


def _form(folder: Path, lesson: Lesson) -> Iterator[LessonError]:
    steps = lesson.data["steps"]

    def fault(message: str, where: str, remedy: str) -> LessonError:
        return _fault(folder / "index.md", lesson.lines.get(where, 1), message, remedy)

    shortest, longest = MINUTES
    if not shortest <= lesson.minutes <= longest:
        yield fault(
            f"the lesson takes {lesson.minutes} minutes",
            "",
            f"a lesson takes {shortest} to {longest}: cut it in two, or say more truly how long it takes",
        )
    first, last = steps[0], steps[-1]
    if [b["kind"] for b in first["blocks"]] != ["quiz"] or len(first["blocks"][0]["question"]) != 2:
        yield fault(
            "the first step is no quiz of two questions",
            first["slug"],
            "begin with :::{quiz} and two [[question]]s on what came before",
        )
    if not last["blocks"] or last["blocks"][-1]["kind"] != "decision":
        yield fault("the last step ends in no decision", last["slug"], "end it with a :::{decision}")
    for kind, remedy in _NEEDED.items():
        if not any(blocks(lesson, kind)):
            yield fault(f"the lesson has no {kind}", "", remedy)
    if not any(step["scene"].get("blanks") for step in steps):
        yield fault("no ledger has blanks", "", "give one scene a ledger and `blanks = 1`")
    for step, words in zip(steps, _words_before_a_task(lesson), strict=True):
        if not step["blocks"]:
            yield fault("this step asks nothing", step["slug"], "give it a question, a goal or a choice")
        if not step.get("notes"):
            yield fault("this step has no notes for teachers", step["slug"], "add :::{notes}")
        if words > WORDS_BEFORE_A_TASK:
            yield fault(
                f"{words} words come before the first task",
                step["slug"],
                f"at most {WORDS_BEFORE_A_TASK}: cut, or ask something earlier",
            )


_NEEDED = {
    "predict": "let the reader lock in a prediction: :::{predict}",
    "code": "show it in Python that gives the figure's numbers: :::{code}",
    "misconception": "show a tempting idea where it fails: :::{misconception}",
    "decision": "let the reader decide something: :::{decision}",
}


def _words_before_a_task(lesson: Lesson) -> Iterator[int]:
    for section in re.findall(r"<section.*?</section>", lesson.html, re.DOTALL):
        yield len(re.sub(r"<[^>]+>", " ", section.split('<div class="block"')[0]).split())


# Its code ---------------------------------------------------------------------------------------------------


def code_faults(folder: Path, lesson: Lesson) -> list[LessonError]:
    """Where the code shown does not give the figure's numbers, at two settings of the inputs."""
    values = LessonValues(lesson)
    shift = {name: (i["max"] - i["min"]) / 7 for name, i in values.stage["inputs"].items()}
    found = []
    for step, block in blocks(lesson, "code"):
        for moved in (0.0, 1.0):
            begun = values.beginning(step, block["inputs"])
            inputs = {name: value + moved * shift[name] for name, value in begun.items()}
            line = lesson.lines[block["id"]]
            wrong = _wrong_number(folder / "index.md", line, block, inputs, values)
            if wrong is not None:
                found.append(wrong)
                break
    return found


def _wrong_number(
    file: Path, line: int, block: Mapping[str, Any], inputs: Mapping[str, float], values: LessonValues
) -> LessonError | None:
    try:
        found = run_code(block["code"], inputs)
    except Exception as error:
        return _fault(file, line, f"this code fails: {type(error).__name__}: {error}", "run it by itself")
    for name, quantity in block["checks"].items():
        truth = values.of(quantity, inputs)
        if name not in found:
            return _fault(
                file, line, f"this code has no `{name}`", f"it stands for the quantity `{quantity}`"
            )
        if not math.isclose(found[name], truth, rel_tol=ALMOST, abs_tol=ALMOST):
            at = ", ".join(f"{n} = {v:g}" for n, v in inputs.items())
            message = f"at {at} this code says {name} = {found[name]!r}, the figure says {truth!r}"
            return _fault(file, line, message, f"mend the code, or what `{quantity}` is")
    return None


def run_code(code: str, inputs: Mapping[str, float]) -> dict[str, Any]:
    """Run a lesson's code with the figure's inputs written into it, as the page does.

    Raises:
        KeyError: the code has no line that sets an input.
    """
    for name, number in inputs.items():
        code, count = re.subn(
            rf"^{name} = [^#\n]*", f"{name} = {number!r} ", code, count=1, flags=re.MULTILINE
        )
        if count != 1:
            raise KeyError(f"no line `{name} = …`")
    found: dict[str, Any] = {}
    # The lesson's own code, from its author's folder.
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(code, "lesson code", "exec"), found)
    return found


# Its exercise -----------------------------------------------------------------------------------------------


def exercise_faults(folder: Path) -> list[LessonError]:
    """start.py must fail and say that there is a blank; solution.py must pass and say what it agrees with."""
    found = []
    for name, word, passes in (("start.py", "blank", False), ("solution.py", "agrees", True)):
        path = folder / name
        if not path.exists():
            found.append(_fault(path, 1, f"there is no {name}", "see lessons/README.md, the exercise"))
            continue
        status, said = _run(path)
        if (status == 0) != passes or word not in said:
            does = "ends well" if status == 0 else f"fails: {said.strip().splitlines()[-1] if said else ''}"
            must = "end well" if passes else "fail"
            found.append(
                _fault(path, 1, f"{name} {does}", f"it must {must}, and say a sentence with “{word}”")
            )
    return found


def _run(path: Path) -> tuple[int, str]:
    try:
        done = subprocess.run(
            [sys.executable, str(path)], capture_output=True, text=True, timeout=SECONDS_FOR_AN_EXERCISE
        )
    except subprocess.TimeoutExpired:
        return 1, f"it did not end within {SECONDS_FOR_AN_EXERCISE} s"
    return done.returncode, done.stdout + done.stderr


def _fault(file: Path, line: int, message: str, remedy: str) -> LessonError:
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    text = lines[line - 1].strip() if line <= len(lines) else ""
    return LessonError(message, origin=Origin(str(file), line, text), remedy=remedy)
