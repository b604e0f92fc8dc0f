// SPDX-License-Identifier: BSL-1.0
// Groups, signature algorithms, strictness, and questions that come too early, in CPython's test_ssl.py.
#include "support/certificates.hpp"
#include "support/contexts.hpp"

#include <tlspp/selection.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_range.hpp>

using namespace tlspp;

namespace {
option_list<signature_scheme> schemes(std::string_view names) { return or_throw(signature_algorithms_from(names)); }
/// A client and a server with RSA keys, which sign by PSS in TLS 1.3.
struct rsa {
    const test::certificates& shared = test::shared_certificates();
    client_options client{.trust = shared.trust, .identity = test::rsa_localhost().identity};
    server_options server{.identities = {test::rsa_localhost().identity}};
};
} // namespace

TEST_CASE("before the handshake there is nothing to tell",
          "[py:ContextTests.test_no_session_group_does_not_crash][same]") {
    test::pair p;
    for (auto* side : {&p.client, &p.server}) {
        CHECK_FALSE(side->group());
        CHECK_FALSE(side->signature_scheme());
        CHECK_FALSE(side->session_reused());
        CHECK_FALSE(side->alpn());
        CHECK(side->cipher().name.empty());
        CHECK(side->cipher().protocol.empty());
        CHECK(side->peer_status() == peer_status::none);
        CHECK(side->peer_flags().empty());
        CHECK(side->psk_identity().empty());
        CHECK(side->pending() == 0);
        CHECK_FALSE(side->peer_certificate());
        CHECK_FALSE(side->peer_certificates());
        CHECK_FALSE(side->verified_chain());
        CHECK_FALSE(side->session());
        CHECK_FALSE(side->shutdown());
    }
    REQUIRE(p.shake().ok()); // asking has done no harm
    CHECK(p.client.group());
}

TEST_CASE("groups on one side or both", "[py:ThreadedTests.test_groups][same]") {
    auto const only = or_throw(groups_from("secp384r1"));
    auto const agreed = [](client_options c, server_options s) {
        c.minimum_version = version::tls1_3;
        test::pair p(std::move(c), std::move(s));
        auto const o = p.shake();
        CHECK(o.client.has_value() == o.server.has_value());
        if (o.ok()) {
            CHECK(p.client.group() == p.server.group());
        } else {
            CHECK(o.server.error() == errc::handshake_failed);
        }
        return p.client.group();
    };
    CHECK(agreed({.groups = only}, {}) == named_group::secp384r1);
    CHECK(agreed({}, {.groups = only}) == named_group::secp384r1);
    test::pair p({.minimum_version = version::tls1_3, .groups = or_throw(groups_from("prime256v1"))}, {.groups = only});
    auto const o = p.shake();
    CHECK_FALSE(o.client);
    REQUIRE_FALSE(o.server);
    CHECK(o.server.error() == errc::handshake_failed);
}

// different: Mbed TLS does not tell by what a client signed
TEST_CASE("a client signs by the one algorithm that it is allowed",
          "[py:ThreadedTests.test_client_sigalgs][different]") {
    rsa with;
    with.client.minimum_version = version::tls1_3;
    CHECK(test::pair(with.client, with.server).shake().ok()); // without client authentication
    with.server.client_auth = client_auth::required;
    with.server.trust = with.shared.trust;
    with.client.signature_algorithms = schemes("rsa_pss_rsae_sha384:ecdsa_secp256r1_sha256");
    test::pair p(with.client, with.server);
    REQUIRE(p.shake().ok());
    CHECK(p.server.peer_status() == peer_status::verified);
}

TEST_CASE("a client that may not sign as the server wants it is refused",
          "[py:ThreadedTests.test_client_sigalgs_mismatch][same]") {
    rsa with;
    with.client.minimum_version = version::tls1_3;
    with.server.client_auth = client_auth::required;
    with.server.trust = with.shared.trust;
    // the server's own certificate has an EC key, so that it is the client's signature that fails
    with.server.identities = {with.shared.localhost.identity};
    with.client.signature_algorithms = schemes("ecdsa_secp256r1_sha256:rsa_pss_rsae_sha256");
    with.server.signature_algorithms = schemes("ecdsa_secp256r1_sha256:rsa_pss_rsae_sha384");
    auto const o = test::pair(with.client, with.server).shake();
    INFO((o.server ? "ok" : o.server.error().message().c_str()));
    CHECK_FALSE(o.server);
    with.client.signature_algorithms = schemes("ecdsa_secp256r1_sha256:rsa_pss_rsae_sha256:rsa_pss_rsae_sha384");
    CHECK(test::pair(with.client, with.server).shake().ok());
}

