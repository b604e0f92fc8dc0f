// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/checks/chain.hpp>
#include <tlspp/x509/detail/built.hpp>

#if TLSPP_HAS_X509

/// \file
/// Baseline requirements §7.1.2.7.8 and §7.1.2.7.11, over RFC 5280 §4.2.1.9: the peer's own certificate is no CA, and
/// its key signs neither certificates nor CRLs. (RFC 5280 itself lets a CA stand at the end of a chain.)
namespace tlspp::inline TLSPP_ABI::x509 {

inline verify_flags check_end_entity(const chain_view& chain) noexcept {
    if (chain.size == 0 || chain.is_trusted(0)) {
        return {};
    }
    auto const extension = find_extension(chain[0], oids::key_usage);
    auto const usages = extension ? read_key_usage(extension->value) : std::nullopt;
    bool const signs = usages && (usages->has(key_usage::key_cert_sign) || usages->has(key_usage::crl_sign));
    bool const ca = mbedtls_x509_crt_get_ca_istrue(&chain[0]) == 1;
    return signs || ca ? verify_flags(verify_flag::end_entity) : verify_flags();
}
} // namespace tlspp::inline TLSPP_ABI::x509
#endif
