// SPDX-License-Identifier: BSL-1.0
#include <tlspp/context.hpp>

#include "support/contexts.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_all.hpp>

#include <optional>
#include <string>

using namespace tlspp;

TEST_CASE("a context outlives nothing: it may go before its connections") {
    test::pair p; // made from contexts that are gone
    REQUIRE(p.shake().ok());
    REQUIRE(p.client.write_all("alive").has_value());
    p.carry();
    CHECK(test::read_all(p.server) == "alive");
}

TEST_CASE("no trust anchors is an error at create, unless verification is off") {
    CHECK(server_context::create({.identities = {test::the_world().localhost}, .client_auth = client_auth::required})
              .error() == errc::no_trust);
    CHECK(server_context::create({.identities = {test::the_world().localhost}, .client_auth = client_auth::optional})
              .error() == errc::no_trust);
    CHECK(client_context::create({.verify = verify_mode::insecure_none}).has_value());
}

TEST_CASE("a server without identity is an error at create") {
    CHECK(server_context::create().error() == errc::no_identity);
}

TEST_CASE("handles that were moved from are errors at create, never defaults") {
    auto trust = test::the_world().trust;
    auto const kept = std::move(trust);
    CHECK(client_context::create({.trust = trust}).error().why() ==
          reason::empty_handle); // NOLINT(bugprone-use-after-move)
    auto own = test::the_world().localhost;
    auto const kept_own = std::move(own);
    CHECK(server_context::create({.identities = {own}}).error().why() == reason::empty_handle);
    CHECK(client_context::create({.trust = kept, .identity = own}).error().why() == reason::empty_handle);
    auto context = test::make_client();
    auto const moved = std::move(context);
    CHECK(context.wrap(memory_transport{}, "localhost").error().why() == reason::moved_from);
}

TEST_CASE("versions that make no sense are errors at create") {
    CHECK(
        client_context::create(
            {.trust = test::the_world().trust, .minimum_version = version::tls1_3, .maximum_version = version::tls1_2})
            .error()
            .why() == reason::version_range);
    CHECK(client_context::create({.trust = test::the_world().trust, .minimum_version = static_cast<version>(0x0301)})
              .error() == errc::unsupported);
}

TEST_CASE("suites are those asked for, and of the versions asked for") {
    auto const trust = test::the_world().trust;
    test::pair p({.cipher_suites = {cipher_suite::TLS_AES_128_GCM_SHA256}});
    REQUIRE(p.shake().ok());
    CHECK(p.client.cipher().name == "TLS_AES_128_GCM_SHA256");
    CHECK(p.client.cipher().secret_bits == 128);

    test::pair q(
        {.maximum_version = version::tls1_2, .cipher_suites = {cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384}});
    REQUIRE(q.shake().ok());
    CHECK(q.client.cipher().name == "ECDHE-ECDSA-AES256-GCM-SHA384");
    CHECK(q.client.cipher().iana_name == "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384");
    CHECK(q.client.cipher().protocol == "TLSv1.2");

    CHECK(client_context::create({.trust = trust,
                                  .maximum_version = version::tls1_2,
                                  .cipher_suites = {cipher_suite::TLS_AES_128_GCM_SHA256}})
              .error()
              .why() == reason::no_common_suite);
    CHECK(
        client_context::create({.trust = trust, .cipher_suites = {static_cast<cipher_suite>(0x002F)}}).error().why() ==
        reason::suite_unknown);
}

TEST_CASE("a list with nothing in common ends both handshakes") {
    test::pair p({.cipher_suites = {cipher_suite::TLS_AES_128_GCM_SHA256}},
                 {.cipher_suites = {cipher_suite::TLS_AES_256_GCM_SHA384}});
    auto const o = p.shake();
    CHECK(o.server.error() == errc::handshake_failed);
    CHECK(o.client.error() == errc::alert_received);
    CHECK(o.client.error().alert() == alert::handshake_failure);
}

TEST_CASE("no suite without forward secrecy or AEAD is ever offered") {
    test::pair p({.maximum_version = version::tls1_2});
    (void)p.client.handshake();
    auto const hello = p.client.transport().outgoing();
    // ClientHello: record header 5, handshake header 4, version 2, random 32, session id, suites
    std::size_t at = 5 + 4 + 2 + 32;
    at += 1 + static_cast<std::size_t>(hello[at]);
    auto const size = static_cast<std::size_t>(hello[at]) * 256 + static_cast<std::size_t>(hello[at + 1]);
    REQUIRE(size >= 2);
    for (std::size_t i = at + 2; i != at + 2 + size; i += 2) {
        auto const id = static_cast<std::uint16_t>(static_cast<int>(hello[i]) << 8 | static_cast<int>(hello[i + 1]));
        INFO(id);
        CHECK((detail::find_suite(id) != nullptr || id == 0x00FF)); // 00FF: TLS_EMPTY_RENEGOTIATION_INFO_SCSV
    }
}

