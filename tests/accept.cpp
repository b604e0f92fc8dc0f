// SPDX-License-Identifier: BSL-1.0
#include "support/contexts.hpp"
#include "support/sockets.hpp"

#include <tlspp/accept.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

using namespace tlspp; // beside ::accept of <sys/socket.h>
using namespace std::chrono_literals;

TEST_CASE("accept takes a client and shakes hands") {
    auto const context = test::make_server();
    auto listener = or_throw(bsd_listener::bind("127.0.0.1", 0));
    std::thread client{[&] {
        auto conn = or_throw(connect(test::make_client(), "localhost", listener.port(), {.address = "127.0.0.1"}));
        or_throw(conn.write_all("hello"));
        or_throw(conn.shutdown());
        char end = 0;
        CHECK(conn.read_some(std::span{&end, 1}) == 0U);
    }};
    auto conn = or_throw(accept(context, listener));
    CHECK(conn.server_name() == "localhost");
    char text[10];
    CHECK(conn.read_some(text) == 5U);
    CHECK(conn.read_some(text) == 0U);
    or_throw(conn.shutdown());
    client.join();
}

TEST_CASE("accepting and shaking hands are to be had one after the other") {
    auto const context = test::make_server();
    auto listener = or_throw(bsd_listener::bind("127.0.0.1", 0));
    std::thread client{[&] {
        auto conn = or_throw(connect(test::make_client(), "localhost", listener.port(), {.address = "127.0.0.1"}));
        or_throw(conn.shutdown());
    }};
    auto socket = or_throw(listener.accept());
    auto conn = or_throw(context.wrap(std::move(socket)));
    CHECK_FALSE(conn.is_handshake_complete());
    or_throw(conn.handshake());
    client.join();
}

TEST_CASE("a client that says nothing is given up at the deadline, and the next one is served") {
    auto const context = test::make_server();
    auto listener = or_throw(bsd_listener::bind("127.0.0.1", 0));
    auto const silent = or_throw(bsd_socket::connect("127.0.0.1", listener.port()));
    auto const start = std::chrono::steady_clock::now();
    auto const nothing = accept(context, listener, {.handshake_timeout = 200ms});
    auto const took = std::chrono::steady_clock::now() - start;
    REQUIRE_FALSE(nothing.has_value());
    CHECK(nothing.error() == errc::timed_out);
    CHECK(nothing.error().why() == reason::handshake_deadline);
    CHECK(nothing.error().subject() == "127.0.0.1:" + std::to_string(silent.local_endpoint().port()));
    CHECK(took >= 199ms);
    CHECK(took < 20s);

    std::thread client{[&] {
        auto conn = or_throw(connect(test::make_client(), "localhost", listener.port(), {.address = "127.0.0.1"}));
        or_throw(conn.shutdown());
    }};
    CHECK(accept(context, listener).has_value());
    client.join();
}

TEST_CASE("a client that drips its ClientHello does not outlast the deadline") {
    auto const context = test::make_server();
    auto listener = or_throw(bsd_listener::bind("127.0.0.1", 0));
    auto dripping = or_throw(bsd_socket::connect("127.0.0.1", listener.port()));
    std::atomic<bool> over = false;
    std::thread client{[&] {
        // the head of a record of 16,384 bytes, then one byte at a time
        test::send_all(dripping, std::string_view{"\x16\x03\x01\x40\x00\x01\x00\x3f\xfc", 9});
        for (int i = 0; i != 16'000 && !over && test::send_all(dripping, "x"); ++i) {
            std::this_thread::sleep_for(5ms); // the dripping itself: nobody waits for it
        }
    }};
    auto const start = std::chrono::steady_clock::now();
    auto const nothing = accept(context, listener, {.handshake_timeout = 300ms});
    auto const took = std::chrono::steady_clock::now() - start;
    over = true;
    client.join();
    REQUIRE_FALSE(nothing.has_value());
    CHECK(nothing.error() == errc::timed_out);
    CHECK(nothing.error().why() == reason::handshake_deadline);
    CHECK(took < 20s);
}

TEST_CASE("no client is another error than a bad one") {
    auto const context = test::make_server();
    auto listener = or_throw(bsd_listener::bind("127.0.0.1", 0));
    auto const nobody = accept(context, listener, {.accept_timeout = 20ms});
    REQUIRE_FALSE(nobody.has_value());
    CHECK(nobody.error() == errc::timed_out);
    CHECK(nobody.error().why() == reason::io_deadline);

    auto client = or_throw(bsd_socket::connect("127.0.0.1", listener.port()));
    REQUIRE(test::send_all(client, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    auto const http = accept(context, listener);
    REQUIRE_FALSE(http.has_value());
    CHECK(http.error() == errc::protocol_violation);
    // an alert comes, then a clean end: no reset took it
    auto const answer = test::receive_once(client);
    REQUIRE(answer.size() == 7);
    CHECK(answer[0] == 0x15);
    CHECK(test::receive_once(client) == "(end)");
}

TEST_CASE("a client that is still sending when its handshake fails can read why") {
    auto const context = test::make_server();
    auto listener = or_throw(bsd_listener::bind("127.0.0.1", 0));
    auto client = or_throw(bsd_socket::connect("127.0.0.1", listener.port()));
    bool all_sent = false;
    std::thread sending{[&] {
        REQUIRE(test::send_all(client, "POST / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        test::wait_for_arrival(client, 7); // the alert is here, and nobody reads it yet
        all_sent = test::send_all(client, std::string(500'000, 'x'));
        detail::net::half_close(client.native_handle());
    }};
    auto const http = accept(context, listener);
    sending.join();
    REQUIRE_FALSE(http.has_value());
    CHECK(http.error() == errc::protocol_violation);
    CHECK(all_sent);
    auto const answer = test::receive_exactly(client, 7);
    REQUIRE(answer.size() == 7);
    CHECK(answer[0] == 0x15);
    CHECK(test::receive_once(client) == "(end)");
}

TEST_CASE("a client that goes away at once is a failed handshake, not a failed listener") {
    auto const context = test::make_server();
    auto listener = or_throw(bsd_listener::bind("127.0.0.1", 0));
    {
        auto const gone = or_throw(bsd_socket::connect("127.0.0.1", listener.port()));
    }
    auto const nothing = accept(context, listener);
    REQUIRE_FALSE(nothing.has_value());
    CHECK(nothing.error() == errc::truncated);
}
