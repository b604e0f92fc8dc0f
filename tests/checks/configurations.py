#!/usr/bin/env python3
"""Configurations of Mbed TLS other than the bundled one: builds the library with each, and a program that makes
handshakes with itself and with openssl, as far as the configuration goes (tests/configurations/selftest.cpp).

    configurations.py ROOT BUILD [NAME...]

Without names: all where TLSPP_ALL is set, else some, from a random start that is printed (TLSPP_SEED sets it).
"""

import os
import pathlib
import random
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
from typing import NamedTuple

import checks

SAMPLED = 3
# By one of these a version has pre-shared keys that openssl has, too.
PSK = {"tls1_2": {"MBEDTLS_KEY_EXCHANGE_PSK_ENABLED", "MBEDTLS_KEY_EXCHANGE_ECDHE_PSK_ENABLED"},
       "tls1_3": {"MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_PSK_EPHEMERAL_ENABLED"}}


def run(*words, **more):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, **more)
    return done.returncode, done.stdout + done.stderr


def line_of(process, pattern, seconds=20):
    """The first group of `pattern` in what a process writes, or None."""
    said = b""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if select.select([process.stdout], [], [], 1)[0]:
            more = os.read(process.stdout.fileno(), 4096)
            said += more
            if found := re.search(pattern, said):
                return int(found.group(1))
            if not more:
                return None
    return None


def end(process):
    """What it said, and its status; it is ended where it does not end by itself."""
    try:
        said, _ = process.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        said, _ = process.communicate()
    return process.returncode, (said or b"").decode(errors="replace")


def start(*words):
    return subprocess.Popen([str(word) for word in words], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT)


class Configuration(NamedTuple):
    name: str
    option: str  # of subprojects/packagefiles/mbedtls
    header: object


