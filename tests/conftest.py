"""Settings of all tests, and the site that several of them look at."""

import fcntl
import os

os.environ.setdefault("JAX_ENABLE_X64", "1")
os.environ.setdefault("JAX_PLATFORMS", "cpu")
# Thousands of tiny functions run once each: compiling is all the time they take.
os.environ.setdefault(
    "XLA_FLAGS", "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"
)

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# The same examples every time, and no time limit on a busy machine; `make fuzz` looks further.
settings.register_profile("backsight", derandomize=True, deadline=None)
settings.load_profile("backsight")

ROOT = Path(__file__).resolve().parent.parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits for a browser may meet a busy machine: it runs once more, and the summary names it."""
    for item in items:
        if {"page", "browser", "browser_type"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture
def traces(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows by one whenever a transformed function is traced.

    A function that counts for itself changes what it reads, and is rightly traced again.
    """
    from backsight.api import transformed

    found: list[int] = []
    trace_call = transformed.trace_call

    def counted(*args: Any, **named: Any) -> Any:
        found.append(1)
        return trace_call(*args, **named)

    monkeypatch.setattr(transformed, "trace_call", counted)
    return found


@pytest.fixture(scope="module", autouse=True)
def nothing_compiled_stays() -> Iterator[None]:
    """JAX keeps everything that it ever compiled: gigabytes over a whole run."""
    yield
    if "jax" in sys.modules:
        sys.modules["jax"].clear_caches()


@pytest.fixture(scope="session")
def built_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `backsight build` writes where the package is installed: elsewhere, its lessons inside it.

    Of several processes that share the tests the first builds it, the others wait for it.
    """
    together = tmp_path_factory.getbasetemp()
    together = together.parent if "PYTEST_XDIST_WORKER" in os.environ else together
    folder = together / "installed"
    site = folder / "host/some/folder"
    with (together / "installed.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not site.exists():
            _build(folder, site)
    return site


def _build(folder: Path, site: Path) -> None:
    hidden = shutil.ignore_patterns("__pycache__", "payload")
    shutil.copytree(ROOT / "src/backsight", folder / "backsight", ignore=hidden, dirs_exist_ok=True)
    for part in ("lessons", "docs/errors", "docs/reference"):
        shutil.copytree(ROOT / part, folder / "backsight" / part, ignore=hidden, dirs_exist_ok=True)
    fresh = folder / "fresh"
    command = [sys.executable, "-m", "backsight", "build", str(fresh)]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    answer = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True)
    if answer.returncode:
        pytest.fail(f"backsight build failed; `make web` comes first\n{answer.stderr}")
    site.parent.mkdir(parents=True, exist_ok=True)
    fresh.rename(site)
