// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/mbedtls.hpp>
#include <tlspp/detail/text_part.hpp>
#include <tlspp/detail/text_writer.hpp>
#include <tlspp/x509/detail/built.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

/// \file
/// Points in time as 64-bit seconds since 1970-01-01 00:00:00 UTC, without leap seconds (POSIX time), for every year
/// that a certificate can name, 0 to 9999. Needs no clock and nothing of the C library, so that it is the same on
/// targets without time. `chrono.hpp` converts to `std::chrono::sys_seconds`.
namespace tlspp::inline TLSPP_ABI {

/// Seconds since 1970-01-01 00:00:00 UTC.
using unix_seconds = std::int64_t;

namespace detail {

struct civil_time {
    std::int32_t year;
    std::int32_t month, day, hour, minute, second; ///< month and day from 1
};

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar. Years begin in March here, so that the leap day
/// is the last of its year; 400 years have 146097 days. In 32 bits: a small core
/// has no instruction for a division of 64.
constexpr std::int32_t days_from_civil(std::int32_t year, std::int32_t month, std::int32_t day) noexcept {
    std::int32_t const y = month <= 2 ? year - 1 : year;
    std::int32_t const era = (y >= 0 ? y : y - 399) / 400;
    std::int32_t const year_of_era = y - era * 400;
    std::int32_t const day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

constexpr unix_seconds to_unix(const civil_time& t) noexcept {
    return std::int64_t{days_from_civil(t.year, t.month, t.day)} * 86400 + (t.hour * 3600 + t.minute * 60 + t.second);
}
#if TLSPP_HAS_X509
inline unix_seconds to_unix(const mbedtls_x509_time& t) noexcept {
    return to_unix(civil_time{t.year, t.mon, t.day, t.hour, t.min, t.sec});
}
#endif

constexpr civil_time to_civil(unix_seconds seconds) noexcept {
    std::int64_t const days = (seconds >= 0 ? seconds : seconds - 86399) / 86400;
    auto const of_day = static_cast<std::int32_t>(seconds - days * 86400);
    std::int64_t const z = days + 719468;
    std::int64_t const era = (z >= 0 ? z : z - 146096) / 146097;
    std::int64_t const day_of_era = z - era * 146097;
    std::int64_t const year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    std::int64_t const day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    std::int64_t const shifted = (5 * day_of_year + 2) / 153;
    auto const month = static_cast<std::int32_t>(shifted < 10 ? shifted + 3 : shifted - 9);
    auto const day = static_cast<std::int32_t>(day_of_year - (153 * shifted + 2) / 5 + 1);
    auto const year = static_cast<std::int32_t>(year_of_era + era * 400 + (month <= 2 ? 1 : 0));
    return {year, month, day, of_day / 3600, of_day / 60 % 60, of_day % 60};
}
} // namespace detail

/// Writes a point in time as Python and OpenSSL print it, `Jan 23 15:13:59 2020 GMT` (the day padded with a space),
/// with a terminating NUL, cut where it does not fit; returns the length without the NUL. 25 characters are enough.
inline std::size_t describe_time(unix_seconds time, std::span<char> out) noexcept {
    auto const t = detail::to_civil(time);
    detail::text_writer text{out};
    auto const two = [&text](std::int32_t value, char pad) noexcept {
        text.put(value < 10 ? pad : static_cast<char>('0' + value / 10));
        text.put(static_cast<char>('0' + value % 10));
    };
    constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    text << detail::part(months, static_cast<std::size_t>(t.month - 1) * 3, 3) << " ";
    two(t.day, ' ');
    text.put(' ');
    two(t.hour, '0');
    text.put(':');
    two(t.minute, '0');
    text.put(':');
    two(t.second, '0');
    text.put(' ');
    text.decimal(t.year) << " GMT";
    return text.size();
}
} // namespace tlspp::inline TLSPP_ABI
