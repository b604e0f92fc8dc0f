// SPDX-License-Identifier: BSL-1.0
#include <tlspp/x509/verify_chain.hpp>

#include "chains.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <chrono>

using namespace tlspp;
using chains::build;
using chains::judge;

TEST_CASE("a chain is judged without a connection", "[verify_chain]") {
    auto const b = build(
        {}, {{}}, {.dns_names = {"a.example"}, .ip_addresses = {"192.0.2.1"}, .email_addresses = {"me@a.example"}});
    CHECK(x509::verify(b.chain, b.trust));
    auto const right = or_throw(server_name::parse("a.example"));
    auto const address = or_throw(server_name::parse("192.0.2.1"));
    auto const wrong = or_throw(server_name::parse("b.example"));
    CHECK(x509::verify(b.chain, b.trust, {.name = &right}));
    CHECK(x509::verify(b.chain, b.trust, {.name = &address}));
    CHECK(x509::verify(b.chain, b.trust, {.email = "me@a.example"}));
    CHECK_FALSE(x509::verify(b.chain, b.trust, {.email = "you@a.example"}));
    auto const refused = x509::verify(b.chain, b.trust, {.name = &wrong});
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == errc::certificate_rejected);
    CHECK(refused.error().flags() == verify_flag::name_mismatch);
    CHECK(refused.error().message().view().find("b.example") != std::string_view::npos);

    SECTION("by strangers' trust") {
        auto const stranger = or_throw(or_throw(dev::authority::create()).trust());
        CHECK(judge(b.chain, stranger) == verify_flag::not_trusted);
        CHECK(judge(b.chain, stranger, {.name = &wrong}) == (verify_flag::not_trusted | verify_flag::name_mismatch));
    }
    SECTION("of nothing") {
        CHECK(x509::verify({}, b.trust).error() == errc::no_certificate);
        CHECK(x509::verify(b.chain, trust_store()).error() == errc::no_trust);
        certificate const empty[] = {b.chain[0], certificate()};
        CHECK(x509::verify(empty, b.trust).error().why() == reason::empty_handle);
    }
    SECTION("with a link missing") { CHECK(judge(std::span(b.chain).first(1), b.trust) == verify_flag::not_trusted); }
    SECTION("with a byte of the signature wrong") {
        std::string der(b.chain[0].der().text());
        der.back() = static_cast<char>(der.back() ^ 1);
        std::vector<certificate> bad{or_throw(certificate::from_der(der)), b.chain[1]};
        CHECK(judge(bad, b.trust).has(verify_flag::not_trusted));
    }
}

TEST_CASE("strength is what the policy says", "[verify_chain]") {
    CHECK(judge(build({}, {}, {.dns_names = {"a.example"}, .key_type = dev::key_type::insecure_rsa_1024})) ==
          verify_flag::weak_key);
    CHECK(judge(build({}, {}, {.dns_names = {"a.example"}, .hash = dev::hash::insecure_sha1})) ==
          verify_flag::weak_hash);
    CHECK(judge(build({}, {{.hash = dev::hash::insecure_sha1}})) == verify_flag::weak_hash);
    // nobody relies on the signature of an anchor
    CHECK(judge(build({.hash = dev::hash::insecure_sha1}, {})).empty());

    SECTION("a trusted intermediate may be signed as it likes, and must not sign weakly") {
        auto const root = or_throw(dev::authority::create());
        auto const sub = or_throw(root.intermediate({.hash = dev::hash::insecure_sha1}));
        auto const trust = or_throw(trust_store::from_pem(sub.certificate_pem()));
        std::vector<certificate> const good{samples::issue({.dns_names = {"a.example"}}, sub)};
        CHECK(judge(good, trust).empty());
        std::vector<certificate> const weak{
            samples::issue({.dns_names = {"a.example"}, .hash = dev::hash::insecure_sha1}, sub)};
        CHECK(judge(weak, trust) == verify_flag::weak_hash);
        auto const short_key = or_throw(root.intermediate({.key_type = dev::key_type::insecure_rsa_1024}));
        std::vector<certificate> const below{samples::issue({.dns_names = {"a.example"}}, short_key)};
        CHECK(judge(below, or_throw(trust_store::from_pem(short_key.certificate_pem()))) == verify_flag::weak_key);
    }
}

