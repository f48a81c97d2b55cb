"""Every speed claim, beside peers where there are any: `python -m benchmarks`, or one of them by name."""
