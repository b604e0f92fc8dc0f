// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/bytes.hpp>
#include <tlspp/detail/mbedtls.hpp>
#include <tlspp/detail/memory.hpp>
#include <tlspp/x509/detail/built.hpp>

#include <cstddef>
#include <cstring>

#if TLSPP_HAS_X509

namespace tlspp::inline TLSPP_ABI::detail {

/// Mbed TLS refuses to parse what has a critical extension that it does not know. Here parsing is reading, and
/// judging comes after: every critical extension is let through, and `x509/checks/unknown_critical.hpp` refuses the
/// chains with one that nobody enforces.
inline int take_any_extension(void*, const mbedtls_x509_crt*, const mbedtls_x509_buf*, int, const unsigned char*,
                              const unsigned char*) noexcept {
    return 0;
}

/// Appends one certificate to the list `chain`, from DER without trailing bytes.
inline int parse_certificate(mbedtls_x509_crt& chain, bytes der, bool copy) noexcept {
    return mbedtls_x509_crt_parse_der_with_ext_cb(&chain, der.uchars(), der.size(), copy ? 1 : 0, take_any_extension,
                                                  nullptr);
}

/// The length of the DER object that `data` begins with, tag and length included; 0 where there is none.
inline std::size_t der_object_size(bytes data) noexcept {
    auto* at = const_cast<unsigned char*>(data.uchars());
    std::size_t length = 0;
    if (data.empty() || mbedtls_asn1_get_tag(&at, data.uchars() + data.size(), &length,
                                             MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE) != 0) {
        return 0;
    }
    return static_cast<std::size_t>(at - data.uchars()) + length;
}

/// One certificate with its DER behind it: one block of memory, plus what Mbed TLS's parser allocates.
struct certificate_block {
    certificate_block() noexcept { mbedtls_x509_crt_init(&crt); }
    ~certificate_block() { mbedtls_x509_crt_free(&crt); }
    certificate_block(const certificate_block&) = delete;
    certificate_block& operator=(const certificate_block&) = delete;

    unsigned char* room() noexcept { return reinterpret_cast<unsigned char*>(this + 1); }

    ref_count references;
    mbedtls_x509_crt crt;
};
using certificate_ref = ref<certificate_block>;
} // namespace tlspp::inline TLSPP_ABI::detail
#endif
