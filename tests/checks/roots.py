#!/usr/bin/env python3
"""tools/roots: a bundle becomes a table that is searched, and that a chain is judged by.

    roots.py ROOT BUILD
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile

import checks

SYSTEM = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"]

PROGRAM = """#include "few.hpp"
#include "many.hpp"
#include "credentials.h"
#include <tlspp/tlspp.hpp>
#include <tlspp/x509/verify_chain.hpp>

using namespace tlspp;
using table = std::span<const std::span<const unsigned char>>;

bool finds_all(table rows) {
    detail::anchor_table const anchors(rows);
    bool all = anchors.sorted() && anchors.size() == rows.size();
    for (bytes const der : rows) {
        bool found = false;
        auto each = [&](bytes one) {
            found = found || detail::same_bytes(one, der);
            return true;
        };
        anchors.each_named(detail::subject_of(der), each);
        all = all && found;
    }
    return all;
}

int main() {
    if (!finds_all(few) || !finds_all(many)) {
        return 1;
    }
    auto const good = trust_store::bundle(few);
    auto const others = trust_store::bundle(table(many));
    auto const leaf = certificate::from_der(broker_crt);
    auto const stranger = certificate::from_der(untrusted_crt);
    if (!good || !others || !leaf || !stranger) {
        return 2;
    }
    if (!x509::verify({&*leaf, 1}, *good) || !x509::verify({&*leaf, 1}, *others)) {
        return 3;
    }
    auto const refused = x509::verify({&*stranger, 1}, *good);
    return !refused && refused.error() == errc::certificate_rejected ? 0 : 4;
}
"""


def main():
    root, build = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    tool = root / "tools" / "roots"
    compiler = checks.Compiler(build, root / "tests" / "checks" / "probe.cpp")
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="tlspp-roots-"))
    libraries = [one for name in ("mbedtls", "mbedx509", "mbedcrypto")
                 for one in sorted((build / "subprojects").glob(f"mbedtls-3*/lib{name}.a"))]

    def run(*words, **more):
        return subprocess.run([str(word) for word in words], capture_output=True, text=True, **more)

    def table():
        if len(libraries) != 3:
            return "# SKIP this build did not make the bundled Mbed TLS"
        if not shutil.which("openssl"):
            return "# SKIP openssl is not installed"
        run(sys.executable, root / "firmware" / "credentials.py", scratch, check=True)
        few = (scratch / "root.crt").read_text() * 2  # kept once
        (scratch / "few.pem").write_text(few)
        system = next((path for path in SYSTEM if pathlib.Path(path).is_file()), None)
        (scratch / "many.pem").write_text(few + (pathlib.Path(system).read_text() if system else ""))
        for name in ("few", "many"):
            made = run(tool, scratch / f"{name}.pem", name)
            if made.returncode != 0:
                return made.stdout + made.stderr
            (scratch / f"{name}.hpp").write_text(made.stdout)
        if not (scratch / "few.hpp").read_text().startswith("// 1 certificates"):
            return "a certificate that stands twice was not kept once"
        source, program = scratch / "program.cpp", scratch / "program"
        source.write_text(PROGRAM)
        made = run(*compiler.command, "-I", scratch, "-O0", "-g0", source, "-o", program, *libraries, "-pthread",
                   cwd=compiler.directory)
        if made.returncode != 0:
            return made.stdout + made.stderr
        status = run(program).returncode
        return None if status == 0 else f"status {status}"

    def refuses(name, text, words):
        def check():
            path = scratch / name
            if text is not None:
                path.write_text(text)
            made = run(tool, path)
            good = made.returncode != 0 and not made.stdout and words in made.stderr and "Traceback" not in made.stderr
            return None if good else f"status {made.returncode}\n{made.stdout}{made.stderr}"
        return check

    try:
        return checks.tap({
            "a table that is searched and judges": table,
            "a file that is not there": refuses("none.pem", None, "none.pem"),
            "a file without a certificate": refuses("empty.pem", "\n", "no certificate in it"),
            "a certificate cut short": refuses(
                "cut.pem", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", "broken"),
        })
    finally:
        shutil.rmtree(scratch)


sys.exit(main())
