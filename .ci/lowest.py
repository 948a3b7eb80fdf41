"""Prints the lowest versions that pyproject.toml allows, as constraints for pip: what is promised is also tested."""

import re
import tomllib
from pathlib import Path

project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]
groups = [project["dependencies"], *project["optional-dependencies"].values()]
found = {match for group in groups for line in group for match in re.findall(r"^([\w.-]+)(?:\[\w+\])?>=([\w.]+)", line)}
for name, version in sorted(found):
    print(f"{name}=={version}")
