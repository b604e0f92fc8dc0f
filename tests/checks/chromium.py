"""Headless Chromium, spoken to by DevTools over a pipe; nothing but this machine can be reached from it."""

import base64
import json
import os
import select
import shutil
import subprocess
import time

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

    def tab(self):
        """The session of a new tab that tells of pages, requests, scripts."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable", session)
        return session

    def evaluate(self, session, expression):
        return self.call("Runtime.evaluate", session, expression=expression, awaitPromise=True,
                         returnByValue=True)["result"].get("value")

    def picture(self, session):
        return base64.b64decode(self.call("Page.captureScreenshot", session)["data"])

    def open(self, url):
        """(why it failed, what the page says, what the browser says of its protection, its picture)"""
        session = self.tab()
        self.events.clear()
        failed = self.call("Page.navigate", session, url=url).get("errorText")
        self.event("Page.loadEventFired")
        text = self.evaluate(session, "document.body.innerText")
        details = None if failed else self.event("Network.responseReceived")["response"].get("securityDetails")
        return failed, text, details, self.picture(session)

    def close(self):
        os.close(self.write_end)
        os.close(self.read_end)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