TEST_CASE("a chain is found where Mbed TLS gives up", "[verify_chain]") {
    SECTION("intermediates in any order, with others between them") {
        auto b = build({}, {{}, {}, {}});
        b.chain.push_back(samples::issue({.dns_names = {"other.example"}}));
        b.chain.push_back(b.chain[1]);
        std::sort(b.chain.begin() + 1, b.chain.end(),
                  [](const certificate& l, const certificate& r) { return l.der().text() < r.der().text(); });
        do {
            REQUIRE(judge(b).empty());
        } while (
            std::next_permutation(b.chain.begin() + 1, b.chain.end(), [](const certificate& l, const certificate& r) {
                return l.der().text() < r.der().text();
            }));
    }
    SECTION("two issuers of one name, the first with another key, expired, or constrained") {
        auto const root = or_throw(dev::authority::create());
        auto const trust = or_throw(root.trust());
        auto const real = or_throw(root.intermediate({.common_name = "Twin"}));
        auto const key = real.own_credentials().key_pem;
        auto const leaf = samples::issue({.dns_names = {"a.example"}}, real);
        for (auto const& first : {
                 dev::authority_options{.common_name = "Twin"},
                 dev::authority_options{.common_name = "Twin", .not_before = 1000, .not_after = 2000, .key_pem = key},
                 dev::authority_options{.common_name = "Twin", .key_pem = key, .permitted = {"DNS:example.org"}},
                 dev::authority_options{.common_name = "Twin", .key_pem = key, .is_ca = false},
             }) {
            auto const twin = or_throw(or_throw(root.intermediate(first)).certificate());
            auto const other = or_throw(real.certificate());
            CHECK(judge(std::vector{leaf, twin, other}, trust).empty());
            CHECK(judge(std::vector{leaf, other, twin}, trust).empty());
            CHECK_FALSE(judge(std::vector{leaf, twin}, trust).empty());
        }
    }
    SECTION("a cross-signed path") {
        auto const known = or_throw(dev::authority::create({.common_name = "Known"}));
        auto const unknown = or_throw(dev::authority::create({.common_name = "Unknown"}));
        auto const sub = or_throw(unknown.intermediate({.common_name = "Sub"}));
        auto const crossed =
            or_throw(known.intermediate({.common_name = "Sub", .key_pem = sub.own_credentials().key_pem}));
        auto const leaf = samples::issue({.dns_names = {"a.example"}}, sub);
        std::vector const chain{leaf, or_throw(sub.certificate()), or_throw(unknown.certificate()),
                                or_throw(crossed.certificate())};
        CHECK(judge(chain, or_throw(known.trust())).empty());
        CHECK(judge(chain, or_throw(unknown.trust())).empty());
    }
    SECTION("two anchors of one name, the first expired") {
        auto const root = or_throw(dev::authority::create({.common_name = "Root"}));
        auto const old = or_throw(dev::authority::create(
            {.common_name = "Root", .not_before = 1000, .not_after = 2000, .key_pem = root.own_credentials().key_pem}));
        auto const trust = or_throw(trust_store::from_pem(old.certificate_pem() + root.certificate_pem()));
        std::vector const chain{samples::issue({.dns_names = {"a.example"}}, root)};
        CHECK(judge(chain, trust).empty());
        CHECK(judge(chain, or_throw(trust_store::from_pem(old.certificate_pem()))) == verify_flag::expired);
    }
    SECTION("a trusted self-signed certificate is its own anchor") {
        auto const b = build({}, {});
        auto const self = or_throw(dev::authority::create({.dns_names = {"a.example"}}));
        std::vector const chain{or_throw(self.certificate())};
        CHECK(judge(chain, or_throw(self.trust())).empty());
        CHECK_FALSE(judge(chain, b.trust).empty());
    }
}

TEST_CASE("a maze of issuers ends in time", "[verify_chain]") {
    // CAs of one name that all signed one another: every order of them looks like a path
    auto const root = or_throw(dev::authority::create());
    std::vector<dev::authority> keys;
    for (int i = 0; i != 6; ++i) {
        keys.push_back(or_throw(dev::authority::create({.subject = "CN=Maze"})));
    }
    auto const leaf = samples::issue({.dns_names = {"a.example"}}, keys[0]);
    std::vector<certificate> chain{leaf};
    for (auto const& issuer : keys) {
        for (auto const& subject : keys) {
            chain.push_back(or_throw(
                or_throw(issuer.intermediate({.subject = "CN=Maze", .key_pem = subject.own_credentials().key_pem}))
                    .certificate()));
        }
    }
    auto const start = std::chrono::steady_clock::now();
    CHECK(judge(chain, or_throw(root.trust())).has(verify_flag::not_trusted));
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
}

TEST_CASE("a chain longer than Mbed TLS's limit is refused", "[verify_chain]") {
    std::vector<dev::authority_options> cas(9);
    CHECK_FALSE(judge(build({}, cas)).empty());
    cas.resize(8);
    CHECK(judge(build({}, cas)).empty());
}

TEST_CASE("every root of the system can be the end of a chain", "[verify_chain]") {
    auto const system = trust_store::system();
    if (!system) {
        SKIP("no CA certificates are installed");
    }
    auto const leaf = samples::issue({.dns_names = {"a.example"}});
    std::size_t seen = 0;
    CHECK(system->for_each([&](const certificate& root) {
        const mbedtls_x509_crt* const chain[] = {leaf.native_handle(), root.native_handle()};
        verify_policy const policy{.purpose = x509::purpose::server};
        auto const found = x509::check_chain({chain, 2, true}, policy);
        CAPTURE(root.subject().find(x509::oids::common_name).value.text(), found.bits());
        CHECK(found.empty());
        ++seen;
    }));
    CHECK(seen == system->size());
}
