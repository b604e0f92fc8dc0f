// SPDX-License-Identifier: BSL-1.0
// ThreadedTests of CPython's test_ssl.py about versions, suites, groups, signatures and ALPN.
#include "scenarios/python/peers.hpp"
#include "support/certificates.hpp"

#include <tlspp/selection.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <set>

using namespace tlspp;

namespace {
template <class Context>
concept accepts = requires(const Context& c, bsd_listener& l) { ::tlspp::accept(c, l); };
template <class Context>
concept connects = requires(const Context& c) { ::tlspp::connect(c, "localhost", std::uint16_t{1}); };

client_options only(version v) { return {.minimum_version = v, .maximum_version = v}; }
server_options serve_only(version v) { return {.minimum_version = v, .maximum_version = v}; }
} // namespace

TEST_CASE("client and server exchange data, and their contexts are not to be confused",
          "[py:ThreadedTests.test_echo][same]") {
    auto const v = GENERATE(from_range(test::versions));
    scenario::server server({.maximum_version = v});
    auto conn = or_throw(scenario::call(test::make_client(), server.port()));
    for (std::string_view const text : {"FOO\n", "A longer line\n", "x"}) {
        CHECK(scenario::ask(conn, text).size() == text.size());
    }
    CHECK(scenario::ask(conn, "MIXED case") == "mixed case");
    scenario::close(conn);
    CHECK(server.join().size() == 1);
    STATIC_REQUIRE(connects<client_context>);
    STATIC_REQUIRE_FALSE(connects<server_context>);
    STATIC_REQUIRE(accepts<server_context>);
    STATIC_REQUIRE_FALSE(accepts<client_context>);
}

// different: of all the versions of the original only TLS 1.2 and 1.3 exist here
TEST_CASE("every way of verifying goes with every version", "[py:ThreadedTests.test_PROTOCOL_TLS][different]") {
    auto const trust = test::the_world().trust;
    auto const own = test::the_world().localhost;
    auto const low = GENERATE(from_range(test::versions));
    auto const high = GENERATE(from_range(test::versions));
    if (low > high) {
        return;
    }
    for (auto const auth : {client_auth::none, client_auth::optional, client_auth::required}) {
        server_options s{.client_auth = auth};
        if (auth != client_auth::none) {
            s.trust = trust;
        }
        test::pair p({.minimum_version = low, .maximum_version = high, .identity = own}, s);
        REQUIRE(p.shake().ok());
        CHECK(p.client.version() == high);
        CHECK(p.server.version() == high);
        CHECK((p.server.peer_status() == peer_status::verified) == (auth != client_auth::none));
    }
    CHECK_FALSE(client_context::create({.trust = trust, .maximum_version = static_cast<version>(0x0300)}));
    CHECK_FALSE(client_context::create({.trust = trust, .minimum_version = static_cast<version>(0x0301)}));
}

TEST_CASE("TLS 1.2 alone goes with whoever has it", "[py:ThreadedTests.test_protocol_tlsv1_2][same]") {
    auto const check = [](client_options c, server_options s) {
        test::pair p(std::move(c), std::move(s));
        auto const o = p.shake();
        return o.ok() ? p.client.cipher().protocol : std::string_view("refused");
    };
    auto const v = version::tls1_2;
    CHECK(check(only(v), serve_only(v)) == "TLSv1.2");
    CHECK(check(only(v), {}) == "TLSv1.2");
    CHECK(check({}, serve_only(v)) == "TLSv1.2");
    CHECK(check({.minimum_version = version::tls1_3}, serve_only(v)) == "refused");
    CHECK(check(only(v), {.minimum_version = version::tls1_3}) == "refused");
    CHECK(check({}, {}) == "TLSv1.3");
}

TEST_CASE("a server of TLS 1.2 only and a client with more agree",
          "[py:ThreadedTests.test_min_max_version_tlsv1_2][same]") {
    scenario::server server(serve_only(version::tls1_2));
    auto conn = or_throw(scenario::call(test::make_client({.minimum_version = version::tls1_2}), server.port()));
    CHECK(conn.version() == version::tls1_2);
    CHECK(conn.cipher().protocol == "TLSv1.2");
    scenario::close(conn);
}

