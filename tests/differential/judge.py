#!/usr/bin/env python3
"""Judges generated chains with Python's ssl and with `openssl verify`, and compares.

    judge.py GENERATOR COUNT SEED [--tap] [--keep FOLDER] [--rule RULE]

Prints where the three differ, grouped by part of the RFCs, and ends with "N passed, N failed". A chain fails when
tlspp's verdict is not the RFC's; where the RFCs leave the verdict open, none is wrong, but it fails when tlspp accepts
what both others refuse. It fails, too, when tlspp's client accepts in a handshake what `x509::verify` refuses. More than
ten groups of differences are a failure of their own.
"""

import argparse
import collections
import concurrent.futures
import ipaddress
import json
import pathlib
import re
import ssl
import subprocess
import sys
import tempfile

SECTIONS = {
    "form": "RFC 5280 §4.1, §4.2",
    "validity": "RFC 5280 §4.1.2.5",
    "path": "RFC 5280 §6.1",
    "basic constraints": "RFC 5280 §4.2.1.9",
    "key usage": "RFC 5280 §4.2.1.3, §4.2.1.12",
    "critical extensions": "RFC 5280 §4.2, §4.2.1.11",
    "name constraints": "RFC 5280 §4.2.1.10",
    "names": "RFC 9525 §6",
    "strength": "RFC 9325 §4.5",
}
LETTERS = (("T", "tlspp"), ("W", "webpki"), ("P", "python"), ("O", "openssl"))


def is_address(name):
    try:
        ipaddress.ip_address(name)
        return True
    except ValueError:
        return False


def python_refusal(case, folder):
    """A handshake in memory: what the client says. The server takes what it can be made to take."""
    try:
        client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        client.verify_flags |= ssl.VERIFY_X509_STRICT
        client.verify_flags |= getattr(ssl, "VERIFY_X509_PARTIAL_CHAIN", 0x80000)  # the default from Python 3.13 on
        client.load_verify_locations(cadata=case["anchors"])
    except ssl.SSLError as failure:
        return f"anchor: {failure.reason}"
    try:
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.set_ciphers("DEFAULT:@SECLEVEL=0")
        server.load_cert_chain(folder / "chain.pem", folder / "key.pem")
    except ssl.SSLError as failure:
        return f"cannot be loaded: {failure.reason}"
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [client.wrap_bio(to_client, to_server, server_hostname=case["name"]),
            server.wrap_bio(to_server, to_client, server_side=True)]
    done = [False, False]
    for _ in range(10):
        for side, end in enumerate(ends):
            if done[side]:
                continue
            try:
                end.do_handshake()
                done[side] = True
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLCertVerificationError as failure:
                return failure.verify_message
            except ssl.SSLError as failure:
                return f"{'server' if side else 'client'}: {failure.reason}"
        if done[0]:
            return ""
    return "the handshake does not end"


def openssl_refusal(case, folder):
    command = ["openssl", "verify", "-x509_strict", "-partial_chain", "-purpose", "sslserver", "-no-CApath", "-no-CAstore",
               "-verify_ip" if is_address(case["name"]) else "-verify_hostname", case["name"],
               "-CAfile", folder / "anchors.pem"]
    if case["others"]:
        command += ["-untrusted", folder / "others.pem"]
    done = subprocess.run(command + [folder / "leaf.pem"], capture_output=True, text=True, errors="replace")
    if done.returncode == 0:
        return ""
    found = re.search(r"error \d+ at \d+ depth lookup: (.*)", done.stderr + done.stdout)
    return found.group(1) if found else ((done.stderr.strip().splitlines() or ["refused"])[0])


def judge(case, root):
    folder = root / case["id"]
    folder.mkdir()
    for name in ("anchors", "leaf", "others", "key"):
        (folder / f"{name}.pem").write_text(case[name])
    (folder / "chain.pem").write_text(case["leaf"] + case["others"])
    case["openssl"] = openssl_refusal(case, folder)
    case["python"] = python_refusal(case, folder)
    return case


def verdict(refusal):
    return "refuse" if refusal else "accept"


def plain(text):
    """Without the name and the advice of tlspp's sentences."""
    return re.sub(r"^the peer's certificate was rejected \([^)]*\): |; (check|make sure|see|give) [^;]*$", "", text)


def most_common(texts):
    return collections.Counter(map(plain, texts)).most_common(1)[0][0]


