// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/config.hpp>

#include <tlspp/detail/mbedtls.hpp>

#include <cstdint>
#if defined(TLSPP_LWIP_SOCKETS)
#include <lwip/sys.h>
#elif defined(_WIN32)
#include <winsock2.h> // before <windows.h>, which would bring the old one

#include <windows.h>
#elif defined(__unix__) || defined(__APPLE__)
#include <time.h>
#elif defined(MBEDTLS_HAVE_TIME)
#include <mbedtls/platform_time.h>
#endif

namespace tlspp::inline TLSPP_ABI::detail {

#if defined(TLSPP_LWIP_SOCKETS) || defined(_WIN32) || defined(__unix__) || defined(__APPLE__) ||                       \
    defined(MBEDTLS_HAVE_TIME)
inline constexpr bool has_monotonic_clock = true;
#else
inline constexpr bool has_monotonic_clock = false;
#endif

/// Milliseconds since some moment in the past; never goes back. 0 where the target has no clock.
inline std::int64_t monotonic_milliseconds() noexcept {
#if defined(TLSPP_LWIP_SOCKETS)
    return static_cast<std::int64_t>(sys_now()); // wraps after 49 days, see `deadline::remaining`
#elif defined(_WIN32)
    return static_cast<std::int64_t>(GetTickCount64());
#elif defined(__unix__) || defined(__APPLE__)
    timespec now{};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::int64_t>(now.tv_sec) * 1000 + static_cast<std::int64_t>(now.tv_nsec) / 1'000'000;
#elif defined(MBEDTLS_HAVE_TIME)
    return static_cast<std::int64_t>(mbedtls_ms_time());
#else
    return 0;
#endif
}

/// Milliseconds from `now` until `then`, negative where it has passed.
inline std::int64_t milliseconds_between(std::int64_t now, std::int64_t then) noexcept {
#if defined(TLSPP_LWIP_SOCKETS)
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(then) - static_cast<std::uint32_t>(now));
#else
    return then - now;
#endif
}
} // namespace tlspp::inline TLSPP_ABI::detail
