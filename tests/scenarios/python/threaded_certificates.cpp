// SPDX-License-Identifier: BSL-1.0
// ThreadedTests of CPython's test_ssl.py about certificates and names.
#include "scenarios/python/peers.hpp"
#include "support/certificates.hpp"

#include <tlspp/selection.hpp>
#include <tlspp/text.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_range.hpp>

using namespace tlspp;

namespace {
template <class Context>
concept wraps_without_name = requires(const Context& c) { c.wrap(memory_transport{}); };

test::outcome shake(const identity& shown, client_options options = {}, std::string_view name = "localhost") {
    return test::pair(std::move(options), {.identities = {shown}}, name).shake();
}
identity issue(const dev::certificate_options& options) { return or_throw(test::the_world().ca.issue(options)); }
} // namespace

TEST_CASE("the peer's certificate is there after the handshake", "[py:ThreadedTests.test_getpeercert][same]") {
    auto const v = GENERATE(from_range(test::versions));
    scenario::server server({.maximum_version = v});
    auto socket = or_throw(bsd_socket::connect("127.0.0.1", server.port(), scenario::limit));
    socket.set_timeout(scenario::limit);
    auto conn = or_throw(test::make_client().wrap(std::move(socket), "localhost"));
    auto const early = conn.peer_certificate();
    REQUIRE_FALSE(early);
    CHECK(early.error() == errc::misuse);
    CHECK(early.error().why() == reason::not_connected);
    REQUIRE(conn.handshake());
    auto const cert = or_throw(conn.peer_certificate());
    CHECK(to_json(cert).find(R"([["organizationName", "tlspp development"]])") != std::string::npos);
    CHECK(cert.not_before() < cert.not_after());
    scenario::close(conn);
}

TEST_CASE("without a connection there is no certificate to ask for",
          "[py:ThreadedTests.test_getpeercert_enotconn][same]") {
    auto conn = or_throw(test::make_client().wrap(bsd_socket{}, "localhost"));
    for (auto const& why : {conn.peer_certificate().error(), conn.peer_certificates().error()}) {
        CHECK(why == errc::misuse);
        CHECK(why.why() == reason::not_connected);
    }
}

// different: to look up without any list is refused when the context is made; with lists of others it is the
// verification that fails
TEST_CASE("a leaf is looked up on its issuer's list", "[py:ThreadedTests.test_crl_check][different]") {
    auto const v = GENERATE(from_range(test::versions));
    auto const& world = test::the_world();
    auto const list_of = [](const dev::authority& ca) { return or_throw(crl_list::from_pem(or_throw(ca.crl_pem()))); };
    CHECK(shake(world.localhost, {.maximum_version = v}).ok());
    CHECK(client_context::create({.trust = world.trust, .revocation = revocation::leaf}).error() ==
          errc::invalid_argument);
    auto const strange = or_throw(dev::authority::create());
    auto const missing =
        shake(world.localhost, {.revocation = revocation::leaf, .crls = list_of(strange), .maximum_version = v});
    REQUIRE_FALSE(missing.client);
    CHECK(missing.client.error() == errc::certificate_rejected);
    CHECK(missing.client.error().flags().has(verify_flag::crl_missing));
    CHECK(
        shake(world.localhost, {.revocation = revocation::leaf, .crls = list_of(world.ca), .maximum_version = v}).ok());
}

TEST_CASE("the name has to be right, and there has to be one", "[py:ThreadedTests.test_check_hostname][same]") {
    auto const v = GENERATE(from_range(test::versions));
    scenario::server server({.maximum_version = v});
    auto const context = test::make_client();
    auto good = or_throw(scenario::call(context, server.port()));
    CHECK(good.peer_status() == peer_status::verified);
    scenario::close(good);
    auto const wrong = scenario::call(context, server.port(), "invalid.example");
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error() == errc::certificate_rejected);
    CHECK(wrong.error().flags() == verify_flag::name_mismatch);
    CHECK(wrong.error().message().view().find("invalid.example") != std::string_view::npos);
    STATIC_REQUIRE_FALSE(wraps_without_name<client_context>);
    CHECK(scenario::call(context, server.port(), "").error() == errc::invalid_name);
    CHECK(server.join().size() == 2); // the last one never came
}

