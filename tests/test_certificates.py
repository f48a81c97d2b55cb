"""What is said about stuck starts holds, in a sample; docs/certificates.md says what the whole run found."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.certificates import examine, rows, sentences, summary

ROOT = Path(__file__).resolve().parent.parent


def test_the_page_says_what_the_run_found() -> None:
    found = json.loads((ROOT / "benchmarks/results/certificates.json").read_text("utf-8"))
    page = " ".join((ROOT / "docs/certificates.md").read_text("utf-8").split())
    assert found["starts"] >= 10_000
    assert found["wrong"] == []
    assert sum(found["verdicts"].values()) == found["starts"]
    for row in rows(found):
        assert f"| {' | '.join(row)} |" in page
    for sentence in sentences(found):
        assert sentence in page


def test_starts_are_counted_by_what_became_of_them() -> None:
    def start(then: str, learned: bool, wrong: tuple[str, ...] = ()) -> dict[str, object]:
        return {"then": then, "learned": learned, "units": 1, "looks": 3, "wrong": list(wrong)}

    found = summary(
        [
            start("learned", True),
            start("learned", False),
            start("still slow", True),
            start("still slow", False),
            start("evidence", False),
            start("proved", False, ("seed 1: a weight moved",)),
            start("overflow", False),
        ]
    )
    assert found["truly stuck"] == 3
    assert (found["of these proved"], found["of these evidence"]) == (1, 1)
    assert found["learned later"] == {
        "proved": 0,
        "evidence": 0,
        "still slow": 1,
        "overflow": 0,
        "learned": 1,
    }
    assert found["wrong"] == ["seed 1: a weight moved"]
    assert "1 certificates were wrong." in sentences(found)


def test_a_sample_of_certificates_holds_ten_times_as_long() -> None:
    # The last two have dead units in a second layer that revive: who calls those dead for good is found out.
    found = summary([*examine(30_000, 30_030), *examine(30_051, 30_052), *examine(30_079, 30_080)])
    assert found["starts"] == 32
    assert found["wrong"] == []
    assert found["units said to stay dead"] > 0
    assert found["verdicts"]["proved"] > 0
