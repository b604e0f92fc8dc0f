// SPDX-License-Identifier: BSL-1.0
#include "../support/contexts.hpp"
#include "samples.hpp"

#include <tlspp/x509/certificate_chain.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <optional>

using namespace tlspp;

namespace {
struct chain {
    dev::authority root = or_throw(dev::authority::create({.common_name = "Root"}));
    dev::authority middle = or_throw(root.intermediate({.common_name = "Middle"}));
    dev::authority stray = or_throw(dev::authority::create({.common_name = "Stray"}));
    dev::credentials made = or_throw(middle.issue_pem({.dns_names = {"localhost"}}));
    identity leaf = or_throw(identity::from_pem(made.certificate_pem + stray.certificate_pem(), made.key_pem));
    trust_store trust = or_throw(root.trust());
};
const chain& the_chain() {
    static chain const built;
    return built;
}
} // namespace

TEST_CASE("a chain of certificates is a range that owns itself", "[chain]") {
    certificate_chain kept;
    CHECK(kept.empty());
    CHECK(kept.begin() == kept.end());
    kept = or_throw(certificate_chain::from_native(the_chain().leaf.chain_handle()));
    REQUIRE(kept.size() == 3);
    CHECK(kept.front() == or_throw(the_chain().leaf.leaf()));
    CHECK(kept[1] == or_throw(the_chain().middle.certificate()));
    CHECK(kept.back() == or_throw(the_chain().stray.certificate()));
    std::span<const certificate> const view = kept;
    CHECK(view.size() == 3);
    CHECK(or_throw(certificate_chain::from_native(nullptr)).empty());
}

TEST_CASE("what was sent and what was built", "[chain]") {
    auto const version = GENERATE(from_range(test::versions));
    certificate_chain sent;
    certificate_chain built;
    {
        test::pair p{{.trust = the_chain().trust, .maximum_version = version}, {.identities = {the_chain().leaf}}};
        CHECK(p.client.peer_certificates().error() == errc::misuse);
        CHECK(p.client.verified_chain().error() == errc::misuse);
        REQUIRE(p.shake().ok());
        sent = or_throw(p.client.peer_certificates());
        built = or_throw(p.client.verified_chain());
        CHECK(p.server.peer_certificates().error() == errc::no_certificate);
        CHECK(p.server.verified_chain().error() == errc::no_certificate);
    }
    REQUIRE(sent.size() == 3); // they outlive the connection
    CHECK(sent[2] == or_throw(the_chain().stray.certificate()));
    REQUIRE(built.size() == 3);
    CHECK(built[0] == sent[0]);
    CHECK(built[1] == sent[1]);
    CHECK(built[2] == or_throw(the_chain().root.certificate()));
}

TEST_CASE("a server has the chain of its client", "[chain]") {
    auto const client = or_throw(the_chain().middle.issue({.common_name = "Client"}));
    test::pair p{{.trust = the_chain().trust, .identity = client},
                 {.identities = {the_chain().leaf}, .client_auth = client_auth::required, .trust = the_chain().trust}};
    REQUIRE(p.shake().ok());
    auto const built = or_throw(p.server.verified_chain());
    REQUIRE(built.size() == 3);
    CHECK(built.front() == or_throw(client.leaf()));
    CHECK(or_throw(p.server.peer_certificates()).size() == 2);
}

TEST_CASE("where nothing was verified there is no verified chain", "[chain]") {
    test::pair p{{.trust = the_chain().trust, .verify = verify_mode::insecure_none},
                 {.identities = {the_chain().leaf}}};
    REQUIRE(p.shake().ok());
    CHECK(p.client.verified_chain().error() == errc::no_trust);
    CHECK(or_throw(p.client.peer_certificates()).size() == 3);

    test::pair q{{.trust = or_throw(the_chain().stray.trust()), .verify = verify_mode::insecure_report_only},
                 {.identities = {the_chain().leaf}}};
    REQUIRE(q.shake().ok());
    auto const built = q.client.verified_chain();
    REQUIRE_FALSE(built);
    CHECK(built.error() == errc::certificate_rejected);
    CHECK(built.error().flags() == verify_flag::not_trusted);
}
