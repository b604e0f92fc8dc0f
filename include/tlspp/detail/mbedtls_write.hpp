// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/mbedtls.hpp>

/// \file
/// The part of `mbedtls.hpp` that issues certificates: only the development headers include it.
#include <mbedtls/md.h>
#include <mbedtls/pem.h>

#if TLSPP_HAS_PSA && defined(MBEDTLS_X509_CRT_WRITE_C) && defined(MBEDTLS_X509_CRT_PARSE_C) &&                         \
    defined(MBEDTLS_PEM_WRITE_C) && defined(MBEDTLS_PEM_PARSE_C) && defined(MBEDTLS_PK_WRITE_C)
#define TLSPP_HAS_ISSUER 1
#else
#define TLSPP_HAS_ISSUER 0
#endif

#if TLSPP_HAS_ISSUER
namespace tlspp::inline TLSPP_ABI::detail {

/// Generates a key pair through PSA, for which both lines have one interface, and copies it into `key`.
inline int generate_key(mbedtls_pk_context& key, psa_key_type_t type, std::size_t bits) noexcept {
    bool const rsa = PSA_KEY_TYPE_IS_RSA(type);
    psa_key_attributes_t attributes = psa_key_attributes_init();
    psa_set_key_type(&attributes, type);
    psa_set_key_bits(&attributes, bits);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_EXPORT | PSA_KEY_USAGE_SIGN_HASH);
    psa_set_key_algorithm(&attributes,
                          rsa ? PSA_ALG_RSA_PKCS1V15_SIGN(PSA_ALG_ANY_HASH) : PSA_ALG_ECDSA(PSA_ALG_ANY_HASH));
    mbedtls_svc_key_id_t id = MBEDTLS_SVC_KEY_ID_INIT;
    if (psa_status_t const status = psa_generate_key(&attributes, &id); status != PSA_SUCCESS) {
        return static_cast<int>(status);
    }
    int const code = mbedtls_pk_copy_from_psa(id, &key);
    psa_destroy_key(id);
    return code;
}

/// Signs a hash; `out` has room for `MBEDTLS_PK_SIGNATURE_MAX_SIZE` bytes.
inline int sign_hash(mbedtls_pk_context& key, mbedtls_md_type_t hash, const unsigned char* data, std::size_t size,
                     unsigned char* out, std::size_t& out_size) noexcept {
#if MBEDTLS_VERSION_NUMBER < 0x04000000
    return mbedtls_pk_sign(&key, hash, data, size, out, MBEDTLS_PK_SIGNATURE_MAX_SIZE, &out_size, psa_random, nullptr);
#else
    return mbedtls_pk_sign(&key, hash, data, size, out, MBEDTLS_PK_SIGNATURE_MAX_SIZE, &out_size);
#endif
}

/// Writes and signs a certificate at the end of the buffer; the length, or a negative code.
inline int write_certificate(mbedtls_x509write_cert& certificate, unsigned char* out, std::size_t size) noexcept {
#if MBEDTLS_VERSION_NUMBER < 0x04000000
    return mbedtls_x509write_crt_der(&certificate, out, size, psa_random, nullptr);
#else
    return mbedtls_x509write_crt_der(&certificate, out, size);
#endif
}
} // namespace tlspp::inline TLSPP_ABI::detail
#endif
