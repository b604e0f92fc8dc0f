#!/usr/bin/env python3
"""Compiles the programs in README.md and docs/*.md: every block of C++ with a main() in it, with all warnings.

    docs.py ROOT BUILD
"""

import pathlib
import re
import sys

import checks


def programs(root):
    """(file:line, code) of each."""
    for page in [root / "README.md", *sorted((root / "docs").glob("*.md"))]:
        text = page.read_text(encoding="utf-8")
        for block in re.finditer(r"^```cpp\n(.*?)^```$", text, re.M | re.S):
            line = text.count("\n", 0, block.start(1)) + 1
            if re.search(r"\bint main\(", block.group(1)):
                yield page, line, block.group(1)


def main():
    root, build = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    compiler = checks.Compiler(build, root / "tests" / "checks" / "probe.cpp")
    compiler.command = checks.ccache(compiler.command)
    scratch = build / "tests" / "doc-checks"
    scratch.mkdir(parents=True, exist_ok=True)

    def compiles(page, line, code):
        def check():
            if "<asio.hpp>" in code:
                probe = scratch / "asio_probe.cpp"
                probe.write_text("#if !__has_include(<asio.hpp>)\n#error\n#endif\n")
                if not compiler.run("-fsyntax-only", compiler.relative(probe))[0]:
                    return "# SKIP Asio is not installed"
            source = scratch / f"{page.stem}_{line}.cpp"
            source.write_text(f'#line {line} "{page.relative_to(root)}"\n{code}', encoding="utf-8")
            good, said = compiler.run("-O0", "-g0", "-c", compiler.relative(source), "-o", compiler.relative(source) + ".o")
            return None if good else said
        return check

    return checks.tap({f"{page.relative_to(root)}:{line}": compiles(page, line, code)
                       for page, line, code in programs(root)})


sys.exit(main())
