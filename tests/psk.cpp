// SPDX-License-Identifier: BSL-1.0
#include <tlspp/psk.hpp>

#include <tlspp/security_policy.hpp>

#include "support/contexts.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_all.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>

using namespace tlspp;

namespace {
constexpr std::string_view secret = "0123456789abcdef";
constexpr std::string_view other_secret = "fedcba9876543210";

client_psk key_of(std::string_view identity, std::string_view key = secret) {
    return {.identity = identity, .key = key};
}
server_psk table() {
    return {.keys = {{.identity = "alice", .key = secret},
                     {.identity = "b\xC3\xB6"
                                  "b",
                      .key = other_secret}}};
}

/// Without any certificate on either side.
struct psk_pair {
    psk_pair(version v, client_psk psk, server_psk accepted, option_list<cipher_suite> suites = {})
        : client(or_throw(
              or_throw(
                  client_context::create(
                      {.minimum_version = v, .maximum_version = v, .cipher_suites = suites, .psk = std::move(psk)}))
                  .wrap(memory_transport{}, "localhost"))),
          server(or_throw(or_throw(server_context::create({.cipher_suites = suites, .psk = std::move(accepted)}))
                              .wrap(memory_transport{}))) {}
    test::outcome shake(std::size_t step = SIZE_MAX) { return test::shake_hands(client, server, step); }

    engine client;
    engine server;
};
template <class Options>
tlspp::reason why(const result<Options>& made) {
    REQUIRE_FALSE(made);
    CHECK(made.error() == errc::invalid_argument);
    return made.error().why();
}
} // namespace

// different: a server sends no identity hint, and an identity is never empty (Mbed TLS); the wrong role's options do not
// compile
TEST_CASE("a pre-shared key makes a connection without certificates", "[py:ThreadedTests.test_psk][different]") {
    auto const v = GENERATE(from_range(test::versions));
    auto const who = GENERATE(std::string_view("alice"), std::string_view("b\xC3\xB6"
                                                                          "b"));
    psk_pair p(v, key_of(who, who == "alice" ? secret : other_secret), table());
    REQUIRE(p.shake().ok());
    CHECK(p.client.version() == v);
    for (auto* side : {&p.client, &p.server}) {
        CHECK(side->peer_status() == peer_status::psk);
        CHECK(side->psk_identity() == who);
        CHECK(side->peer_certificate().error() == errc::no_certificate);
        CHECK(side->cipher().name ==
              (v == version::tls1_3 ? "TLS_CHACHA20_POLY1305_SHA256" : "ECDHE-PSK-CHACHA20-POLY1305"));
    }
    or_throw(p.client.write_all("ping"));
    test::carry_all(p.client, p.server);
    CHECK(test::read_all(p.server) == "ping");
}

TEST_CASE("a pre-shared key, one byte at a time") {
    auto const v = GENERATE(from_range(test::versions));
    psk_pair p(v, key_of("alice"), table());
    CHECK(p.shake(1).ok());
    CHECK(p.server.psk_identity() == "alice");
}

// different: see above
TEST_CASE("a wrong pre-shared key", "[py:ThreadedTests.test_psk][different]") {
    auto const v = GENERATE(from_range(test::versions));
    psk_pair p(v, key_of("alice", other_secret), table());
    auto const o = p.shake();
    REQUIRE_FALSE(o.server);
    CHECK(o.server.error() == errc::handshake_failed);
    CHECK(o.server.error().why() == reason::psk_wrong_key);
    REQUIRE_FALSE(o.client);
    CHECK(o.client.error() == errc::alert_received);
    if (v == version::tls1_3) { // in TLS 1.2 the alert is encrypted
        CHECK(o.client.error().why() == reason::psk_refused);
        CHECK(o.client.error().alert() == alert::decrypt_error);
    }
    for (auto* side : {&p.client, &p.server}) {
        CHECK(side->peer_status() == peer_status::none);
        CHECK(side->psk_identity().empty());
    }
}