TEST_CASE("no version in common ends with an alert", "[py:ThreadedTests.test_min_max_version_mismatch][same]") {
    scenario::server server(serve_only(version::tls1_3));
    auto const conn = scenario::call(test::make_client(only(version::tls1_2)), server.port());
    REQUIRE_FALSE(conn);
    CHECK(conn.error() == errc::alert_received);
    CHECK(conn.error().alert() == alert::protocol_version);
    CHECK(conn.error().message().view().find("alert") != std::string_view::npos);
    REQUIRE(server.join().size() == 1);
    CHECK(server.join()[0].error() == errc::handshake_failed);
}

TEST_CASE("the version is there from handshake to close", "[py:ThreadedTests.test_version_basic][same]") {
    scenario::server server;
    auto socket = or_throw(bsd_socket::connect("127.0.0.1", server.port(), scenario::limit));
    socket.set_timeout(scenario::limit);
    auto conn = or_throw(test::make_client().wrap(std::move(socket), "localhost"));
    CHECK(conn.cipher().protocol.empty());
    CHECK_FALSE(conn.is_handshake_complete());
    REQUIRE(conn.handshake());
    CHECK(conn.cipher().protocol == "TLSv1.3");
    CHECK(conn.version() == version::tls1_3);
    scenario::close(conn);
    auto const plain = std::move(conn).release();
    CHECK_FALSE(conn); // NOLINT(bugprone-use-after-move): nothing is left to be asked
    CHECK_FALSE(conn.is_handshake_complete());
}

TEST_CASE("TLS 1.3 has its own suites", "[py:ThreadedTests.test_tls1_3][same]") {
    scenario::server server;
    auto conn = or_throw(scenario::call(test::make_client({.minimum_version = version::tls1_3}), server.port()));
    std::set<std::string_view> const expected{"TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256",
                                              "TLS_AES_128_GCM_SHA256"};
    CHECK(expected.contains(conn.cipher().name));
    CHECK(conn.cipher().protocol == "TLSv1.3");
    CHECK(conn.version() == version::tls1_3);
    scenario::close(conn);
}

TEST_CASE("TLS 1.2 agrees on keys by elliptic curves", "[py:ThreadedTests.test_default_ecdh_curve][same]") {
    scenario::server server({.maximum_version = version::tls1_2});
    auto conn = or_throw(scenario::call(test::make_client(), server.port()));
    CHECK(conn.cipher().protocol == "TLSv1.2");
    CHECK(conn.cipher().name.find("ECDH") != std::string_view::npos);
    scenario::close(conn);
}

TEST_CASE("a client connects to a server with secure renegotiation, and forbids others",
          "[py:ThreadedTests.test_no_legacy_server_connect][same]") {
    auto const v = GENERATE(from_range(test::versions));
    test::pair p({.maximum_version = v}); // refusing the others is in context.cpp
    REQUIRE(p.shake().ok());
    CHECK(p.client.version() == v);
}

TEST_CASE("a client that would take servers without secure renegotiation connects to others, too",
          "[py:ThreadedTests.test_legacy_server_connect][same]") {
    auto const v = GENERATE(from_range(test::versions));
    client_options options{.maximum_version = v};
    options.insecure_legacy_server_connect = true; // what it takes is in context.cpp
    test::pair p(options);
    REQUIRE(p.shake().ok());
    CHECK(p.client.version() == v);
    CHECK(p.client.peer_status() == peer_status::verified);
}

TEST_CASE("curves on one side or both", "[py:ThreadedTests.test_ecdh_curve][same]") {
    auto const v = GENERATE(from_range(test::versions));
    // the certificate's key is on P-256, which TLS 1.2 wants in the list too
    auto const& rsa = test::rsa_localhost().identity;
    auto const connects_with = [&](std::string_view client, std::string_view server) {
        client_options c{.trust = test::shared_certificates().trust, .maximum_version = v};
        server_options s{.identities = {rsa}};
        if (!client.empty()) {
            c.groups = or_throw(groups_from(client));
        }
        if (!server.empty()) {
            s.groups = or_throw(groups_from(server));
        }
        auto const o = test::pair(c, s).shake();
        CHECK(o.client.has_value() == o.server.has_value());
        if (!o.server) {
            CHECK(o.server.error() == errc::handshake_failed);
        }
        return o.ok();
    };
    CHECK(connects_with("secp384r1", ""));
    CHECK(connects_with("", "secp384r1"));
    CHECK(connects_with("secp384r1", "secp384r1"));
    CHECK_FALSE(connects_with("prime256v1", "secp384r1"));
}

