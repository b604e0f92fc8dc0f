#!/usr/bin/env python3
"""Compiles every header under include/tlspp alone (and twice in one unit): as configured, without exceptions, without
exceptions and RTTI; the umbrella header with each switch of config.hpp the other way; for arm-none-eabi and, those for
users, for Windows where these compilers are; with a configuration that has no X.509; against Mbed TLS 4.x where
TLSPP_MBEDTLS4_PREFIX names one.

    headers.py ROOT BUILD
"""

import os
import pathlib
import random
import re
import shutil
import sys

import checks

MODES = {"": [], "-fno-exceptions": ["-fno-exceptions"],
         "-fno-exceptions -fno-rtti": ["-fno-exceptions", "-fno-rtti"]}
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Wold-style-cast", "-Werror"]
WINDOWS = ["-std=c++23", "-D_WIN32_WINNT=0x0601", "-DMBEDTLS_X509_TRUSTED_CERTIFICATE_CALLBACK", *WARNINGS]
ARM = ["-std=c++23", "-mcpu=cortex-m4", "-mthumb", "-Os", "-fno-exceptions", "-fno-rtti", *WARNINGS]


# (what it needs, flags); those that firmware/ builds, sentences and inspector, are not repeated.
SWITCHES = {
    "TLSPP_CONFIG_FILE and TLSPP_PATH_SEARCH 0": (None, ['-DTLSPP_CONFIG_FILE="no_path_search.hpp"', "-I."]),
    "TLSPP_INSECURE_CHAIN_AND_NAME_ONLY 1": (None, ["-DTLSPP_INSECURE_CHAIN_AND_NAME_ONLY=1"]),
    "TLSPP_INSECURE_LEFT_OUT 63": (None, ["-DTLSPP_INSECURE_LEFT_OUT=63", "-DTLSPP_NAME_CONSTRAINTS=0"]),
    "TLSPP_SOCKETS 0": (None, ["-DTLSPP_SOCKETS=0"]),
    "TLSPP_LWIP_SOCKETS": ("lwip/lwip/sockets.h", ["-DTLSPP_LWIP_SOCKETS", "-I.", "-isystem", "/usr/include/lwip"]),
    "TLSPP_IDN 1": ("idn2.h", ["-UTLSPP_IDN", "-DTLSPP_IDN=1"]),
    "TLSPP_PSL 1": ("libpsl.h", ["-UTLSPP_PSL", "-DTLSPP_PSL=1"]),
}


def read_list(path):
    return {line.split("#")[0].strip() for line in path.read_text().splitlines()} - {""}


