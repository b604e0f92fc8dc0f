// SPDX-License-Identifier: BSL-1.0

// What servers and shutdown do, against OpenSSL: its program, and Python's ssl module over it.
#include "interop/peers.hpp"

#include <catch2/generators/catch_generators_all.hpp>

#include <thread>

using namespace tlspp;
using namespace interop;

namespace {
/// Speaks plain text, TLS, and plain text again. Arguments: role, port (client) or certificate and key, version.
constexpr const char* starttls_peer = R"(
import socket, ssl, sys
role, a, b, v = sys.argv[1:5]
version = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}[v]
def line(s):
    got = b""
    while not got.endswith(b"\n"):
        byte = s.recv(1)
        if not byte:
            sys.exit("the peer is gone")
        got += byte
    return got
if role == "server":
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(a, b)
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"port: {listener.getsockname()[1]}", flush=True)
    plain = listener.accept()[0]
else:
    context = ssl.create_default_context(cafile=a)
    plain = socket.create_connection(("127.0.0.1", int(b)))
context.minimum_version = context.maximum_version = version
plain.settimeout(30)
for turn in range(2):
    if role == "server":
        assert line(plain) == b"STARTTLS\n"
        plain.sendall(b"OK\n")
        tls = context.wrap_socket(plain, server_side=True)
    else:
        plain.sendall(b"STARTTLS\n")
        assert line(plain) == b"OK\n"
        tls = context.wrap_socket(plain, server_hostname="localhost")
    tls.sendall(b"in TLS\n")
    assert line(tls) == b"in TLS\n"
    plain = tls.unwrap()
plain.sendall(b"plain again\n")
assert line(plain) == b"bye\n"
print("done", flush=True)
)";

/// Half-closes in both directions, over OpenSSL's own state machine. Arguments: who closes first, certificate, key, version.
constexpr const char* half_close_peer = R"(
import socket, ssl, sys
first, cert, key, v = sys.argv[1:5]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(cert, key)
context.minimum_version = context.maximum_version = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}[v]
listener = socket.create_server(("127.0.0.1", 0))
print(f"port: {listener.getsockname()[1]}", flush=True)
sock = listener.accept()[0]
sock.settimeout(30)
incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
tls = context.wrap_bio(incoming, outgoing, server_side=True)
def flush():
    data = outgoing.read()
    if data:
        sock.sendall(data)
def run(f, *arguments):
    while True:
        try:
            result = f(*arguments)
            flush()
            return result
        except ssl.SSLWantReadError:
            flush()
            data = sock.recv(65536)
            incoming.write(data) if data else incoming.write_eof()
def read_all():
    total = b""
    while True:
        try:
            part = run(tls.read, 65536)
        except ssl.SSLZeroReturnError:
            return total
        if not part:
            return total
        total += part
run(tls.do_handshake)
data = bytes((i * 7 + (i >> 8) * 13) & 0xFF for i in range(100000))
if first == "peer":
    assert read_all() == b"last words"
    run(tls.write, data[:50000])
    run(tls.write, data[50000:])
    run(tls.unwrap)
else:
    try:
        tls.unwrap()
    except ssl.SSLWantReadError:
        pass
    flush()
    assert read_all() == data
print("done", flush=True)
)";

std::vector<std::string> python(const char* script, std::vector<std::string> arguments) {
    std::vector<std::string> out{program_or_skip("python3", "--version"), "-c", script};
    out.insert(out.end(), arguments.begin(), arguments.end());
    return out;
}
deadline soon() { return deadline{limit}; }

std::string plain_line(bsd_socket& from) {
    std::string line;
    std::byte one[1];
    while (true) {
        auto const n = from.receive(std::span{one});
        if (!n || *n == 0) {
            return line + "(end)";
        }
        if (one[0] == std::byte{'\n'}) {
            return line;
        }
        line += static_cast<char>(one[0]);
    }
}
void plain_send(bsd_socket& to, std::string_view text) {
    REQUIRE(to.send(std::as_bytes(std::span{text.data(), text.size()})) == text.size());
}

std::vector<std::string> s_client(const bsd_listener& listener, std::vector<std::string> more) {
    std::vector<std::string> out{program_or_skip("openssl", "version"), "s_client", "-connect",
                                 "127.0.0.1:" + std::to_string(listener.port())};
    out.insert(out.end(), more.begin(), more.end());
    return out;
}
} // namespace

TEST_CASE("STARTTLS in and out with a Python server", "[py:ThreadedTests.test_starttls][same]") {
    auto const v = GENERATE(from_range(versions));
    auto const& own = shared_files().localhost;
    test::process peer(python(starttls_peer, {"server", own.certificate, own.key, std::string(short_name(v))}));
    auto const port = port_in(line_after(peer, "port:"));
    auto socket = or_throw(bsd_socket::connect("127.0.0.1", port, limit));
    socket.set_timeout(limit);
    auto const context = make_client(v);
    for (int turn = 0; turn != 2; ++turn) {
        plain_send(socket, "STARTTLS\n");
        CHECK(plain_line(socket) == "OK");
        auto conn = or_throw(context.wrap(std::move(socket), "localhost", after_plaintext{0}));
        CHECK(read_line(conn) == "in TLS");
        or_throw(conn.write_all("in TLS\n"));
        REQUIRE(conn.shutdown(soon()));
        socket = std::move(conn).release();
    }
    CHECK(plain_line(socket) == "plain again");
    plain_send(socket, "bye\n");
    CHECK(peer.wait(limit) == 0);
    INFO(output_of(peer));
    CHECK(peer.out().find("done") != std::string::npos);
}

