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

#if TLSPP_HAS_PSA
namespace {
/// Whether PSA makes keys in this group: what TLS 1.3 asks it for, and 4.x in all versions.
bool psa_makes(psa_key_type_t type, std::size_t bits, psa_algorithm_t algorithm) {
    psa_key_attributes_t attributes = psa_key_attributes_init();
    psa_set_key_type(&attributes, type);
    psa_set_key_bits(&attributes, bits);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_DERIVE);
    psa_set_key_algorithm(&attributes, algorithm);
    mbedtls_svc_key_id_t key = MBEDTLS_SVC_KEY_ID_INIT;
    bool const made = psa_generate_key(&attributes, &key) == PSA_SUCCESS;
    psa_destroy_key(key);
    return made;
}
/// What each line of Mbed TLS tells of itself; 4.0 tells nothing.
void compare_with_lists() {
#if MBEDTLS_VERSION_NUMBER >= 0x04010000
    std::set<std::uint16_t> listed;
    for (auto const* id = mbedtls_ssl_get_supported_group_list(); *id != MBEDTLS_SSL_IANA_TLS_GROUP_NONE; ++id) {
        listed.insert(*id);
    }
    for (auto const& row : detail::group_table) {
        INFO(row.iana_name);
        CHECK(row.built == listed.contains(static_cast<std::uint16_t>(row.id)));
    }
#elif defined(MBEDTLS_ECP_C) && MBEDTLS_VERSION_NUMBER < 0x04000000
    for (auto const& row : detail::group_table) {
        if (row.tls1_2) {
            INFO(row.iana_name);
            auto const* const info = mbedtls_ecp_curve_info_from_tls_id(static_cast<std::uint16_t>(row.id));
            CHECK(row.built == (info != nullptr));
        }
    }
#endif
}
} // namespace

TEST_CASE("what is said of the build's curves is what Mbed TLS says") {
    compare_with_lists();
    REQUIRE(detail::psa_start() == 0);
    struct {
        named_group id;
        psa_ecc_family_t family;
        std::size_t bits;
    } const curves[] = {
        {named_group::secp256r1, PSA_ECC_FAMILY_SECP_R1, 256},
        {named_group::secp384r1, PSA_ECC_FAMILY_SECP_R1, 384},
        {named_group::secp521r1, PSA_ECC_FAMILY_SECP_R1, 521},
        {named_group::brainpoolP256r1, PSA_ECC_FAMILY_BRAINPOOL_P_R1, 256},
        {named_group::brainpoolP384r1, PSA_ECC_FAMILY_BRAINPOOL_P_R1, 384},
        {named_group::brainpoolP512r1, PSA_ECC_FAMILY_BRAINPOOL_P_R1, 512},
        {named_group::x25519, PSA_ECC_FAMILY_MONTGOMERY, 255},
        {named_group::x448, PSA_ECC_FAMILY_MONTGOMERY, 448},
    };
    std::size_t seen = 0;
    for (auto const& row : detail::group_table) {
        for (auto const& curve : curves) {
            if (curve.id == row.id) {
                INFO(row.iana_name);
                CHECK(row.built == psa_makes(PSA_KEY_TYPE_ECC_KEY_PAIR(curve.family), curve.bits, PSA_ALG_ECDH));
                ++seen;
            }
        }
        if (row.id == named_group::ffdhe2048) { // larger ones take seconds
            CHECK(row.built == psa_makes(PSA_KEY_TYPE_DH_KEY_PAIR(PSA_DH_FAMILY_RFC7919), 2048, PSA_ALG_FFDH));
            ++seen;
        }
    }
    CHECK(seen == 9);
}
#endif
