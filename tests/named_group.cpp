// SPDX-License-Identifier: BSL-1.0
#include <tlspp/named_group.hpp>

#include <catch2/catch_test_macros.hpp>

#include <set>
#if defined(MBEDTLS_ECP_C) && MBEDTLS_VERSION_NUMBER < 0x04000000
#include <mbedtls/ecp.h>
#endif

using namespace tlspp;

TEST_CASE("groups have IANA's numbers and names, each once") {
    CHECK(static_cast<int>(named_group::x25519) == MBEDTLS_SSL_IANA_TLS_GROUP_X25519);
    CHECK(static_cast<int>(named_group::secp256r1) == MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1);
    CHECK(static_cast<int>(named_group::brainpoolP512r1) == MBEDTLS_SSL_IANA_TLS_GROUP_BP512R1);
    CHECK(static_cast<int>(named_group::ffdhe8192) == MBEDTLS_SSL_IANA_TLS_GROUP_FFDHE8192);
    std::set<std::string_view> names;
    for (auto const& row : detail::group_table) {
        INFO(row.iana_name);
        CHECK(names.insert(row.iana_name).second);
        CHECK(name(row.id) == row.iana_name);
        CHECK(detail::find_group(static_cast<std::uint16_t>(row.id)) == &row);
        CHECK((row.tls1_2 || row.tls1_3));
    }
    CHECK(name(static_cast<named_group>(0x11EC)).empty());
}

#if defined(MBEDTLS_ECP_C) && MBEDTLS_VERSION_NUMBER < 0x04000000
TEST_CASE("what is said of the build's curves is what Mbed TLS says") {
    for (auto const& row : detail::group_table) {
        if (row.tls1_2) {
            INFO(row.iana_name);
            auto const* const info = mbedtls_ecp_curve_info_from_tls_id(static_cast<std::uint16_t>(row.id));
            CHECK(row.built == (info != nullptr));
        }
    }
}
#endif
