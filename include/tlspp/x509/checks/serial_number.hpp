// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/checks/chain.hpp>
#include <tlspp/x509/detail/built.hpp>

#if TLSPP_HAS_X509

/// \file
/// RFC 5280 §4.1.2.2: a serial number is positive and has 20 octets at most. (An octet of zeros that keeps it positive
/// is not counted: whether it should be is read either way.)
namespace tlspp::inline TLSPP_ABI::x509 {

inline bool is_serial_number(bytes content) noexcept {
    if (content.empty() || (*content.uchars() & 0x80U) != 0) {
        return false;
    }
    auto const value = *content.uchars() == 0 ? content.without_first(1) : content;
    return !value.empty() && value.size() <= 20;
}

inline verify_flags check_serial_number(const chain_view& chain) noexcept {
    for (std::size_t i = 0; i < chain.size; ++i) {
        if (!chain.is_trusted(i) && !is_serial_number(detail::bytes_of(chain[i].serial))) {
            return verify_flag::serial_number;
        }
    }
    return {};
}
} // namespace tlspp::inline TLSPP_ABI::x509
#endif
