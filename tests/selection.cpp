// SPDX-License-Identifier: BSL-1.0
#include <tlspp/selection.hpp>

#include "support/certificates.hpp"
#include "support/contexts.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_all.hpp>

#include <algorithm>

using namespace tlspp;

namespace {
template <class List, class T>
bool is(const List& list, std::initializer_list<T> wanted) {
    return std::ranges::equal(list, wanted);
}
template <class T>
tlspp::reason why(const result<T>& r) {
    REQUIRE_FALSE(r);
    CHECK(r.error() == errc::invalid_argument);
    return r.error().why();
}
} // namespace

TEST_CASE("suites are found by IANA's names and by OpenSSL's") {
    using enum cipher_suite;
    auto const list = or_throw(
        cipher_suites_from("ECDHE-RSA-AES128-GCM-SHA256:TLS_AES_256_GCM_SHA384,TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"));
    CHECK(is(list, {TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_AES_256_GCM_SHA384}));
    for (auto const& row : detail::suite_table) {
        for (auto const called : {row.iana_name, row.openssl_name}) {
            std::string const full = std::string(row.warning) + std::string(called);
            INFO(full);
            CHECK(is(or_throw(cipher_suites_from(full)), {row.id}));
        }
    }
}

TEST_CASE("unknown suites are errors", "[py:ContextTests.test_ciphers][same]") {
    for (auto const* text : {"^$:,;?*'dorothyx", "AES128-SHA", "ALL", "HIGH", "ECDHE+AESGCM",
                             "TLS_AES_128_GCM_SHA256:", ":TLS_AES_128_GCM_SHA256", "", "TLS_AES_128_GCM_SHA25",
                             "TLS_AES_128_GCM_SHA2567", "TLS_AES_128_GCM_SHA256 ", "TLS_RSA_WITH_AES_128_GCM_SHA256"}) {
        INFO(text);
        CHECK(why(cipher_suites_from(text)) == reason::suite_unknown);
    }
    CHECK(cipher_suites_from("TLS_AES_128_GCM_SHA256:nonsense").error().subject() == "nonsense");
    CHECK(cipher_suites_from("TLS_AES_128_GCM_SHA256:ECDHE-RSA-AES128-GCM-SHA256"));
}

TEST_CASE("a suite that gives something up has to be called by the name that says so") {
    CHECK(why(cipher_suites_from("PSK-AES128-GCM-SHA256")) == reason::suite_needs_warning);
    CHECK(why(cipher_suites_from("TLS_AES_128_CCM_8_SHA256")) == reason::suite_needs_warning);
    CHECK(why(cipher_suites_from("insecure_short_tag_PSK-AES128-CCM8")) == reason::suite_unknown);
    CHECK(is(or_throw(cipher_suites_from("insecure_no_forward_secrecy_insecure_short_tag_PSK-AES128-CCM8")),
             {cipher_suite::insecure_no_forward_secrecy_insecure_short_tag_TLS_PSK_WITH_AES_128_CCM_8}));
}

TEST_CASE("names behind a question mark may be unknown") {
    CHECK(is(or_throw(groups_from("?X25519MLKEM768:x25519:?nonsense")), {named_group::x25519}));
    CHECK(is(or_throw(cipher_suites_from("?AES128-SHA,?PSK-AES128-CCM8,?TLS_AES_128_GCM_SHA256")),
             {cipher_suite::TLS_AES_128_GCM_SHA256}));
    CHECK(why(groups_from("?nonsense")) == reason::nothing_selected);
    CHECK(why(groups_from("?nonsense:more")) == reason::group_unknown);
    CHECK(why(groups_from("??x25519")) == reason::nothing_selected);
}

TEST_CASE("groups by name", "[py:ContextTests.test_set_groups][same]") {
    CHECK(is(or_throw(groups_from("P-256:P-384")), {named_group::secp256r1, named_group::secp384r1}));
    CHECK(is(or_throw(groups_from("prime256v1:SECP256R1,x448")), {named_group::secp256r1, named_group::x448}));
    CHECK(why(groups_from("P-256:xxx")) == reason::group_unknown);
    CHECK(is(or_throw(groups_from("P-256:?xxx")), {named_group::secp256r1}));
}