// different: the algorithm is told in TLS 1.2 only, where Mbed TLS has no PSS
TEST_CASE("a server signs by the one algorithm that is allowed", "[py:ThreadedTests.test_server_sigalgs][different]") {
    bool const by_client = GENERATE(true, false);
    rsa with;
    with.client.identity.reset();
    auto& narrowed = by_client ? with.client.signature_algorithms : with.server.signature_algorithms;
    SECTION("TLS 1.3") {
        with.client.minimum_version = version::tls1_3;
        // the chain is signed with ECDSA
        narrowed = schemes(by_client ? "rsa_pss_rsae_sha384:ecdsa_secp256r1_sha256" : "rsa_pss_rsae_sha384");
        test::pair p(with.client, with.server);
        CHECK(p.shake().ok());
        CHECK_FALSE(p.client.signature_scheme());
    }
    SECTION("TLS 1.2") {
        with.client.maximum_version = version::tls1_2;
        narrowed = schemes(by_client ? "rsa_pkcs1_sha384:ecdsa_secp256r1_sha256" : "rsa_pkcs1_sha384");
        test::pair p(with.client, with.server);
        REQUIRE(p.shake().ok());
        CHECK(p.client.signature_scheme() == signature_scheme::rsa_pkcs1_sha384);
    }
}

// different: a server that is Mbed TLS knows only that the handshake failed
TEST_CASE("no suite in common ends both handshakes", "[py:ThreadedTests.test_no_shared_ciphers][different]") {
    test::pair p({.maximum_version = version::tls1_2,
                  .cipher_suites = or_throw(cipher_suites_from("ECDHE-ECDSA-AES128-GCM-SHA256"))},
                 {.cipher_suites = or_throw(cipher_suites_from("ECDHE-ECDSA-AES256-GCM-SHA384"))});
    auto const o = p.shake();
    REQUIRE_FALSE(o.server);
    CHECK(o.server.error() == errc::handshake_failed);
    REQUIRE_FALSE(o.client);
    CHECK(o.client.error() == errc::alert_received);
    CHECK(p.client.cipher().name.empty());
    CHECK_FALSE(p.client.group());
}

// different: how a certificate is written is judged where it is asked for (`profile::webpki`), not by default
TEST_CASE("a leaf without authority key identifier", "[py:ThreadedTests.test_verify_strict][different]") {
    auto const v = GENERATE(from_range(test::versions));
    auto const& ca = test::the_world().ca;
    auto const leaf = or_throw(ca.issue({.dns_names = {"localhost"}, .without_extensions = {"2.5.29.35"}}));
    auto const shake = [&](profile which) {
        return test::pair({.profile = which, .maximum_version = v}, {.identities = {leaf}}).shake();
    };
    auto const strict = shake(profile::webpki);
    REQUIRE_FALSE(strict.client);
    CHECK(strict.client.error() == errc::certificate_rejected);
    CHECK(strict.client.error().flags().has(verify_flag::authority_key));
    CHECK(shake(profile::rfc5280).ok());
}

// different: there is no set of bits but an option for each thing, no proxy certificates, and trusted-first is always on
TEST_CASE("what is verified is set by options", "[py:ContextTests.test_verify_flags][different]") {
    client_options const options;
    CHECK(options.revocation == revocation::off);
    CHECK(options.profile == profile::rfc5280);
    auto const& world = test::the_world();
    auto const list = or_throw(crl_list::from_pem(or_throw(world.ca.crl_pem())));
    for (auto const which : {revocation::leaf, revocation::chain}) {
        for (auto const form : {profile::rfc5280, profile::webpki}) {
            auto const made =
                client_context::create({.trust = world.trust, .profile = form, .revocation = which, .crls = list});
            CHECK(made);
        }
        CHECK(test::pair({.revocation = which, .crls = list}).shake().ok());
        auto const unknown = or_throw(crl_list::from_pem(or_throw(or_throw(dev::authority::create()).crl_pem())));
        CHECK_FALSE(test::pair({.revocation = which, .crls = unknown}).shake().client);
    }
    STATIC_REQUIRE_FALSE(std::is_assignable_v<revocation&, int>);
    STATIC_REQUIRE_FALSE(std::is_assignable_v<profile&, int>);
}
