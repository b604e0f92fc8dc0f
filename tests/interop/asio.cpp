// SPDX-License-Identifier: BSL-1.0

// asio_stream with peers that are not ours: openssl's s_server and s_client, and Python's ssl (peer.py).
#if __has_include(<asio/version.hpp>)
#include "support/asio.hpp"
#else
#define TLSPP_TEST_BOOST_ASIO 1
#include "support/asio.hpp"
#endif

#include "interop/peers.hpp"

using namespace tlspp;

namespace {
constexpr std::size_t bulk = 300'000;

std::string script() {
    const char* const root = std::getenv("TLSPP_ROOT");
    REQUIRE(root != nullptr); // meson test sets it
    return std::string(root) + "/tests/interop/peer.py";
}

std::vector<std::string> python(std::vector<std::string> more) {
    more.insert(more.begin(), {interop::program_or_skip("python3", "--version"), script()});
    return more;
}

/// A connected socket.
tcp::socket call(net::io_context& io, std::uint16_t port) {
    tcp::socket socket(io);
    socket.connect({net::ip::address_v4::loopback(), port});
    return socket;
}

/// Runs one operation to its end, beside whatever else there is.
template <class Begin>
ended finish(net::io_context& io, Begin&& begin) {
    ended out;
    begin(out.handler());
    io.restart();
    while (out.calls == 0) {
        REQUIRE(io.run_one_for(patience) == 1);
    }
    return out;
}

template <class Stream>
void write(net::io_context& io, Stream& conn, std::string_view text) {
    auto const done = finish(io, [&](auto h) { net::async_write(conn, net::buffer(text.data(), text.size()), h); });
    REQUIRE(done.well());
}
template <class Stream>
std::string read_line(net::io_context& io, Stream& conn, std::string& held) {
    auto const done = finish(io, [&](auto h) { net::async_read_until(conn, net::dynamic_buffer(held), '\n', h); });
    REQUIRE(done.well());
    auto line = held.substr(0, done.size - 1);
    held.erase(0, done.size);
    return line;
}
template <class Stream>
std::string read_exactly(net::io_context& io, Stream& conn, std::string& held, std::size_t size) {
    if (held.size() < size) {
        auto const rest = size - held.size();
        auto const done = finish(
            io, [&](auto h) { net::async_read(conn, net::dynamic_buffer(held), net::transfer_exactly(rest), h); });
        REQUIRE(done.well());
    }
    auto out = held.substr(0, size);
    held.erase(0, size);
    return out;
}
} // namespace

ASIO_CASE("our client with Python's server") {
    auto const v = GENERATE(from_range(both_versions));
    CAPTURE(name(v));
    auto const& own = interop::shared_files().localhost;
    test::process peer(python({"server", "--version", std::string(interop::short_name(v)), "--cert", own.certificate,
                               "--key", own.key, "--alpn", "h2,http/1.1"}));
    net::io_context io;
    asio_stream conn{call(io, interop::port_in(interop::line_after(peer, "port: "))),
                     client_of(v, {.alpn = {"http/1.1"}}), "localhost"};
    REQUIRE(finish(io, [&](auto h) { conn.async_handshake(h); }).well());
    CHECK(conn.tls().alpn() == "http/1.1");
    CHECK(conn.tls().peer_status() == peer_status::verified);
    std::string held;
    write(io, conn, "echo hello\n");
    CHECK(read_line(io, conn, held) == "hello");
    write(io, conn, "send " + std::to_string(bulk) + "\n");
    CHECK(read_exactly(io, conn, held, bulk) == interop::pattern(bulk));
    write(io, conn, "take " + std::to_string(bulk) + "\n");
    write(io, conn, interop::pattern(bulk));
    CHECK(read_line(io, conn, held) == interop::sha256(interop::pattern(bulk)));
    bool const we_close = GENERATE(true, false);
    if (we_close) {
        CHECK(finish(io, [&](auto h) { conn.async_shutdown(h); }).well());
    } else {
        write(io, conn, "close\n");
        std::array<char, 1> room{};
        CHECK(finish(io, [&](auto h) { conn.async_read_some(net::buffer(room), h); }).why() == net::error::eof);
        CHECK(finish(io, [&](auto h) { conn.async_shutdown(h); }).well());
    }
    CHECK(peer.wait(interop::limit) == 0);
    CAPTURE(interop::output_of(peer));
    CHECK(peer.out().find("closed: cleanly") != std::string::npos);
}