def main():
    root, build = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    include = root / "include"
    tests = root / "tests"
    headers = sorted(str(path.relative_to(include)) for path in include.rglob("*.hpp"))
    hosted = read_list(tests / "headers" / "hosted.txt")
    compiler = checks.Compiler(build, tests / "checks" / "probe.cpp")
    compiler.command = checks.ccache(compiler.command)
    mbedtls4 = os.environ.get("TLSPP_MBEDTLS4_PREFIX")
    arm = shutil.which("arm-none-eabi-g++")
    windows = shutil.which("x86_64-w64-mingw32-g++-posix")
    # tlspp's own folder and Mbed TLS's: all that a cross compiler may see of this machine.
    portable_includes = [flag for flag in zip(*[iter(compiler.includes())] * 2) if not flag[1].startswith("/usr/")]

    # A folder that stays: ccache recognises a unit by its path.
    scratch = build / "tests" / "header-checks"
    scratch.mkdir(parents=True, exist_ok=True)

    def unit(header):
        source = pathlib.Path(scratch, re.sub(r"\W", "_", header) + ".cpp")
        source.write_text(f"#include <{header}>\n#include <{header}>\n")
        return compiler.relative(source)

    # The headers of Asio alone, for compilers that must not see the rest of this machine's.
    asios = scratch / "asios"
    asios.mkdir(exist_ok=True)
    for name in ("asio", "boost"):
        there = pathlib.Path("/usr/include", name)
        if there.is_dir() and not (asios / name).is_symlink():
            (asios / name).symlink_to(there)

    def missing(header):
        """What a header needs that this machine may lack: one of the two Asios."""
        stem = pathlib.PurePath(header).stem
        wanted = {"asio": "!__has_include(<asio/version.hpp>) && !__has_include(<boost/asio/version.hpp>)",
                  "asio_standalone": "!__has_include(<asio/version.hpp>)",
                  "asio_boost": "!__has_include(<boost/asio/version.hpp>)",
                  "boost_asio": "!__has_include(<boost/asio/version.hpp>)"}.get(stem)
        if wanted:
            source = pathlib.Path(scratch, f"{stem}_probe.cpp")
            source.write_text(f"#if {wanted}\n#error\n#endif\n")
            if not compiler.run("-fsyntax-only", str(source))[0]:
                return f"# SKIP the Asio of {stem}.hpp is not installed"
        return None

    def for_asio(header, flags):
        """What stand-alone Asio wants to be told; Boost's finds it out."""
        quiet = {"-fno-exceptions": "-DASIO_NO_EXCEPTIONS", "-fno-rtti": "-DASIO_NO_TYPEID"}
        return [quiet[flag] for flag in flags if flag in quiet] if "asio" in header else []

    def native(header, flags):
        def check():
            if reason := missing(header):
                return reason
            source = unit(header)
            good, said = compiler.run(*flags, *for_asio(header, flags), "-O0", "-g0", "-c", source, "-o",
                                      source + "".join(flags) + ".o")
            return None if good else said
        return check

    def switched(name, needs, flags):
        def check():
            if needs and not pathlib.Path("/usr/include", needs).exists():
                return f"# SKIP {needs} is not installed"
            own = scratch / "switches"
            own.mkdir(exist_ok=True)
            (own / "no_path_search.hpp").write_text("#define TLSPP_PATH_SEARCH 0\n#define TLSPP_NAME_CONSTRAINTS 0\n"
                                                 "#define TLSPP_FAST_PATHS 0\n")
            (own / "lwipopts.h").write_text("#define LWIP_DNS 1\n#define LWIP_TIMEVAL_PRIVATE 0\n")
            source = pathlib.Path(scratch, re.sub(r"\W", "_", name) + ".cpp")
            asserted = "static_assert(TLSPP_PATH_SEARCH == 0);\n" if "PATH_SEARCH" in name else ""
            source.write_text(f"#include <tlspp/tlspp.hpp>\n{asserted}")
            good, said = compiler.run(*(f"-I{own}" if flag == "-I." else flag for flag in flags), "-O0", "-g0", "-c",
                                      compiler.relative(source), "-o", compiler.relative(source) + ".o")
            return None if good else said
        return check

    def elsewhere(header, cross, flags, ending):
        def check():
            if reason := missing(header):
                return reason
            source = unit(header)
            command = [cross, *flags, *(word for pair in portable_includes for word in pair)]
            good, said = checks.run([*checks.ccache(command), "-c", source, "-o", source + ending], compiler.directory)
            return None if good else said
        return check

    def for_arm(header, config="firmware_config.h"):
        named = ["-I", compiler.relative(tests / "headers"), f'-DMBEDTLS_CONFIG_FILE="{config}"']
        return elsewhere(header, arm, [*ARM, *named], f".{config}.arm.o")

    def without_x509(header):
        def check():
            if reason := missing(header):
                return reason
            own = [word for word in compiler.command if not word.startswith("-DMBEDTLS_")]
            good, said = checks.run([*own, "-I", compiler.relative(tests / "headers"),
                                     '-DMBEDTLS_CONFIG_FILE="psk_config.h"', "-fsyntax-only", unit(header)],
                                    compiler.directory)
            return None if good else said
        return check

    def for_windows(header):
        own = ["-isystem", compiler.relative(asios)] if "asio" in header else []
        return elsewhere(header, windows, [*WINDOWS, *own], ".windows.o")

    def against_mbedtls4(header):
        def check():
            if reason := missing(header):
                return reason
            # Its headers are found before those of the Mbed TLS of this build, whose definitions are not for it.
            own = [word for word in compiler.command if not word.startswith("-DMBEDTLS_")]
            start = 2 if "ccache" in own[0] else 1
            command = [*own[:start], "-isystem", str(pathlib.Path(mbedtls4, "include")), *own[start:]]
            good, said = checks.run([*command, "-fsyntax-only", unit(header)], compiler.directory)
            return None if good else said
        return check

    todo = {}
    # The modes that seldom tell something new, for every third header only.
    step = 1 if os.environ.get("TLSPP_ALL") else 3
    first = int(os.environ.get("TLSPP_SEED") or random.randrange(1 << 30)) % step
    if step > 1:
        print(f"# other modes: every {step}rd header, from number {first} (TLSPP_SEED; TLSPP_ALL: each)")
    sample = set(headers[first::step])
    # The mode in between is checked with GCC alone: it shows the preprocessor nothing that the last does not.
    clang = any("clang" in word for word in compiler.command[:2])
    modes = {mode: flags for mode, flags in MODES.items() if not clang or mode != "-fno-exceptions"}
    for header in headers:
        for mode, flags in modes.items():
            if mode == "-fno-exceptions" and header not in sample:
                continue
            todo[f"{header} {mode}".strip()] = native(header, flags)
    for name, (needs, flags) in SWITCHES.items():
        todo[f"tlspp/tlspp.hpp with {name}"] = switched(name, needs, flags)
    if arm:
        for header in headers:
            if header.removeprefix("tlspp/") not in hosted:
                todo[f"{header} for arm-none-eabi"] = for_arm(header)
                if header not in sample:
                    continue
                todo[f"{header} for arm-none-eabi without X.509"] = for_arm(header, "psk_config.h")
    else:
        todo["headers for arm-none-eabi"] = lambda: "# SKIP arm-none-eabi-g++ is not installed"
    for header in headers:
        if header in sample and "/detail/" not in header and "/checks/" not in header:
            todo[f"{header} without X.509"] = without_x509(header)
    if windows:
        for path in sorted((include / "tlspp").glob("*.hpp")):
            header = str(path.relative_to(include))
            if header not in sample:
                continue
            todo[f"{header} for Windows"] = for_windows(header)
    else:
        todo["headers for Windows"] = lambda: "# SKIP x86_64-w64-mingw32-g++-posix is not installed"
    if mbedtls4:
        for header in headers:
            todo[f"{header} against Mbed TLS 4"] = against_mbedtls4(header)
    else:
        todo["headers against Mbed TLS 4"] = lambda: "# SKIP TLSPP_MBEDTLS4_PREFIX names no Mbed TLS 4"
    return checks.tap(todo)


sys.exit(main())