TEST_CASE("the names of groups are IANA's, others where they are asked for",
          "[py:ContextTests.test_get_groups][same]") {
    auto const plain = supported_group_names();
    CHECK(plain.contains("secp256r1"));
    CHECK_FALSE(plain.contains("P-256"));
    auto const all = supported_group_names(aliases::included);
    CHECK(all.contains("secp256r1"));
    CHECK(all.contains("P-256"));
    CHECK(all.contains("prime256v1"));
    for (auto const n : all) {
        CHECK(groups_from(n));
    }
}

TEST_CASE("signature algorithms by name",
          "[py:ContextTests.test_set_client_sigalgs][py:ContextTests.test_set_server_sigalgs][same]") {
    using enum signature_scheme;
    CHECK(is(or_throw(signature_algorithms_from("rsa_pss_rsae_sha256")), {rsa_pss_rsae_sha256}));
    CHECK(is(or_throw(signature_algorithms_from("ECDSA+SHA256:RSA+SHA384:PSS+SHA512")),
             {ecdsa_secp256r1_sha256, rsa_pkcs1_sha384, rsa_pss_rsae_sha512}));
    CHECK(why(signature_algorithms_from("rsa_pss_rsae_sha256:xxx")) == reason::scheme_unknown);
    CHECK(is(or_throw(signature_algorithms_from("rsa_pss_rsae_sha256:?xxx")), {rsa_pss_rsae_sha256}));
    CHECK(why(signature_algorithms_from("rsa_pkcs1_sha1")) == reason::scheme_unknown);
}

TEST_CASE("what the build supports", "[py:ContextTests.test_get_sigalgs][same]") {
    CHECK(supported_signature_algorithms().contains(signature_scheme::rsa_pss_rsae_sha256));
    CHECK(supported_groups().contains(named_group::secp256r1));
    CHECK(supported_cipher_suites().contains(cipher_suite::TLS_AES_128_GCM_SHA256));
    // each of them can be had
    for (auto const suite : supported_cipher_suites()) {
        INFO(name(suite));
        auto const made = client_context::create({.verify = verify_mode::insecure_none, .cipher_suites = {suite}});
        CHECK((made.has_value() || made.error().why() == reason::suite_needs_psk));
    }
    for (auto const group : supported_groups()) {
        INFO(name(group));
        CHECK(client_context::create({.verify = verify_mode::insecure_none, .groups = {group}}));
    }
}

TEST_CASE("a context tells what it has enabled", "[py:ContextTests.test_get_ciphers][same]") {
    auto const context = test::make_client(
        {.cipher_suites = or_throw(cipher_suites_from("TLS_AES_128_GCM_SHA256:ECDHE-RSA-AES256-GCM-SHA384")),
         .groups = {named_group::secp384r1, named_group::x25519, named_group::secp384r1},
         .signature_algorithms = {signature_scheme::rsa_pss_rsae_sha512}});
    CHECK(is(context.cipher_suites(),
             {cipher_suite::TLS_AES_128_GCM_SHA256, cipher_suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384}));
    CHECK(is(context.groups(), {named_group::secp384r1, named_group::x25519}));
    CHECK(is(context.signature_algorithms(), {signature_scheme::rsa_pss_rsae_sha512}));
    CHECK(context.minimum_version() == version::tls1_2);
    CHECK(context.maximum_version() == version::tls1_3);

    auto const old = test::make_client({.maximum_version = version::tls1_2});
    CHECK_FALSE(old.groups().contains(named_group::ffdhe2048));
    CHECK_FALSE(old.cipher_suites().contains(cipher_suite::TLS_AES_128_GCM_SHA256));
    CHECK_FALSE(old.signature_algorithms().contains(signature_scheme::rsa_pss_rsae_sha256));
    CHECK(old.maximum_version() == version::tls1_2);

    // a version without suites is not offered
    CHECK(
        test::make_client({.cipher_suites = {cipher_suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}}).maximum_version() ==
        version::tls1_2);
    CHECK(test::make_client({.cipher_suites = {cipher_suite::TLS_AES_128_GCM_SHA256}}).minimum_version() ==
          version::tls1_3);
}

