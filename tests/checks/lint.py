#!/usr/bin/env python3
"""clang-format over every source, and clang-tidy over all headers, in one unit that includes them.

    lint.py ROOT BUILD
"""

import pathlib
import re
import shutil
import sys

import checks

VERSION = 19
FORMATTED = ("include", "tests", "examples", "benchmarks", "firmware")


def sources(root):
    for folder in FORMATTED:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".hpp", ".cpp", ".h", ".c"):
                yield path


def main():
    root, build = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    clang_format = shutil.which(f"clang-format-{VERSION}")
    clang_tidy = shutil.which(f"clang-tidy-{VERSION}")
    compiler = checks.Compiler(build, root / "tests" / "checks" / "probe.cpp")
    flags = [word for word in compiler.command if word.startswith(("-D", "-std"))] + compiler.includes()
    scratch = build / "tests" / "lint"
    scratch.mkdir(parents=True, exist_ok=True)

    def formatted():
        if not clang_format:
            return f"# SKIP clang-format-{VERSION} is not installed"
        good, said = checks.run([clang_format, "--dry-run", "-Werror", *map(str, sources(root))], root)
        places = sorted(set(re.findall(r"^(\S+?:\d+):\d+: error", said, re.M)))
        return None if good else "\n".join(places) or said

    def tidy(name, headers):
        def check():
            if not clang_tidy:
                return f"# SKIP clang-tidy-{VERSION} is not installed"
            unit = scratch / f"{name}.cpp"
            unit.write_text("".join(f"#include <{header}>\n" for header in headers) + "int main() { return 0; }\n")
            good, said = checks.run([clang_tidy, "--quiet", "--warnings-as-errors=*",
                                     f"--config-file={root / '.clang-tidy'}", str(unit), "--", *flags],
                                    compiler.directory)
            return None if good else said
        return check

    def scripts():
        """Nothing is run that the shell or Python cannot read."""
        complaints = []
        for folder in ("tools", "tools/lib", ".ci", "tests/checks", "firmware"):
            for script in sorted((root / folder).iterdir()):
                if not script.is_file():
                    continue
                text = script.read_bytes()
                if script.suffix == ".py" or text.startswith(b"#!/usr/bin/env python3"):
                    try:
                        compile(text, str(script), "exec")
                    except SyntaxError as e:
                        complaints.append(f"{script.relative_to(root)}: {e}")
                elif script.suffix == ".sh" or text.startswith(b"#!/usr/bin/env bash"):
                    good, said = checks.run(["bash", "-n", str(script)])
                    complaints += [] if good else [said.strip()]
        return "\n".join(complaints) or None

    def present(header):
        """False for what needs a library that is not here (Asio)."""
        unit = scratch / "present.cpp"
        unit.write_text(f"#include <{header}>\n")
        return compiler.run("-fsyntax-only", str(unit))[0]

    include = root / "include"
    # the umbrella has its own way of leaving out what a target lacks
    beside = sorted(str(path.relative_to(include)) for path in (include / "tlspp").glob("*.hpp"))
    umbrella = "tlspp/tlspp.hpp"
    # the two Asios cannot be included together: boost_asio.hpp has a unit of its own
    beside = [header for header in beside if header not in (umbrella, "tlspp/boost_asio.hpp") and present(header)]
    return checks.tap({"formatted as .clang-format says": formatted,
                       "scripts can be read": scripts,
                       "clang-tidy over all headers": tidy("all", [umbrella, *beside]),
                       "clang-tidy over boost_asio.hpp": tidy("boost_asio", ["tlspp/boost_asio.hpp"])
                       if present("tlspp/boost_asio.hpp") else lambda: "# SKIP Boost.Asio is not installed"})


sys.exit(main())
