// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/mbedtls_build.hpp>

/// \file
/// The part of `mbedtls.hpp` that reads return codes. 3.6 adds a code of a low level to one of a high level, and has one
/// of each kind in every module; 4.x has PSA's in their place.
namespace tlspp::inline TLSPP_ABI::detail {

/// A server has early data, which is to be read before the handshake goes on.
inline bool is_early_data([[maybe_unused]] int code) noexcept {
#if defined(MBEDTLS_SSL_EARLY_DATA)
    return code == MBEDTLS_ERR_SSL_RECEIVED_EARLY_DATA;
#else
    return false;
#endif
}

inline bool is_new_session_ticket([[maybe_unused]] int code) noexcept {
#if defined(MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET)
    return code == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET;
#else
    return false;
#endif
}

/// The code of the high level, to which 3.6 adds one of a low level; 4.x has the code as it is.
inline int without_low_level(int code) noexcept { return mbedtls4 ? code : -(-code & 0x7F80); }

/// True where `code` says that memory ran out. 3.6 has one code a module and adds a low-level code to a high-level
/// one; 4.x has one code.
inline bool is_out_of_memory(int code) noexcept {
    if (code == MBEDTLS_ERR_SSL_ALLOC_FAILED) {
        return true;
    }
#if TLSPP_HAS_PSA
    if (code == PSA_ERROR_INSUFFICIENT_MEMORY) {
        return true;
    }
#endif
#if MBEDTLS_VERSION_NUMBER < 0x04000000
    int const high = -code & 0xFF80;
    int const low = -code & 0x007F;
    return low == 0x10 /* bignum */ || low == 0x6A /* ASN.1 */ || high == 0x7F00 /* SSL */ ||
           high == 0x1180 /* PEM */ || high == 0x2880 /* X.509 */ || high == 0x3F80 /* PK */ ||
           high == 0x4D80 /* ECP */ || high == 0x5180 /* MD */ || high == 0x6180 /* cipher */;
#else
    return false;
#endif
}

/// The random source failed. 3.6 has codes of its entropy and DRBG modules besides PSA's.
inline bool is_random_failure(int code) noexcept {
#if TLSPP_HAS_PSA
    if (code == PSA_ERROR_INSUFFICIENT_ENTROPY) {
        return true;
    }
#endif
#if MBEDTLS_VERSION_NUMBER < 0x04000000
    int const low = -code & 0x007F;
    return code == MBEDTLS_ERR_SSL_NO_RNG ||
           (code > -0x80 && (low == 0x34 || low == 0x3A || low == 0x3C /* CTR_DRBG */ || low == 0x03 || low == 0x05 ||
                             low == 0x09 /* HMAC_DRBG */ || low == 0x40 /* entropy: no source */));
#else
    return false;
#endif
}

/// The chain was refused by the verification of X.509 itself.
inline bool is_verification_failure([[maybe_unused]] int code) noexcept {
#if defined(MBEDTLS_X509_CRT_PARSE_C)
    return code == MBEDTLS_ERR_X509_CERT_VERIFY_FAILED || code == MBEDTLS_ERR_X509_FATAL_ERROR;
#else
    return false;
#endif
}

#if defined(MBEDTLS_X509_CRT_PARSE_C)
/// The ASN.1 parser's code, where 4.x gives it in place of the one that says what was parsed.
inline bool is_asn1_alone(int code) noexcept {
    return mbedtls4 && code <= MBEDTLS_ERR_ASN1_OUT_OF_DATA && code >= MBEDTLS_ERR_ASN1_INVALID_DATA;
}

/// These bytes are no private key.
inline bool is_malformed_key(int code) noexcept {
    return without_low_level(code) == MBEDTLS_ERR_PK_KEY_INVALID_FORMAT || is_asn1_alone(code);
}
#endif

/// A certificate could not be parsed: what came in a handshake, for one's own were parsed long before. 4.x tells the
/// code of the ASN.1 parser in place of X.509's.
inline bool is_unreadable_certificate([[maybe_unused]] int code) noexcept {
#if defined(MBEDTLS_X509_CRT_PARSE_C)
    if (code >= 0 || is_out_of_memory(code)) {
        return false;
    }
    int const high = without_low_level(code);
    bool const x509 = high <= MBEDTLS_ERR_X509_FEATURE_UNAVAILABLE && high >= MBEDTLS_ERR_X509_FILE_IO_ERROR;
    return (x509 && high != MBEDTLS_ERR_X509_CERT_VERIFY_FAILED) || is_asn1_alone(code) ||
           high == MBEDTLS_ERR_PK_UNKNOWN_PK_ALG || high == MBEDTLS_ERR_PK_INVALID_PUBKEY ||
           high == MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE || high == MBEDTLS_ERR_PK_INVALID_ALG;
#else
    return false;
#endif
}

/// Memory ran out in what copies a session with its certificate, which was read before: 4.x says of the key that it is
/// none where PSA had no memory for it.
inline bool is_out_of_memory_copying(int code) noexcept {
    return is_out_of_memory(code) || (mbedtls4 && is_unreadable_certificate(code));
}

/// Of the unreadable ones, the code for a critical extension that Mbed TLS does not know, or for extensions that are malformed; on
/// 4.x for any element of another kind than it should be.
inline bool is_unknown_critical_extension([[maybe_unused]] int code) noexcept {
#if defined(MBEDTLS_X509_CRT_PARSE_C)
    return code == (mbedtls4 ? 0 : MBEDTLS_ERR_X509_INVALID_EXTENSIONS) + MBEDTLS_ERR_ASN1_UNEXPECTED_TAG;
#else
    return false;
#endif
}
} // namespace tlspp::inline TLSPP_ABI::detail
