#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Python's ssl module as the other side of a connection.

    peer.py version                      prints the versions of Python and of its OpenSSL
    peer.py server --cert F --key F ...  listens on a port of the system's choice, serves one connection
    peer.py client --port N --ca F ...   makes one connection

Every fact is one line of the form `name: value`. After the handshake both sides speak a protocol of lines, the
client asks: `echo TEXT` is answered by TEXT, `send N` by N bytes, `take N` and N bytes by their SHA-256. The side named
by --closes says close_notify first. Exit status: 0 when everything ended cleanly, 1 with a line `error: ...`.
"""

import argparse
import hashlib
import socket
import ssl
import sys

SECONDS = 30
VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


def tell(name, value):
    print(f"{name}: {value}", flush=True)


def pattern(size):
    """Bytes that are different wherever something is lost, doubled or swapped; as interop/peers.hpp makes them."""
    return bytes((i * 7 + (i >> 8) * 13) & 0xFF for i in range(size))


def tell_session(conn):
    tell("version", conn.version())
    tell("cipher", conn.cipher()[0])
    tell("bits", conn.cipher()[2])
    tell("alpn", conn.selected_alpn_protocol())
    peer = conn.getpeercert()
    tell("peer", ", ".join("=".join(pair) for rdn in peer["subject"] for pair in rdn) if peer else None)
    tell("names", " ".join(":".join(name) for name in peer.get("subjectAltName", ())) if peer else None)


def read_line(conn):
    line = b""
    while not line.endswith(b"\n"):
        byte = conn.recv(1)
        if not byte:
            return None
        line += byte
    return line.decode().rstrip("\n")


def read_exactly(conn, size):
    data = b""
    while len(data) < size:
        part = conn.recv(size - len(data))
        if not part:
            raise EOFError(f"{size - len(data)} bytes are missing")
        data += part
    return data


def close(conn, first):
    """Says close_notify, and waits for that of the other side, in the order that was asked for."""
    if not first:
        rest = conn.recv(1)
        tell("peer closed", "cleanly" if not rest else "not at all")
    conn.unwrap()
    tell("closed", "cleanly")


def serve(conn):
    while (line := read_line(conn)) is not None:
        command, _, rest = line.partition(" ")
        if command == "echo":
            conn.sendall(rest.encode() + b"\n")
        elif command == "send":
            conn.sendall(pattern(int(rest)))
        elif command == "take":
            conn.sendall(hashlib.sha256(read_exactly(conn, int(rest))).hexdigest().encode() + b"\n")
        elif command == "close":
            return close(conn, True)
    close(conn, False)


def ask(conn, given):
    conn.sendall(b"echo hello from Python\n")
    tell("echo", read_line(conn))
    size = given.bulk
    conn.sendall(b"send %d\n" % size)
    tell("received", hashlib.sha256(read_exactly(conn, size)).hexdigest() ==
         hashlib.sha256(pattern(size)).hexdigest())
    conn.sendall(b"take %d\n" % size + pattern(size))
    tell("sent", read_line(conn) == hashlib.sha256(pattern(size)).hexdigest())
    if given.closes == "server":
        conn.sendall(b"close\n")
    close(conn, given.closes == "client")


def make_context(given):
    if given.role == "server":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if given.ca:
            context.load_verify_locations(given.ca)
            context.verify_mode = ssl.CERT_REQUIRED
    else:
        context = ssl.create_default_context(cafile=given.ca)
        assert context.check_hostname and context.verify_mode == ssl.CERT_REQUIRED
    if given.cert:
        context.load_cert_chain(given.cert, given.key)
    if given.version:
        context.minimum_version = context.maximum_version = VERSIONS[given.version]
    if given.alpn:
        context.set_alpn_protocols(given.alpn.split(","))
    return context


def server(given):
    context = make_context(given)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(SECONDS)
        tell("port", listener.getsockname()[1])
        plain, _ = listener.accept()
    plain.settimeout(SECONDS)
    with context.wrap_socket(plain, server_side=True) as conn:
        tell_session(conn)
        serve(conn)


def client(given):
    context = make_context(given)
    plain = socket.create_connection(("127.0.0.1", given.port), SECONDS)
    with context.wrap_socket(plain, server_hostname=given.name) as conn:
        tell_session(conn)
        ask(conn, given)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("role", choices=["version", "server", "client"])
    for name in ("cert", "key", "ca", "alpn"):
        parser.add_argument("--" + name)
    parser.add_argument("--version", choices=list(VERSIONS))
    parser.add_argument("--port", type=int)
    parser.add_argument("--name", default="localhost")
    parser.add_argument("--closes", choices=["client", "server"], default="client")
    parser.add_argument("--bulk", type=int, default=300_000)
    given = parser.parse_args()
    if given.role == "version":
        print(f"Python {sys.version.split()[0]}, {ssl.OPENSSL_VERSION}")
        return 0
    try:
        {"server": server, "client": client}[given.role](given)
    except (OSError, EOFError) as why:
        tell("error", f"{type(why).__name__}: {getattr(why, 'reason', None) or why}")
        return 1
    return 0


sys.exit(main())
