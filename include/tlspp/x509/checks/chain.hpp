// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/verify_flags.hpp>

#include <tlspp/x509/detail/built.hpp>
#include <tlspp/x509/extensions.hpp>

#include <cstddef>

#if TLSPP_HAS_X509

/// \file
/// What the checks look at. Each check is a function of one file that takes a chain and gives the flags it found; none
/// of them allocates, keeps state, or needs a handshake.
namespace tlspp::inline TLSPP_ABI::x509 {

/// A chain as Mbed TLS built it: the peer's own certificate first, each next one the issuer of the one before.
struct chain_view {
    const mbedtls_x509_crt* const* certificates = nullptr;
    std::size_t size = 0;
    /// The last one is a trust anchor. RFC 5280 §6.1 takes name and key of an anchor and nothing else; what it says of
    /// itself is respected where it narrows what it may do, and its form is nobody's business.
    bool anchored = false;

    const mbedtls_x509_crt& operator[](std::size_t i) const noexcept { return *certificates[i]; }
    bool is_anchor(std::size_t i) const noexcept { return anchored && i + 1 == size && i != 0; }
    /// The same, and a peer's own certificate that is trusted itself.
    bool is_trusted(std::size_t i) const noexcept { return anchored && i + 1 == size; }
};

/// RFC 5280 §3.2: the same name in subject and issuer, whoever signed it.
bool is_self_issued(const mbedtls_x509_crt& crt) noexcept;
} // namespace tlspp::inline TLSPP_ABI::x509

#include <tlspp/x509/checks/name_comparison.hpp>

namespace tlspp::inline TLSPP_ABI::x509 {
inline bool is_self_issued(const mbedtls_x509_crt& crt) noexcept {
    return same_name(detail::bytes_of(crt.subject_raw), detail::bytes_of(crt.issuer_raw));
}
} // namespace tlspp::inline TLSPP_ABI::x509
#endif
