#!/usr/bin/env python3
"""Holds docs/python.md to the truth: every name in its second column is compiled, every public name of the `ssl` of the
Python at hand stands in its first column.

    python_table.py ROOT BUILD
"""

import inspect
import pathlib
import re
import ssl
import sys

import checks

NAME = re.compile(r"[A-Za-z_]\w*(<\w+>)?(::[A-Za-z_]\w*)*$")
NAMESPACES = {"dev", "x509", "x509::oids"}


def rows(page):
    """(line, names of the first column, names of the second) of each row of its tables."""
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("| `"):
            cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            yield number, *(re.findall(r"`([^`]+)`", cell) for cell in cells[:2])



def declaration(name, enums, number):
    """A line of C++ that compiles where there is such a name: of a namespace, an enumeration, or a class."""
    scope, _, last = name.rpartition("::")
    if not scope or scope in NAMESPACES:
        return f"namespace n{number} {{ using tlspp::{name}; }}"
    if scope in enums:
        return f"namespace n{number} {{ using tlspp::{name}; }}"
    return f"struct n{number} : tlspp::{scope} {{ using base = tlspp::{scope}; using base::{last}; }};"


def names_of_python():
    """The public names of the module and of its classes."""
    for name, value in vars(ssl).items():
        if name.startswith("_") or inspect.ismodule(value) or name in ("namedtuple", "create_connection"):
            continue
        if inspect.isfunction(value) and value.__module__ != "ssl":
            continue
        yield name


def main():
    root, build = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    page = root / "docs" / "python.md"
    table = list(rows(page))
    headers = "\n".join(path.read_text(encoding="utf-8") for path in (root / "include").rglob("*.hpp"))
    enums = set(re.findall(r"enum class (\w+)", headers))

    source = [f"#include <tlspp/{name}>" for name in
              ("tlspp.hpp", "capabilities.hpp", "cert_time.hpp", "dev.hpp", "keylog_file.hpp", "pem.hpp", "random.hpp",
               "server_certificate.hpp", "text.hpp", "x509/default_locations.hpp")
              if (root / "include" / "tlspp" / name).exists()]
    source.append("namespace tlspp::docs {")
    badly_written = []
    number = 0
    for line, _, ours in table:
        for name in ours:
            number += 1
            if NAME.match(name):
                source += [f'#line {line} "{page}"', declaration(name, enums, number)]
            else:
                badly_written.append(f"{page}:{line}: {name} is not a name")
    source.append("}")

    def compiles():
        compiler = checks.Compiler(build, root / "tests" / "checks" / "probe.cpp")
        compiler.command = checks.ccache(compiler.command)
        scratch = build / "tests" / "doc-checks"
        scratch.mkdir(parents=True, exist_ok=True)
        unit = scratch / "python_table.cpp"
        unit.write_text("\n".join(source) + "\n", encoding="utf-8")
        good, said = compiler.run("-O0", "-g0", "-fsyntax-only", str(unit))
        return None if good else said

    def complete():
        said = {name for _, theirs, _ in table for name in theirs}
        missing = sorted(name for name in names_of_python() if name not in said)
        return "not in the table: " + ", ".join(missing) if missing else None

    def once():
        seen, twice = set(), []
        for line, theirs, _ in table:
            twice += [f"{page}:{line}: {name} again" for name in theirs if name in seen]
            seen.update(theirs)
        return "\n".join(twice) or None

    return checks.tap({
        "the table has rows": lambda: None if len(table) > 150 else f"{len(table)} rows",
        "what is said to be a name is one": lambda: "\n".join(badly_written) or None,
        "every name on our side exists": compiles,
        f"every name of Python {sys.version_info.major}.{sys.version_info.minor} has a row": complete,
        "no name of Python's stands there twice": once,
    })


sys.exit(main())
