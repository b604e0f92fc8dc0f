#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Sessions of Python's ssl module: makes or takes several connections, one after the other.

    sessions.py client VERSION PORT CA    four connections to localhost, each but the first with the session of the last
    sessions.py server VERSION CERT KEY   four connections, on a port of the system's choice

Each connection is two lines: `reused: True` or `reused: False`, and `unique: ` with its tls-unique in hexadecimal, in
TLS 1.2. One line of text goes in each direction.
"""

import socket
import ssl
import sys

SECONDS = 30
VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
ROUNDS = 4


def line(conn):
    text = b""
    while not text.endswith(b"\n"):
        text += conn.recv(1) or b"\n"
    return text


def tell(conn):
    print(f"reused: {conn.session_reused}", flush=True)
    unique = conn.get_channel_binding("tls-unique") if conn.version() == "TLSv1.2" else None
    print(f"unique: {unique.hex().upper() if unique else None}", flush=True)


def client(context, port):
    session = None
    for _ in range(ROUNDS):
        plain = socket.create_connection(("127.0.0.1", port), SECONDS)
        with context.wrap_socket(plain, server_hostname="localhost", session=session) as conn:
            conn.sendall(b"hello\n")
            assert line(conn) == b"hello\n"
            tell(conn)
            session = conn.session
            conn.unwrap()


def server(context):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(SECONDS)
        print(f"port: {listener.getsockname()[1]}", flush=True)
        for _ in range(ROUNDS):
            plain, _ = listener.accept()
            plain.settimeout(SECONDS)
            with context.wrap_socket(plain, server_side=True) as conn:
                conn.sendall(line(conn))
                tell(conn)
                conn.recv(1)
                conn.unwrap()


role, version = sys.argv[1:3]
if role == "client":
    made = ssl.create_default_context(cafile=sys.argv[4])
else:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(sys.argv[3], sys.argv[4])
made.minimum_version = made.maximum_version = VERSIONS[version]
client(made, int(sys.argv[3])) if role == "client" else server(made)
