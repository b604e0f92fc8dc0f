// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/config.hpp>

#include <cstdint>

namespace tlspp::inline TLSPP_ABI {

/// Tells what time it is, for the validity of certificates and CRLs. Where it is given, only it counts; else Mbed TLS's
/// time does, which a build without `MBEDTLS_HAVE_TIME_DATE` does not have: there `create` wants a clock.
struct clock_source {
    /// The seconds since 1970-01-01 00:00:00 UTC; a negative number where the time is not known (yet): then chains are
    /// refused with `verify_flag::no_clock`. Called for every certificate that is judged, from the thread of the
    /// connection; must not throw.
    std::int64_t (*now)(void* context) = nullptr;
    /// Passed to `now`; must outlive the contexts made with it.
    void* context = nullptr;
    /// True: whether certificates and CRLs are valid now is not looked at, not even where there is a clock. What
    /// `insecure_no_clock` sets.
    bool insecure_unchecked = false;
};

/// The explicit opt-out for devices that cannot know the time: certificates count as valid that have expired, or are
/// not valid yet, and so do CRLs. `.clock = insecure_no_clock`
inline constexpr clock_source insecure_no_clock{nullptr, nullptr, true};
} // namespace tlspp::inline TLSPP_ABI
