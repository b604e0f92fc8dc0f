#!/usr/bin/env python3
"""The site of reference and guides: builds it, which fails where a public name has no documentation; then every link
and every anchor of every page; then some of its pages in headless Chromium, with search, light and dark, wide and narrow.

    site.py ROOT BUILD

Needs doxygen and chromium (Debian's names, too). The screenshots stay in BUILD/site-screenshots.
"""

import html.parser
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import urllib.parse

import checks
import chromium

# Pages looked at: what they are called in the folder of screenshots, and a word that must be on them.
PAGES = {
    "index.html": "verified TLS connections",
    "guide_start.html": "Guides",
    "guide_python.html": "ssl",
    "guide_certificates.html": "certificate",
    "classtlspp_1_1connection.html": "read_some",
    "structtlspp_1_1client__options.html": "minimum_version",
    "annotated.html": "trust_store",
    "files.html": "connection.hpp",
}


class Page(html.parser.HTMLParser):
    """The links and the anchors of a page."""

    def __init__(self, path):
        super().__init__()
        self.links, self.anchors = [], set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name in ("href", "src") and value:
                self.links.append(value)
            elif name == "id" or (tag == "a" and name == "name"):
                self.anchors.add(value)


def main():
    root, build = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    site = build / "site"
    pictures = build / "site-screenshots"
    held = {}
    loaded = {}

    def built():
        if not shutil.which("doxygen"):
            return "# SKIP not installed: doxygen"
        good, said = checks.run([sys.executable, "-B", str(root / "docs" / "site" / "build.py"), str(site)])
        if good:
            held.update((path.name, Page(path)) for path in sorted(site.glob("*.html")))
        return None if good and len(held) > 100 else said or "hardly any pages"

    def links():
        if not held:
            return "# SKIP there is no site"
        wrong = []
        for name, page in held.items():
            for link in page.links:
                parts = urllib.parse.urlsplit(link)
                if parts.scheme in ("http", "https", "data", "javascript", "mailto"):
                    continue
                target = urllib.parse.unquote(parts.path) or name
                if not (site / target).is_file():
                    wrong.append(f"{name}: {link}: no such file")
                elif parts.fragment and target in held and parts.fragment not in held[target].anchors:
                    wrong.append(f"{name}: {link}: no such anchor")
        index = json.loads((site / "search.js").read_text(encoding="utf-8").split("=", 1)[1].rstrip().rstrip(";"))
        for _, _, link, _ in index:
            target, _, fragment = link.partition("#")
            if target not in held or fragment and fragment not in held[target].anchors:
                wrong.append(f"search: {link}")
        return "\n".join(sorted(set(wrong))) or (None if len(index) > 1000 else "the index of the search is short")

    def visit(browser, session, name, label):
        browser.events.clear()
        browser.call("Page.navigate", session, url=(site / name).as_uri())
        browser.event("Page.loadEventFired")
        text = browser.evaluate(session, "document.body.innerText")
        wide = browser.evaluate(session, "document.documentElement.scrollWidth - innerWidth")
        (pictures / f"{name.removesuffix('.html')}-{label}.png").write_bytes(browser.picture(session))
        wrong = [] if PAGES[name] in text else [f"{name} ({label}): no '{PAGES[name]}' on it"]
        if wide > 0:
            wrong.append(f"{name} ({label}): {wide} pixels too wide")
        for event in browser.events:
            kind, what = event.get("method"), event.get("params", {})
            if kind == "Runtime.exceptionThrown":
                wrong.append(f"{name} ({label}): {what['exceptionDetails']}")
            elif kind == "Log.entryAdded" and what["entry"]["level"] == "error":
                wrong.append(f"{name} ({label}): {what['entry']['text']} {what['entry'].get('url', '')}")
            elif kind == "Network.loadingFailed":
                wrong.append(f"{name} ({label}): {what['errorText']}")
            elif kind == "Network.requestWillBeSent" and not what["request"]["url"].startswith(("file:", "data:")):
                wrong.append(f"{name} ({label}): asks {what['request']['url']}")
        return wrong

    def search(browser, session, query):
        browser.evaluate(session, f"""new Promise(done => {{
            const query = document.getElementById("query"), list = document.getElementById("found");
            new MutationObserver(() => list.querySelector("a") && done()).observe(list, {{childList: true}});
            query.value = {json.dumps(query)};
            query.dispatchEvent(new Event("input"));
            setTimeout(done, 10000); }})""")
        return browser.evaluate(session, 'document.querySelector("#found a")?.getAttribute("href") ?? ""')

    def looked_at():
        if not held:
            return "# SKIP there is no site"
        if not shutil.which("chromium"):
            return "# SKIP not installed: chromium"
        shutil.rmtree(pictures, ignore_errors=True)
        pictures.mkdir()
        home = pathlib.Path(tempfile.mkdtemp(prefix="tlspp-site-"))
        browser = chromium.Browser(home)
        wrong, backs = [], {}
        try:
            session = browser.tab()
            for label, width, scheme in (("light", 1280, "light"), ("dark", 1280, "dark"), ("narrow", 390, "dark")):
                browser.call("Emulation.setDeviceMetricsOverride", session, width=width, height=900, deviceScaleFactor=1,
                             mobile=False)
                browser.call("Emulation.setEmulatedMedia", session,
                             features=[{"name": "prefers-color-scheme", "value": scheme}])
                for name in PAGES:
                    wrong += visit(browser, session, name, label)
                backs[label] = browser.evaluate(session, "getComputedStyle(document.body).backgroundColor")
            if backs["light"] == backs["dark"]:
                wrong.append(f"light and dark look the same: {backs}")
            browser.evaluate(session, 'document.getElementById("theme").click()')
            if browser.evaluate(session, "getComputedStyle(document.body).backgroundColor") != backs["light"]:
                wrong.append("the button does not switch to light")
            for query, expected in (("read_some", "classtlspp_1_1connection.html#"), ("insecure_any_name", "tlspp"),
                                    ("half-close", "guide_")):
                loaded[query] = search(browser, session, query)
                if expected not in loaded[query]:
                    wrong.append(f"a search for {query} finds first: {loaded[query]}")
            (pictures / "search.png").write_bytes(browser.picture(session))
        finally:
            browser.close()
            shutil.rmtree(home, ignore_errors=True)
        return "\n".join(wrong) or None

    return checks.tap({"every public name is documented": built, "every link leads somewhere": links,
                       "pages in a browser": looked_at}, workers=1)


sys.exit(main())
