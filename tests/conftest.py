"""Settings of all tests: JAX in double precision on the processor, and examples that repeat."""

import os

os.environ.setdefault("JAX_ENABLE_X64", "1")
os.environ.setdefault("JAX_PLATFORMS", "cpu")

from hypothesis import settings

# The same examples every time, and no time limit on a busy machine; `make fuzz` looks further.
settings.register_profile("backsight", derandomize=True, deadline=None)
settings.load_profile("backsight")
