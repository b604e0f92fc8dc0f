#!/usr/bin/env python3
"""After a failed build: prints the tests of a suite whose program is there, and complains about the others.

    built.py BUILD SUITE
"""

import json
import pathlib
import subprocess
import sys

build, suite = sys.argv[1:3]
tests = json.loads(subprocess.run(["meson", "introspect", "--tests", build], capture_output=True, check=True).stdout)
for test in tests:
    if f"tlspp:{suite}" in test["suite"]:
        if pathlib.Path(test["cmd"][0]).exists():
            print(test["name"])
        else:
            print(f"not built: {test['name']}", file=sys.stderr)