TEST_CASE("ALPN picks the server's favourite, or nothing where one side has none") {
    auto const v = GENERATE(from_range(test::versions));
    test::pair p({.minimum_version = v, .maximum_version = v, .alpn = {"http/1.1", "h2"}},
                 {.alpn = {"h2", "http/1.1"}});
    REQUIRE(p.shake().ok());
    CHECK(p.client.alpn() == "h2");
    CHECK(p.server.alpn() == "h2");

    test::pair none({}, {.alpn = {"h2"}});
    REQUIRE(none.shake().ok());
    CHECK_FALSE(none.client.alpn().has_value());

    test::pair other({.minimum_version = v, .maximum_version = v, .alpn = {"spdy"}}, {.alpn = {"h2"}});
    auto const o = other.shake();
    CHECK(o.server.error() == errc::handshake_failed);
    CHECK(o.client.error() == errc::alert_received);
}

TEST_CASE("ALPN names that cannot be sent are errors at create") {
    auto const trust = test::the_world().trust;
    CHECK(client_context::create({.trust = trust, .alpn = {""}}).error().why() == reason::alpn_empty_name);
    std::string const big(256, 'a');
    CHECK(client_context::create({.trust = trust, .alpn = {big}}).error().why() == reason::alpn_too_long);
}

TEST_CASE("a server with several identities shows the one that carries the name asked for") {
    auto const v = GENERATE(from_range(test::versions));
    auto const& ca = test::the_world().ca;
    auto const site = or_throw(ca.issue({.dns_names = {"site.example", "*.site.example"}}));
    auto const api = or_throw(ca.issue({.dns_names = {"api.example"}}));
    auto const ask = [&](std::string_view name) {
        test::pair p({.minimum_version = v, .maximum_version = v}, {.identities = {site, api}}, name);
        auto const o = p.shake();
        return o.client.has_value() ? std::string{p.server.server_name()} : "refused";
    };
    CHECK(ask("site.example") == "site.example");
    CHECK(ask("www.site.example") == "www.site.example");
    CHECK(ask("api.example") == "api.example");
    CHECK(ask("API.EXAMPLE") == "API.EXAMPLE");
    CHECK(ask("other.example") == "refused"); // the first identity is shown, and the client refuses it
}

TEST_CASE("client certificates: none, optional and required") {
    auto const v = GENERATE(from_range(test::versions));
    auto const& ca = test::the_world().ca;
    auto const good = or_throw(ca.issue({.dns_names = {"client"}}));
    auto const stranger = or_throw(or_throw(dev::authority::create()).issue({.dns_names = {"client"}}));
    auto const run = [&](client_auth auth, std::optional<identity> own) {
        std::optional<trust_store> const clients =
            auth == client_auth::none ? std::nullopt : std::optional{test::the_world().trust};
        test::pair p({.minimum_version = v, .maximum_version = v, .identity = own},
                     {.client_auth = auth, .trust = clients});
        auto const o = p.shake();
        struct {
            result<void> server;
            peer_status status;
        } const seen{o.server, p.server.peer_status()};
        return seen;
    };
    CHECK(run(client_auth::none, good).status == peer_status::none);
    CHECK(run(client_auth::optional, {}).server.has_value());
    CHECK(run(client_auth::optional, {}).status == peer_status::none);
    CHECK(run(client_auth::optional, good).status == peer_status::verified);
    auto const bad = run(client_auth::optional, stranger); // plain Mbed TLS lets this one pass
    REQUIRE_FALSE(bad.server.has_value());
    CHECK(bad.server.error() == errc::certificate_rejected);
    CHECK(bad.server.error().flags().has(verify_flag::not_trusted));
    CHECK(run(client_auth::required, good).status == peer_status::verified);
    CHECK(run(client_auth::required, {}).server.error() == errc::no_certificate);
    CHECK(run(client_auth::required, stranger).server.error() == errc::certificate_rejected);
}

