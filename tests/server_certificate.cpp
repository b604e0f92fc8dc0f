// SPDX-License-Identifier: BSL-1.0
#include <tlspp/server_certificate.hpp>

#include "support/contexts.hpp"
#include "support/sockets.hpp"

#include <tlspp/accept.hpp>
#include <tlspp/text.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <thread>

using namespace tlspp;

namespace {
/// Serves one client, whose SNI it keeps.
struct one_server {
    bsd_listener listener;
    std::string asked;
    result<void> outcome;
    std::thread thread;

    explicit one_server(const server_context& context, const char* address = "127.0.0.1")
        : listener(or_throw(bsd_listener::bind(address, 0))), thread([this, context] {
              auto conn = accept(context, listener, {.accept_timeout = 30'000});
              if (!conn) {
                  outcome = std::unexpected(conn.error());
                  return;
              }
              asked = conn->server_name();
              char rest[1];
              (void)conn->read_some(rest);
          }) {}
    ~one_server() { join(); }
    void join() {
        if (thread.joinable()) {
            thread.join();
        }
    }
};
std::string own() { return to_pem(or_throw(test::the_world().localhost.leaf())); }
} // namespace

TEST_CASE("the certificate of a server, with trust and without",
          "[py:SimpleBackgroundTests.test_get_server_certificate][py:SimpleBackgroundTests.test_get_server_certificate_"
          "sni][same]") {
    auto const here = [] { return connect_options{.address = "127.0.0.1"}; };
    SECTION("verified") {
        one_server server(test::make_server());
        auto const got = get_server_certificate(test::the_world().trust, "localhost", server.listener.port(), here());
        server.join();
        REQUIRE(got);
        CHECK(to_pem(*got) == own());
        CHECK(server.asked == "localhost");
    }
    SECTION("unverified") {
        one_server server(test::make_server());
        auto const got = insecure_get_server_certificate("localhost", server.listener.port(), here());
        server.join();
        REQUIRE(got);
        CHECK(to_pem(*got) == own());
        CHECK(server.asked == "localhost");
    }
    SECTION("unverified, of a server with another name") {
        one_server server(test::make_server());
        auto const got = insecure_get_server_certificate("other.example", server.listener.port(), here());
        server.join();
        REQUIRE(got);
        CHECK(to_pem(*got) == own());
        CHECK(server.asked == "other.example");
    }
}

TEST_CASE("a server's certificate by address, without SNI, over IPv6 where there is",
          "[py:NetworkedTests.test_get_server_certificate_ipv6][same]") {
    const char* const address = test::has_ipv6() ? "::1" : "127.0.0.1";
    SECTION("good") {
        one_server server(test::make_server(), address);
        auto const got = get_server_certificate(test::the_world().trust, address, server.listener.port());
        server.join();
        REQUIRE(got);
        CHECK(to_pem(*got) == own());
        CHECK(server.asked.empty());
    }
    SECTION("an unrelated CA") {
        one_server server(test::make_server(), address);
        auto const other = or_throw(or_throw(dev::authority::create()).trust());
        auto const got = get_server_certificate(other, address, server.listener.port());
        REQUIRE_FALSE(got);
        CHECK(got.error() == errc::certificate_rejected);
    }
}

TEST_CASE("a server's certificate that does not hold is not given, and no socket is left",
          "[py:SimpleBackgroundTests.test_get_server_certificate_fail][same]") {
    auto const before = test::open_descriptors();
    {
        one_server server(test::make_server());
        auto const other = or_throw(or_throw(dev::authority::create()).trust());
        auto const got = get_server_certificate(other, "localhost", server.listener.port(), {.address = "127.0.0.1"});
        REQUIRE_FALSE(got);
        CHECK(got.error() == errc::certificate_rejected);
        CHECK(got.error().flags().has(verify_flag::not_trusted));
        server.join();
        CHECK_FALSE(server.outcome);
    }
    {
        one_server server(test::make_server());
        auto const got = get_server_certificate(test::the_world().trust, "other.example", server.listener.port(),
                                                {.address = "127.0.0.1"});
        REQUIRE_FALSE(got);
        CHECK(got.error().flags().has(verify_flag::name_mismatch));
    }
    CHECK(test::are_open_beside(before));
}

TEST_CASE("a server that stalls does not hold up who asks for its certificate",
          "[py:SimpleBackgroundTests.test_get_server_certificate_timeout][same]") {
    auto listener = or_throw(bsd_listener::bind("127.0.0.1", 0)); // connects, and nobody answers
    auto const got = insecure_get_server_certificate(
        "localhost", listener.port(), {.connect_timeout = 10'000, .handshake_timeout = 100, .address = "127.0.0.1"});
    REQUIRE_FALSE(got);
    CHECK(got.error() == errc::timed_out);
    CHECK(got.error().why() == reason::handshake_deadline);
}
