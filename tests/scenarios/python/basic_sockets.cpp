// SPDX-License-Identifier: BSL-1.0
// BasicSocketTests of CPython's test_ssl.py that need no certificate of their own.
#include "scenarios/python/peers.hpp"
#include "support/sockets.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cerrno>
#include <type_traits>

using namespace tlspp;
using namespace std::chrono_literals;

TEST_CASE("a stream cannot be made but by a context", "[py:BasicSocketTests.test_private_init][same]") {
    using tcp = stream<bsd_socket>;
    STATIC_REQUIRE_FALSE(std::is_default_constructible_v<tcp>);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<tcp, bsd_socket>);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<tcp, bsd_socket&&, client_context>);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<tcp, client_context, bsd_socket&&>);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<tcp, detail::core*>);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<connection, detail::core*>);
    STATIC_REQUIRE(std::is_constructible_v<tcp, tcp&&>);
}

namespace {
template <class Stream>
concept duplicates = requires(Stream& s) { s.dup(); } || std::is_copy_constructible_v<Stream>;
template <class Stream>
concept sends_messages = requires(Stream& s, std::span<char> b) { s.sendto(b); } ||
                         requires(Stream& s, std::span<char> b) { s.recvfrom(b); } ||
                         requires(Stream& s, std::span<char> b) { s.sendmsg(b); };

/// A TCP socket that was never connected.
bsd_socket unconnected(int type = SOCK_STREAM) { return bsd_socket::adopt(::socket(AF_INET, type, 0)); }
} // namespace

TEST_CASE("around a TCP socket that was never connected everything says so",
          "[py:BasicSocketTests.test_wrapped_unconnected][same]") {
    auto const context = test::make_client();
    auto const wrap = [&] { return or_throw(context.wrap(unconnected(), "localhost")); };
    char buffer[10];
    auto const says_so = [](const error& why) { return why == errc::transport && why.system() == ENOTCONN; };
    CHECK(says_so(wrap().read_some(buffer).error()));
    CHECK(says_so(wrap().read_exactly(buffer).error()));
    CHECK(says_so(wrap().write_some("x").error()));
    CHECK(says_so(wrap().write_all("x").error()));
    STATIC_REQUIRE_FALSE(duplicates<stream<bsd_socket>>);
    STATIC_REQUIRE_FALSE(sends_messages<stream<bsd_socket>>);
}

TEST_CASE("handshaking on a TCP socket that was never connected says so",
          "[py:ThreadedTests.test_do_handshake_enotconn][same]") {
    auto conn = or_throw(test::make_client().wrap(unconnected(), "localhost"));
    auto const done = conn.handshake();
    REQUIRE_FALSE(done);
    CHECK(done.error() == errc::transport);
    CHECK(done.error().system() == ENOTCONN);
    CHECK_FALSE(conn.is_handshake_complete());
}

TEST_CASE("wrapping keeps the timeout of a socket", "[py:BasicSocketTests.test_timeout][same]") {
    auto const context = test::make_client();
    for (timeout const t : {timeout(timeout::none), timeout(0), timeout(5s)}) {
        test::connected both;
        both.client.set_timeout(t);
        auto conn = or_throw(context.wrap(std::move(both.client), "localhost"));
        CHECK(conn.transport().current_timeout() == t);
        CHECK(conn.transport().is_blocking());
    }
    test::connected both;
    or_throw(both.client.set_blocking(false));
    auto conn = or_throw(context.wrap(std::move(both.client), "localhost"));
    CHECK_FALSE(conn.transport().is_blocking());
    CHECK(conn.handshake().error() == errc::want_read); // at once: nobody answers
}

namespace {
template <class Context>
concept wraps_with_name = requires(const Context& c) { c.wrap(memory_transport{}, "localhost"); };
template <class Context>
concept wraps_without_name = requires(const Context& c) { c.wrap(memory_transport{}); };
} // namespace

TEST_CASE("a server is not told a name to expect", "[py:BasicSocketTests.test_server_side][same]") {
    STATIC_REQUIRE_FALSE(wraps_with_name<server_context>);
    STATIC_REQUIRE(wraps_without_name<server_context>);
}

TEST_CASE("only stream sockets are wrapped", "[py:BasicSocketTests.test_unsupported_dtls][same]") {
    auto const client = test::make_client().wrap(unconnected(SOCK_DGRAM), "localhost");
    REQUIRE_FALSE(client);
    CHECK(client.error() == errc::unsupported);
    CHECK(client.error().message().view().find("stream socket") != std::string_view::npos);
    CHECK(test::make_server().wrap(unconnected(SOCK_DGRAM)).error() == errc::unsupported);
    CHECK(test::make_client().wrap(unconnected(SOCK_STREAM), "localhost").has_value());
}

TEST_CASE("connecting to a port where nobody listens gives the system's code",
          "[py:BasicSocketTests.test_connect_ex_error][same]") {
    test::closed_port const port;
    auto const conn = connect(test::make_client(), "localhost", port.number(), {.address = "127.0.0.1"});
    REQUIRE_FALSE(conn);
    CHECK(conn.error() == errc::transport);
    CHECK(conn.error().system() == ECONNREFUSED);
}

// different: a read into an empty buffer is invalid_argument, because 0 means that the peer has closed; writing
// nothing is 0, as in Python
TEST_CASE("zero-length reads and writes after a handshake", "[py:BasicSocketTests.test_read_write_zero][different]") {
    test::pair p;
    REQUIRE(p.shake().ok());
    p.carry();
    auto const sent = p.client.transport().outgoing().size();
    CHECK(p.client.read_some(std::span<char>()).error() == errc::invalid_argument);
    CHECK(p.client.read_exactly(std::span<char>()).has_value());
    CHECK(p.client.write_some("") == 0U);
    CHECK(p.client.write_all("").has_value());
    CHECK(p.client.transport().outgoing().size() == sent); // no empty record either
}