TEST_CASE("the insecure ways are reported as what they are") {
    auto const v = GENERATE(from_range(test::versions));
    auto const other = or_throw(or_throw(dev::authority::create()).trust());
    test::pair report(
        {.trust = other, .verify = verify_mode::insecure_report_only, .minimum_version = v, .maximum_version = v}, {},
        "wrong.example");
    REQUIRE(report.shake().ok());
    CHECK(report.client.peer_status() == peer_status::unverified);
    CHECK(report.client.peer_flags().has(verify_flag::not_trusted));
    CHECK(report.client.peer_flags().has(verify_flag::name_mismatch));

    test::pair good({.verify = verify_mode::insecure_report_only, .minimum_version = v, .maximum_version = v});
    REQUIRE(good.shake().ok());
    CHECK(good.client.peer_status() == peer_status::verified);

    test::pair none({.verify = verify_mode::insecure_none, .minimum_version = v, .maximum_version = v}, {},
                    "wrong.example");
    REQUIRE(none.shake().ok());
    CHECK(none.client.peer_status() == peer_status::unverified);
}

TEST_CASE("insecure_any_name checks the chain, not the name") {
    auto const context = test::make_client();
    auto const server = test::make_server();
    auto client = or_throw(context.wrap(memory_transport{}, insecure_any_name));
    auto peer = or_throw(server.wrap(memory_transport{}));
    REQUIRE(test::shake_hands(client, peer).ok());
    CHECK(client.peer_status() == peer_status::unverified);
    CHECK(peer.server_name().empty());

    auto with_sni = or_throw(context.wrap(memory_transport{}, insecure_any_name("other.example")));
    auto second = or_throw(server.wrap(memory_transport{}));
    REQUIRE(test::shake_hands(with_sni, second).ok());
    CHECK(second.server_name() == "other.example");
    CHECK(with_sni.peer_status() == peer_status::unverified);

    auto const strange = test::make_client({.trust = or_throw(or_throw(dev::authority::create()).trust())});
    auto third = or_throw(strange.wrap(memory_transport{}, insecure_any_name));
    auto last = or_throw(server.wrap(memory_transport{}));
    CHECK(test::shake_hands(third, last).client.error().flags().has(verify_flag::not_trusted));
}

TEST_CASE("a name that is none is refused before any I/O") {
    auto const context = test::make_client();
    CHECK(context.wrap(memory_transport{}, "").error() == errc::invalid_name);
    CHECK(context.wrap(memory_transport{}, "white space").error() == errc::invalid_name);
    CHECK(context.wrap(memory_transport{}, std::string(300, 'a')).error() == errc::invalid_name);
    CHECK(context.wrap(memory_transport{}, std::string_view("a\0b", 3)).error().why() == reason::name_nul);
    CHECK(context.wrap(memory_transport{}, "localhost.").has_value());
}

TEST_CASE("a trailing dot is no part of the name") {
    test::pair p({}, {}, "localhost.");
    REQUIRE(p.shake().ok());
    CHECK(p.server.server_name() == "localhost");
}

TEST_CASE("a TLS 1.2 server without RFC 5746 is refused where it is not asked for") {
    client_options options{.maximum_version = version::tls1_2};
    CHECK_FALSE(options.insecure_legacy_server_connect);
    options.insecure_legacy_server_connect = GENERATE(false, true);
    test::pair p(options);
    REQUIRE(test::wants_more(p.client.handshake()));
    (void)test::carry(p.client, p.server);
    (void)p.server.handshake();
    auto const sent = p.server.transport().outgoing();
    std::string flight(reinterpret_cast<const char*>(sent.data()), sent.size());
    // ServerHello: record header 5, handshake header 4, version 2, random 32, session id, suite 2, compression 1
    std::size_t const sid = 5 + 4 + 2 + 32;
    std::size_t const extensions = sid + 1 + static_cast<unsigned char>(flight[sid]) + 3;
    auto const number = [&](std::size_t at) {
        return static_cast<unsigned char>(flight[at]) * 256 + static_cast<unsigned char>(flight[at + 1]);
    };
    auto const reduce = [&](std::size_t at, int by) {
        int const n = number(at) - by;
        flight[at] = static_cast<char>(n >> 8);
        flight[at + 1] = static_cast<char>(n & 0xFF);
    };
    auto const info = flight.find(std::string("\xFF\x01\x00\x01\x00", 5), extensions);
    REQUIRE(info != std::string::npos);
    bool const removed = GENERATE(true, false);
    if (removed) {
        flight.erase(info, 5);
        reduce(extensions, 5);
        reduce(5 + 2, 5); // the handshake message's length, its lower two bytes
        reduce(3, 5);     // the record's
    }
    p.client.transport().feed(flight);
    auto const r = p.client.handshake();
    if (removed && !options.insecure_legacy_server_connect) {
        CHECK(r.error() == errc::handshake_failed);
        CHECK(r.error().why() == reason::no_secure_renegotiation);
        CHECK(p.client.handshake().error().why() == reason::no_secure_renegotiation);
    } else {
        CHECK(r.error() == errc::want_read); // untouched, or asked for, the same bytes go through
    }
}
