// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/text.hpp>

#include <string>
#include <string_view>
#include <vector>

/// \file
/// Certificates between DER and PEM, as strings and vectors. Python's `DER_cert_to_PEM_cert` and
/// `PEM_cert_to_DER_cert`. What is converted is parsed, so that rubbish in is an error and not rubbish out.
namespace tlspp::inline TLSPP_ABI {
#if TLSPP_HAS_X509

/// One certificate in DER as PEM (RFC 7468): lines of 64 characters, a line end after the last.
/// \return `errc::malformed` where it is no certificate, or something stands behind it.
/// \throws what `std::string` throws where memory ends.
template <bool Use = true>
result<std::string> certificate_to_pem(bytes der) {
    auto const parsed = certificate::from_der(der);
    if (!parsed) {
        return std::unexpected(parsed.error());
    }
    std::string text = to_pem<Use>(*parsed);
    if (text.empty()) {
        return std::unexpected(error{errc::out_of_memory});
    }
    return text;
}

/// The first certificate of a PEM text as DER; what stands around it is not looked at.
/// \return `errc::malformed` where there is none, or it cannot be parsed.
/// \throws what `std::vector` throws where memory ends.
template <bool Use = true>
result<std::vector<std::byte>> certificate_to_der(bytes pem) {
    auto const parsed = certificate::from_pem<Use>(pem);
    if (!parsed) {
        return std::unexpected(parsed.error());
    }
    auto const der = parsed->der();
    return std::vector<std::byte>(der.begin(), der.end());
}
#else
template <bool Use = true>
result<std::string> certificate_to_pem(bytes) {
    detail::needs_x509<Use>();
    return std::unexpected(error{errc::unsupported});
}
template <bool Use = true>
result<std::vector<std::byte>> certificate_to_der(bytes) {
    detail::needs_x509<Use>();
    return std::unexpected(error{errc::unsupported});
}
#endif
} // namespace tlspp::inline TLSPP_ABI