TEST_CASE("an identity that nobody knows") {
    auto const v = GENERATE(from_range(test::versions));
    auto const* who = GENERATE("mallory", "alic", "alice2", "ALICE");
    psk_pair p(v, key_of(who), table());
    auto const o = p.shake();
    REQUIRE_FALSE(o.server);
    CHECK(o.server.error() == errc::handshake_failed);
    CHECK(o.server.error().why() == reason::psk_unknown_identity);
    REQUIRE_FALSE(o.client);
    CHECK(o.client.error() == errc::alert_received);
    if (v == version::tls1_2) {
        CHECK(o.client.error().alert() == alert::unknown_psk_identity);
        CHECK(o.client.error().why() == reason::psk_refused);
    }
}

TEST_CASE("a server looks pre-shared keys up") {
    auto const v = GENERATE(from_range(test::versions));
    std::string asked;
    int calls = 0;
    auto lookup = [&](std::string_view identity, std::span<std::byte> room) -> std::size_t {
        ++calls;
        asked = identity;
        CHECK(room.size() == psk_longest_key);
        if (identity != "carol") {
            return 0;
        }
        std::ranges::copy(std::as_bytes(std::span{secret}), room.begin());
        return secret.size();
    };
    auto accepted = table();
    accepted.lookup = lookup;
    SECTION("the table goes first") {
        psk_pair p(v, key_of("alice"), accepted);
        REQUIRE(p.shake().ok());
        CHECK(calls == 0);
    }
    SECTION("known to the function") {
        psk_pair p(v, key_of("carol"), accepted);
        REQUIRE(p.shake().ok());
        CHECK(asked == "carol");
        CHECK(p.server.psk_identity() == "carol");
    }
    SECTION("known to nobody") {
        psk_pair p(v, key_of("dave"), {.lookup = lookup});
        auto const o = p.shake();
        REQUIRE_FALSE(o.server);
        CHECK(asked == "dave");
        CHECK(o.server.error().why() == reason::psk_unknown_identity);
    }
    SECTION("a function that throws") {
        psk_pair p(v, key_of("carol"), {.lookup = [](std::string_view, std::span<std::byte>) -> std::size_t {
                       throw std::runtime_error("x");
                   }});
        auto const o = p.shake();
        REQUIRE_FALSE(o.server);
        CHECK(o.server.error() == errc::callback);
        CHECK_FALSE(o.client);
    }
    SECTION("a function that counts wrong") {
        psk_pair p(v, key_of("carol"),
                   {.lookup = [](std::string_view, std::span<std::byte> room) { return room.size() + 1; }});
        auto const o = p.shake();
        REQUIRE_FALSE(o.server);
        CHECK(o.server.error() == errc::callback);
        CHECK(o.server.error().why() == reason::psk_bad_lookup);
    }
}

TEST_CASE("keys and identities that cannot be meant") {
    std::string const longest_key(psk_longest_key, 'k');
    std::string const longest_identity(psk_longest_identity, 'i');
    auto const client = [](std::string_view identity, std::string_view key) {
        return client_context::create({.psk = client_psk{.identity = identity, .key = key}});
    };
    auto const server = [](std::string_view identity, std::string_view key) {
        return server_context::create({.psk = server_psk{.keys = {{.identity = identity, .key = key}}}});
    };
    CHECK(client(longest_identity, longest_key));
    CHECK(server(longest_identity, longest_key));
    CHECK(why(client("", secret)) == reason::psk_identity_empty);
    CHECK(why(server("", secret)) == reason::psk_identity_empty);
    CHECK(why(client("alice", "")) == reason::psk_empty);
    CHECK(why(server("alice", "")) == reason::psk_empty);
    CHECK(why(client("alice", longest_key + "k")) == reason::psk_too_long);
    CHECK(why(server("alice", longest_key + "k")) == reason::psk_too_long);
    CHECK(why(client(longest_identity + "i", secret)) == reason::psk_identity_too_long);
    CHECK(why(server(longest_identity + "i", secret)) == reason::psk_identity_too_long);
    CHECK(why(server_context::create({.psk = server_psk{}})) == reason::psk_nothing);
    CHECK(why(server_context::create({.psk = server_psk{.keys = {{"alice", secret}, {"alice", other_secret}}}})) ==
          reason::psk_identity_twice);
    // no key in any sentence
    CHECK(client("alice", longest_key + "k").error().message().view().find("kkk") == std::string_view::npos);
}

