#!/usr/bin/env python3
"""Every .cpp under tests/ that holds tests is named in tests/meson.build: none is forgotten.

    listed.py ROOT SOURCE...
"""

import pathlib
import sys

import checks

# Folders whose files are no Catch2 tests, or are built in another way.
APART = {"accel", "bogo", "checks", "compile_fail", "configurations", "consumers", "differential", "fuzz", "headers",
         "limbo", "odr", "opaque"}


def main():
    tests = pathlib.Path(sys.argv[1]).resolve() / "tests"
    listed = set(sys.argv[2:])
    there = {path.relative_to(tests).as_posix() for path in tests.rglob("*.cpp")
             if path.relative_to(tests).parts[0] not in APART}
    forgotten = sorted(there - listed)
    return checks.tap({"every test file is listed in tests/meson.build":
                       lambda: "not listed: " + ", ".join(forgotten) if forgotten else None})


sys.exit(main())
