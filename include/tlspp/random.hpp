// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/bytes.hpp>
#include <tlspp/error.hpp>

#include <tlspp/x509/detail/parse_error.hpp>

namespace tlspp::inline TLSPP_ABI {

/// Fills the buffer with random bytes fit for keys, from PSA's generator, which is seeded where this returns without an
/// error. Nothing to fill is fine. Needs PSA (`MBEDTLS_PSA_CRYPTO_C`, or Mbed TLS 4).
/// \return `errc::random` where the entropy source failed; the buffer is not to be used then.
/// \par Thread safety May be called by several threads at once where `thread_safe`.
template <bool Use = true>
[[nodiscard]] result<void> random_bytes(writable_bytes out) noexcept {
    static_assert(!Use || detail::build::psa, "random_bytes needs MBEDTLS_PSA_CRYPTO_C in the Mbed TLS configuration");
#if TLSPP_HAS_PSA
    if (auto const started = detail::start_crypto(); !started) {
        return started;
    }
    if (int const code = detail::psa_random(nullptr, out.uchars(), out.size()); code != 0) {
        return std::unexpected(error{errc::random, reason::none, code});
    }
#else
    (void)out;
#endif
    return {};
}
} // namespace tlspp::inline TLSPP_ABI
