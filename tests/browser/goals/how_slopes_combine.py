"""What a learner who knows would do on the figure, step by step."""

HANDLE = "turns of the handle"
GOALS = {
    "two-links": lambda hands, page: hands.dial(HANDLE, 1.5, 0, 2.5),
    "units": lambda hands, page: hands.slide("the press gives", 1, ["End"]),
    "bend": lambda hands, page: hands.dial(HANDLE, 2.5, 0, 2.5),
    "where": lambda hands, page: hands.dial(HANDLE, 0.5, 0, 2.5),
}
