// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/checks/chain.hpp>

#include <tlspp/x509/detail/built.hpp>
#include <tlspp/x509/public_key.hpp>

#if TLSPP_HAS_X509

/// \file
/// Baseline requirements §6.1.5, over RFC 5280 §4.1.2.7: keys are RSA with 2,048 bits or more, in whole octets, or EC on
/// P-256, P-384 or P-521, by name. That is about the key and not about form, so the anchor's counts too.
namespace tlspp::inline TLSPP_ABI::x509 {

inline bool is_baseline_key(const mbedtls_x509_crt& crt) noexcept {
    auto const key = describe_key(crt);
    switch (key.kind) {
    case key_kind::rsa:
    case key_kind::rsa_pss:
        return key.bits >= 2048 && key.bits % 8 == 0;
    case key_kind::ec:
        return key.curve == "secp256r1" || key.curve == "secp384r1" || key.curve == "secp521r1";
    case key_kind::other:
        break;
    }
    return false;
}

inline verify_flags check_key_size(const chain_view& chain) noexcept {
    for (std::size_t i = 0; i < chain.size; ++i) {
        if (!is_baseline_key(chain[i])) {
            return verify_flag::key_size;
        }
    }
    return {};
}
} // namespace tlspp::inline TLSPP_ABI::x509
#endif
