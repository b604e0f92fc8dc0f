#!/usr/bin/env python3
"""Private keys that PSA keeps: builds the bundled Mbed TLS 3.6 with MBEDTLS_USE_PSA_CRYPTO, and with it a program that
uses such keys in TLS; the same with Mbed TLS 4 where TLSPP_MBEDTLS4_PREFIX names an installed one.

    opaque_keys.py ROOT BUILD
"""

import os
import pathlib
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
    # The definitions of this build's Mbed TLS are not for another one.
    command = [word for word in checks.ccache(compiler.command) if not word.startswith("-DMBEDTLS_")]
    start = 2 if "ccache" in command[0] else 1
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="tlspp-opaque-"))

    def program(name, prefix, flags, libraries):
        binary = scratch / name
        status, text = run(*command[:start], "-isystem", prefix / "include", *flags, *command[start:], "-O0", "-g0",
                           root / "tests" / "opaque" / "opaque.cpp", "-o", binary, "-L", prefix / "lib", *libraries,
                           "-pthread", cwd=compiler.directory)
        if status == 0:
            status, text = run(binary, env={**os.environ, "LD_LIBRARY_PATH": str(prefix / "lib")})
        return None if status == 0 else text

    def bundled():
        sources = sorted((root / "subprojects").glob("mbedtls-3.*"))
        sources = [folder for folder in sources if (folder / "meson.build").is_file()]
        if not sources:
            return "# SKIP this build did not unpack the bundled Mbed TLS"
        prefix = scratch / "prefix"
        options = ["--prefix", prefix, "--libdir", "lib", "--default-library", "static", "-Doptimization=1",
                   "-Ddebug=false", f"-Duser_config_file={root / 'tests' / 'headers' / 'use_psa_crypto.h'}"]
        for words in (("meson", "setup", scratch / "mbedtls", sources[-1], *options),
                      ("meson", "install", "-C", scratch / "mbedtls", "--quiet")):
            status, text = run(*words)
            if status != 0:
                return text
        status, flags = run("pkg-config", "--cflags", "mbedtls",
                            env={**os.environ, "PKG_CONFIG_LIBDIR": str(prefix / "lib" / "pkgconfig")})
        if status != 0:
            return flags
        definitions = [word for word in flags.split() if word.startswith("-DMBEDTLS_")]
        return program("opaque3", prefix, [word.replace("\\", "") for word in definitions],
                       ["-lmbedtls", "-lmbedx509", "-lmbedcrypto"])

    def mbedtls4():
        prefix = os.environ.get("TLSPP_MBEDTLS4_PREFIX")
        if not prefix:
            return "# SKIP TLSPP_MBEDTLS4_PREFIX names no Mbed TLS 4"
        return program("opaque4", pathlib.Path(prefix), [], ["-lmbedtls", "-lmbedx509", "-ltfpsacrypto"])

    try:
        return checks.tap({"keys that PSA keeps, Mbed TLS 3.6 with USE_PSA_CRYPTO": bundled,
                           "keys that PSA keeps, Mbed TLS 4": mbedtls4})
    finally:
        shutil.rmtree(scratch)


sys.exit(main())
