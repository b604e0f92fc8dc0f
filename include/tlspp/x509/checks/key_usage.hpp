// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/policy.hpp>

#include <tlspp/x509/checks/chain.hpp>
#include <tlspp/x509/detail/built.hpp>

#if TLSPP_HAS_X509

/// \file
/// RFC 5280 §4.2.1.3, §6.1.4(n): where a CA has keyUsage, it has keyCertSign; and a certificate with keyCertSign is a
/// CA, so that the peer's own one, which is none, does not have it. §4.2.1.12 names the uses that go with a purpose.
namespace tlspp::inline TLSPP_ABI::x509 {

/// §4.2.1.12: one of these goes with the purpose; empty: nothing was asked.
constexpr key_usages usages_for(purpose what) noexcept {
    auto const bit = [](key_usage usage) noexcept { return static_cast<std::uint16_t>(usage); };
    auto const sign = bit(key_usage::digital_signature) | bit(key_usage::key_agreement);
    switch (what) {
    case purpose::server:
        return key_usages(static_cast<std::uint16_t>(sign | bit(key_usage::key_encipherment)));
    case purpose::client:
        return key_usages(static_cast<std::uint16_t>(sign));
    case purpose::any:
        break;
    }
    return {};
}

/// The keyUsage that Mbed TLS has read, of a certificate that has one: it counts the bits of each octet from the other
/// end.
inline key_usages usages_of(const mbedtls_x509_crt& crt) noexcept {
    unsigned const from = detail::key_usage_octets(crt);
    unsigned usages = (from >> 7) & 0x100U;
    for (unsigned n = 0; n != 8; ++n) {
        usages |= (from >> (7 - n) & 1U) << n;
    }
    return key_usages(static_cast<std::uint16_t>(usages));
}

/// \param leaf_needs one of these at least, where the peer's own certificate has keyUsage; empty: nothing.
inline verify_flags check_key_usage(const chain_view& chain, key_usages leaf_needs = {}) noexcept {
    verify_flags found;
    for (std::size_t i = 0; i < chain.size; ++i) {
        const mbedtls_x509_crt& crt = chain[i];
        if (!detail::has_key_usage(crt)) {
            continue;
        }
        key_usages const usages = usages_of(crt);
        bool const may_sign = usages.has(key_usage::key_cert_sign);
        bool const wrong = i == 0 ? (may_sign && mbedtls_x509_crt_get_ca_istrue(&crt) != 1) ||
                                        (!leaf_needs.empty() && (usages.bits() & leaf_needs.bits()) == 0)
                                  : !may_sign;
        if (wrong) {
            found |= verify_flag::key_usage;
        }
    }
    return found;
}
} // namespace tlspp::inline TLSPP_ABI::x509
#endif