TEST_CASE("the default suites", "[py:ContextTests.test_python_ciphers][same]") {
    auto const context = test::make_client();
    for (auto const suite : context.cipher_suites()) {
        auto const n = name(suite);
        INFO(n);
        for (auto const* bad : {"PSK", "SRP", "MD5", "RC4", "3DES", "CBC", "CCM", "NULL"}) {
            CHECK(n.find(bad) == std::string_view::npos);
        }
    }
    CHECK(context.cipher_suites().size() == 9);
}

TEST_CASE("parameters that cannot be meant are refused") {
    using x = client_options;
    auto const refuses = [](x options) {
        options.verify = verify_mode::insecure_none;
        auto const made = client_context::create(options);
        return made ? reason::none : made.error().why();
    };
    CHECK(refuses({.cipher_suites = {static_cast<cipher_suite>(0x002F)}}) == reason::suite_unknown);
    CHECK(refuses({.groups = {static_cast<named_group>(0x11EC)}}) == reason::group_unknown);
    CHECK(refuses({.signature_algorithms = {static_cast<signature_scheme>(0x0201)}}) == reason::scheme_unknown);
    CHECK(refuses({.cipher_suites = {cipher_suite::TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256}}) ==
          reason::suite_needs_psk);
    CHECK(refuses({.maximum_version = version::tls1_2, .groups = {named_group::ffdhe2048}}) == reason::no_common_group);
    CHECK(refuses({.minimum_version = version::tls1_3, .groups = {named_group::brainpoolP256r1}}) ==
          reason::no_common_group);
    CHECK(refuses({.minimum_version = version::tls1_3, .signature_algorithms = {signature_scheme::rsa_pkcs1_sha256}}) ==
          reason::no_common_scheme);
    CHECK(refuses({.maximum_version = version::tls1_2,
                   .signature_algorithms = {signature_scheme::rsa_pss_rsae_sha256}}) == reason::no_common_scheme);
}

TEST_CASE("each suite alone makes a connection", "[py:SimpleBackgroundTestsTLS_1_3.test_ciphersuites][same]") {
    CHECK(why(cipher_suites_from("XXX")) == reason::suite_unknown);
    for (auto const suite : supported_cipher_suites()) {
        auto const* row = detail::find_suite(static_cast<std::uint16_t>(suite));
        if (row->needs_psk() || row->iana_name.find("_RSA_") != std::string_view::npos) {
            continue; // psk.cpp; the certificate here has an EC key
        }
        INFO(row->iana_name);
        test::pair p({.cipher_suites = {suite}}, {});
        bool const by_default = row->kind == detail::suite_kind::standard;
        CHECK(p.shake().ok() == by_default); // the server has to want the others, too
        test::pair both({.cipher_suites = {suite}}, {.cipher_suites = {suite}});
        REQUIRE(both.shake().ok());
        CHECK(both.client.cipher().id == static_cast<std::uint16_t>(suite));
        CHECK(both.client.cipher().name == row->openssl_name);
        CHECK(both.client.cipher().protocol == (row->since == version::tls1_3 ? "TLSv1.3" : "TLSv1.2"));
        CHECK(both.client.cipher().secret_bits == row->bits);
        CHECK(both.server.cipher().iana_name == row->iana_name);
    }
}

