// SPDX-License-Identifier: BSL-1.0
// The checks of x509/checks in real handshakes, TLS 1.2 and 1.3.
#include "support/contexts.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

using namespace tlspp;

namespace {
/// Why the client refuses a server whose certificate comes from `ca` below `root`; empty: it does not.
verify_flags refusal(version v, const dev::authority_options& root, const dev::authority_options& ca,
                     const dev::certificate_options& leaf) {
    auto const top = or_throw(dev::authority::create(root));
    auto const below = or_throw(top.intermediate(ca));
    client_options client;
    client.trust = or_throw(top.trust());
    client.maximum_version = v;
    server_options server;
    server.identities = {or_throw(below.issue(leaf))};
    test::pair p(client, server);
    auto const o = p.shake();
    if (o.client) {
        return {};
    }
    CHECK(o.client.error() == errc::certificate_rejected);
    return o.client.error().flags();
}
} // namespace

TEST_CASE("a handshake makes the checks that Mbed TLS leaves out", "[x509_checks]") {
    dev::certificate_options const leaf{.dns_names = {"localhost"}};
    for (auto const v : test::versions) {
        CHECK(refusal(v, {}, {}, leaf).empty());
        CHECK(refusal(v, {.permitted = {"DNS:localhost"}}, {}, leaf).empty());
        CHECK(refusal(v, {.permitted = {"DNS:example.org"}}, {}, leaf) == verify_flag::name_constraints);
        CHECK(refusal(v, {}, {.permitted = {"DNS:example.org"}, .name_constraints_critical = false}, leaf) ==
              verify_flag::name_constraints);
        CHECK(refusal(v, {}, {.extended_key_usage = std::vector<std::string>{dev::purpose::client_auth}}, leaf) ==
              verify_flag::extended_key_usage);
        CHECK(refusal(v, {}, {},
                      {.dns_names = {"localhost"},
                       .key_usage = dev::usage::digital_signature | dev::usage::key_cert_sign}) ==
              verify_flag::key_usage);
        CHECK(refusal(v, {}, {}, {.dns_names = {"other"}}) == verify_flag::name_mismatch);
    }
}

TEST_CASE("a server may be trusted by its own certificate, CA or not", "[x509_checks]") {
    auto const self = or_throw(dev::authority::create(
        {.dns_names = {"localhost"}, .is_ca = false, .key_usage = dev::usage::digital_signature}));
    auto const own = self.own_credentials();
    client_options client;
    server_options server;
    server.identities = {or_throw(identity::from_pem(own.certificate_pem, own.key_pem))};
    client.trust = or_throw(self.trust());
    CHECK(test::pair(client, server).shake().ok());
    client.trust = test::the_world().trust;
    CHECK_FALSE(test::pair(client, server).shake().ok());
}
