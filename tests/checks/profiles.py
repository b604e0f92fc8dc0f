#!/usr/bin/env python3
"""The bundled Mbed TLS by its other profiles, and with AES-GCM of another library: the demo runs with each, and that
AES-GCM is compared with Mbed TLS's own (tests/accel/same.c).

    profiles.py ROOT BUILD

Takes the fast profile and ipsec-mb in one build; with TLSPP_ALL in the environment each profile by itself, too.
"""

import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

import checks

DEMO = "examples/demo/demo"


def run(*words, **more):
    result = subprocess.run([str(word) for word in words], capture_output=True, text=True, **more)
    return None if result.returncode == 0 else f"{result.returncode}\n{(result.stdout + result.stderr)[-20000:]}"


def main():
    root, build = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    compiler = checks.Compiler(build, root / "tests" / "checks" / "probe.cpp")
    cxx = checks.ccache(compiler.command)
    cxx = cxx[: 2 if "ccache" in cxx[0] else 1]
    cc = [re.sub(r"c\+\+$", "cc", word.replace("clang++", "clang").replace("g++", "gcc")) for word in cxx]
    environment = {**os.environ, "CC": " ".join(cc), "CXX": " ".join(cxx)}
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="tlspp-profiles-"))
    x86 = os.uname().machine == "x86_64"
    has_ipsec_mb = x86 and pathlib.Path("/usr/include/intel-ipsec-mb.h").is_file()

    def demo(name, *options):
        folder = scratch / name
        return (run("meson", "setup", folder, root, "-Doptimization=0", "-Ddebug=false", "-Dmbedtls=bundled",
                    "-Dtests=disabled", *options, env=environment)
                or run("ninja", "-C", folder, DEMO) or run(folder / DEMO))

    def same():
        """With the flags of the library's own file, and its objects."""
        folder = scratch / "accelerated"
        entries = json.loads((folder / "compile_commands.json").read_text())
        words = shlex.split(next(entry["command"] for entry in entries if entry["file"].endswith("gcm_ipsec_mb.c")))
        flags = [word for word in words if word.startswith(("-D", "-I"))]
        library = next(folder.glob("subprojects/mbedtls-3.*/libmbedcrypto.*[!p]"))  # shared or not, no folder of objects
        program = folder / "same"
        return (run(*cc, "-std=c11", *flags, root / "tests" / "accel" / "same.c", "-o", program, library,
                    f"-Wl,-rpath,{library.parent}", "-lIPSec_MB", cwd=folder) or run(program))

    def accelerated():
        if not has_ipsec_mb:
            return "# SKIP libipsec-mb-dev is not installed"
        return demo("accelerated", "-Dmbedtls:profile=fast", "-Dmbedtls:accel=ipsec-mb") or same()

    def profile(name):
        return lambda: demo(name, f"-Dmbedtls:profile={name}")

    wanted = {"the fast profile with AES-GCM of ipsec-mb": accelerated}
    if os.environ.get("TLSPP_ALL") or not has_ipsec_mb:
        wanted |= {"the fast profile": profile("fast"), "the small profile": profile("small")}
    try:
        if not any((folder / "meson.build").is_file() for folder in (root / "subprojects").glob("mbedtls-3.*")):
            return checks.tap({"profiles": lambda: "# SKIP this build did not unpack the bundled Mbed TLS"})
        return checks.tap(wanted)
    finally:
        shutil.rmtree(scratch)


sys.exit(main())
