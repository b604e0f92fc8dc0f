// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/error.hpp>

#include <optional>

/// \file
/// What the steps of `create` return to each other: nothing, or why it fails. An `error` takes 20 bytes and is returned
/// through memory, at dozens of places, each of which a device pays for; where errors have no texts and no system behind
/// them, what is left of one fits into a register.
namespace tlspp::inline TLSPP_ABI::detail {

#if TLSPP_SENTENCES || defined(MBEDTLS_FS_IO)
class [[nodiscard]] fault {
public:
    fault() noexcept = default;
    fault(const refused& why) noexcept : fault(result<void>(why)) {} // NOLINT: `return refused{…}`
    fault(const error& why) noexcept : why_(why) {}                  // NOLINT: `return other.error()`
    template <class T>
    fault(const result<T>& r) noexcept { // NOLINT: nothing, where it has a value
        if (!r) {
            why_ = r.error();
        }
    }

    explicit operator bool() const noexcept { return why_.has_value(); } ///< true: it failed
    error what() const noexcept { return *why_; }

private:
    std::optional<error> why_;
};
#else
class [[nodiscard]] fault {
public:
    constexpr fault() noexcept = default;
    constexpr fault(const refused& why) noexcept : fault(why.what(), why.why(), why.mbedtls_code()) {} // NOLINT
    constexpr fault(const error& why) noexcept : fault(why.code(), why.why(), why.mbedtls_code()) {}   // NOLINT
    template <class T>
    constexpr fault(const result<T>& r) noexcept : fault(r ? fault() : fault(r.error())) {} // NOLINT

    constexpr explicit operator bool() const noexcept { return all_ != 0; }
    constexpr error what() const noexcept {
        return {static_cast<errc>(all_ & 0xFFU), static_cast<reason>(all_ >> 8 & 0xFFU),
                static_cast<std::int16_t>(all_ >> 16)};
    }

private:
    /// Mbed TLS's and PSA's codes have 16 bits; all errors are positive.
    constexpr fault(errc what, reason why, int code) noexcept
        : all_(static_cast<std::uint32_t>(code) << 16 | static_cast<std::uint32_t>(why) << 8 |
               static_cast<std::uint32_t>(what)) {}
    static_assert(sizeof(errc) == 1 && sizeof(reason) == 1);

    std::uint32_t all_ = 0;
};
#endif
} // namespace tlspp::inline TLSPP_ABI::detail