TEST_CASE("STARTTLS in and out with a Python client") {
    auto const v = GENERATE(from_range(versions));
    auto listener = listen();
    test::process peer(python(
        starttls_peer, {"client", shared_files().ca, std::to_string(listener.port()), std::string(short_name(v))}));
    auto socket = or_throw(listener.accept(limit));
    socket.set_timeout(limit);
    auto const context = make_server(v);
    for (int turn = 0; turn != 2; ++turn) {
        CHECK(plain_line(socket) == "STARTTLS");
        plain_send(socket, "OK\n");
        auto conn = or_throw(context.wrap(std::move(socket), after_plaintext{0}));
        CHECK(read_line(conn) == "in TLS");
        or_throw(conn.write_all("in TLS\n"));
        REQUIRE(conn.shutdown(soon()));
        socket = std::move(conn).release();
    }
    CHECK(plain_line(socket) == "plain again");
    plain_send(socket, "bye\n");
    CHECK(peer.wait(limit) == 0);
    INFO(output_of(peer));
    CHECK(peer.out().find("done") != std::string::npos);
}

TEST_CASE("half-close with OpenSSL, in both directions") {
    auto const v = GENERATE(from_range(versions));
    auto const& own = shared_files().localhost;
    auto const start = [&](const char* first) {
        return python(half_close_peer, {first, own.certificate, own.key, std::string(short_name(v))});
    };
    std::string const data = pattern(100'000);
    SECTION("we close, and read on") {
        test::process peer(start("peer"));
        auto conn = or_throw(call(make_client(v), port_in(line_after(peer, "port:"))));
        or_throw(conn.write_all("last words"));
        or_throw(conn.shutdown());
        CHECK((read_exactly(conn, data.size()) == data));
        char rest[8];
        CHECK(or_throw(conn.read_some(rest)) == 0);
        CHECK(peer.wait(limit) == 0);
    }
    SECTION("it closes, and we write on") {
        test::process peer(start("openssl"));
        auto conn = or_throw(call(make_client(v), port_in(line_after(peer, "port:"))));
        char rest[8];
        CHECK(or_throw(conn.read_some(rest)) == 0);
        or_throw(conn.write_all(data));
        or_throw(conn.shutdown(soon()));
        CHECK(peer.wait(limit) == 0);
        INFO(output_of(peer));
        CHECK(peer.out().find("done") != std::string::npos);
    }
}

TEST_CASE("on_client_hello and two certificates with s_client") {
    auto const v = GENERATE(from_range(versions));
    std::string const flag = v == version::tls1_3 ? "-tls1_3" : "-tls1_2";
    auto const& c = test::shared_certificates();
    unsigned calls = 0;
    auto const context = make_server(v, {.identities = {c.localhost.identity},
                                         .groups = {named_group::secp384r1},
                                         .on_client_hello = [&](client_hello& hello) {
                                             ++calls;
                                             if (hello.server_name() == "elsewhere.example") {
                                                 hello.use(c.wrong_name.identity); // whose name that is
                                             } else if (hello.server_name() == "unknown.example") {
                                                 hello.refuse(alert::unrecognized_name);
                                             }
                                         }});
    auto listener = listen();
    auto const ask = [&](std::vector<std::string> more) {
        more.push_back(flag);
        calls = 0;
        result<void> outcome;
        std::thread server([&] {
            auto conn = take(context, listener);
            if (conn) {
                outcome = conn->shutdown(soon());
            } else {
                outcome = std::unexpected(conn.error());
            }
        });
        auto const said = test::run(s_client(listener, more));
        server.join();
        return std::pair(said.out + said.err, outcome);
    };
    SECTION("the name decides") {
        auto const [a, first] =
            ask({"-servername", "elsewhere.example", "-groups", "P-384", "-CAfile", shared_files().ca,
                 "-verify_hostname", "elsewhere.example", "-verify_return_error"});
        INFO(a);
        CHECK(a.find("Verification: OK") != std::string::npos);
        CHECK(calls == 1);
        auto const [b, second] = ask({"-noservername", "-groups", "P-384", "-CAfile", shared_files().ca,
                                      "-verify_hostname", "localhost", "-verify_return_error"});
        INFO(b);
        CHECK(b.find("Verification: OK") != std::string::npos);
        CHECK(calls == 1);
    }
    SECTION("it refuses") {
        auto const [text, outcome] = ask({"-servername", "unknown.example"});
        INFO(text);
        CHECK(text.find("alert number 112") != std::string::npos);
        REQUIRE_FALSE(outcome);
        CHECK(outcome.error().why() == reason::client_hello_refused);
    }
    SECTION("a HelloRetryRequest asks again") {
        auto const [text, outcome] =
            ask({"-servername", "elsewhere.example", "-groups", "X25519:P-384", "-CAfile", shared_files().ca,
                 "-verify_hostname", "elsewhere.example", "-verify_return_error"});
        INFO(text);
        CHECK(text.find("Verification: OK") != std::string::npos);
        CHECK(calls == (v == version::tls1_3 ? 2U : 1U));
    }
}
