// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/error.hpp>

namespace tlspp::inline TLSPP_ABI::detail {

/// What a code of Mbed TLS's parsers means; `otherwise` for all that is a fault of the input.
inline error parse_error(int code, reason otherwise = reason::certificate_malformed) noexcept {
    if (is_out_of_memory(code)) {
        return error(errc::out_of_memory, reason::none, code);
    }
    return error(errc::malformed, otherwise, code);
}
inline std::unexpected<error> parse_failure(int code, reason otherwise = reason::certificate_malformed) noexcept {
    return std::unexpected(parse_error(code, otherwise));
}
inline refused no_memory() noexcept { return refused{errc::out_of_memory}; }

/// PSA has to be up before a key is parsed.
inline result<void> start_crypto() noexcept {
    if (int const code = psa_start(); code != 0) {
        return refused{is_out_of_memory(code) ? errc::out_of_memory : errc::random, reason::none, code};
    }
    return {};
}
} // namespace tlspp::inline TLSPP_ABI::detail
