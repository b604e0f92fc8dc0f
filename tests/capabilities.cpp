// SPDX-License-Identifier: BSL-1.0
#include <tlspp/capabilities.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace tlspp;

TEST_CASE("the version of Mbed TLS: headers, library and text agree",
          "[py:BasicSocketTests.test_openssl_version][same]") {
    CHECK(mbedtls_library_version() == mbedtls_headers_version);
    CHECK(mbedtls_library_version() >= mbedtls_version{3, 6, 0});
    CHECK(mbedtls_library_version() < mbedtls_version{5, 0, 0});
    auto const v = mbedtls_library_version();
    CHECK(std::string(mbedtls_library_text()) == "Mbed TLS " + std::to_string(v.major_number) + "." +
                                                     std::to_string(v.minor_number) + "." +
                                                     std::to_string(v.patch_number));
    CHECK(mbedtls_version::from_number(0x03060700) == mbedtls_version{3, 6, 7});
    CHECK(mbedtls_version{3, 6, 7} < mbedtls_version{3, 10, 0});
}

TEST_CASE("what the library was built with, as it says itself") {
#if defined(MBEDTLS_VERSION_FEATURES)
    auto const built = [](const char* macro) { return mbedtls_version_check_feature(macro) == 0; };
    CHECK(has_tls1_2 == built("MBEDTLS_SSL_PROTO_TLS1_2"));
    CHECK(has_tls1_3 == built("MBEDTLS_SSL_PROTO_TLS1_3"));
    CHECK(has_sni == built("MBEDTLS_SSL_SERVER_NAME_INDICATION"));
    CHECK(has_alpn == built("MBEDTLS_SSL_ALPN"));
    CHECK(has_early_data == built("MBEDTLS_SSL_EARLY_DATA"));
    CHECK(has_session_tickets == built("MBEDTLS_SSL_SESSION_TICKETS"));
    if constexpr (!detail::mbedtls4) { // 4.0 tells of no macro that has to do with X.509
        CHECK(has_crl == built("MBEDTLS_X509_CRL_PARSE_C"));
    }
    CHECK(has_client == built("MBEDTLS_SSL_CLI_C"));
    CHECK(has_server == built("MBEDTLS_SSL_SRV_C"));
    bool const psk1_2 = built("MBEDTLS_KEY_EXCHANGE_PSK_ENABLED") || built("MBEDTLS_KEY_EXCHANGE_ECDHE_PSK_ENABLED");
    bool const psk1_3 = built("MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_PSK_ENABLED") ||
                        built("MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_PSK_EPHEMERAL_ENABLED");
    CHECK(has_psk == ((has_tls1_2 && psk1_2) || (has_tls1_3 && psk1_3)));
    CHECK(has_psk_tls1_3 == (has_tls1_3 && psk1_3));
#else
    SKIP("this Mbed TLS does not tell its features");
#endif
    static_assert(has_ecdhe && has_never_check_common_name);
}
