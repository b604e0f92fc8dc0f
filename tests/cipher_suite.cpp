// SPDX-License-Identifier: BSL-1.0
#include <tlspp/cipher_suite.hpp>

#include <tlspp/detail/mbedtls.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace tlspp;

TEST_CASE("every suite is AEAD with forward secrecy, and known to Mbed TLS under the same number") {
    for (auto const& row : detail::suite_table) {
        INFO(row.iana_name);
        CHECK((row.since == version::tls1_3 || row.iana_name.starts_with("TLS_ECDHE_")));
        CHECK((row.iana_name.find("_GCM_") != std::string_view::npos ||
               row.iana_name.find("_POLY1305_") != std::string_view::npos));
        CHECK(row.iana_name.find("CBC") == std::string_view::npos);
        CHECK(std::string_view{mbedtls_ssl_get_ciphersuite_name(static_cast<int>(row.id))} != "unknown");
        CHECK(detail::find_suite(static_cast<std::uint16_t>(row.id)) == &row);
        CHECK(name(row.id) == row.iana_name);
    }
    CHECK(detail::find_suite(0x002F) == nullptr); // TLS_RSA_WITH_AES_128_CBC_SHA
    CHECK(name(static_cast<cipher_suite>(0x002F)).empty());
}
