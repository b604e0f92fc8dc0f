#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""WebSockets (RFC 6455) over Python's ssl module, as the other side of Beast's.

    websocket.py server --cert F --key F     listens, prints `port: N`, echoes the messages of one client
    websocket.py client --port N --ca F      sends messages, checks their echoes, closes
    websocket.py http --cert F --key F       answers one HTTP request with its path and body

Every fact is one line of the form `name: value`; the last is `end: clean` where everything was as it should be.
"""

import argparse
import base64
import hashlib
import os
import socket
import ssl
import sys

SECONDS = 30
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, BINARY, CLOSE = 1, 2, 8


def tell(name, value):
    print(f"{name}: {value}", flush=True)


def exactly(conn, size):
    data = b""
    while len(data) < size:
        part = conn.recv(size - len(data))
        if not part:
            raise EOFError(f"{size - len(data)} bytes are missing")
        data += part
    return data


def read_head(conn):
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += exactly(conn, 1)
    lines = head.decode().split("\r\n")
    return lines[0], {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:] if line)}


def accept_key(key):
    return base64.b64encode(hashlib.sha1(key.encode() + GUID).digest()).decode()


def masked(data, mask):
    return bytes(b ^ mask[i % 4] for i, b in enumerate(data))


def send(conn, kind, data, mask, final=True):
    head = bytes([(0x80 if final else 0) | kind])
    size, flag = len(data), 0x80 if mask else 0
    if size < 126:
        head += bytes([flag | size])
    elif size < 65536:
        head += bytes([flag | 126]) + size.to_bytes(2, "big")
    else:
        head += bytes([flag | 127]) + size.to_bytes(8, "big")
    if mask:
        key = os.urandom(4)
        head, data = head + key, masked(data, key)
    conn.sendall(head + data)


def receive(conn, from_client):
    """One message: its kind and its data."""
    kind, data = None, b""
    while True:
        first, second = exactly(conn, 2)
        size = second & 0x7F
        if size > 125:
            size = int.from_bytes(exactly(conn, 2 if size == 126 else 8), "big")
        assert bool(second & 0x80) == from_client, "mask"
        mask = exactly(conn, 4) if from_client else None
        part = exactly(conn, size)
        data += masked(part, mask) if mask else part
        kind = kind or first & 0x0F
        if first & 0x80:
            return kind, data


def close(conn):
    """Waits for the peer's close_notify behind the close of the WebSocket."""
    rest = conn.recv(1)
    tell("peer closed", "cleanly" if not rest else "not at all")
    conn.unwrap()


def listen(given):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(given.cert, given.key)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(SECONDS)
        tell("port", listener.getsockname()[1])
        plain, _ = listener.accept()
    plain.settimeout(SECONDS)
    return context.wrap_socket(plain, server_side=True)


def http(given):
    with listen(given) as conn:
        line, fields = read_head(conn)
        body = line.encode() + b"\n" + exactly(conn, int(fields.get("content-length", 0)))
        conn.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body)  # the end of TLS is the end of the body
        conn.unwrap()


def server(given):
    with listen(given) as conn:
        line, fields = read_head(conn)
        tell("request", line)
        conn.sendall(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                      f"Sec-WebSocket-Accept: {accept_key(fields['sec-websocket-key'])}\r\n\r\n").encode())
        while True:
            kind, data = receive(conn, True)
            if kind == CLOSE:
                send(conn, CLOSE, data, False)
                break
            send(conn, kind, data, False)
        conn.unwrap()


def client(given):
    context = ssl.create_default_context(cafile=given.ca)
    plain = socket.create_connection(("127.0.0.1", given.port), SECONDS)
    with context.wrap_socket(plain, server_hostname="localhost") as conn:
        key = base64.b64encode(os.urandom(16)).decode()
        conn.sendall((f"GET /chat HTTP/1.1\r\nHost: localhost:{given.port}\r\nUpgrade: websocket\r\n"
                      f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode())
        line, fields = read_head(conn)
        assert line.startswith("HTTP/1.1 101"), line
        assert fields["sec-websocket-accept"] == accept_key(key), fields
        for kind, data in (TEXT, b"hello"), (BINARY, bytes(range(256)) * 400), (TEXT, b""):
            send(conn, kind, data, True)
            assert receive(conn, False) == (kind, data), "echo"
        send(conn, TEXT, b"in two ", True, final=False)
        send(conn, 0, b"parts", True)
        assert receive(conn, False) == (TEXT, b"in two parts"), "echo of parts"
        send(conn, CLOSE, (1000).to_bytes(2, "big"), True)
        kind, data = receive(conn, False)
        assert (kind, data[:2]) == (CLOSE, (1000).to_bytes(2, "big")), (kind, data)
        close(conn)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("role", choices=["server", "client", "http"])
    for name in ("cert", "key", "ca"):
        parser.add_argument("--" + name)
    parser.add_argument("--port", type=int)
    given = parser.parse_args()
    try:
        {"server": server, "client": client, "http": http}[given.role](given)
    except (OSError, EOFError, AssertionError) as why:
        tell("error", f"{type(why).__name__}: {getattr(why, 'reason', None) or why}")
        return 1
    tell("end", "clean")
    return 0


sys.exit(main())
