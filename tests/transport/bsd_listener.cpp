// SPDX-License-Identifier: BSL-1.0
#include "../support/sockets.hpp"

#include <tlspp/transport/bsd_listener.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <string>
#include <thread>
#include <utility>

#if defined(_WIN32)
#define TLSPP_TEST_ERROR(name) WSA##name
#else
#include <sys/resource.h>
#define TLSPP_TEST_ERROR(name) name
#endif

using namespace tlspp;
using namespace std::chrono_literals;

TEST_CASE("a listener on port 0 gets a port and takes connections") {
    auto listener = or_throw(bsd_listener::bind("127.0.0.1", 0));
    CHECK(listener);
    CHECK(listener.port() != 0);
    CHECK(listener.local_endpoint().port() == listener.port());
    auto client = or_throw(bsd_socket::connect("127.0.0.1", listener.port()));
    auto server = or_throw(listener.accept());
    CHECK(test::send_all(client, "hello"));
    CHECK(test::receive_exactly(server, 5) == "hello");
    CHECK_FALSE(test::is_inherited(listener.native_handle()));
    CHECK_FALSE(test::is_inherited(server.native_handle()));
#if !defined(_WIN32)
    CHECK(test::blocks(server.native_handle()));
#endif
}

TEST_CASE("every address means IPv4 and IPv6") {
    for (auto const* address : {"::", ""}) {
        auto listener = or_throw(bsd_listener::bind(address, 0));
        auto v4 = or_throw(bsd_socket::connect("127.0.0.1", listener.port()));
        CHECK(or_throw(listener.accept(5s)).peer_endpoint().address() == "127.0.0.1");
        if (test::has_ipv6()) {
            auto v6 = or_throw(bsd_socket::connect("::1", listener.port()));
            CHECK(or_throw(listener.accept(5s)).peer_endpoint().address() == "::1");
        }
    }
}

TEST_CASE("IPv6 only means it") {
    if (!test::has_ipv6()) {
        SKIP("this machine has no IPv6");
    }
    auto listener = or_throw(bsd_listener::bind("::", 0, {.ipv6_only = true}));
    CHECK(bsd_socket::connect("::1", listener.port()).has_value());
    auto const v4 = bsd_socket::connect("127.0.0.1", listener.port());
    REQUIRE_FALSE(v4.has_value());
    CHECK(v4.error().system() == TLSPP_TEST_ERROR(ECONNREFUSED));
}

TEST_CASE("a listener that cannot be made says on what and why") {
    auto const taken = or_throw(bsd_listener::bind("127.0.0.1", 0));
    auto const again = bsd_listener::bind("127.0.0.1", taken.port());
    REQUIRE_FALSE(again.has_value());
    CHECK(again.error() == errc::transport);
    CHECK(again.error().why() == reason::listen_failed);
    CHECK(again.error().system() == TLSPP_TEST_ERROR(EADDRINUSE));
    CHECK(again.error().subject() == "127.0.0.1:" + std::to_string(taken.port()));

    auto const elsewhere = bsd_listener::bind("192.0.2.1", 0); // RFC 5737: nobody's
    REQUIRE_FALSE(elsewhere.has_value());
    CHECK(elsewhere.error().system() == TLSPP_TEST_ERROR(EADDRNOTAVAIL));

    auto const nonsense = bsd_listener::bind("not an address", 0);
    REQUIRE_FALSE(nonsense.has_value());
    CHECK(nonsense.error() == errc::resolve);
}

TEST_CASE("the same port can be listened on again at once") {
    std::uint16_t port = 0;
    {
        test::connected pair;
        port = pair.listener.port();
        CHECK(test::send_all(pair.server, "x")); // the server's end closes first and stays in TIME_WAIT
        {
            auto const closed = std::move(pair.server);
        }
        CHECK(test::receive_once(pair.client) == "x");
        CHECK(test::receive_once(pair.client) == "(end)");
    }
    CHECK(bsd_listener::bind("127.0.0.1", port).has_value());
}

TEST_CASE("accepting waits as long as it is told") {
    auto listener = or_throw(bsd_listener::bind("127.0.0.1", 0));
    auto const start = std::chrono::steady_clock::now();
    auto const nobody = listener.accept(50ms);
    REQUIRE_FALSE(nobody.has_value());
    CHECK(nobody.error() == errc::timed_out);
    CHECK(nobody.error().why() == reason::io_deadline);
    CHECK(std::chrono::steady_clock::now() - start >= 50ms - test::tick);

    CHECK(listener.accept(0).error() == errc::timed_out);
    auto const client = or_throw(bsd_socket::connect("127.0.0.1", listener.port()));
    CHECK(listener.accept(0).has_value());

    listener.set_blocking(false);
    CHECK(listener.accept().error() == errc::want_read);
}

TEST_CASE("a client that leaves while it waits is passed over, not an error") {
    auto listener = or_throw(bsd_listener::bind("127.0.0.1", 0));
    {
        auto gone = or_throw(bsd_socket::connect("127.0.0.1", listener.port()));
        test::reset_on_close(gone);
    }
    auto client = or_throw(bsd_socket::connect("127.0.0.1", listener.port()));
    CHECK(test::send_all(client, "here"));
    // Linux delivers the dead one first, others leave it out
    std::string got;
    for (int i = 0; i != 2 && got != "here"; ++i) {
        auto server = listener.accept(5s);
        REQUIRE(server.has_value());
        got = test::receive_once(*server);
    }
    CHECK(got == "here");
}

TEST_CASE("several threads accept from one listener") {
    auto listener = or_throw(bsd_listener::bind("127.0.0.1", 0));
    std::atomic<int> greeted = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i != 4; ++i) {
        threads.emplace_back([&] {
            auto server = listener.accept(30s);
            greeted += server && test::send_all(*server, "hi") ? 1 : 0;
        });
    }
    for (int i = 0; i != 4; ++i) {
        auto client = or_throw(bsd_socket::connect("127.0.0.1", listener.port()));
        CHECK(test::receive_exactly(client, 2) == "hi");
    }
    for (auto& thread : threads) {
        thread.join();
    }
    CHECK(greeted == 4);
}

#if !defined(_WIN32)
TEST_CASE("too many open descriptors are an error of accept, and go away") {
    auto listener = or_throw(bsd_listener::bind("127.0.0.1", 0));
    auto const client = or_throw(bsd_socket::connect("127.0.0.1", listener.port()));
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    rlimit none = before;
    none.rlim_cur = 0;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
    auto const failed = listener.accept(5s);
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error() == errc::transport);
    CHECK(failed.error().why() == reason::accept_failed);
    CHECK(failed.error().system() == EMFILE);
    CHECK(listener.accept(5s).has_value());
}
#endif

TEST_CASE("a moved listener goes on, an empty one fails") {
    auto first = or_throw(bsd_listener::bind("127.0.0.1", 0));
    auto const port = first.port();
    bsd_listener second = std::move(first);
    CHECK_FALSE(first);
    CHECK(second.port() == port);
    CHECK(first.accept(0).error() == errc::transport);
    bsd_listener third;
    third = std::move(second);
    auto const client = or_throw(bsd_socket::connect("127.0.0.1", port));
    CHECK(third.accept(5s).has_value());
}
