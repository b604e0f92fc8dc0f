// SPDX-License-Identifier: BSL-1.0
// Path building in handshakes: what Mbed TLS finds by itself, and what is found where it gives up.
#include "../support/contexts.hpp"
#include "../support/paths.hpp"
#include "../support/temporary_folder.hpp"

#include <tlspp/text.hpp>
#include <tlspp/x509/verify_chain.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

using namespace tlspp;

namespace {
std::string common_name(const x509::distinguished_name& name) {
    char text[64];
    return {text, name.find(x509::oids::common_name).write_value(text)};
}
std::vector<std::string> names_of(const certificate_chain& chain) {
    std::vector<std::string> names;
    for (const certificate& one : chain) {
        names.push_back(common_name(one.subject()));
    }
    return names;
}

/// What `on_verify` was shown.
struct seen {
    unsigned calls = 0;
    std::vector<std::string> names;
    verify_flags flags;
    bool clean = true;

    verify_hook hook() {
        return [this](verification& v) {
            ++calls;
            names.clear();
            flags = v.flags();
            for (const judged_certificate& one : v) {
                names.push_back(common_name(one.subject()));
                clean = clean && one.flags().empty();
            }
        };
    }
};

bool mbedtls_finds(const test::path_case& c) {
    auto const parse = [](mbedtls_x509_crt& into, const std::string& pem) {
        mbedtls_x509_crt_init(&into);
        return mbedtls_x509_crt_parse(&into, reinterpret_cast<const unsigned char*>(pem.c_str()), pem.size() + 1);
    };
    mbedtls_x509_crt chain;
    mbedtls_x509_crt anchors;
    verify_policy const policy{.purpose = x509::purpose::server};
    detail::chain_verifier verifier(policy, {});
    std::uint32_t flags = 0;
    bool const good = parse(chain, c.chain()) == 0 && parse(anchors, c.anchors) == 0 &&
                      mbedtls_x509_crt_verify_with_profile(&chain, &anchors, nullptr, &detail::safe_profile(), nullptr,
                                                           &flags, &detail::chain_verifier::callback, &verifier) == 0;
    mbedtls_x509_crt_free(&chain);
    mbedtls_x509_crt_free(&anchors);
    return good;
}
trust_store trust_of(const test::path_case& c) { return or_throw(trust_store::from_pem(c.anchors)); }
} // namespace

TEST_CASE("a handshake finds the path wherever it is", "[path_building]") {
    auto const v = GENERATE(from_range(test::versions));
    bool const parsed = GENERATE(true, false); // else Mbed TLS asks for anchors, where it can
    for (const test::path_case& c : test::path_cases::all()) {
        CAPTURE(c.what, v == version::tls1_3, parsed);
        test::temporary_folder const folder;
        (void)folder.write("anchors.pem", c.anchors);
        seen s;
        test::pair p{{.trust = parsed ? trust_of(c) : or_throw(trust_store::from_directory(folder.path())),
                      .maximum_version = v,
                      .on_verify = s.hook()},
                     {.identities = {or_throw(identity::from_pem(c.chain(), c.key))}, .maximum_version = v}};
        auto const o = p.shake();
        if (!c.path.empty()) {
            REQUIRE(o.ok());
            CHECK(s.calls == 1);
            CHECK(p.client.peer_status() == peer_status::verified);
            CHECK(p.client.peer_flags().empty());
            CHECK(s.names == c.path);
            CHECK(s.flags.empty());
            CHECK(s.clean);
            CHECK(names_of(or_throw(p.client.verified_chain())) == c.path);
            CHECK(s.calls == 1); // nobody is asked again for the copy
        } else {
            REQUIRE_FALSE(o.client);
            CHECK(o.client.error() == errc::certificate_rejected);
            CHECK_FALSE(o.client.error().flags().empty());
            CHECK_FALSE(o.server);
            // in the maze Mbed TLS goes on for longer than it allows, and asks nobody
            bool const asked = c.what != "a maze without a way out";
            CHECK(s.calls == (asked ? 1U : 0U));
            CHECK(s.flags.empty() == !asked);
        }
    }
}