TEST_CASE("the longest key and identity work") {
    auto const v = GENERATE(from_range(test::versions));
    std::string const longest_key(psk_longest_key, 'k');
    std::string identity(psk_longest_identity, 'i');
    identity[3] = '\0';
    psk_pair p(v, {.identity = identity, .key = longest_key}, {.keys = {{identity, longest_key}}});
    REQUIRE(p.shake().ok());
    CHECK(p.server.psk_identity() == identity);
}

TEST_CASE("with a key and no trust, a client takes no certificate") {
    auto const v = GENERATE(from_range(test::versions));
    auto client =
        or_throw(or_throw(client_context::create({.minimum_version = v, .maximum_version = v, .psk = key_of("alice")}))
                     .wrap(memory_transport{}, "localhost"));
    auto server = or_throw(test::make_server().wrap(memory_transport{}));
    auto const o = test::shake_hands(client, server);
    CHECK_FALSE(o.client);
    CHECK_FALSE(o.server);
    // and what would look at one has nothing to do
    CHECK(client_context::create({.revocation = revocation::leaf, .psk = key_of("alice")}).error().why() ==
          reason::check_without_verification);
}

TEST_CASE("with a key and trust, a client takes either") {
    auto const v = GENERATE(from_range(test::versions));
    auto const context = test::make_client({.minimum_version = v, .maximum_version = v, .psk = key_of("alice")});
    SECTION("a server with a certificate only") {
        auto client = or_throw(context.wrap(memory_transport{}, "localhost"));
        auto server = or_throw(test::make_server().wrap(memory_transport{}));
        REQUIRE(test::shake_hands(client, server).ok());
        CHECK(client.peer_status() == peer_status::verified);
        CHECK(client.psk_identity().empty());
        CHECK(server.peer_status() == peer_status::none);
    }
    SECTION("a server with both, which knows the key") {
        auto client = or_throw(context.wrap(memory_transport{}, "localhost"));
        auto server = or_throw(test::make_server({.psk = table()}).wrap(memory_transport{}));
        REQUIRE(test::shake_hands(client, server).ok());
        bool const psk = client.cipher().name == "ECDHE-PSK-CHACHA20-POLY1305" || v == version::tls1_3;
        CHECK(psk == (v == version::tls1_3)); // certificates go first in TLS 1.2, keys in TLS 1.3
        CHECK(client.peer_status() == (psk ? peer_status::psk : peer_status::verified));
        CHECK(server.peer_status() == (psk ? peer_status::psk : peer_status::none));
        CHECK(server.psk_identity() == (psk ? "alice" : ""));
    }
    SECTION("a server with both, which does not know this key") {
        auto client = or_throw(context.wrap(memory_transport{}, "localhost"));
        auto server =
            or_throw(test::make_server({.psk = server_psk{.keys = {{"bob", secret}}}}).wrap(memory_transport{}));
        auto const o = test::shake_hands(client, server);
        if (v == version::tls1_3) {
            REQUIRE(o.ok());
            CHECK(client.peer_status() == peer_status::verified);
        }
        CHECK(server.peer_status() == peer_status::none);
        CHECK(server.psk_identity().empty());
    }
    SECTION("a wrong name is refused as ever") {
        auto client = or_throw(context.wrap(memory_transport{}, "elsewhere.example"));
        auto server = or_throw(test::make_server().wrap(memory_transport{}));
        auto const o = test::shake_hands(client, server);
        REQUIRE_FALSE(o.client);
        CHECK(o.client.error() == errc::certificate_rejected);
    }
}

