#!/usr/bin/env python3
"""Compiles every block of C++ in README.md and docs/*.md, with all warnings. One that is no unit of its own stands behind
a comment that makes it one:

    <!-- compiled as:
    #include …
    void program() {
    %
    }
    -->

ssl-101.md is apart: its blocks are parts of programs that are run (ssl_101.py).

    docs.py ROOT BUILD
"""

import pathlib
import re
import sys

import checks


APART = {"ssl-101.md"}


def programs(root):
    """(file, line, code) of each; the code is None where nothing says how to compile it."""
    for page in [root / "README.md", *sorted((root / "docs").glob("*.md"))]:
        if page.name in APART:
            continue
        text = page.read_text(encoding="utf-8")
        for block in re.finditer(r"^(?:<!-- compiled as:\n(?P<around>(?:(?!-->).)*)-->\n+)?```cpp\n(?P<code>.*?)^```$", text,
                                 re.M | re.S):
            line = text.count("\n", 0, block.start("code")) + 1
            code, around = block["code"], block["around"]
            if around:
                before, after = around.split("%\n")
                yield page, line - before.count("\n"), before + code + after
            else:
                yield page, line, code if code.lstrip().startswith("#include") else None


def main():
    root, build = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    compiler = checks.Compiler(build, root / "tests" / "checks" / "probe.cpp")
    compiler.command = checks.ccache(compiler.command)
    scratch = build / "tests" / "doc-checks"
    scratch.mkdir(parents=True, exist_ok=True)

    def compiles(page, line, code):
        def check():
            if code is None:
                return "no unit of its own, and no comment <!-- compiled as: … --> in front of it"
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
