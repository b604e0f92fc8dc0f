#!/usr/bin/env python3
"""What others' build systems read: CMake, ESP-IDF, Zephyr, PlatformIO, Arduino. Descriptions are read, and CMake runs; the
functions of ESP-IDF and Zephyr are stand-ins here, so those two are dry runs.

    packages.py ROOT BUILD
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

PROGRAM = """#include <tlspp/tlspp.hpp>
int main() {
    auto const made = tlspp::client_context::create({.trust = tlspp::trust_store{}});
    return made.has_value() ? 1 : 0; // a store without anchors is refused
}
"""
# what the functions of ESP-IDF and Zephyr are given, written down
STANDINS = """
function(idf_component_register)
  cmake_parse_arguments(ARG "" "" "INCLUDE_DIRS;REQUIRES" ${ARGN})
  add_library(component INTERFACE)
  target_include_directories(component INTERFACE ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_INCLUDE_DIRS})
  target_link_libraries(component INTERFACE MbedTLS::mbedtls)
  set(COMPONENT_LIB component PARENT_SCOPE)
  message(STATUS "requires ${ARG_REQUIRES}")
endfunction()
function(zephyr_include_directories)
  add_library(component INTERFACE)
  target_include_directories(component INTERFACE ${ARGN})
  target_compile_features(component INTERFACE cxx_std_23)
  target_link_libraries(component INTERFACE MbedTLS::mbedtls)
endfunction()
"""


def main():
    root, build = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    version = subprocess.run([root / "tools" / "version"], capture_output=True, text=True, check=True).stdout.strip()
    compiler = checks.Compiler(build, root / "tests" / "checks" / "probe.cpp")
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="tlspp-packages-"))
    libraries = [build / "subprojects" / folder.name / name
                 for folder in sorted((build / "subprojects").glob("mbedtls-3*"))
                 for name in ("libmbedtls.a", "libmbedx509.a", "libmbedcrypto.a")]

    def run(*words, cwd=None):
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True, cwd=cwd,
                              env={**os.environ, "CXX": next(w for w in compiler.command if "ccache" not in w)})
        return None if done.returncode == 0 else done.stdout + done.stderr

    def mbedtls_target():
        """The library of this build under the name that Mbed TLS's own CMake files give it."""
        flags = [word for word in compiler.command if word.startswith("-DMBEDTLS_")]
        folders = [os.path.normpath(os.path.join(compiler.directory, word.removeprefix("-I").removeprefix("-isystem")))
                   for word in compiler.command if word.startswith(("-I", "-isystem")) and "mbedtls" in word]
        return (f"add_library(MbedTLS::mbedtls INTERFACE IMPORTED GLOBAL)\n"
                f"target_include_directories(MbedTLS::mbedtls SYSTEM INTERFACE {' '.join(folders)})\n"
                f"target_compile_options(MbedTLS::mbedtls INTERFACE {' '.join(flags)})\n"
                f"target_link_libraries(MbedTLS::mbedtls INTERFACE {' '.join(map(str, libraries))} pthread)\n")

    def cmake(name, before, folder, target):
        """Builds and runs a program of a project that takes tlspp from a folder of this tree."""
        if not shutil.which("cmake"):
            return "# SKIP cmake is not installed"
        if not libraries or not all(one.is_file() for one in libraries):
            return "# SKIP this build did not make the bundled Mbed TLS"
        project = scratch / name
        project.mkdir()
        (project / "main.cpp").write_text(PROGRAM)
        (project / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.16)\nproject(user CXX)\n" + mbedtls_target() + before +
            f"add_subdirectory({folder} tlspp)\nadd_executable(user main.cpp)\n"
            f"target_link_libraries(user {target})\n")
        return (run("cmake", "-S", project, "-B", project / "b", "-DCMAKE_BUILD_TYPE=Debug") or
                run("cmake", "--build", project / "b") or run(project / "b" / "user"))

    def descriptions():
        problems = []

        def expect(what, is_so):
            if not is_so:
                problems.append(what)

        library = json.loads((root / "library.json").read_text())
        expect("library.json: version", library["version"] == version)
        expect("library.json: licence", library["license"] == "BSL-1.0")
        expect("library.json: the header", (root / library["build"]["includeDir"] / library["headers"]).is_file())
        for pattern in library["export"]["include"]:
            expect(f"library.json: {pattern} is there", (root / pattern).exists())
        properties = dict(line.split("=", 1) for line in (root / "library.properties").read_text().splitlines())
        for key in ("name", "version", "author", "maintainer", "sentence", "paragraph", "category", "url",
                    "architectures", "includes"):
            expect(f"library.properties: {key}", properties.get(key))
        expect("library.properties: version", properties["version"] == version)
        component = (root / "idf_component.yml").read_text()
        expect("idf_component.yml: version", f'\nversion: "{version}"\n' in component)
        module = (root / "zephyr" / "module.yml").read_text()
        for key, leads_to in (("cmake", "CMakeLists.txt"), ("kconfig", "")):
            value = re.search(rf"^  {key}: (\S+)$", module, re.MULTILINE)
            expect(f"module.yml: {key}", value and (root / value[1] / leads_to).exists())
        try:
            import yaml
            yaml.safe_load(component)
            yaml.safe_load(module)
        except ImportError:
            pass # the lines above have looked at what counts
        return "\n".join(problems) or None

    def arduino():
        folder = scratch / "arduino"
        made = run(root / "tools" / "package-arduino", folder)
        if made:
            return made
        sketch = scratch / "sketch.cpp"
        sketch.write_text(PROGRAM.replace("tlspp/tlspp.hpp", "tlspp.hpp"))
        own = (root / "include").resolve()
        command = [word for word in compiler.command if not (
            word.startswith("-I") and pathlib.Path(compiler.directory, word[2:]).resolve() == own)]
        return run(*command, "-isystem", folder / "src", "-fsyntax-only", sketch, cwd=compiler.directory)

    try:
        return checks.tap({
            "what describes packages names what there is, and the version": descriptions,
            "CMake: add_subdirectory": lambda: cmake("plain", "", root, "tlspp::tlspp"),
            "ESP-IDF, dry run": lambda: cmake("idf", STANDINS + "set(ESP_PLATFORM 1)\n", root, "component"),
            "Zephyr, dry run": lambda: cmake("zephyr", STANDINS + "set(CONFIG_TLSPP y)\n", root / "zephyr", "component"),
            "Arduino: a sketch with the one header": arduino,
        })
    finally:
        shutil.rmtree(scratch)


sys.exit(main())
