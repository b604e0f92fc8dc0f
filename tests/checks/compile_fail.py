#!/usr/bin/env python3
"""Every tests/compile_fail/*.cpp must not compile, and the compiler must say what the file's first line expects:

    // expect: REGULAR EXPRESSION

With -DTLSPP_CONTROL, where the file does the same thing right, it must compile: a typing error passes no test.

    compile_fail.py ROOT BUILD
"""

import pathlib
import re
import sys

import checks


def main():
    root, build = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    compiler = checks.Compiler(build, root / "tests" / "checks" / "probe.cpp")

    def refused(source):
        def check():
            first = source.read_text().splitlines()[0]
            expected = re.match(r"// expect: (.+)$", first)
            if not expected:
                return f"the first line is not '// expect: ...': {first}"
            good, said = compiler.run("-fsyntax-only", str(source))
            if good:
                return "it compiles"
            if not re.search(expected.group(1), said):
                return f"the compiler does not say '{expected.group(1)}' but:\n{said}"
            good, said = compiler.run("-fsyntax-only", "-DTLSPP_CONTROL", str(source))
            return None if good else f"with -DTLSPP_CONTROL it does not compile either:\n{said}"
        return check

    sources = sorted((root / "tests" / "compile_fail").glob("*.cpp"))
    return checks.tap({f"compile_fail/{source.name}": refused(source) for source in sources})


sys.exit(main())