ASIO_CASE("our server with Python's client") {
    auto const v = GENERATE(from_range(both_versions));
    CAPTURE(name(v));
    net::io_context io;
    tcp::acceptor acceptor(io, {net::ip::address_v4::loopback(), 0});
    test::process peer(
        python({"client", "--version", std::string(interop::short_name(v)), "--ca", interop::shared_files().ca,
                "--port", std::to_string(acceptor.local_endpoint().port())}));
    asio_stream conn{acceptor.accept(), server_of(v)};
    REQUIRE(finish(io, [&](auto h) { conn.async_handshake(h); }).well());
    std::string held;
    CHECK(read_line(io, conn, held) == "echo hello from Python");
    write(io, conn, "hello from Python\n");
    REQUIRE(read_line(io, conn, held) == "send " + std::to_string(bulk));
    write(io, conn, interop::pattern(bulk));
    REQUIRE(read_line(io, conn, held) == "take " + std::to_string(bulk));
    write(io, conn, interop::sha256(read_exactly(io, conn, held, bulk)) + "\n");
    std::array<char, 1> room{};
    CHECK(finish(io, [&](auto h) { conn.async_read_some(net::buffer(room), h); }).why() == net::error::eof);
    CHECK(finish(io, [&](auto h) { conn.async_shutdown(h); }).well());
    CHECK(peer.wait(interop::limit) == 0);
    CAPTURE(interop::output_of(peer));
    CHECK(peer.out().find("received: True") != std::string::npos);
    CHECK(peer.out().find("sent: True") != std::string::npos);
    CHECK(peer.out().find("closed: cleanly") != std::string::npos);
}

ASIO_CASE("s_server, which leaves without a word or is refused") {
    auto const v = GENERATE(from_range(both_versions));
    auto const openssl = interop::program_or_skip("openssl", "version");
    auto const start = [&](const interop::credential_files& own) {
        return std::vector<std::string>{openssl,   "s_server",    v == version::tls1_3 ? "-tls1_3" : "-tls1_2",
                                        "-accept", "127.0.0.1:0", "-naccept",
                                        "1",       "-cert",       own.certificate,
                                        "-key",    own.key};
    };
    net::io_context io;
    SECTION("good") {
        test::process peer(start(interop::shared_files().rsa));
        asio_stream conn{call(io, interop::port_in(interop::line_after(peer, "ACCEPT "))), client_of(v), "localhost"};
        REQUIRE(finish(io, [&](auto h) { conn.async_handshake(h); }).well());
        write(io, conn, "hello from tlspp\n");
        CHECK(peer.wait_for("hello from tlspp", interop::limit));
        interop::give(peer, "goodbye\n");
        std::string held;
        CHECK(read_line(io, conn, held) == "goodbye"); // behind the tickets of TLS 1.3
        CHECK((v != version::tls1_3 || conn.tls().session()));
        interop::give(peer, "Q\n");
        std::array<char, 1> room{};
        CHECK(finish(io, [&](auto h) { conn.async_read_some(net::buffer(room), h); }).why() == errc::truncated);
        CHECK(peer.wait(interop::limit) == 0);
    }
    SECTION("refused") {
        for (auto const& bad : interop::bad_servers()) {
            CAPTURE(name(v), bad.what);
            test::process peer(start(bad.file));
            asio_stream conn{call(io, interop::port_in(interop::line_after(peer, "ACCEPT "))), client_of(v),
                             "localhost"};
            CHECK(finish(io, [&](auto h) { conn.async_handshake(h); }).why() == errc::certificate_rejected);
            CHECK(conn.last_error()->flags() == verify_flags(bad.flag));
            CHECK(peer.wait_for("alert", interop::limit)); // it learns why
        }
    }
}

ASIO_CASE("s_client rekeys, which Mbed TLS does not, and is told") {
    auto const openssl = interop::program_or_skip("openssl", "version");
    net::io_context io;
    tcp::acceptor acceptor(io, {net::ip::address_v4::loopback(), 0});
    test::process peer({openssl, "s_client", "-tls1_3", "-connect",
                        "127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()), "-CAfile",
                        interop::shared_files().ca, "-verify_return_error", "-verify_hostname", "localhost"});
    asio_stream conn{acceptor.accept(), server_of(version::tls1_3)};
    REQUIRE(finish(io, [&](auto h) { conn.async_handshake(h); }).well());
    REQUIRE(peer.wait_for("Verify return code: 0", interop::limit));
    interop::give(peer, "hello\n");
    std::string held;
    CHECK(read_line(io, conn, held) == "hello");
    interop::give(peer, "K\n");
    std::array<char, 9> room{};
    CHECK(finish(io, [&](auto h) { conn.async_read_some(net::buffer(room), h); }).why() == errc::protocol_violation);
    CHECK(conn.last_error()->why() == reason::key_update);
    conn.next_layer().close();
    CHECK(peer.wait(interop::limit) != -1);
    CHECK(interop::output_of(peer).find("alert unexpected message") != std::string::npos);
}
