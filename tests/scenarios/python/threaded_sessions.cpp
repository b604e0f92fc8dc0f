// SPDX-License-Identifier: BSL-1.0
// Sessions, tickets and pre-shared keys in CPython's test_ssl.py.
#include "support/contexts.hpp"
#include "support/sessions.hpp"

#include <tlspp/psk.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <cstring>

using namespace tlspp;
using test::meeting;

namespace {
template <class Options>
concept has_tickets = requires(Options& o) { o.tickets; };
template <class Connection>
concept takes_text_as_session = requires(Connection& c) { c.resume("session"); };
} // namespace

// different: a session is for what would be judged alike, so that it may be taken to another context with the same
// options, and not to another name, which Python does not look at
TEST_CASE("a session is given before the handshake, and only where it belongs",
          "[py:ThreadedTests.test_session_handling][different]") {
    auto const v = GENERATE(from_range(test::versions));
    auto const client = test::make_client({.maximum_version = v});
    auto const server = test::make_server();
    meeting first(client, server);
    CHECK(first.client.session().error() == errc::misuse); // before the handshake there is none
    CHECK_FALSE(first.client.session_reused());
    REQUIRE(first.ok());
    CHECK_FALSE(first.resumed());
    auto given = or_throw(first.client.session());
    STATIC_REQUIRE_FALSE(takes_text_as_session<engine>);

    meeting late(client, server);
    REQUIRE(late.ok());
    CHECK(late.client.resume(or_throw(late.client.session())).error() == errc::misuse);

    meeting second(client, server);
    REQUIRE(second.client.resume(std::move(given)));
    REQUIRE(second.ok());
    CHECK(second.resumed());

    auto const other_trust = or_throw(or_throw(dev::authority::create()).trust());
    auto const other = test::make_client({.trust = other_trust, .maximum_version = v});
    auto refused = or_throw(other.wrap(memory_transport{}, "localhost"));
    CHECK(refused.resume(test::make_session(client, server)).error().why() == reason::session_policy_differs);
    auto elsewhere = or_throw(client.wrap(memory_transport{}, "127.0.0.1"));
    CHECK(elsewhere.resume(test::make_session(client, server)).error().why() == reason::session_name_differs);
}

// different: Mbed TLS's own default is 1; here it is 2, as in Python, by the options of a server, which a client's lack
TEST_CASE("a server gives as many tickets as it is told", "[py:ContextTests.test_num_tickest][different]") {
    auto const bytes_behind = [](ticket_options tickets) {
        meeting m(test::make_client({.minimum_version = version::tls1_3}), test::make_server({.tickets = tickets}));
        REQUIRE(m.shake().ok());
        return m.client.pending() + m.client.transport().buffered();
    };
    auto const none = bytes_behind({.count = 0});
    auto const one = bytes_behind({.count = 1});
    auto const two = bytes_behind({.count = 2});
    CHECK(none == 0);
    CHECK(one > none);
    CHECK(two > one);
    CHECK(bytes_behind({}) == two); // the default
    STATIC_REQUIRE(std::is_unsigned_v<decltype(ticket_options().count)::value_type>);
    STATIC_REQUIRE(has_tickets<server_options>);
    STATIC_REQUIRE_FALSE(has_tickets<client_options>);
}

TEST_CASE("a pre-shared key of TLS 1.3", "[py:ThreadedTests.test_psk_tls1_3][same]") {
    std::string const key = "0123456789abcdef0123456789abcdef";
    std::string seen;
    auto const lookup = [&](std::string_view who, std::span<std::byte> room) -> std::size_t {
        seen = who;
        std::memcpy(room.data(), key.data(), key.size());
        return key.size();
    };
    auto const client = or_throw(client_context::create(
        {.minimum_version = version::tls1_3, .psk = client_psk{.identity = "identity", .key = key}}));
    auto const server =
        or_throw(server_context::create({.minimum_version = version::tls1_3, .psk = server_psk{.lookup = lookup}}));
    auto c = or_throw(client.wrap(memory_transport{}, insecure_any_name));
    auto s = or_throw(server.wrap(memory_transport{}));
    REQUIRE(test::shake_hands(c, s).ok());
    CHECK(seen == "identity");
    CHECK(s.psk_identity() == "identity");
    CHECK(c.version() == version::tls1_3);
    CHECK(c.session_reused());
    CHECK(s.session_reused());
}

// different: the whole verdict is made anew, so that there is a verified chain, where Python has none
TEST_CASE("a resumed session knows the client",
          "[py:TestPostHandshakeAuth.test_internal_chain_server_resumed_session][different]") {
    auto const v = GENERATE(from_range(test::versions));
    auto const& world = test::the_world();
    auto const own = or_throw(world.ca.issue({.common_name = "client"}));
    auto const client = test::make_client({.maximum_version = v, .identity = own});
    auto const server = test::make_server({.client_auth = client_auth::required, .trust = world.trust});
    meeting first(client, server);
    REQUIRE(first.ok());
    meeting second(client, server);
    if (auto given = first.client.session()) {
        REQUIRE(second.client.resume(std::move(*given)));
    }
    REQUIRE(second.ok());
    INFO(second.resumed());
    CHECK(or_throw(second.server.verified_chain()).size() == 2);
    // resumed or not: the leaf is known, and was judged
    CHECK(or_throw(second.server.peer_certificates()).size() == 1);
    CHECK(or_throw(second.server.peer_certificate()) == or_throw(own.leaf()));
    CHECK((second.server.peer_status() == peer_status::verified ||
           second.server.peer_status() == peer_status::resumed_verified));
}
