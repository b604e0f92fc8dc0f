// SPDX-License-Identifier: BSL-1.0
#include <tlspp/verify_flags.hpp>

#include <tlspp/detail/mbedtls.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace tlspp;

TEST_CASE("flags are a set") {
    verify_flags flags;
    CHECK(flags.empty());
    flags |= verify_flag::expired;
    flags |= verify_flag::version;
    CHECK(flags.has(verify_flag::expired));
    CHECK(flags.has(verify_flag::version));
    CHECK_FALSE(flags.has(verify_flag::revoked));
    CHECK(flags == (verify_flag::version | verify_flag::expired));
    CHECK(flags.without(verify_flag::expired) == verify_flags{verify_flag::version});
}

TEST_CASE("the lower flags are Mbed TLS's") {
    CHECK(verify_flags{verify_flag::expired}.bits() == MBEDTLS_X509_BADCERT_EXPIRED);
    CHECK(verify_flags{verify_flag::name_mismatch}.bits() == MBEDTLS_X509_BADCERT_CN_MISMATCH);
    CHECK(verify_flags{verify_flag::not_trusted}.bits() == MBEDTLS_X509_BADCERT_NOT_TRUSTED);
    CHECK(verify_flags{verify_flag::other}.bits() == MBEDTLS_X509_BADCERT_OTHER);
    CHECK(verify_flags{verify_flag::not_yet_valid}.bits() == MBEDTLS_X509_BADCERT_FUTURE);
    CHECK(verify_flags{verify_flag::weak_key}.bits() == MBEDTLS_X509_BADCERT_BAD_KEY);
    CHECK(verify_flags{verify_flag::crl_weak_key}.bits() == MBEDTLS_X509_BADCRL_BAD_KEY);
}

TEST_CASE("each flag has words of its own") {
    for (unsigned bit = 0; bit != 59; ++bit) {
        if ((bit >= 20 && bit < 32) || bit == 40 || bit == 43 || bit == 56) {
            continue; // there are none
        }
        INFO(bit);
        CHECK(describe(static_cast<verify_flag>(1ULL << bit)).size() > 8);
    }
}
