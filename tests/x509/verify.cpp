// SPDX-License-Identifier: BSL-1.0
#include <tlspp/x509/verify.hpp>

#include <tlspp/x509/trust_store.hpp>

#include "samples.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace tlspp;
using detail::chain_verifier;
using detail::peer_name;

namespace {
struct outcome {
    int code;
    std::uint32_t mbedtls_flags;
    verify_flags flags;
    bool ran;
};

/// What the handshake does with a chain, with Mbed TLS's own name check as given.
outcome judge(std::string_view chain, const trust_store& trust, peer_name name, const char* mbedtls_name = nullptr,
              bool refuse_all = false, verify_policy policy = {}) {
    auto const id = or_throw(trust_store::from_pem(chain));
    chain_verifier verifier(policy, name, refuse_all);
    std::uint32_t flags = 0;
    int const code = mbedtls_x509_crt_verify_with_profile(id.native_handle(), trust.native_handle(), nullptr,
                                                          &detail::safe_profile(), mbedtls_name, &flags,
                                                          &chain_verifier::callback, &verifier);
    return {code, flags, verifier.flags(flags), verifier.ran()};
}
constexpr peer_name a_example{peer_name::kind::dns, "a.example", {}};
} // namespace

TEST_CASE("a good chain for the right name passes", "[verify]") {
    auto const made = or_throw(samples::ca().issue_pem({.dns_names = {"a.example"}}));
    auto const trust = or_throw(samples::ca().trust());
    auto const good = judge(made.certificate_pem, trust, a_example, "a.example");
    CHECK(good.code == 0);
    CHECK(good.flags.empty());
    CHECK(good.ran);

    SECTION("and no other name does") {
        auto const bad = judge(made.certificate_pem, trust, {peer_name::kind::dns, "b.example", {}}, "b.example");
        CHECK(bad.code == MBEDTLS_ERR_X509_CERT_VERIFY_FAILED);
        CHECK(bad.flags == verify_flag::name_mismatch);
        // also where Mbed TLS was not told a name
        CHECK(judge(made.certificate_pem, trust, {peer_name::kind::dns, "b.example", {}}).code != 0);
    }
    SECTION("and no other issuer does") {
        auto const stranger = or_throw(or_throw(dev::authority::create({.common_name = "Test CA"})).trust());
        auto const bad = judge(made.certificate_pem, stranger, a_example);
        CHECK(bad.code != 0);
        CHECK(bad.flags.has(verify_flag::not_trusted));
        CHECK_FALSE(bad.flags.has(verify_flag::name_mismatch));
    }
    SECTION("and any name is taken where that was asked for") {
        CHECK(judge(made.certificate_pem, trust, {}).code == 0);
        CHECK(judge(made.certificate_pem, trust, {}, "sni.example").code == 0);
        CHECK(judge(made.certificate_pem, trust, {}, "sni.example").flags.empty());
    }
}

TEST_CASE("what Mbed TLS lets pass as a name does not pass here", "[verify]") {
    auto const trust = or_throw(samples::ca().trust());
    for (auto const& options : {dev::certificate_options{.common_name = "a.example"},
                                dev::certificate_options{.dns_names = {"b.example"}, .uris = {"a.example"}}}) {
        auto const made = or_throw(samples::ca().issue_pem(options));
        auto const bad = judge(made.certificate_pem, trust, a_example, "a.example");
        CHECK(bad.code == MBEDTLS_ERR_X509_CERT_VERIFY_FAILED);
        CHECK(bad.flags == verify_flag::name_mismatch);
    }
}

TEST_CASE("the flags of the whole chain are kept", "[verify]") {
    auto const old = or_throw(
        samples::ca().intermediate({.common_name = "Old", .not_before = 1'000'000'000, .not_after = 1'100'000'000}));
    auto const made = or_throw(old.issue_pem({.dns_names = {"b.example"}}));
    auto const bad = judge(made.certificate_pem, or_throw(samples::ca().trust()), a_example, "a.example");
    CHECK(bad.code != 0);
    CHECK(bad.flags == (verify_flag::expired | verify_flag::name_mismatch));
}

TEST_CASE("flags of this library make Mbed TLS refuse", "[verify]") {
    auto const one = or_throw(samples::ca().intermediate({.common_name = "One"}));
    auto const two = or_throw(one.intermediate({.common_name = "Two"}));
    auto const made = or_throw(two.issue_pem({.dns_names = {"a.example"}}));
    auto const trust = or_throw(samples::ca().trust());
    CHECK(judge(made.certificate_pem, trust, a_example).code == 0);
    CHECK(judge(made.certificate_pem, trust, a_example, nullptr, false, {.max_intermediates = 2}).code == 0);
    auto const bad = judge(made.certificate_pem, trust, a_example, nullptr, false, {.max_intermediates = 1});
    CHECK(bad.code == MBEDTLS_ERR_X509_CERT_VERIFY_FAILED);
    CHECK((bad.mbedtls_flags & MBEDTLS_X509_BADCERT_OTHER) != 0);
    CHECK(bad.flags.has(verify_flag::chain_too_long));
}

TEST_CASE("refuse_all ends what Mbed TLS's optional mode would forgive", "[verify]") {
    auto const trust = or_throw(samples::ca().trust());
    auto const made = or_throw(samples::ca().issue_pem({.dns_names = {"a.example"}}));
    CHECK(judge(made.certificate_pem, trust, {}, nullptr, true).code == 0);
    auto const stranger = or_throw(or_throw(dev::authority::create()).trust());
    auto const bad = judge(made.certificate_pem, stranger, {}, nullptr, true);
    CHECK(bad.code == MBEDTLS_ERR_X509_FATAL_ERROR);
    CHECK(bad.mbedtls_flags == 0xFFFFFFFFU);
    CHECK(bad.flags.has(verify_flag::not_trusted));
}

TEST_CASE("a verifier that was never asked says so", "[verify]") {
    verify_policy const policy;
    chain_verifier verifier(policy, {});
    CHECK_FALSE(verifier.ran());
    CHECK(verifier.flags().empty());
    CHECK(verifier.flags(0xFFFFFFFFU) == verify_flag::skipped);
    CHECK(verifier.flags(MBEDTLS_X509_BADCERT_MISSING) == verify_flag::missing);
}

TEST_CASE("what Mbed TLS adds after the callback is told too", "[verify]") {
    auto const c = samples::issue({.dns_names = {"a.example"}});
    verify_policy const policy;
    chain_verifier verifier(policy, a_example);
    std::uint32_t flags = MBEDTLS_X509_BADCERT_CN_MISMATCH; // wrongly
    CHECK(chain_verifier::callback(&verifier, const_cast<mbedtls_x509_crt*>(c.native_handle()), 0, &flags) == 0);
    CHECK(flags == 0);
    CHECK(verifier.flags(MBEDTLS_X509_BADCERT_EXT_KEY_USAGE) == verify_flag::extended_key_usage);
    verifier.reset();
    CHECK_FALSE(verifier.ran());
}
