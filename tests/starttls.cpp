// SPDX-License-Identifier: BSL-1.0
#include <tlspp/starttls.hpp>

#include "support/contexts.hpp"
#include "support/sockets.hpp"

#include <tlspp/accept.hpp>
#include <tlspp/connect.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_all.hpp>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

using namespace tlspp;
using clock_type = std::chrono::steady_clock;

namespace {
constexpr int seconds_that_never_pass = 60;
deadline soon() { return deadline{seconds_that_never_pass * 1000}; }

/// One side as a stream over a socket that reads ahead, the other as an engine whose every byte the test sends itself.
template <class Stream>
struct half_by_hand {
    Stream near;
    engine far;
    bsd_socket wire; ///< the engine's

    void send_outgoing(std::string_view plain_behind = {}) {
        auto const out = far.transport().outgoing();
        std::string all(reinterpret_cast<const char*>(out.data()), out.size());
        far.transport().consume(out.size());
        all += plain_behind;
        REQUIRE(test::send_all(wire, all));
    }
    void feed_arrived() {
        std::byte buffer[20000];
        auto const n = wire.receive(std::span{buffer});
        REQUIRE(n);
        if (*n == 0) {
            far.transport().feed_end();
        }
        far.transport().feed(std::span{buffer}.first(*n));
    }
    void shake() {
        std::thread other([&] { CHECK(near.handshake()); });
        while (test::wants_more(far.handshake())) {
            send_outgoing();
            feed_arrived();
        }
        send_outgoing();
        other.join();
        REQUIRE(far.is_handshake_complete());
    }
};

auto client_by_socket(version v) {
    test::connected sockets;
    half_by_hand<stream<bsd_socket>> made{
        or_throw(test::make_client({.maximum_version = v}).wrap(std::move(sockets.client), "localhost")),
        or_throw(test::make_server().wrap(memory_transport{})), std::move(sockets.server)};
    made.shake();
    return made;
}
auto server_by_socket(version v) {
    test::connected sockets;
    half_by_hand<stream<bsd_socket>> made{
        or_throw(test::make_server({.maximum_version = v}).wrap(std::move(sockets.server))),
        or_throw(test::make_client().wrap(memory_transport{}, "localhost")), std::move(sockets.client)};
    made.shake();
    return made;
}
std::string exactly(bsd_socket& from, std::size_t size) { return test::receive_exactly(from, size); }
} // namespace

TEST_CASE("shutdown with a deadline, without I/O: the first waits for the second",
          "[py:SSLObjectTests.test_unwrap][same]") {
    auto const v = GENERATE(from_range(test::versions));
    test::pair p({.maximum_version = v});
    REQUIRE(p.shake().ok());
    p.carry();
    CHECK(test::read_all(p.client).empty());

    auto first = p.server.shutdown(deadline::never);
    REQUIRE_FALSE(first);
    CHECK(first.error() == errc::want_read);
    p.carry();
    CHECK(p.client.shutdown(deadline::never));
    p.carry();
    CHECK(p.server.shutdown(deadline::never));
    CHECK(p.server.shutdown(deadline::never)); // and again
    CHECK(p.server.write_some("x").error() == errc::closed);
    CHECK(p.client.write_some("x").error() == errc::closed);
}

