// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/checks/chain.hpp>

/// \file
/// RFC 5280 §4.2.1.3, §6.1.4(n): where a CA has keyUsage, it has keyCertSign; and a certificate with keyCertSign is a
/// CA, so that the peer's own one, which is none, does not have it. §4.2.1.12 names the uses that go with a purpose.
namespace tlspp::inline TLSPP_ABI::x509 {

/// \param leaf_needs one of these at least, where the peer's own certificate has keyUsage; empty: nothing.
inline verify_flags check_key_usage(const chain_view& chain, key_usages leaf_needs = {}) noexcept {
    verify_flags found;
    for (std::size_t i = 0; i < chain.size; ++i) {
        auto const extension = find_extension(chain[i], oids::key_usage);
        if (!extension) {
            continue;
        }
        auto const usages = read_key_usage(extension->value);
        if (!usages) {
            found |= verify_flag::key_usage;
            continue;
        }
        bool const may_sign = usages->has(key_usage::key_cert_sign);
        bool const wrong = i == 0 ? (may_sign && mbedtls_x509_crt_get_ca_istrue(&chain[i]) != 1) ||
                                        (!leaf_needs.empty() && (usages->bits() & leaf_needs.bits()) == 0)
                                  : !may_sign;
        if (wrong) {
            found |= verify_flag::key_usage;
        }
    }
    return found;
}
} // namespace tlspp::inline TLSPP_ABI::x509
