#!/usr/bin/env python3
"""examples/https_server in a real browser: headless Chromium, which trusts the CA through its own certificate store,
says how the page came; a CA that it does not trust gives its error page.

    browser.py ROOT BUILD

Needs chromium and certutil (Debian: chromium, libnss3-tools). The screenshot of the page stays in BUILD/browser.png.
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile

import checks
import chromium


def main():
    root, build = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    names = ("a trusted page: its text, and TLS 1.3 as the browser sees it",
             "an untrusted one is the browser's error page")
    missing = [program for program in ("chromium", "certutil") if not shutil.which(program)]
    if missing:
        return checks.tap({name: lambda: f"# SKIP not installed: {', '.join(missing)}" for name in names})
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="tlspp-browser-"))
    server = subprocess.Popen([build / "examples" / "https_server", "--ca-file", scratch / "ca.pem"],
                              stdout=subprocess.PIPE, text=True)

    def visit(home, trusted):
        store = home / ".pki" / "nssdb"
        store.mkdir(parents=True)
        database = f"sql:{store}"
        subprocess.run(["certutil", "-N", "-d", database, "--empty-password"], check=True)
        if trusted:
            subprocess.run(["certutil", "-A", "-d", database, "-n", "tlspp demo", "-t", "C,,",
                            "-i", scratch / "ca.pem"], check=True)
        browser = chromium.Browser(home)
        try:
            return browser.open(address)
        finally:
            browser.close()

    def trusted():
        failed, text, details, picture = visit(scratch / "trusting", True)
        (build / "browser.png").write_bytes(picture)
        if failed:
            return f"{failed}\n{text}"
        for what in ("Hello over TLS", "TLSv1.3", "TLS_", "http/1.1"):
            if what not in text:
                return f"no {what} in:\n{text}"
        expected = {"protocol": "TLS 1.3", "subjectName": "localhost"}
        different = {key: details.get(key) for key, value in expected.items() if details.get(key) != value}
        if different or "GCM" not in details["cipher"] and "CHACHA20" not in details["cipher"]:
            return f"the browser says: {details}"
        return None if len(picture) > 5000 else "the picture is empty"

    def untrusted():
        failed, text, _, _ = visit(scratch / "strange", False)
        good = failed == "net::ERR_CERT_AUTHORITY_INVALID" and "Hello over TLS" not in text
        return None if good else f"{failed}\n{text}"

    try:
        address = server.stdout.readline().split()[1]
        return checks.tap(dict(zip(names, (trusted, untrusted))), workers=1)
    finally:
        server.kill()
        server.wait()
        shutil.rmtree(scratch, ignore_errors=True)


sys.exit(main())
