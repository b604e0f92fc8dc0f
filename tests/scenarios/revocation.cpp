// SPDX-License-Identifier: BSL-1.0
// Revocation in handshakes: who is asked, and that no answer is a refusal.
#include "../support/contexts.hpp"
#include "../support/temporary_folder.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <ctime>
#include <string>
#include <vector>

using namespace tlspp;

namespace {
struct world {
    dev::authority root = or_throw(dev::authority::create({.common_name = "Root"}));
    dev::authority middle = or_throw(root.intermediate({.common_name = "Middle", .serial = "0B"}));
    identity leaf = or_throw(middle.issue({.dns_names = {"localhost"}, .serial = "0A"}));
    identity direct = or_throw(root.issue({.dns_names = {"localhost"}, .serial = "0C"}));
    trust_store trust = or_throw(root.trust());
};
const world& the_world() {
    static world const made;
    return made;
}
crl by(const dev::authority& ca, const std::vector<std::string>& revoked = {}, const dev::crl_options& options = {}) {
    return or_throw(crl::from_pem(or_throw(ca.crl_pem(revoked, options))));
}
crl by_root(const std::vector<std::string>& revoked = {}) { return by(the_world().root, revoked); }
crl by_middle(const std::vector<std::string>& revoked = {}) { return by(the_world().middle, revoked); }

/// What the client found; empty: the handshake succeeded.
verify_flags judge(revocation mode, crl_list lists, version v, const identity& shown = the_world().leaf) {
    test::pair p{{.trust = the_world().trust, .revocation = mode, .crls = std::move(lists), .maximum_version = v},
                 {.identities = {shown}}};
    auto const o = p.shake();
    CHECK(o.client.has_value() == o.server.has_value());
    if (o.client) {
        CHECK(p.client.peer_status() == peer_status::verified);
        return {};
    }
    CHECK(o.client.error() == errc::certificate_rejected);
    CHECK_FALSE(o.client.error().flags().empty());
    return o.client.error().flags();
}
} // namespace

TEST_CASE("revocation::leaf asks about the peer's own certificate", "[revocation]") {
    auto const v = GENERATE(from_range(test::versions));
    CHECK(judge(revocation::leaf, by_middle(), v).empty());
    CHECK(judge(revocation::leaf, by_middle({"0A"}), v) == verify_flag::revoked);
    CHECK(judge(revocation::leaf, {by_middle(), by_root({"0B"})}, v).empty()); // an intermediate is not asked about
    CHECK(judge(revocation::leaf, by_middle({"0B", "0C"}), v).empty());
}

TEST_CASE("revocation::chain asks about all but the anchor", "[revocation]") {
    auto const v = GENERATE(from_range(test::versions));
    CHECK(judge(revocation::chain, {by_middle(), by_root()}, v).empty());
    CHECK(judge(revocation::chain, {by_root({"0B"}), by_middle()}, v) == verify_flag::revoked);
    CHECK(judge(revocation::chain, {by_root(), by_middle({"0A"})}, v) == verify_flag::revoked);
    CHECK(judge(revocation::chain, {by_root({"0A"}), by_middle({"0B"})}, v).empty()); // numbers are the issuer's own
}

TEST_CASE("no answer is a refusal", "[revocation]") {
    auto const v = GENERATE(from_range(test::versions));
    auto const now = static_cast<std::int64_t>(std::time(nullptr));
    CHECK(judge(revocation::leaf, by_root(), v) == verify_flag::crl_missing);
    CHECK(judge(revocation::chain, by_middle(), v) == verify_flag::crl_missing);
    CHECK(judge(revocation::chain, {by_middle({"0A"})}, v) == (verify_flag::crl_missing | verify_flag::revoked));
    auto const old = by(the_world().middle, {}, {.this_update = now - 9000, .next_update = now - 60});
    CHECK(judge(revocation::leaf, old, v) == verify_flag::crl_expired);
    CHECK(judge(revocation::leaf, {old, by_middle()}, v).empty());
    auto const next = by(the_world().middle, {}, {.this_update = now + 6000, .next_update = now + 9000});
    CHECK(judge(revocation::leaf, next, v) == verify_flag::crl_not_yet_valid);
}

TEST_CASE("a certificate issued by the anchor itself", "[revocation]") {
    auto const mode = GENERATE(revocation::leaf, revocation::chain);
    CHECK(judge(mode, by_root(), version::tls1_3, the_world().direct).empty());
    CHECK(judge(mode, by_root({"0C"}), version::tls1_3, the_world().direct) == verify_flag::revoked);
    CHECK(judge(mode, by_middle(), version::tls1_3, the_world().direct) == verify_flag::crl_missing);
}

TEST_CASE("a certificate that is trusted itself has nobody to ask", "[revocation]") {
    auto const mode = GENERATE(revocation::leaf, revocation::chain);
    auto const self = or_throw(dev::authority::create(
        {.dns_names = {"localhost"}, .is_ca = false, .key_usage = dev::usage::digital_signature}));
    auto const own = self.own_credentials();
    auto const leaf = or_throw(identity::from_pem(own.certificate_pem, own.key_pem));
    test::temporary_folder const folder;
    folder.write("self.pem", self.certificate_pem());
    for (auto const& trust : {or_throw(trust_store::from_pem(self.certificate_pem())), // parsed, and not
                              or_throw(trust_store::from_directory(folder.path()))}) {
        std::size_t size = 0;
        test::pair p{{.trust = trust,
                      .revocation = mode,
                      .crls = by_root(),
                      .on_verify = [&](verification& v) { size = v.size(); }},
                     {.identities = {leaf}}};
        auto const o = p.shake();
        INFO((o.client ? std::string() : std::string(o.client.error().message().view())));
        REQUIRE(o.ok());
        CHECK(size == 1);
        CHECK(or_throw(p.client.verified_chain()).size() == 1);
    }
}

TEST_CASE("a server asks about the certificates of clients", "[revocation]") {
    auto const v = GENERATE(from_range(test::versions));
    auto const auth = GENERATE(client_auth::required, client_auth::optional);
    for (bool const revoked : {false, true}) {
        server_options options{.identities = {the_world().leaf},
                               .client_auth = auth,
                               .trust = the_world().trust,
                               .revocation = revocation::leaf,
                               .crls = by_middle(revoked ? std::vector<std::string>{"0A"} : std::vector<std::string>{}),
                               .maximum_version = v};
        test::pair p{{.trust = the_world().trust, .identity = the_world().leaf}, options};
        auto const o = p.shake();
        REQUIRE(o.server.has_value() == !revoked);
        if (revoked) {
            CHECK(o.server.error().flags() == verify_flag::revoked);
        }
    }
}

TEST_CASE("by a clock of one's own a list may be current that is not now", "[revocation]") {
    std::int64_t time = 0;
    auto const list = by(the_world().root, {}, {.this_update = 1'000'000'000, .next_update = 4'000'000'000});
    CHECK(judge(revocation::leaf, list, version::tls1_3, the_world().direct).empty());
    for (auto const& [now, flag] : {std::pair{std::time(nullptr), verify_flags()},
                                    {999'999'999, verify_flag::crl_not_yet_valid | verify_flag::not_yet_valid}}) {
        time = now;
        test::pair p{{.trust = the_world().trust,
                      .revocation = revocation::leaf,
                      .crls = list,
                      .clock = {[](void* t) { return *static_cast<std::int64_t*>(t); }, &time}},
                     {.identities = {the_world().direct}}};
        auto const o = p.shake();
        CHECK(o.client.has_value() == flag.empty());
        CHECK((o.client ? verify_flags() : o.client.error().flags()) == flag);
    }
}