TEST_CASE("a common name is no server name", "[py:ThreadedTests.test_hostname_checks_common_name][same]") {
    auto const v = GENERATE(from_range(test::versions));
    auto const with_san = issue({.dns_names = {"localhost"}, .common_name = "something else"});
    auto const without = issue({.common_name = "nosan"});
    CHECK(or_throw(without.leaf()).subject_alt_names().empty());
    CHECK(shake(with_san, {.maximum_version = v}).ok());
    auto const o = shake(without, {.maximum_version = v}, "nosan");
    REQUIRE_FALSE(o.client);
    CHECK(o.client.error() == errc::certificate_rejected);
    CHECK(o.client.error().flags().has(verify_flag::name_mismatch));
}

TEST_CASE("a client with suites for EC certificates only", "[py:ThreadedTests.test_ecc_cert][same]") {
    auto const suites = or_throw(cipher_suites_from("ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384"));
    scenario::server server; // its key is on P-256
    auto conn = or_throw(scenario::call(
        test::make_client({.maximum_version = version::tls1_2, .cipher_suites = suites}), server.port()));
    CHECK(conn.peer_status() == peer_status::verified);
    CHECK(conn.cipher().name.starts_with("ECDHE-ECDSA-"));
    CHECK(scenario::ask(conn, "FOO") == "foo");
    scenario::close(conn);
    auto const& rsa = test::rsa_localhost().identity;
    test::pair p(
        {.trust = test::shared_certificates().trust, .maximum_version = version::tls1_2, .cipher_suites = suites},
        {.identities = {rsa}});
    CHECK_FALSE(p.shake().ok());
}

#if TLSPP_IDN
// different: conversion is IDNA 2008's, so that ß stays what it is, where Python's (IDNA 2003) has ss
TEST_CASE("internationalised names", "[py:ThreadedTests.test_check_hostname_idn][different]") {
    auto const own =
        issue({.dns_names = {"xn--knig-5qa.idn.pythontest.net", "xn--knigsgsschen-lcb0w.idn.pythontest.net",
                             "xn--knigsgchen-b4a3dun.idna2008.pythontest.net", "xn--nxasmq6b.example",
                             "xn--nxasmm1c.example"}});
    struct sample {
        std::string_view given, a_label;
    };
    for (auto const& [given, a_label] : {
             sample{"k\xC3\xB6nig.idn.pythontest.net", "xn--knig-5qa.idn.pythontest.net"},
             {"xn--knig-5qa.idn.pythontest.net", "xn--knig-5qa.idn.pythontest.net"},
             {"K\xC3\x96NIG.idn.pythontest.net", "xn--knig-5qa.idn.pythontest.net"},
             {"k\xC3\xB6nigsg\xC3\xA4sschen.idn.pythontest.net", "xn--knigsgsschen-lcb0w.idn.pythontest.net"},
             {"k\xC3\xB6nigsg\xC3\xA4\xC3\x9F"
              "chen.idna2008.pythontest.net",
              "xn--knigsgchen-b4a3dun.idna2008.pythontest.net"},
             {"\xCE\xB2\xCF\x8C\xCE\xBB\xCE\xBF\xCF\x82.example", "xn--nxasmm1c.example"},
             {"\xCE\xB2\xCF\x8C\xCE\xBB\xCE\xBF\xCF\x83.example", "xn--nxasmq6b.example"},
         }) {
        INFO(given);
        test::pair p({}, {.identities = {own}}, given);
        CHECK(p.shake().ok());
        CHECK(p.client.server_name() == a_label);
        CHECK(p.server.server_name() == a_label);
    }
    CHECK(shake(own, {}, "python.example.org").client.error().flags() == verify_flag::name_mismatch);
    CHECK(shake(own, {}, "k\xC3\xB6nigin.idn.pythontest.net").client.error().flags() == verify_flag::name_mismatch);
    auto const context = test::make_client();
    CHECK(context.wrap(memory_transport{}, ".pythontest.net").error() == errc::invalid_name);
    CHECK(context.wrap(memory_transport{}, ".k\xC3\xB6nig.idn.pythontest.net").error() == errc::invalid_name);
    CHECK(context.wrap(memory_transport{}, "k\xF6nig.idn.pythontest.net").error() == errc::invalid_name); // Latin-1
}
#endif

