#!/usr/bin/env python3
"""The socket tests for Windows: built with mingw-w64, and run under Wine where that is installed.

    windows.py ROOT
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import checks

COMPILER = "x86_64-w64-mingw32-g++-posix"
PROGRAM = "tests/tlspp-tests-transport.exe"


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="tlspp-windows-"))
    environment = {key: value for key, value in os.environ.items() if key not in ("CC", "CXX")}
    environment |= {"WINEDEBUG": "-all", "WINEPREFIX": str(scratch / "wine")}

    def run(*words):
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True, errors="replace",
                              env=environment)
        return None if done.returncode == 0 else done.stdout + done.stderr

    def compiled():
        if not shutil.which(COMPILER):
            return f"# SKIP {COMPILER} is not installed"
        return (run("meson", "setup", scratch / "b", root, "--cross-file", root / "meson/cross/x86_64-w64-mingw32.txt",
                    "-Dmbedtls=bundled", "-Dexamples=disabled", "-Doptimization=0", "-Ddebug=false") or
                run("ninja", "-C", scratch / "b", PROGRAM))

    def passed():
        if not shutil.which("wine"):
            return "# SKIP wine is not installed"
        if not (scratch / "b" / PROGRAM).is_file():
            return "# SKIP not built"
        return run("wine", scratch / "b" / PROGRAM)

    try:
        return checks.tap({"the tests of sockets, connect and accept compile for Windows": compiled,
                           "they pass under Wine": passed}, workers=1)
    finally:
        subprocess.run(["wineserver", "-k"], env=environment, capture_output=True) if shutil.which("wineserver") else None
        shutil.rmtree(scratch, ignore_errors=True)


sys.exit(main())