TEST_CASE("shutdown with a deadline throws away what the peer still sends") {
    auto const v = GENERATE(from_range(test::versions));
    test::pair p({.maximum_version = v});
    REQUIRE(p.shake().ok());
    or_throw(p.server.write_all(std::string(100'000, 'x')));
    CHECK(p.client.shutdown(soon()).error() == errc::want_read);
    p.carry();
    CHECK(p.client.shutdown(soon()).error() == errc::want_read);
    or_throw(p.server.write_all("more"));
    or_throw(p.server.shutdown());
    p.carry();
    CHECK(p.client.shutdown(soon()));
    char one[1];
    CHECK(or_throw(p.client.read_some(one)) == 0);
}

TEST_CASE("shutdown with a deadline: an end without close_notify is truncated") {
    test::pair p;
    REQUIRE(p.shake().ok());
    p.client.transport().feed_end();
    CHECK(p.client.shutdown(soon()).error() == errc::truncated);
    CHECK(p.client.shutdown(soon()).error() == errc::truncated);
}

TEST_CASE("shutdown with a deadline before the handshake is misuse") {
    test::pair p;
    auto const done = p.client.shutdown(soon());
    CHECK(done.error() == errc::misuse);
    CHECK(done.error().why() == reason::not_connected);
    auto taken = std::move(p.client);
    CHECK(p.client.shutdown(soon()).error() == errc::misuse); // NOLINT(bugprone-use-after-move)
}

TEST_CASE("shutdown with a deadline ends in time where the peer says nothing") {
    auto const v = GENERATE(from_range(test::versions));
    bool const blocking = GENERATE(true, false);
    CAPTURE(blocking);
    auto c = client_by_socket(v);
    REQUIRE(c.near.transport().set_blocking(blocking));
    c.near.transport().set_timeout(seconds_that_never_pass * 1000);
    auto const begin = clock_type::now();
    deadline const until{150};
    auto done = c.near.shutdown(until);
    while (!done && done.error() == errc::want_read) { // only where it does not block
        REQUIRE_FALSE(blocking);
        done = c.near.shutdown(until);
    }
    auto const took = clock_type::now() - begin;
    REQUIRE_FALSE(done);
    CHECK(done.error() == errc::timed_out);
    CHECK(done.error().why() == reason::io_deadline);
    CHECK(took >= std::chrono::milliseconds(149));
    CHECK(took < std::chrono::seconds(20));

    // Not fatal: the peer may still come, and the socket has its own limits again.
    c.feed_arrived();
    CHECK(test::read_all(c.far).empty());
    or_throw(c.far.write_all("late"));
    or_throw(c.far.shutdown());
    c.send_outgoing();
    test::wait_for_arrival(c.near.transport(), 1);
    char buffer[8];
    CHECK(or_throw(c.near.read_some(buffer)) == 4);
    done = c.near.shutdown(soon());
    while (!done && done.error() == errc::want_read) {
        done = c.near.shutdown(soon());
    }
    CHECK(done);
}

TEST_CASE("shutdown with a deadline ends in time where the peer never stops sending") {
    auto const v = GENERATE(from_range(test::versions));
    test::connected sockets;
    auto client = or_throw(test::make_client({.maximum_version = v}).wrap(std::move(sockets.client), "localhost"));
    auto server = or_throw(test::make_server().wrap(std::move(sockets.server)));
    std::atomic<bool> stop = false;
    std::thread talker([&] {
        std::string const chunk(16000, 'x');
        while (!stop && server.write_all(chunk)) {
        }
    });
    char first[1];
    REQUIRE(client.read_some(first));
    auto const begin = clock_type::now();
    auto const done = client.shutdown(deadline{200});
    auto const took = clock_type::now() - begin;
    stop = true;
    {
        auto const closed = std::move(client);
    }
    talker.join();
    REQUIRE_FALSE(done);
    CHECK(done.error() == errc::timed_out);
    CHECK(took >= std::chrono::milliseconds(199));
    CHECK(took < std::chrono::seconds(20));
}

TEST_CASE("after TLS the transport comes back with every plain byte, even one that came with the last record",
          "[py:ThreadedTests.test_starttls][same]") {
    auto const v = GENERATE(from_range(test::versions));
    auto const check = [](auto c) {
        or_throw(c.far.write_all("last words"));
        or_throw(c.far.shutdown());
        c.send_outgoing("* plain again\r\n"); // one segment: data, close_notify, plain text
        char buffer[32];
        auto const n = or_throw(c.near.read_some(buffer));
        CHECK(std::string_view(buffer, n) == "last words");
        REQUIRE(c.near.shutdown(soon()));
        auto socket = std::move(c.near).release();
        CHECK_FALSE(c.near); // NOLINT(bugprone-use-after-move)
        CHECK(exactly(socket, 4) == "* pl");
        REQUIRE(test::send_all(c.wire, "and on\r\n"));
        CHECK(exactly(socket, 11) == "ain again\r\n");
        CHECK(exactly(socket, 8) == "and on\r\n");
        c.feed_arrived();
        CHECK(or_throw(c.far.read_some(buffer)) == 0);
        REQUIRE(test::send_all(socket, "hello in plain\r\n"));
        CHECK(exactly(c.wire, 16) == "hello in plain\r\n");
    };
    SECTION("a client") { check(client_by_socket(v)); }
    SECTION("a server") { check(server_by_socket(v)); }
}

TEST_CASE("plain text, TLS, plain text, TLS on one TCP connection", "[py:ThreadedTests.test_starttls][same]") {
    test::connected sockets;
    auto const client_context = test::make_client();
    auto const server_context = test::make_server();
    std::thread other([&] {
        auto socket = std::move(sockets.server);
        for (int i = 0; i != 2; ++i) {
            CHECK(exactly(socket, 8) == "STARTTLS");
            REQUIRE(test::send_all(socket, "OK"));
            auto conn = or_throw(server_context.wrap(std::move(socket), after_plaintext{0}));
            char buffer[16];
            auto const n = or_throw(conn.read_some(buffer));
            or_throw(conn.write_all(std::string_view(buffer, n)));
            CHECK(or_throw(conn.read_some(buffer)) == 0);
            CHECK(conn.shutdown(soon()));
            socket = std::move(conn).release();
        }
        REQUIRE(test::send_all(socket, "BYE"));
    });
    auto socket = std::move(sockets.client);
    for (int i = 0; i != 2; ++i) {
        REQUIRE(test::send_all(socket, "STARTTLS"));
        CHECK(exactly(socket, 2) == "OK");
        auto conn = or_throw(client_context.wrap(std::move(socket), "localhost", after_plaintext{0}));
        or_throw(conn.write_all("secret"));
        char buffer[16];
        auto const n = or_throw(conn.read_some(buffer));
        CHECK(std::string_view(buffer, n) == "secret");
        CHECK(conn.shutdown(soon()));
        socket = std::move(conn).release();
    }
    CHECK(exactly(socket, 3) == "BYE");
    other.join();
}

TEST_CASE("plain bytes that came before TLS are refused") {
    auto const client = test::make_client();
    auto const server = test::make_server();
    auto const name = or_throw(server_name::parse("localhost"));
    auto const with = [](std::string_view plain) {
        memory_transport t;
        t.feed(plain);
        return t;
    };
    auto const refused = [](const auto& conn) {
        REQUIRE_FALSE(conn);
        CHECK(conn.error() == errc::protocol_violation);
        CHECK(conn.error().why() == reason::plaintext_before_tls);
    };
    SECTION("in the program's buffer") {
        refused(client.wrap(memory_transport{}, "localhost", after_plaintext{1}));
        refused(client.wrap(memory_transport{}, name, after_plaintext{20}));
        refused(server.wrap(memory_transport{}, after_plaintext{1}));
    }
    SECTION("in the transport") {
        refused(client.wrap(with("x"), "localhost", after_plaintext{0}));
        refused(client.wrap(with("220 injected\r\n"), name, after_plaintext{0}));
        refused(server.wrap(with("RCPT TO:<x>\r\n"), after_plaintext{0}));
    }
    SECTION("in a client's transport, whatever it is wrapped for: a server never speaks first") {
        auto const conn = client.wrap(with("x"), "localhost");
        REQUIRE_FALSE(conn);
        CHECK(conn.error() == errc::misuse);
        CHECK(conn.error().why() == reason::plaintext_before_tls);
    }
    SECTION("in a socket that was used for TLS before") {
        auto c = client_by_socket(version::tls1_3);
        or_throw(c.far.shutdown());
        c.send_outgoing("injected");
        REQUIRE(c.near.shutdown(soon()));
        auto socket = std::move(c.near).release();
        REQUIRE(socket.buffered() == 8);
        refused(client.wrap(std::move(socket), "localhost", after_plaintext{0}));
    }
    SECTION("none are fine, and a server may have a ClientHello already where TLS comes first") {
        CHECK(client.wrap(memory_transport{}, "localhost", after_plaintext{0}));
        CHECK(server.wrap(memory_transport{}, after_plaintext{0}));
        auto c = or_throw(client.wrap(memory_transport{}, "localhost"));
        CHECK(c.handshake().error() == errc::want_read);
        memory_transport t;
        t.feed(c.transport().outgoing());
        c.transport().consume(c.transport().outgoing().size());
        auto s = or_throw(server.wrap(std::move(t)));
        CHECK(test::shake_hands(c, s).ok());
    }
}

TEST_CASE("bytes injected on the wire before the handshake end it") {
    test::connected sockets;
    REQUIRE(test::send_all(sockets.client, "MAIL FROM:<x>\r\n"));
    auto server = or_throw(test::make_server().wrap(std::move(sockets.server), after_plaintext{0}));
    auto const done = server.handshake();
    REQUIRE_FALSE(done);
    CHECK(done.error() == errc::protocol_violation);
    CHECK(done.error().why() == reason::not_tls);
}
