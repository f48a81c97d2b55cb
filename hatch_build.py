"""Hatchling build hook: the site is built before anything is packaged."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class SiteBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs tools/webbuild.py, which does nothing when the site is up to date."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the site into src/backsight/static."""
        sys.path.insert(0, str(Path(self.root, "tools")))
        import webbuild

        webbuild.ensure(Path(self.root))