namespace {
/// What happens to a client whose certificate the server does not trust: its handshake, and its first read.
struct untrusted_client {
    result<void> handshake;
    std::optional<error> reading;
    std::vector<result<void>> server;
};
untrusted_client come_untrusted(version v) {
    auto const& c = test::shared_certificates();
    scenario::server server({.identities = {c.localhost.identity},
                             .client_auth = client_auth::required,
                             .trust = c.trust,
                             .minimum_version = v,
                             .maximum_version = v});
    auto socket = or_throw(bsd_socket::connect("127.0.0.1", server.port(), scenario::limit));
    socket.set_timeout(scenario::limit);
    auto conn = or_throw(test::make_client({.trust = c.trust, .identity = c.other_client.identity})
                             .wrap(std::move(socket), "localhost"));
    untrusted_client seen;
    seen.handshake = conn.handshake();
    char buffer[16];
    if (auto const n = conn.read_some(buffer); !n) {
        seen.reading = n.error();
    }
    seen.server = server.join();
    return seen;
}
} // namespace

TEST_CASE("TLS 1.2 refuses a client's certificate in the handshake", "[py:ThreadedTests.test_wrong_cert_tls12][same]") {
    auto const seen = come_untrusted(version::tls1_2);
    REQUIRE_FALSE(seen.handshake);
    INFO(seen.handshake.error().message().view());
    CHECK((seen.handshake.error() == errc::alert_received || seen.handshake.error() == errc::transport));
    REQUIRE(seen.server.size() == 1);
    CHECK(seen.server[0].error() == errc::certificate_rejected);
    CHECK(seen.server[0].error().flags().has(verify_flag::not_trusted));
}

// different: a server that is Mbed TLS encrypts this alert with keys that the client has done with, so that our client
// takes it for a broken record
TEST_CASE("TLS 1.3 refuses a client's certificate after the client's handshake",
          "[py:ThreadedTests.test_wrong_cert_tls13][different]") {
    auto const seen = come_untrusted(version::tls1_3);
    CHECK(seen.handshake);
    REQUIRE(seen.reading);
    INFO(seen.reading->message().view());
    CHECK((*seen.reading == errc::alert_received || *seen.reading == errc::transport ||
           *seen.reading == errc::truncated || *seen.reading == errc::handshake_failed ||
           *seen.reading == errc::protocol_violation));
    REQUIRE(seen.server.size() == 1);
    CHECK(seen.server[0].error() == errc::certificate_rejected);
}

TEST_CASE("a failed verification says why, by number and in words",
          "[py:ThreadedTests.test_ssl_cert_verify_error][same]") {
    auto const v = GENERATE(from_range(test::versions));
    auto const o = shake(test::shared_certificates().localhost.identity, {.maximum_version = v});
    REQUIRE_FALSE(o.client);
    auto const& why = o.client.error();
    CHECK(why == errc::certificate_rejected);
    CHECK(why.flags().has(verify_flag::not_trusted));
    CHECK(why.flags().bits() == MBEDTLS_X509_BADCERT_NOT_TRUSTED);
    CHECK(why.message().view().find("localhost") != std::string_view::npos);
    CHECK(why.message().view().find("trust") != std::string_view::npos);
}

