#!/usr/bin/env python3
"""Projects that use tlspp, each in a fresh folder, by every way of getting it: tests/consumers. Each builds a program
that makes a verified connection in memory, and runs it.

    consumers.py ROOT BUILD
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import checks

LEFT_BEHIND = (".git", ".cache", "build", "packagecache", "Catch2-*", "mbedtls-*", "__pycache__")


def main():
    root, build = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="tlspp-consumers-"))
    compiler = checks.Compiler(build, root / "tests" / "checks" / "probe.cpp")
    cxx = next(word for word in compiler.command if "ccache" not in word)
    environment = {key: value for key, value in os.environ.items()
                   if not key.startswith(("MESON", "PKG_CONFIG", "CMAKE"))}
    environment |= {"CXX": " ".join(checks.ccache([cxx]))}
    repository = scratch / "repository"
    prefix = scratch / "prefix"
    cmake_prefix = scratch / "cmake-prefix"
    modules = {"PKG_CONFIG_LIBDIR": str(prefix / "lib" / "pkgconfig")}

    def run(*words, cwd=None, **more):
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True, cwd=cwd,
                              env={**environment, **more})
        return None if done.returncode == 0 else f"{' '.join(map(str, words))}\n{done.stdout}{done.stderr}"

    def first(*steps):
        """The first complaint of some steps; what follows it is not done."""
        for step in steps:
            if (complaint := step()) is not None:
                return complaint
        return None

    def project(name):
        folder = pathlib.Path(tempfile.mkdtemp(prefix=name, dir=scratch)) / name
        shutil.copytree(root / "tests" / "consumers" / name, folder)
        shutil.copyfile(root / "examples" / "engine.cpp", folder / "main.cpp")
        for wrap in folder.glob("subprojects/*.wrap"):
            wrap.write_text(wrap.read_text().replace("@REPOSITORY@", str(repository)))
        return folder

    def says(program, **more):
        done = subprocess.run([str(program)], capture_output=True, text=True, env={**environment, **more})
        return None if done.returncode == 0 and "connected: TLS_" in done.stdout else done.stdout + done.stderr

    # This tree as a repository, so that wraps and FetchContent have something to clone, whatever is not committed yet.
    shutil.copytree(root, repository, ignore=shutil.ignore_patterns(*LEFT_BEHIND), symlinks=True)
    git = ("git", "-c", "user.name=tlspp", "-c", "user.email=tlspp@example.invalid", "-c", "init.defaultBranch=main")
    prepared = first(lambda: run(*git, "init", "-q", cwd=repository), lambda: run(*git, "add", "-A", cwd=repository),
                     lambda: run(*git, "commit", "-q", "-m", "All", cwd=repository))

    def archives(folder):
        """What a user without network does: the script of the wraps fills the folder that Meson looks into."""
        folder.mkdir(parents=True)
        for archive in (root / "subprojects" / "packagecache").glob("*"):
            shutil.copyfile(archive, folder / archive.name)
        return run(repository / "tools" / "fetch-wraps", folder)

    def build_and_run(folder, **more):
        return first(lambda: run("meson", "setup", folder / "b", folder, "-Doptimization=0", "-Ddebug=false", **more),
                     lambda: run("ninja", "-C", folder / "b"), lambda: says(folder / "b" / "consumer"))

    def meson_subproject():
        folder = project("meson_subproject")
        return first(lambda: archives(folder / "subprojects" / "packagecache"), lambda: build_and_run(folder))

    def released():
        """The archive of a release and its wrap, as WrapDB would have them."""
        folder = project("meson_subproject")
        made = scratch / "release"
        packages = folder / "subprojects" / "packagecache"
        url = "https://example.invalid/tlspp.tar.gz"
        complaint = first(lambda: run(repository / "tools" / "release", url, made), lambda: archives(packages))
        if complaint:
            return complaint
        for archive in made.glob("*.tar.gz"):
            shutil.copyfile(archive, packages / archive.name)
        shutil.copyfile(made / "wrapdb" / "tlspp.wrap", folder / "subprojects" / "tlspp.wrap")
        return build_and_run(folder)

    def described():
        """What the other collections want: nothing is left to fill in, and it can be read."""
        made = scratch / "release"
        for file in made.rglob("*"):
            if file.suffix != ".gz" and file.is_file() and (left := re.search(r"@[A-Z0-9]+@", file.read_text())):
                return f"{file.name}: {left[0]}"
        json.loads((made / "vcpkg" / "vcpkg.json").read_text())
        return run(sys.executable, "-m", "py_compile", made / "conan" / "conanfile.py")

    def install():
        packages = repository / "subprojects" / "packagecache"
        return first(lambda: archives(packages),
                     lambda: run("meson", "setup", scratch / "b", repository, "--prefix", prefix, "--libdir", "lib",
                                 "-Dmbedtls=bundled", "-Dtests=disabled", "-Dexamples=disabled", "-Doptimization=0",
                                 "-Ddebug=false"),
                     lambda: run("meson", "install", "-C", scratch / "b", "--quiet"))

    def meson_installed():
        return build_and_run(project("meson_installed"), **modules)

    def make():
        if not shutil.which("make"):
            return "# SKIP make is not installed"
        folder = project("make")
        return first(lambda: run("make", "-s", "CXX=" + environment["CXX"], cwd=folder, **modules),
                     lambda: says(folder / "consumer"))

    def headers_alone():
        flags = subprocess.run(["pkg-config", "--cflags", "--libs", "mbedtls", "mbedx509", "mbedcrypto"],
                               capture_output=True, text=True, env={**environment, **modules})
        if flags.returncode != 0:
            return flags.stderr
        shutil.copyfile(root / "examples" / "engine.cpp", scratch / "alone.cpp")
        return first(lambda: run(*environment["CXX"].split(), "-std=c++23", "-I" + str(repository / "include"),
                                 scratch / "alone.cpp", "-o", scratch / "alone", *flags.stdout.split()),
                     lambda: says(scratch / "alone"))

    def cmake(name, *options):
        if not shutil.which("cmake"):
            return "# SKIP cmake is not installed"
        folder = project(name)
        binary = folder / "b"
        return first(lambda: run("cmake", "-S", folder, "-B", binary, *options),
                     lambda: run("cmake", "--build", binary), lambda: says(binary / "consumer"))

    def mbedtls_for_cmake():
        """The installed Mbed TLS under the name that its own CMake files would give it."""
        folder = prefix / "lib" / "cmake" / "MbedTLS"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "MbedTLSConfig.cmake").write_text(
            "find_package(PkgConfig REQUIRED)\npkg_check_modules(mbedtls_pc REQUIRED IMPORTED_TARGET GLOBAL mbedtls)\n"
            "if(NOT TARGET MbedTLS::mbedtls)\n  add_library(MbedTLS::mbedtls INTERFACE IMPORTED GLOBAL)\n"
            "  target_link_libraries(MbedTLS::mbedtls INTERFACE PkgConfig::mbedtls_pc)\nendif()\n")
        (folder / "MbedTLSConfigVersion.cmake").write_text(
            'set(PACKAGE_VERSION 3.6.0)\nset(PACKAGE_VERSION_COMPATIBLE TRUE)\n')
        environment["PKG_CONFIG_LIBDIR"] = modules["PKG_CONFIG_LIBDIR"]

    def cmake_installed_by_meson():
        return cmake("cmake_installed", f"-DCMAKE_PREFIX_PATH={prefix}")

    def another_version_is_refused():
        if not shutil.which("cmake"):
            return "# SKIP cmake is not installed"
        folder = project("cmake_installed")
        lists = folder / "CMakeLists.txt"
        lists.write_text(lists.read_text().replace("tlspp 0.1", "tlspp 0.99"))
        said = run("cmake", "-S", folder, "-B", folder / "b", f"-DCMAKE_PREFIX_PATH={prefix}")
        return None if said and "0.99" in said else f"accepted, or for another reason: {said}"

    def cmake_fetch():
        mbedtls_for_cmake()
        return cmake("cmake_fetch", f"-DCMAKE_PREFIX_PATH={prefix}", f"-DTLSPP_REPOSITORY=file://{repository}")

    def cmake_installed_by_cmake():
        if not shutil.which("cmake"):
            return "# SKIP cmake is not installed"
        mbedtls_for_cmake()
        return first(lambda: run("cmake", "-S", repository, "-B", scratch / "cb", f"-DCMAKE_PREFIX_PATH={prefix}",
                                 f"-DCMAKE_INSTALL_PREFIX={cmake_prefix}"),
                     lambda: run("cmake", "--install", scratch / "cb"),
                     lambda: shutil.rmtree(prefix / "lib" / "cmake" / "tlspp"),
                     lambda: cmake("cmake_installed", f"-DCMAKE_PREFIX_PATH={prefix};{cmake_prefix}"))

    try:
        everything = {
            "Meson: a subproject that brings Mbed TLS": meson_subproject,
            "Meson: the archive of a release and its wrap": released,
            "the descriptions for vcpkg and Conan are complete": described,
            "Meson: installed with a bundled Mbed TLS": install,
            "Meson: an installed tlspp": meson_installed,
            "make and pkg-config": make,
            "headers alone, and an installed Mbed TLS": headers_alone,
            "CMake: find_package, installed by Meson": cmake_installed_by_meson,
            "CMake: another version is not taken": another_version_is_refused,
            "CMake: FetchContent": cmake_fetch,
            "CMake: find_package, installed by CMake": cmake_installed_by_cmake,
        }
        if prepared:
            everything = {name: lambda: prepared for name in everything}
        # One after the other: the later ones use what the earlier ones made.
        return checks.tap(everything, workers=1)
    finally:
        shutil.rmtree(scratch)


sys.exit(main())