TEST_CASE("without ALPN on both sides none is chosen", "[py:ThreadedTests.test_selected_alpn_protocol][same]") {
    auto const v = GENERATE(from_range(test::versions));
    test::pair p({.maximum_version = v});
    REQUIRE(p.shake().ok());
    CHECK_FALSE(p.client.alpn());
    CHECK_FALSE(p.server.alpn());
}

TEST_CASE("with ALPN on the server alone none is chosen",
          "[py:ThreadedTests.test_selected_alpn_protocol_if_server_uses_alpn][same]") {
    auto const v = GENERATE(from_range(test::versions));
    test::pair p({.maximum_version = v}, {.alpn = {"foo", "bar"}});
    REQUIRE(p.shake().ok());
    CHECK_FALSE(p.client.alpn());
    CHECK_FALSE(p.server.alpn());
}

// different: with nothing in common the handshake ends in no_application_protocol, as RFC 7301 has it
TEST_CASE("the server's order decides about ALPN", "[py:ThreadedTests.test_alpn_protocols][different]") {
    auto const v = GENERATE(from_range(test::versions));
    option_list<std::string_view> const servers{"foo", "bar", "milkshake"};
    auto const chosen = [&](option_list<std::string_view> clients) -> std::string {
        test::pair p({.maximum_version = v, .alpn = std::move(clients)}, {.alpn = servers});
        auto const o = p.shake();
        if (!o.client) {
            CHECK_FALSE(o.server);
            CHECK(o.client.error().alert() == alert::no_application_protocol);
            return "refused";
        }
        CHECK(p.client.alpn() == p.server.alpn());
        return std::string(p.client.alpn().value_or("none"));
    };
    CHECK(chosen({"foo", "bar"}) == "foo");
    CHECK(chosen({"bar", "foo"}) == "foo");
    CHECK(chosen({"milkshake"}) == "milkshake");
    CHECK(chosen({"http/3.0", "http/4.0"}) == "refused");
}

TEST_CASE("thirty-five threads share the contexts", "[py:ThreadedTests.test_ssl_in_multiple_threads][same]") {
    STATIC_REQUIRE(thread_safe);
    auto const& c = test::shared_certificates();
    auto const lists = or_throw(crl_list::from_pem(or_throw(c.ca.crl_pem())));
    auto const idn = or_throw(c.ca.issue({.dns_names = {"xn--knig-5qa.idn.pythontest.net"}}));
    auto const client = test::make_client({.trust = c.trust, .alpn = {"h2", "http/1.1"}});
    auto const listed = test::make_client({.trust = c.trust, .revocation = revocation::leaf, .crls = lists});
    auto const stranger = test::make_client({.trust = c.trust, .identity = c.other_client.identity});
    auto const server = test::make_server({.identities = {c.localhost.identity, idn}, .alpn = {"http/1.1"}});
    auto const strict = test::make_server(
        {.identities = {c.localhost.identity}, .client_auth = client_auth::required, .trust = c.trust});
    std::atomic<int> good = 0;
    // true: as it should be
    auto const run = [&](int kind) {
        auto const& from = kind == 2 ? listed : kind == 4 ? stranger : client;
        auto const& to = kind == 4 ? strict : server;
        auto const* const name = kind == 3   ? "xn--knig-5qa.idn.pythontest.net"
                                 : kind == 5 ? "wrong.example"
                                             : "localhost";
        auto a = from.wrap(memory_transport{}, name);
        auto b = to.wrap(memory_transport{});
        if (!a || !b) {
            return false;
        }
        auto const o = test::shake_hands(*a, *b);
        if (kind == 4) {
            return !o.server && o.server.error() == errc::certificate_rejected;
        }
        if (kind == 5) {
            return !o.client && o.client.error().flags() == verify_flag::name_mismatch;
        }
        if (!o.ok() || !a->write_all("FOO")) {
            return false;
        }
        test::carry_all(*a, *b);
        bool const echoed = test::read_all(*b) == "FOO";
        bool const named = kind == 2 ? !a->alpn() : a->alpn() == "http/1.1" && b->alpn() == "http/1.1";
        auto const shown = a->peer_certificate();
        auto const expected = kind == 3 ? idn.leaf() : c.localhost.identity.leaf();
        return echoed && named && shown && expected && *shown == *expected;
    };
    std::vector<std::thread> threads;
    for (int t = 0; t != 35; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i != 2; ++i) {
                good += run((t + i) % 6) ? 1 : 0;
            }
        });
    }
    for (auto& t : threads) {
        t.join();
    }
    CHECK(good == 70);
}
