#!/usr/bin/env python3
"""0-RTT, which the bundled Mbed TLS is built without: builds the tests of it once more, with an Mbed TLS that has it, and
runs them.

    early_data.py ROOT BUILD
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import checks


def run(*words, **more):
    result = subprocess.run([str(word) for word in words], capture_output=True, text=True, **more)
    return result.returncode, result.stdout + result.stderr


def main():
    root, build = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    compiler = checks.Compiler(build, root / "tests" / "checks" / "probe.cpp")
    cxx = checks.ccache(compiler.command)
    cxx = cxx[: 2 if "ccache" in cxx[0] else 1]
    cc = [re.sub(r"c\+\+$", "cc", word.replace("clang++", "clang").replace("g++", "gcc")) for word in cxx]
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="tlspp-early-data-"))

    def early_data():
        if not any((folder / "meson.build").is_file() for folder in (root / "subprojects").glob("mbedtls-3.*")):
            return "# SKIP this build did not unpack the bundled Mbed TLS"
        environment = {**os.environ, "CC": " ".join(cc), "CXX": " ".join(cxx)}
        options = ["-Doptimization=0", "-Ddebug=false", "-Dmbedtls=bundled",
                   "-Dc_args=-DMBEDTLS_SSL_EARLY_DATA", "-Dcpp_args=-DMBEDTLS_SSL_EARLY_DATA"]
        program = "tests/tlspp-tests-early-data"
        for words in (("meson", "setup", scratch / "build", root, *options), ("ninja", "-C", scratch / "build", program),
                      (scratch / "build" / program,)):
            status, text = run(*words, env={**environment, "TLSPP_ROOT": str(root)})
            if status != 0:
                return text[-20000:]
        return None

    try:
        return checks.tap({"0-RTT, Mbed TLS 3.6 with MBEDTLS_SSL_EARLY_DATA": early_data})
    finally:
        shutil.rmtree(scratch)


sys.exit(main())