def main():
    root, build = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    sources = [folder for folder in sorted((root / "subprojects").glob("mbedtls-3.*"))
               if (folder / "meson.build").is_file()]
    every = {path.stem: Configuration(path.stem, "user_config_file", path)
             for path in sorted((root / "tests" / "configurations").glob("*.h"))}
    every["default"] = Configuration("default", "user_config_file", "")
    if sources:
        for name in ("suite-b", "ccm-psk-tls1_2"):
            every[name] = Configuration(name, "config_file", sources[-1] / "configs" / f"config-{name}.h")
    names = sys.argv[3:]
    if not names and os.environ.get("TLSPP_ALL"):
        names = list(every)
    elif not names:
        seed = os.environ.get("TLSPP_SEED") or str(random.randrange(1000))
        print(f"# TLSPP_SEED={seed}")
        names = random.Random(seed).sample(sorted(every), SAMPLED)
    compiler = checks.Compiler(build, root / "tests" / "checks" / "probe.cpp")
    command = [word for word in checks.ccache(compiler.command) if not word.startswith("-DMBEDTLS_")]
    start_of_flags = 2 if "ccache" in command[0] else 1
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="tlspp-configurations-"))

    def check(configuration):
        if not sources:
            return "# SKIP this build did not unpack the bundled Mbed TLS"
        if not shutil.which("openssl"):
            return "# SKIP openssl is not installed"
        folder = scratch / configuration.name
        prefix = folder / "prefix"
        options = ["--prefix", prefix, "--libdir", "lib", "--default-library", "static", "-Doptimization=1",
                   "-Ddebug=false"]
        if configuration.header:
            options.append(f"-D{configuration.option}={configuration.header}")
        for words in (("meson", "setup", folder / "mbedtls", sources[-1], *options),
                      ("meson", "install", "-C", folder / "mbedtls", "--quiet")):
            status, text = run(*words)
            if status != 0:
                return text
        status, flags = run("pkg-config", "--cflags", "mbedtls",
                            env={**os.environ, "PKG_CONFIG_LIBDIR": str(prefix / "lib" / "pkgconfig")})
        if status != 0:
            return flags
        definitions = [word.replace("\\", "") for word in flags.split() if word.startswith("-DMBEDTLS_")]
        program = folder / "selftest"
        source = root / "tests" / "configurations" / "selftest.cpp"
        common = [*command[:start_of_flags], "-isystem", prefix / "include", "-I", scratch, *definitions,
                  *command[start_of_flags:], "-O0", "-g0", "-Wno-unused-function"]
        status, text = run(*common, source, "-o", program, "-L", prefix / "lib", "-lmbedtls", "-lmbedx509",
                           "-lmbedcrypto", "-pthread", cwd=compiler.directory)
        if status != 0:
            return text
        status, macros = run(*common, "-dM", "-E", "-include", "mbedtls/build_info.h", source, cwd=compiler.directory)
        defined = set(re.findall(r"^#define (MBEDTLS_\w+)", macros, re.MULTILINE))
        versions = [name for name, macro in (("tls1_2", "MBEDTLS_SSL_PROTO_TLS1_2"),
                                             ("tls1_3", "MBEDTLS_SSL_PROTO_TLS1_3")) if macro in defined]
        status, text = run(program, timeout=200)
        if status != 0:
            return text
        certificates = "MBEDTLS_X509_CRT_PARSE_C" in defined
        keys = certificates and "MBEDTLS_PSA_CRYPTO_C" in defined  # without PSA tlspp reads no private key
        psk = {name for name, macros in PSK.items() if macros & defined}
        ends = {"MBEDTLS_SSL_CLI_C", "MBEDTLS_SSL_SRV_C"} & defined
        if (keys or psk) and len(ends) == 2 and text.count("\nok ") < 3:
            return f"nothing was tried:\n{text}"
        for version in versions:
            problem = None
            if certificates and "MBEDTLS_SSL_CLI_C" in ends:
                problem = client(program, version, False)
            if not problem and keys and "MBEDTLS_SSL_SRV_C" in ends:
                problem = server(program, version, False)
            if not problem and version in psk and "MBEDTLS_SSL_CLI_C" in ends:
                problem = client(program, version, True)
            if not problem and version in psk and "MBEDTLS_SSL_SRV_C" in ends:
                problem = server(program, version, True)
            if problem:
                return f"{version} with openssl: {problem}"
        return None

    key = ["-psk", b"0123456789abcdef".hex(), "-psk_identity", "sensor 7", "-cipher", "ALL:@SECLEVEL=0"]

    def client(program, version, psk):
        own = [*key, "-nocert"] if psk else ["-cert", scratch / "broker.pem", "-key", scratch / "broker.pem"]
        peer = start("openssl", "s_server", "-accept", "127.0.0.1:0", *own, "-" + version, "-rev", "-naccept", "1")
        port = line_of(peer, rb"ACCEPT \S*?:(\d+)\s")
        words = ["psk-client", port, version] if psk else ["client", port]
        status, text = run(program, *words, timeout=60) if port else (1, "openssl s_server did not start")
        if status != 0:
            peer.kill()
        _, said = end(peer)
        return None if status == 0 and "ok " in text else text + said

    def server(program, version, psk):
        own = start(program, "psk-server" if psk else "server")
        port = line_of(own, rb"port (\d+)")
        if not port:
            own.kill()
            return end(own)[1]
        judged = key if psk else [
            "-CAfile", scratch / "root.crt", "-verify_return_error", "-verify_hostname", "broker.example",
            "-servername", "broker.example"]
        peer = start("openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-" + version, "-quiet", *judged)
        peer.stdin.write(b"sensor 7\n")
        peer.stdin.flush()
        answered = line_of(peer, rb"sensor (\d)")
        status, text = end(own)
        _, said = end(peer)
        return None if status == 0 and answered == 7 else f"status {status}\n{text}\n{said}"

    try:
        status, text = run(sys.executable, root / "firmware" / "credentials.py", scratch)
        if status != 0:
            print(text, file=sys.stderr)
            return 1
        return checks.tap({f"configuration {name}": lambda one=every[name]: check(one) for name in names})
    finally:
        shutil.rmtree(scratch)


if __name__ == "__main__":
    sys.exit(main())