namespace {
/// Issuers behind what they issued, as far as names tell: the other way to help Mbed TLS.
test::path_case reordered(test::path_case c) {
    std::vector<certificate> all;
    for (const std::string& pem : c.others) {
        all.push_back(or_throw(certificate::from_pem(pem)));
    }
    std::vector<certificate> path{or_throw(certificate::from_pem(c.leaf))};
    std::vector<std::string> sorted;
    std::vector<bool> taken(all.size());
    for (std::size_t at = 0; at != path.size(); ++at) {
        for (std::size_t i = 0; i != all.size(); ++i) {
            auto const child = path[at]; // a copy: the vector grows
            if (!taken[i] && all[i].subject() == child.issuer()) {
                taken[i] = true;
                path.push_back(all[i]);
                sorted.push_back(c.others[i]);
            }
        }
    }
    c.others = sorted;
    return c;
}
} // namespace

TEST_CASE("what path building gains over Mbed TLS's own", "[path_building]") {
    unsigned good = 0;
    unsigned alone = 0;
    unsigned with_order = 0;
    for (const test::path_case& c : test::path_cases::all()) {
        CAPTURE(c.what);
        bool const found = mbedtls_finds(c);
        CHECK(found == c.mbedtls_finds_it);
        good += c.path.empty() ? 0 : 1;
        alone += found ? 1 : 0;
        with_order += mbedtls_finds(reordered(c)) ? 1 : 0;
    }
    CHECK(good == 18);
    CHECK(alone == 6);
    CHECK(with_order == 10);
}

TEST_CASE("a server looks for its client's path too", "[path_building]") {
    auto const v = GENERATE(from_range(test::versions));
    auto const mode = GENERATE(client_auth::optional, client_auth::required);
    for (const test::path_case& c : test::path_cases::all()) {
        CAPTURE(c.what, v == version::tls1_3);
        test::pair p{{.maximum_version = v, .identity = or_throw(identity::from_pem(c.chain(), c.key))},
                     {.client_auth = mode, .trust = trust_of(c), .maximum_version = v}};
        auto const o = p.shake();
        CHECK(o.server.has_value() == !c.path.empty());
        if (o.server) {
            CHECK(p.server.peer_status() == peer_status::verified);
            CHECK(names_of(or_throw(p.server.verified_chain())) == c.path);
        }
    }
}

TEST_CASE("revocation, pins and distrust count for each path", "[path_building]") {
    auto const v = GENERATE(from_range(test::versions));
    auto const one = or_throw(dev::authority::create({.common_name = "One"}));
    auto const two = or_throw(dev::authority::create({.common_name = "Two"}));
    auto const sub = or_throw(one.intermediate({.common_name = "Sub", .serial = "0A"}));
    auto const key = sub.own_credentials().key_pem;
    auto const crossed = or_throw(two.intermediate({.common_name = "Sub", .key_pem = key, .serial = "0B"}));
    auto const leaf = or_throw(sub.issue_pem({.dns_names = {"localhost"}, .common_name = "Leaf"}));
    // issue_pem has the issuer behind the leaf: the path by One comes first
    auto const own = or_throw(identity::from_pem(leaf.certificate_pem + crossed.certificate_pem(), leaf.key_pem));
    auto const both = or_throw(trust_store::from_pem(one.certificate_pem() + two.certificate_pem()));
    auto const list = [](const dev::authority& by, const std::vector<std::string>& revoked) {
        return or_throw(crl::from_pem(or_throw(by.crl_pem(revoked))));
    };
    std::vector<std::string> const by_one{"Leaf", "Sub", "One"};
    std::vector<std::string> const by_two{"Leaf", "Sub", "Two"};
    auto const run = [&](client_options options) {
        options.trust = both;
        options.maximum_version = v;
        test::pair p{std::move(options), {.identities = {own}}};
        auto const o = p.shake();
        return o.ok() ? names_of(or_throw(p.client.verified_chain())) : std::vector<std::string>();
    };
    CHECK(run({}) == by_one);
    SECTION("revocation") {
        auto const mode = revocation::chain;
        CHECK(run({.revocation = mode, .crls = {list(one, {}), list(two, {}), list(sub, {})}}) == by_one);
        CHECK(run({.revocation = mode, .crls = {list(one, {"0A"}), list(two, {}), list(sub, {})}}) == by_two);
        CHECK(run({.revocation = mode, .crls = {list(two, {}), list(sub, {})}}) == by_two);
        CHECK(run({.revocation = mode, .crls = {list(one, {"0A"}), list(two, {"0B"}), list(sub, {})}}).empty());
    }
    SECTION("pins") {
        CHECK(run({.pins = {or_throw(spki_pin::of(or_throw(one.certificate())))}}) == by_one);
        CHECK(run({.pins = {or_throw(spki_pin::of(or_throw(two.certificate())))}}) == by_two);
        auto const other = or_throw(dev::authority::create());
        CHECK(run({.pins = {or_throw(spki_pin::of(or_throw(other.certificate())))}}).empty());
    }
    SECTION("distrust") {
        auto const first = or_throw(spki_pin::of(or_throw(one.certificate())));
        auto const second = or_throw(spki_pin::of(or_throw(two.certificate())));
        CHECK(run({.distrusted = {first}}) == by_two);
        CHECK(run({.distrusted = {second}}) == by_one);
        CHECK(run({.distrusted = {first, second}}).empty());
        CHECK(run({.distrusted = {or_throw(spki_pin::of(or_throw(sub.certificate())))}}).empty());
    }
    SECTION("a name that no path makes right") {
        test::pair p{{.trust = both, .maximum_version = v}, {.identities = {own}}, "other.example"};
        CHECK(p.shake().client.error().flags() == verify_flag::name_mismatch);
    }
}

