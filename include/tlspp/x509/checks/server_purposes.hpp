// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/checks/chain.hpp>
#include <tlspp/x509/detail/built.hpp>

#if TLSPP_HAS_X509

/// \file
/// Baseline requirements §7.1.2.7.10, over RFC 5280 §4.2.1.12: a server's certificate says by extendedKeyUsage, not
/// critically, that it is one, and is good for none of the purposes that others must keep apart from it.
namespace tlspp::inline TLSPP_ABI::x509 {

inline verify_flags check_server_purposes(const chain_view& chain) noexcept {
    if (chain.size == 0 || chain.is_trusted(0)) {
        return {};
    }
    auto const extension = find_extension(chain[0], oids::extended_key_usage);
    if (!extension || extension->critical) {
        return verify_flag::server_purposes;
    }
    bool server = false;
    oid_cursor all(extension->value);
    for (oid one; all.next(one);) {
        server = server || one == oids::server_auth;
        for (oid apart : {oids::any_extended_key_usage, oids::code_signing, oids::email_protection, oids::time_stamping,
                          oids::ocsp_signing}) {
            if (one == apart) {
                return verify_flag::server_purposes;
            }
        }
    }
    return server ? verify_flags() : verify_flags(verify_flag::server_purposes);
}
} // namespace tlspp::inline TLSPP_ABI::x509
#endif
