// SPDX-License-Identifier: BSL-1.0
#include "../../support/contexts.hpp"
#include "../samples.hpp"

#include <tlspp/x509/checks/pins.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <vector>

using namespace tlspp;

namespace {
struct chain {
    dev::authority root = or_throw(dev::authority::create({.common_name = "Root"}));
    dev::authority middle = or_throw(root.intermediate({.common_name = "Middle"}));
    identity leaf = or_throw(middle.issue({.dns_names = {"localhost"}}));

    spki_pin of_root = or_throw(spki_pin::of(or_throw(root.certificate())));
    spki_pin of_middle = or_throw(spki_pin::of(or_throw(middle.certificate())));
    spki_pin of_leaf = or_throw(spki_pin::of(or_throw(leaf.leaf())));
};
const chain& the_chain() {
    static chain const made;
    return made;
}
constexpr spki_pin elsewhere{"sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="};

test::outcome shake(client_options options, peer_status* status = nullptr, verify_flags* flags = nullptr) {
    options.trust = or_throw(the_chain().root.trust());
    test::pair p{std::move(options), {.identities = {the_chain().leaf}}};
    auto const o = p.shake();
    if (status != nullptr) {
        *status = p.client.peer_status();
        *flags = p.client.peer_flags();
    }
    return o;
}
} // namespace

TEST_CASE("a pin of any key of the chain will do", "[pins]") {
    auto const version = GENERATE(from_range(test::versions));
    for (spki_pin const& pin : {the_chain().of_leaf, the_chain().of_middle, the_chain().of_root}) {
        CHECK(shake({.pins = {pin}, .minimum_version = version, .maximum_version = version}).ok());
        CHECK(shake({.pins = {elsewhere, pin}, .maximum_version = version}).ok());
    }
}

TEST_CASE("without a pinned key a good chain is refused", "[pins]") {
    auto const version = GENERATE(from_range(test::versions));
    auto const o = shake({.pins = {elsewhere}, .maximum_version = version});
    REQUIRE_FALSE(o.client);
    CHECK(o.client.error() == errc::certificate_rejected);
    CHECK(o.client.error().flags() == verify_flag::pin_mismatch);
    CHECK_FALSE(o.server.has_value());
}

TEST_CASE("a certificate that was sent and is not in the chain proves nothing", "[pins]") {
    auto const other = or_throw(dev::authority::create({.common_name = "Other"}));
    auto const made = or_throw(the_chain().middle.issue_pem({.dns_names = {"localhost"}}));
    auto const stuffed = or_throw(identity::from_pem(made.certificate_pem + other.certificate_pem(), made.key_pem));
    auto const pin = or_throw(spki_pin::of(or_throw(other.certificate())));
    test::pair p{{.trust = or_throw(the_chain().root.trust()), .pins = {pin}}, {.identities = {stuffed}}};
    auto const o = p.shake();
    REQUIRE_FALSE(o.client);
    CHECK(o.client.error().flags() == verify_flag::pin_mismatch);
}

TEST_CASE("a pin replaces no other check", "[pins]") {
    test::pair p{{.trust = or_throw(or_throw(dev::authority::create()).trust()), .pins = {the_chain().of_leaf}},
                 {.identities = {the_chain().leaf}}};
    auto const o = p.shake();
    REQUIRE_FALSE(o.client);
    CHECK(o.client.error().flags() == verify_flag::not_trusted);
}

TEST_CASE("a key on the distrust list is refused wherever it is", "[pins]") {
    auto const version = GENERATE(from_range(test::versions));
    for (spki_pin const& key : {the_chain().of_leaf, the_chain().of_middle, the_chain().of_root}) {
        auto const o = shake({.maximum_version = version, .distrusted = {elsewhere, key}});
        REQUIRE_FALSE(o.client);
        CHECK(o.client.error().flags() == verify_flag::distrusted);
    }
    CHECK(shake({.maximum_version = version, .distrusted = {elsewhere}}).ok());
}

TEST_CASE("a distrusted key is refused even where it is pinned", "[pins]") {
    auto const o = shake({.pins = {the_chain().of_leaf}, .distrusted = {the_chain().of_leaf}});
    REQUIRE_FALSE(o.client);
    CHECK(o.client.error().flags() == verify_flag::distrusted);
}

TEST_CASE("a server distrusts keys of clients", "[pins]") {
    auto const client = or_throw(the_chain().middle.issue({.common_name = "client"}));
    auto const auth = GENERATE(client_auth::required, client_auth::optional);
    for (bool const distrusted : {false, true}) {
        server_options options;
        options.identities = {the_chain().leaf};
        options.client_auth = auth;
        options.trust = or_throw(the_chain().root.trust());
        options.distrusted = {distrusted ? the_chain().of_middle : elsewhere};
        test::pair p{{.trust = or_throw(the_chain().root.trust()), .identity = client}, options};
        auto const o = p.shake();
        REQUIRE(o.server.has_value() == !distrusted);
        if (distrusted) {
            CHECK(o.server.error().flags() == verify_flag::distrusted);
        }
    }
}

TEST_CASE("report-only tells of a missing pin", "[pins]") {
    peer_status status{};
    verify_flags flags;
    CHECK(shake({.verify = verify_mode::insecure_report_only, .pins = {elsewhere}}, &status, &flags).ok());
    CHECK(status == peer_status::unverified);
    CHECK(flags == verify_flag::pin_mismatch);
}
