// SPDX-License-Identifier: BSL-1.0
#include <tlspp/signature_scheme.hpp>

#include <catch2/catch_test_macros.hpp>

#include <set>
#include <string>

using namespace tlspp;

TEST_CASE("signature schemes have IANA's numbers and names, each once") {
    CHECK(static_cast<int>(signature_scheme::ecdsa_secp256r1_sha256) == MBEDTLS_TLS1_3_SIG_ECDSA_SECP256R1_SHA256);
    CHECK(static_cast<int>(signature_scheme::rsa_pss_rsae_sha512) == MBEDTLS_TLS1_3_SIG_RSA_PSS_RSAE_SHA512);
    CHECK(static_cast<int>(signature_scheme::rsa_pkcs1_sha384) == MBEDTLS_TLS1_3_SIG_RSA_PKCS1_SHA384);
    std::set<std::string_view> names;
    for (auto const& row : detail::scheme_table) {
        INFO(row.iana_name);
        CHECK(names.insert(row.iana_name).second);
        CHECK(name(row.id) == row.iana_name);
        CHECK(detail::find_scheme(static_cast<std::uint16_t>(row.id)) == &row);
        CHECK(row.iana_name.ends_with(std::to_string(row.hash_bits)));
        CHECK((row.tls1_2 || row.tls1_3));
    }
    CHECK(name(static_cast<signature_scheme>(0x0201)).empty()); // rsa_pkcs1_sha1
}
