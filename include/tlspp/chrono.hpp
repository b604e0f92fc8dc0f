// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/time.hpp>

#include <chrono>

/// \file
/// Conversions to `<chrono>`; not in the umbrella header, since that header is slow to compile.
namespace tlspp::inline TLSPP_ABI {

/// `to_sys_seconds(certificate.not_after())`, for any year that a certificate can name.
constexpr std::chrono::sys_seconds to_sys_seconds(unix_seconds time) noexcept {
    return std::chrono::sys_seconds{std::chrono::seconds{time}};
}

/// The way back; fractions of a second are cut off towards the past.
template <class Duration>
constexpr unix_seconds to_unix_seconds(std::chrono::sys_time<Duration> time) noexcept {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}
} // namespace tlspp::inline TLSPP_ABI
