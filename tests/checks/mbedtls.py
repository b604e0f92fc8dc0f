#!/usr/bin/env python3
"""How tlspp finds Mbed TLS. Builds the bundled archive by itself into a prefix, then configures tlspp against it by
pkg-config and by folder, and with a 2.28 in its place; the same with the Mbed TLS 4 that TLSPP_MBEDTLS4_PREFIX names.
Configures only; the unit tests are not built again.

    mbedtls.py ROOT
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import checks

PROGRAM = """
#include <tlspp/config.hpp>
#include <mbedtls/version.h>
#include <mbedtls/threading.h>
#include <mbedtls/ssl.h>
#if !defined(MBEDTLS_THREADING_C) && MBEDTLS_VERSION_NUMBER < 0x04000000
#error "the definitions of the library did not reach its user"
#endif
int main() {
    mbedtls_ssl_config config;
    mbedtls_ssl_config_init(&config);
#if MBEDTLS_VERSION_NUMBER < 0x04000000
    mbedtls_ssl_conf_ca_cb(&config, nullptr, nullptr);
#endif
    mbedtls_ssl_config_free(&config);
    return mbedtls_version_get_number() == MBEDTLS_VERSION_NUMBER ? 0 : 1;
}
"""

CONSUMER = """
project('consumer', 'cpp')
executable('program', 'program.cpp', dependencies: dependency('tlspp'))
"""


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="tlspp-mbedtls-"))
    try:
        return run(root, scratch)
    finally:
        shutil.rmtree(scratch)


def run(root, scratch):
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("MESON", "PKG_CONFIG"))}
    wrap = (root / "subprojects" / "mbedtls-distribution.wrap")
    wrap = wrap if wrap.is_file() else root / "subprojects" / "mbedtls.wrap"
    version = re.search(r"^directory = mbedtls-(\S+)$", wrap.read_text(), re.MULTILINE).group(1)

    def command(*words, **more):
        result = subprocess.run([str(word) for word in words], capture_output=True, text=True,
                                env={**environment, **more})
        return result.returncode, result.stdout + result.stderr

    def configure(name, *options, **more):
        return command("meson", "setup", scratch / name, root, "-Dtests=disabled", "-Dexamples=disabled",
                       "--prefix", scratch / (name + "-prefix"), *options, **more)

    def wants(status, text, patterns, succeeds):
        for pattern in patterns:
            if not re.search(pattern, text):
                return f"no '{pattern}' in:\n{text}"
        return None if (status == 0) == succeeds else f"exit status {status}:\n{text}"

    # The bundled archive, as it would be built by somebody who has only that.
    bundled = root / "subprojects" / f"mbedtls-{version}"
    if not bundled.is_dir():
        return checks.tap({"Mbed TLS from its archive": lambda: "# SKIP this build did not unpack the bundled Mbed TLS"})
    source = scratch / "mbedtls"
    prefix = scratch / "prefix"
    shutil.copytree(bundled, source,
                    ignore=shutil.ignore_patterns("*.o", "tests", "programs", "docs"))
    built = None
    for words in (("meson", "setup", scratch / "mbedtls-build", source, "--prefix", prefix, "--libdir", "lib",
                   "-Doptimization=1", "-Ddebug=false"),
                  ("meson", "install", "-C", scratch / "mbedtls-build", "--quiet")):
        status, text = command(*words)
        if status != 0:
            built = text
            break
    modules = {"PKG_CONFIG_LIBDIR": str(prefix / "lib" / "pkgconfig")}
    loader = {"LD_LIBRARY_PATH": str(prefix / "lib")}

    def standalone():
        return built

    def compile_and_run(folder):
        status, text = command("ninja", "-C", folder)
        if status == 0:
            status, text = command(folder / "program", **loader)
        return None if status == 0 else text

    def system_by_pkg_config():
        status, text = configure("by-pkg-config", "-Dmbedtls=system", **modules)
        return wants(status, text, [rf"{re.escape(version)} \(installed, by pkg-config\)"], True)

    def automatic():
        status, text = configure("automatic", **modules)
        return wants(status, text, [rf"{re.escape(version)} \(installed, by pkg-config\)"], True)

    def by_prefix():
        status, text = configure("by-prefix", f"-Dmbedtls_prefix={prefix}")
        return wants(status, text, [rf"{re.escape(version)} \(in {re.escape(str(prefix))}\)"], True)

    def consumer(name, options, **more):
        """tlspp as the subproject of a program that compiles with an Mbed TLS of the given kind."""
        project = scratch / name
        (project / "subprojects").mkdir(parents=True)
        (project / "meson.build").write_text(CONSUMER)
        (project / "program.cpp").write_text(PROGRAM)
        (project / "subprojects" / "tlspp").symlink_to(root)
        (project / "subprojects" / "packagecache").symlink_to(root / "subprojects" / "packagecache")
        status, text = command("meson", "setup", project / "build", project, *options, **more)
        return compile_and_run(project / "build") if status == 0 else text

    def consumer_by_pkg_config():
        return consumer("consumer-pkg-config", ["-Dtlspp:mbedtls=system"], **modules)

    def consumer_by_prefix():
        return consumer("consumer-prefix", [f"-Dtlspp:mbedtls_prefix={prefix}"])

    def consumer_bundled():
        return consumer("consumer-bundled", ["-Dtlspp:mbedtls=bundled", "-Doptimization=0", "-Ddebug=false"])

    def installed():
        status, text = command("meson", "install", "-C", scratch / "by-pkg-config", "--quiet")
        if status != 0:
            return text
        paths = [modules["PKG_CONFIG_LIBDIR"],
                 *map(str, (scratch / "by-pkg-config-prefix").rglob("pkgconfig"))]
        status, flags = command("pkg-config", "--cflags", "--libs", "tlspp", PKG_CONFIG_LIBDIR=":".join(paths))
        if status != 0:
            return flags
        (scratch / "program.cpp").write_text(PROGRAM)
        cxx = environment.get("CXX", "c++").split()
        status, text = command(*cxx, scratch / "program.cpp", "-o", scratch / "program", *flags.split())
        if status == 0:
            status, text = command(scratch / "program", **loader)
        return None if status == 0 else text

    # What Debian 12 has.
    old = scratch / "old"
    old.mkdir()
    for name in ("mbedtls", "mbedx509", "mbedcrypto"):
        (old / f"{name}.pc").write_text(f"Name: {name}\nDescription: old\nVersion: 2.28.3\nLibs: -l{name}\nCflags:\n")
    outdated = {"PKG_CONFIG_LIBDIR": str(old)}

    def old_refused():
        status, text = configure("old-system", "-Dmbedtls=system", **outdated)
        return wants(status, text, [r"Mbed TLS 2\.28\.3 was found, but tlspp needs 3\.6 or newer: .*\."], False)

    def old_passed_over():
        status, text = configure("old-automatic", **outdated)
        return wants(status, text, [rf"{re.escape(version)} \(bundled\)"], True)

    def none_found():
        status, text = configure("empty-prefix", f"-Dmbedtls_prefix={old}")
        # A compiler that has an Mbed TLS of its own finds that one instead.
        return None if "(in " in text else wants(status, text, [r"No Mbed TLS was found in|was found in"], False)

    alone = {"the bundled Mbed TLS builds and installs by itself": standalone,
             "an old Mbed TLS is refused in one sentence with -Dmbedtls=system": old_refused,
             "an old Mbed TLS is passed over with -Dmbedtls=auto": old_passed_over,
             "a prefix without Mbed TLS is refused in one sentence": none_found,
             "a subproject's user gets the bundled one": consumer_bundled}
    against = {"-Dmbedtls=system finds it by pkg-config": system_by_pkg_config,
               "-Dmbedtls=auto finds it by pkg-config": automatic,
               "-Dmbedtls_prefix finds it": by_prefix,
               "a subproject's user gets flags and libraries by pkg-config": consumer_by_pkg_config,
               "a subproject's user gets flags and libraries by prefix": consumer_by_prefix,
               "a user of the installed tlspp gets flags and libraries from tlspp.pc": installed}
    if built:
        against = {name: lambda: "Mbed TLS was not built" for name in against}
    four = os.environ.get("TLSPP_MBEDTLS4_PREFIX")
    if four:
        # One that stands where nobody looks for it, found by its pkg-config files, and one found by its folder.
        modules4 = {"PKG_CONFIG_LIBDIR": os.pathsep.join(str(path) for path in pathlib.Path(four).rglob("pkgconfig"))}
        found4 = r"Mbed TLS +: 4\.\d+\.\d+ \("

        def system4():
            status, text = configure("four-by-pkg-config", "-Dmbedtls=system", **modules4)
            return wants(status, text, [found4 + "installed, by pkg-config"], True)

        def prefix4():
            status, text = configure("four-by-prefix", "-Dmbedtls=system", f"-Dmbedtls_prefix={four}")
            return wants(status, text, [found4 + "in "], True)

        def cmake4():
            if not shutil.which("cmake"):
                return "# SKIP cmake is not installed"
            project = scratch / "cmake-four"
            project.mkdir()
            (project / "program.cpp").write_text(PROGRAM)
            (project / "CMakeLists.txt").write_text(
                "cmake_minimum_required(VERSION 3.16)\nproject(consumer CXX)\n"
                f"add_subdirectory({root} tlspp)\nadd_executable(program program.cpp)\n"
                "target_link_libraries(program tlspp::tlspp)\n")
            for words in (("cmake", "-S", project, "-B", project / "b", f"-DCMAKE_PREFIX_PATH={four}"),
                          ("cmake", "--build", project / "b"), (project / "b" / "program",)):
                status, text = command(*words)
                if status != 0:
                    return text
            return None

        against |= {"CMake finds Mbed TLS 4": cmake4,
                    "-Dmbedtls=system finds Mbed TLS 4 by pkg-config": system4,
                    "-Dmbedtls=system finds Mbed TLS 4 by its folder": prefix4,
                    "a subproject's user gets Mbed TLS 4 by pkg-config":
                        lambda: consumer("consumer-four-pkg-config", ["-Dtlspp:mbedtls=system"], **modules4),
                    "a subproject's user gets Mbed TLS 4 by its folder":
                        lambda: consumer("consumer-four-prefix", [f"-Dtlspp:mbedtls_prefix={four}"])}
    else:
        against["Mbed TLS 4 is found"] = lambda: "# SKIP TLSPP_MBEDTLS4_PREFIX names no Mbed TLS 4"
    # One after the other: the later ones use what the earlier ones made.
    return checks.tap(alone | against, workers=1)


sys.exit(main())
