#!/usr/bin/env python3
"""docs/threat-model.md: the tests that it names exist, and what is never called is not called.

    threat_model.py ROOT
"""

import pathlib
import re
import sys

import checks


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    page = (root / "docs" / "threat-model.md").read_text()
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("|")]
    named = {name for row in rows for name in re.findall(r'"([^"]+)"', row[-1])}
    there = {name for path in (root / "tests").rglob("*.cpp")
             for name in re.findall(r'(?:TEST_CASE|ASIO_CASE)\(\s*"([^"]+)"', path.read_text())}
    never = re.findall(r"`(\w+)` is never called", page)
    text = {path.relative_to(root): path.read_text() for path in (root / "include").rglob("*.hpp")}

    def exist():
        missing = sorted(named - there)
        return f"no such test: {', '.join(missing)}" if missing or len(named) < 10 else None

    def uncalled():
        calls = [f"{path}: {name}" for path, code in text.items() for name in never if name + "(" in code]
        return "\n".join(calls) or (None if len(never) >= 3 else "nothing is said to be never called")

    return checks.tap({"the tests named in docs/threat-model.md exist": exist,
                       "what it says is never called is not called": uncalled})


sys.exit(main())
