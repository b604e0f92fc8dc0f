#!/usr/bin/env python3
"""examples/https_server in a real browser: headless Chromium, which trusts the CA through its own certificate store,
says how the page came; a CA that it does not trust gives its error page.

    browser.py ROOT BUILD

Needs chromium and certutil (Debian: chromium, libnss3-tools). The screenshot of the page stays in BUILD/browser.png.
"""

import base64
import json
import os
import pathlib
import select
import shutil
import subprocess
import sys
import tempfile
import time

import checks

LIMIT = 60


class Browser:
    """Chromium with DevTools on a pipe: JSON messages, each ended by NUL."""

    def __init__(self, home):
        to_browser, self.write_end = os.pipe()
        self.read_end, from_browser = os.pipe()

        def child():
            # the browser reads from 3 and writes to 4
            first, second = os.dup(to_browser), os.dup(from_browser)
            os.dup2(first, 3)
            os.dup2(second, 4)

        self.process = subprocess.Popen(
            [shutil.which("chromium"), "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--no-first-run", "--disable-background-networking", "--disable-component-update",
             "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
             f"--user-data-dir={home / 'profile'}", "--remote-debugging-pipe", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=child,
            close_fds=False, env={**os.environ, "HOME": str(home)})
        os.close(to_browser)
        os.close(from_browser)
        self.held = b""
        self.number = 0
        self.events = []
        self.deadline = time.monotonic() + LIMIT

    def message(self):
        while b"\0" not in self.held:
            left = self.deadline - time.monotonic()
            if left <= 0 or not select.select([self.read_end], [], [], left)[0]:
                raise RuntimeError("the browser did not answer in time")
            data = os.read(self.read_end, 1 << 16)
            if not data:
                raise RuntimeError("the browser has ended")
            self.held += data
        text, self.held = self.held.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, session=None, **parameters):
        self.number += 1
        request = {"id": self.number, "method": method, "params": parameters}
        if session:
            request["sessionId"] = session
        os.write(self.write_end, json.dumps(request).encode() + b"\0")
        while True:
            message = self.message()
            if message.get("id") == self.number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']['message']}")
                return message["result"]
            self.events.append(message)

    def event(self, name):
        """The first event of that name, of those that came and those to come."""
        while True:
            for message in self.events:
                if message.get("method") == name:
                    self.events.remove(message)
                    return message["params"]
            self.events.append(self.message())

    def open(self, url):
        """(why it failed, what the page says, what the browser says of its protection, its picture)"""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Page.enable", session)
        self.call("Network.enable", session)
        self.events.clear()
        failed = self.call("Page.navigate", session, url=url).get("errorText")
        self.event("Page.loadEventFired")
        text = self.call("Runtime.evaluate", session, expression="document.body.innerText")["result"]["value"]
        details = None if failed else self.event("Network.responseReceived")["response"].get("securityDetails")
        picture = base64.b64decode(self.call("Page.captureScreenshot", session)["data"])
        return failed, text, details, picture

    def close(self):
        os.close(self.write_end)
        os.close(self.read_end)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


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
        browser = Browser(home)
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