class Table:
    """What was found, by rule."""

    def __init__(self, cases):
        self.cases = cases
        self.rules = collections.defaultdict(list)
        for case in cases:
            self.rules[case["rule"]].append(case)
        self.wrong = [c for c in cases if c["expected"] != "open" and verdict(c["tlspp"]) != c["expected"]]
        self.alone = [c for c in cases if c["expected"] != "accept" and not c["tlspp"] and not c["webpki"]
                      and c["python"] and c["openssl"]]
        self.loose = [c for c in cases if c["tlspp"] and not c["handshake"]]
        self.strict = [c for c in cases if not c["tlspp"] and c["handshake"]]
        self.groups = collections.defaultdict(list)
        for case in cases:
            if len({verdict(case[who]) for who in ("tlspp", "python", "openssl")}) != 1:
                self.groups[case["topic"]].append(case)

    def failed(self):
        return {c["id"] for c in self.wrong + self.alone + self.loose}

    def show(self):
        print(f"{len(self.cases)} chains by {len(self.rules)} rules")
        for who in ("tlspp", "webpki", "python", "openssl"):
            bad = sum(1 for c in self.cases if c["expected"] == "refuse" and not c[who])
            good = sum(1 for c in self.cases if c["expected"] == "accept" and c[who])
            print(f"  {who:8} accepts {bad:4} that are to be refused, refuses {good:4} that are to be accepted")
        print(f"\nDifferences: {sum(map(len, self.groups.values()))} chains, {len(self.groups)} groups"
              " (T, W, P, O: accepted by tlspp, by tlspp under profile webpki, by Python's ssl, by openssl verify)")
        for topic, cases in sorted(self.groups.items()):
            print(f"\n{topic} ({SECTIONS[topic]}): {len(cases)}")
            rows = collections.defaultdict(list)
            for case in cases:
                who = "".join(letter if not case[key] else "-"
                              for letter, key in LETTERS)
                rows[case["rule"], case["section"], case["expected"], who].append(case)
            for (rule, section, expected, who), same in sorted(rows.items()):
                print(f"  {who} {len(same):4}  {rule} ({section}; {expected})")
                for letter, key in LETTERS:
                    if letter not in who:
                        print(f"              {key}: {most_common(c[key] for c in same)}")
        print(f"\nRefused in a handshake, where Mbed TLS reads the certificates, and accepted by x509::verify: "
              f"{len(self.strict)}")
        reasons = collections.defaultdict(collections.Counter)
        for case in self.strict:
            reasons[plain(case["handshake"])][case["rule"]] += 1
        for why, rules in sorted(reasons.items()):
            print(f"  {sum(rules.values()):4}  {why}")
            if len(rules) <= 5:
                print("        " + ", ".join(f"{rule} {number}" for rule, number in sorted(rules.items())))
        for title, cases in (("Not as the RFCs have it:", self.wrong), ("Accepted by tlspp alone:", self.alone),
                             ("Accepted in a handshake only:", self.loose)):
            if cases:
                print("\n" + title)
            for case in cases:
                print(f"  chain {case['id']}: {case['rule']} ({case['section']}; {case['expected']}): "
                      f"tlspp: {case['tlspp'] or 'accepts'}; python: {case['python'] or 'accepts'}; "
                      f"openssl: {case['openssl'] or 'accepts'}")

    def tap(self):
        failed = self.failed()
        print(f"1..{len(self.rules) + 1}")
        for number, (rule, cases) in enumerate(self.rules.items(), 1):
            bad = [c for c in cases if c["id"] in failed]
            print(f"{'not ok' if bad else 'ok'} {number} - {rule} ({len(cases)} chains)")
            for case in bad:
                print(f"# chain {case['id']}: tlspp: {case['tlspp'] or 'accepts'}; "
                      f"python: {case['python'] or 'accepts'}; openssl: {case['openssl'] or 'accepts'}")
        good = len(self.groups) <= 10
        print(f"{'ok' if good else 'not ok'} {len(self.rules) + 1} - {len(self.groups)} groups of differences")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("generator")
    arguments.add_argument("count", type=int)
    arguments.add_argument("seed", type=int)
    arguments.add_argument("--tap", action="store_true", help="print TAP, one line a rule")
    arguments.add_argument("--keep", help="a folder that the chains are left in")
    arguments.add_argument("--rule", default="", help="only this one")
    options = arguments.parse_args()
    print(f"# seed {options.seed}, {ssl.OPENSSL_VERSION}", flush=True)

    with tempfile.TemporaryDirectory() as scratch, concurrent.futures.ThreadPoolExecutor(2) as pool:
        root = pathlib.Path(options.keep or scratch)
        root.mkdir(parents=True, exist_ok=True)
        command = [options.generator, str(options.count), str(options.seed)] + ([options.rule] if options.rule else [])
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as made:
            waiting = [pool.submit(judge, json.loads(line), root) for line in made.stdout]
        cases = [one.result() for one in waiting]
    if made.returncode != 0 or len(cases) != options.count:
        sys.exit(f"the generator made {len(cases)} of {options.count} chains, and ended with {made.returncode}")

    table = Table(cases)
    if options.tap:
        table.tap()
        return 1 if table.failed() or len(table.groups) > 10 else 0
    table.show()
    failed = len(table.failed()) + (1 if len(table.groups) > 10 else 0)
    print(f"\n{len(cases) - len(table.failed())} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
