// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/config.hpp>

#include <cstdint>

namespace tlspp::inline TLSPP_ABI {

/// Which rules a chain must keep.
enum class profile : std::uint8_t {
    /// All that decides whether a chain can be believed (RFC 5280 §6, RFC 9525). How a certificate is written is left
    /// to its issuer.
    rfc5280,
    /// That, and the rules of form that RFC 5280 §4 and the CA/Browser Forum's baseline requirements lay on public CAs
    /// (`checks/form.hpp` lists them). A chain that breaks them was not made as public CAs make theirs. The anchor's
    /// own form is not judged.
    webpki,
};
} // namespace tlspp::inline TLSPP_ABI