TEST_CASE("suites with a pre-shared key, each alone") {
    for (auto const suite : supported_cipher_suites()) {
        auto const* row = detail::find_suite(static_cast<std::uint16_t>(suite));
        if (!row->needs_psk()) {
            continue;
        }
        INFO(row->iana_name);
        psk_pair p(version::tls1_2, key_of("alice"), table(), {suite});
        REQUIRE(p.shake().ok());
        CHECK(p.client.cipher().iana_name == row->iana_name);
        CHECK(p.server.peer_status() == peer_status::psk);
    }
}

TEST_CASE("by default nothing without forward secrecy is offered or accepted") {
    for (auto const suite : or_throw(client_context::create({.psk = key_of("alice")})).cipher_suites()) {
        auto const* row = detail::find_suite(static_cast<std::uint16_t>(suite));
        INFO(row->iana_name);
        CHECK(row->warning.empty());
        CHECK((row->since == version::tls1_3 || row->kind == detail::suite_kind::psk));
    }
    SECTION("TLS 1.2") {
        auto plain = or_throw(
            or_throw(client_context::create(
                         {.maximum_version = version::tls1_2,
                          .cipher_suites = {cipher_suite::insecure_no_forward_secrecy_TLS_PSK_WITH_AES_128_GCM_SHA256},
                          .psk = key_of("alice")}))
                .wrap(memory_transport{}, "localhost"));
        auto server = or_throw(or_throw(server_context::create({.psk = table()})).wrap(memory_transport{}));
        auto const o = test::shake_hands(plain, server);
        REQUIRE_FALSE(o.server);
        CHECK(o.server.error() == errc::handshake_failed);
    }
    SECTION("TLS 1.3") {
        // psk_key_exchange_modes (45), two bytes, one mode: psk_dhe_ke (1), or psk_ke (0) besides
        auto const hello = [](client_psk psk) {
            auto client = or_throw(or_throw(client_context::create({.minimum_version = version::tls1_3, .psk = psk}))
                                       .wrap(memory_transport{}, "localhost"));
            CHECK(client.handshake().error() == errc::want_read);
            auto const out = client.transport().outgoing();
            return std::string(reinterpret_cast<const char*>(out.data()), out.size());
        };
        using namespace std::string_view_literals;
        CHECK(hello(key_of("alice")).contains("\0\x2D\0\x02\x01\x01"sv));
        CHECK(hello({.identity = "alice", .key = secret, .insecure_no_forward_secrecy = true})
                  .contains("\0\x2D\0\x03\x02"sv));
        auto plain =
            or_throw(test::make_client({.minimum_version = version::tls1_3}).wrap(memory_transport{}, "localhost"));
        CHECK(plain.handshake().error() == errc::want_read);
        auto const out = plain.transport().outgoing();
        std::string_view const text(reinterpret_cast<const char*>(out.data()), out.size());
        CHECK_FALSE(text.contains("\0\x2D\0\x02\x01\0"sv));
        CHECK_FALSE(text.contains("\0\x2D\0\x03\x02"sv));
    }
}

TEST_CASE("in TLS 1.2 keys go first where the list of suites says so") {
    option_list<cipher_suite> const suites{cipher_suite::TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256,
                                           cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256};
    test::pair p({.cipher_suites = suites, .psk = key_of("alice")}, {.cipher_suites = suites, .psk = table()});
    REQUIRE(p.shake().ok());
    CHECK(p.client.peer_status() == peer_status::psk);
    CHECK(p.server.psk_identity() == "alice");
}

TEST_CASE("a policy has suites for pre-shared keys, too") {
    psk_pair modern(version::tls1_2, key_of("alice"), table(),
                    apply(policy::modern_2026, client_options{.psk = key_of("alice")}).cipher_suites);
    CHECK(modern.shake().ok());
    CHECK(apply(policy::compatible_2026, client_options{.psk = key_of("alice")}).cipher_suites.size() == 16);
    CHECK(apply(policy::compatible_2026, client_options{}).cipher_suites.size() == 13);
}
