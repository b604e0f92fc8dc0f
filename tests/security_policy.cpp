// SPDX-License-Identifier: BSL-1.0
#include <tlspp/security_policy.hpp>

#include "support/contexts.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace tlspp;

TEST_CASE("modern_2026 is what its name has meant from the beginning") {
    auto const& p = policy::modern_2026;
    CHECK(p.name == "modern_2026");
    CHECK(p.minimum_version == version::tls1_2);
    CHECK(p.maximum_version == version::tls1_3);
    CHECK(p.cipher_suites.size() == 9);
    CHECK(p.groups.size() == 5);
    CHECK(p.signature_algorithms.size() == 9);
    for (auto const suite : p.cipher_suites) {
        CHECK(detail::find_suite(static_cast<std::uint16_t>(suite))->kind == detail::suite_kind::standard);
    }
}

TEST_CASE("compatible_2026 adds CBC with SHA-2 at the end, and nothing insecure") {
    auto const& modern = policy::modern_2026;
    auto const& p = policy::compatible_2026;
    CHECK(p.cipher_suites.size() == 13);
    CHECK(std::ranges::equal(p.cipher_suites.first(9), modern.cipher_suites));
    for (auto const suite : p.cipher_suites) {
        auto const* row = detail::find_suite(static_cast<std::uint16_t>(suite));
        INFO(row->iana_name);
        CHECK(row->warning.empty());
        CHECK((row->since == version::tls1_3 || row->iana_name.starts_with("TLS_ECDHE_")));
    }
    CHECK(p.groups.size() == 13);
}

TEST_CASE("a policy fills what options leave open") {
    auto const options = apply(policy::modern_2026, client_options{.groups = {named_group::secp384r1}, .alpn = {"h2"}});
    CHECK(options.groups.size() == 1);
    CHECK(options.alpn.size() == 1);
    CHECK(options.minimum_version == version::tls1_2);
    CHECK(options.cipher_suites.size() == 9);
    CHECK(options.signature_algorithms.size() == 9);
    auto const server = apply(policy::compatible_2026, server_options{.minimum_version = version::tls1_3});
    CHECK(server.minimum_version == version::tls1_3);
    CHECK(server.cipher_suites.size() == 13);
    CHECK(test::make_server(server).cipher_suites().size() == 3);
}

TEST_CASE("an old peer gets a connection under the compatible policy only") {
    client_options const old{.maximum_version = version::tls1_2,
                             .cipher_suites = {cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256}};
    test::pair compatible(old, apply(policy::compatible_2026, server_options{}));
    CHECK(compatible.shake().ok());
    CHECK(compatible.client.cipher().name == "ECDHE-ECDSA-AES128-SHA256");
    test::pair modern(old, apply(policy::modern_2026, server_options{}));
    auto const o = modern.shake();
    CHECK_FALSE(o.client);
    REQUIRE_FALSE(o.server);
    CHECK(o.server.error() == errc::handshake_failed);
}

TEST_CASE("two of the same policy agree on the best they have") {
    test::pair p(apply(policy::modern_2026, client_options{}), apply(policy::modern_2026, server_options{}));
    REQUIRE(p.shake().ok());
    CHECK(p.client.cipher().name == "TLS_CHACHA20_POLY1305_SHA256");
}
