// SPDX-License-Identifier: BSL-1.0
#include <tlspp/cipher_suite.hpp>

#include <tlspp/detail/mbedtls.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace tlspp;

namespace {
bool is_aead(std::string_view name) {
    return name.find("_GCM_") != std::string_view::npos || name.find("_POLY1305_") != std::string_view::npos ||
           name.find("_CCM") != std::string_view::npos;
}
} // namespace

TEST_CASE("every suite is known to Mbed TLS under the same number, and has names of its own") {
    for (auto const& row : detail::suite_table) {
        INFO(row.iana_name);
        CHECK(std::string_view{mbedtls_ssl_get_ciphersuite_name(static_cast<int>(row.id))} != "unknown");
        CHECK(detail::find_suite(static_cast<std::uint16_t>(row.id)) == &row);
        CHECK(name(row.id) == row.iana_name);
        CHECK(row.bits == (row.iana_name.contains("AES_128") ? 128 : 256));
        for (auto const& other : detail::suite_table) {
            CHECK((&other == &row || (other.iana_name != row.iana_name && other.openssl_name != row.openssl_name)));
        }
    }
    CHECK(detail::find_suite(0x002F) == nullptr); // TLS_RSA_WITH_AES_128_CBC_SHA
    CHECK(name(static_cast<cipher_suite>(0x002F)).empty());
}

TEST_CASE("what is offered by default is AEAD with forward secrecy") {
    for (auto const& row : detail::suite_table) {
        INFO(row.iana_name);
        bool const forward_secret = row.since == version::tls1_3 || row.iana_name.starts_with("TLS_ECDHE_");
        if (row.kind == detail::suite_kind::standard || row.kind == detail::suite_kind::psk) {
            CHECK(row.warning.empty());
            CHECK(forward_secret);
            CHECK(is_aead(row.iana_name));
            CHECK_FALSE(row.iana_name.ends_with("CCM_8"));
        }
        CHECK(row.needs_psk() == (row.iana_name.find("PSK") != std::string_view::npos));
        CHECK(row.warning.contains("insecure_no_forward_secrecy") == !forward_secret);
        CHECK(row.warning.contains("insecure_short_tag") == row.iana_name.contains("CCM_8"));
        CHECK_FALSE(row.iana_name.contains("_RSA_WITH_NULL"));
        CHECK_FALSE(row.iana_name.ends_with("CBC_SHA"));
    }
}