// ---- chains --------------------------------------------------------------------------------------------------------

TEST_CASE("chains as sent and as verified", "[py:TestPostHandshakeAuth.test_internal_chain_client][same]") {
    auto const v = GENERATE(from_range(test::versions));
    scenario::server server({.maximum_version = v});
    auto conn = or_throw(scenario::call(test::make_client(), server.port()));
    auto const verified = or_throw(conn.verified_chain());
    auto const sent = or_throw(conn.peer_certificates());
    REQUIRE(verified.size() == 2);
    REQUIRE(sent.size() == 1);
    auto const& leaf = verified.front();
    auto const& ca = verified.back();
    CHECK(sent.front() == leaf);
    CHECK(leaf == or_throw(conn.peer_certificate()));
    CHECK(leaf != ca);
    CHECK(or_throw(leaf.fingerprint()) == or_throw(sent.front().fingerprint()));
    CHECK(or_throw(leaf.fingerprint()) != or_throw(ca.fingerprint()));
    CHECK(describe(leaf) == describe(sent.front()));
    CHECK(to_json(leaf) == to_json(sent.front()));
    CHECK(to_pem(ca) == test::the_world().ca.certificate_pem());
    CHECK(or_throw(certificate::from_der(leaf.der())) == leaf);
    CHECK(or_throw(certificate::from_pem(to_pem(leaf))) == leaf);
    scenario::close(conn);
}

TEST_CASE("chains byte by byte", "[py:TestPostHandshakeAuth.test_certificate_chain][same]") {
    auto const v = GENERATE(from_range(test::versions));
    test::pair p({.maximum_version = v});
    REQUIRE(p.shake().ok());
    auto const verified = or_throw(p.client.verified_chain());
    auto const sent = or_throw(p.client.peer_certificates());
    auto const leaf = or_throw(test::the_world().localhost.leaf());
    auto const ca = or_throw(test::the_world().ca.certificate());
    REQUIRE(verified.size() == 2);
    CHECK(verified[0].der().text() == leaf.der().text());
    CHECK(verified[1].der().text() == ca.der().text());
    REQUIRE(sent.size() == 1);
    CHECK(sent[0].der().text() == leaf.der().text());
}

TEST_CASE("a server sees its client's chains", "[py:TestPostHandshakeAuth.test_internal_chain_server][same]") {
    auto const& world = test::the_world();
    // the client sends its CA along
    auto const made = or_throw(world.ca.issue_pem({.common_name = "client"}));
    auto const own = or_throw(identity::from_pem(made.certificate_pem + world.ca.certificate_pem(), made.key_pem));
    test::pair p({.maximum_version = version::tls1_2, .identity = own},
                 {.client_auth = client_auth::required, .trust = world.trust});
    REQUIRE(p.shake().ok());
    auto const verified = or_throw(p.server.verified_chain());
    auto const sent = or_throw(p.server.peer_certificates());
    REQUIRE(verified.size() == 2);
    REQUIRE(sent.size() == 2);
    CHECK(verified[0] == sent[0]);
    CHECK(verified[0] == or_throw(own.leaf()));
    CHECK(verified[1] == or_throw(world.ca.certificate()));
}

TEST_CASE("a client without certificate has no chain",
          "[py:TestPostHandshakeAuth.test_internal_chain_server_no_client_cert][same]") {
    auto const v = GENERATE(from_range(test::versions));
    test::pair p({.maximum_version = v}, {.client_auth = client_auth::optional, .trust = test::the_world().trust});
    REQUIRE(p.shake().ok());
    CHECK(p.server.peer_certificates().error() == errc::no_certificate);
    CHECK(p.server.verified_chain().error() == errc::no_certificate);
    CHECK(p.server.peer_status() == peer_status::none);
}