TEST_CASE("what is wrong is told of the path that Mbed TLS took", "[path_building]") {
    for (const test::path_case& c : test::path_cases::all()) {
        CAPTURE(c.what);
        if (c.what == "an expired one comes alone") {
            test::pair p{{.trust = trust_of(c)}, {.identities = {or_throw(identity::from_pem(c.chain(), c.key))}}};
            CHECK(p.shake().client.error().flags() == verify_flag::expired);
        } else if (c.what == "one for other names comes alone") {
            test::pair p{{.trust = trust_of(c)}, {.identities = {or_throw(identity::from_pem(c.chain(), c.key))}}};
            CHECK(p.shake().client.error().flags() == verify_flag::name_constraints);
        }
    }
}

TEST_CASE("critical name constraints are read in anchors and in verify, not in what a peer sends", "[path_building]") {
    auto const v = GENERATE(from_range(test::versions));
    auto const root = or_throw(dev::authority::create({.common_name = "Root"}));
    auto const limited = or_throw(root.intermediate({.common_name = "Limited", .permitted = {"DNS:localhost"}}));
    auto const own = or_throw(limited.issue({.dns_names = {"localhost"}}));
    auto const handshake = [&](const dev::authority& anchor) {
        test::pair p{{.trust = or_throw(trust_store::from_pem(anchor.certificate_pem())), .maximum_version = v},
                     {.identities = {own}}};
        return p.shake();
    };
    auto const o = handshake(root);
    REQUIRE_FALSE(o.client);
    CHECK(o.client.error() == errc::certificate_rejected);
    CHECK(o.client.error().flags() == verify_flag::unknown_critical);
    CHECK(o.client.error().why() == reason::peer_certificate_unreadable);
    CHECK(std::string(o.client.error().message().view()).find("name constraints") != std::string::npos);
    REQUIRE_FALSE(o.server);
    CHECK(o.server.error() == errc::alert_received);

    auto const made = or_throw(limited.issue_pem({.dns_names = {"localhost"}}));
    std::vector<certificate> chain;
    detail::pem_cursor blocks(made.certificate_pem);
    for (detail::pem_block block; blocks.next(block);) {
        chain.push_back(or_throw(certificate::from_pem(block.whole)));
    }
    CHECK(x509::verify(chain, or_throw(root.trust())));

    // where the peer leaves it out, because it is an anchor
    auto const alone = or_throw(limited.issue_pem({.dns_names = {"localhost"}}));
    detail::pem_cursor first(alone.certificate_pem);
    detail::pem_block leaf;
    REQUIRE(first.next(leaf));
    test::pair p{{.trust = or_throw(trust_store::from_pem(limited.certificate_pem())), .maximum_version = v},
                 {.identities = {or_throw(identity::from_pem(leaf.whole, alone.key_pem))}}};
    CHECK(p.shake().ok());
}
