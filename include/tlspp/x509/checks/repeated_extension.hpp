// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/checks/chain.hpp>
#include <tlspp/x509/detail/built.hpp>

#if TLSPP_HAS_X509

/// \file
/// RFC 5280 §4.2: no extension is there twice. Which of two counts would depend on who reads them; Mbed TLS refuses only
/// the kinds that it knows. The anchor's form is not judged.
namespace tlspp::inline TLSPP_ABI::x509 {

/// More extensions than any certificate has are refused as well, since each is compared with each.
inline constexpr std::size_t most_extensions = 128;

inline bool has_repeated_extension(const mbedtls_x509_crt& crt) noexcept {
    extension_cursor all(crt);
    std::size_t seen = 0;
    for (extension e; all.next(e); ++seen) {
        extension_cursor before(crt);
        extension other;
        for (std::size_t i = 0; i != seen && before.next(other); ++i) {
            if (other.id == e.id) {
                return true;
            }
        }
        if (seen == most_extensions) {
            return true;
        }
    }
    return false;
}

inline verify_flags check_repeated_extension(const chain_view& chain) noexcept {
    for (std::size_t i = 0; i < chain.size; ++i) {
        if (!chain.is_anchor(i) && has_repeated_extension(chain[i])) {
            return verify_flag::repeated_extension;
        }
    }
    return {};
}
} // namespace tlspp::inline TLSPP_ABI::x509
#endif