TEST_CASE("suites that have nothing in common", "[py:SimpleBackgroundTestsTLS_1_3.test_ciphersuite_mismatch][same]") {
    auto const v = GENERATE(from_range(test::versions));
    bool const new_one = v == version::tls1_3;
    test::pair p({.minimum_version = v,
                  .maximum_version = v,
                  .cipher_suites = {new_one ? cipher_suite::TLS_AES_256_GCM_SHA384
                                            : cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384}},
                 {.cipher_suites = {cipher_suite::TLS_AES_128_GCM_SHA256,
                                    cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}});
    auto const o = p.shake();
    REQUIRE_FALSE(o.server);
    CHECK(o.server.error() == errc::handshake_failed);
    REQUIRE_FALSE(o.client);
    CHECK(o.client.error().alert() == alert::handshake_failure);
    CHECK(p.client.cipher().name.empty());
}

TEST_CASE("each group alone makes a connection, and another one does not") {
    for (auto const group : supported_groups()) {
        auto const* row = detail::find_group(static_cast<std::uint16_t>(group));
        if (group == named_group::ffdhe4096 || group == named_group::ffdhe6144 || group == named_group::ffdhe8192) {
            continue; // a minute of arithmetic in an unoptimised build
        }
        for (auto const v : test::versions) {
            if (v == version::tls1_3 ? !row->tls1_3 : !row->tls1_2) {
                continue;
            }
            INFO(row->iana_name << ' ' << name(v));
            // in TLS 1.2 an EC key of the server's would have to be on the group, too
            auto const& rsa = test::rsa_localhost().identity;
            auto const& trust = test::shared_certificates().trust;
            client_options const client{.trust = trust, .minimum_version = v, .maximum_version = v, .groups = {group}};
            test::pair same(client, {.identities = {rsa}, .groups = {group}});
            CHECK(same.shake().ok());
            auto const other = group == named_group::secp256r1 ? named_group::secp384r1 : named_group::secp256r1;
            test::pair different(client, {.identities = {rsa}, .groups = {other}});
            auto const o = different.shake();
            REQUIRE_FALSE(o.server);
            REQUIRE_FALSE(o.client);
            CHECK(o.server.error() == errc::handshake_failed);
            CHECK(o.client.error() == errc::alert_received);
        }
    }
}

TEST_CASE("signature algorithms that have nothing in common", "[py:ThreadedTests.test_server_sigalgs_mismatch][same]") {
    auto const v = GENERATE(from_range(test::versions));
    // the server's key is on P-256
    test::pair p({.minimum_version = v,
                  .maximum_version = v,
                  .signature_algorithms = {signature_scheme::ecdsa_secp384r1_sha384, signature_scheme::rsa_pkcs1_sha256,
                                           signature_scheme::rsa_pss_rsae_sha256}},
                 {.signature_algorithms = {signature_scheme::ecdsa_secp256r1_sha256}});
    auto const o = p.shake();
    CHECK_FALSE(o.server);
    CHECK_FALSE(o.client);
    test::pair same({.minimum_version = v,
                     .maximum_version = v,
                     .signature_algorithms = {signature_scheme::ecdsa_secp256r1_sha256}},
                    {.signature_algorithms = {signature_scheme::ecdsa_secp256r1_sha256}});
    CHECK(same.shake().ok());
}

TEST_CASE("the hashes of signature algorithms go for the chain, too") {
    // TLS 1.2, where ECDSA with SHA-384 works with any key; the chain is signed with SHA-256
    test::pair p(
        {.maximum_version = version::tls1_2, .signature_algorithms = {signature_scheme::ecdsa_secp384r1_sha384}}, {});
    auto const o = p.shake();
    REQUIRE_FALSE(o.client);
    CHECK(o.client.error() == errc::certificate_rejected);
    CHECK(o.client.error().flags().has(verify_flag::weak_hash));
    CHECK_FALSE(o.server);

    test::pair lower(
        {.maximum_version = version::tls1_2,
         .signature_algorithms = {signature_scheme::ecdsa_secp384r1_sha384, signature_scheme::ecdsa_secp256r1_sha256}},
        {});
    CHECK(lower.shake().ok());
}
