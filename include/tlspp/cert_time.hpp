// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/error.hpp>

#include <tlspp/detail/text_part.hpp>
#include <tlspp/x509/time.hpp>

#include <string_view>

namespace tlspp::inline TLSPP_ABI {
namespace detail {
/// Reads a time as `describe_time` and OpenSSL write it, from the front.
class time_reader {
public:
    explicit time_reader(std::string_view text) noexcept : rest_(text) {}

    /// One of `names`, three letters each, in any case; 0 where it is none, else its number from 1.
    int month() noexcept {
        constexpr std::string_view names = "janfebmaraprmayjunjulaugsepoctnovdec";
        if (rest_.size() < 3) {
            return 0;
        }
        for (std::size_t i = 0; i != 12; ++i) {
            if (same(detail::part(names, 3 * i, 3))) {
                rest_.remove_prefix(3);
                return static_cast<int>(i) + 1;
            }
        }
        return 0;
    }
    /// One white space or more.
    bool space() noexcept {
        auto const size = rest_.size();
        while (!rest_.empty() && (rest_.front() == ' ' || (rest_.front() >= '\t' && rest_.front() <= '\r'))) {
            rest_.remove_prefix(1);
        }
        return rest_.size() != size;
    }
    /// `least` to `most` digits.
    bool number(unsigned least, unsigned most, int& out) noexcept {
        out = 0;
        unsigned digits = 0;
        for (; digits != most && !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; ++digits) {
            out = out * 10 + (rest_.front() - '0');
            rest_.remove_prefix(1);
        }
        return digits >= least;
    }
    /// This text, in any case; `lower` is in lower case.
    bool skip(std::string_view lower) noexcept {
        if (rest_.size() < lower.size() || !same(lower)) {
            return false;
        }
        rest_.remove_prefix(lower.size());
        return true;
    }
    bool at_end() const noexcept { return rest_.empty(); }

private:
    /// ASCII only, whatever the locale is.
    bool same(std::string_view lower) const noexcept {
        for (std::size_t i = 0; i != lower.size(); ++i) {
            char const c = rest_[i];
            if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != lower[i]) {
                return false;
            }
        }
        return true;
    }

    std::string_view rest_;
};

constexpr int days_of_month(int year, int month) noexcept {
    bool const leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 ? (leap ? 29 : 28) : (month == 4 || month == 6 || month == 9 || month == 11) ? 30 : 31;
}
} // namespace detail

/// The moment that a text like `Jan  5 09:34:43 2018 GMT` names, as certificates print it and `describe_time` writes
/// it: English month in any case, day padded with a space, a zero or nothing, seconds up to 61, GMT. Neither the time
/// zone of the process nor its locale matter. Python's `cert_time_to_seconds`, less days that a month does not have.
/// \return `errc::malformed` (`reason::time_malformed`) for everything else.
[[nodiscard]] inline result<unix_seconds> cert_time_to_seconds(std::string_view text) noexcept {
    detail::time_reader in{text};
    int day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
    int year = 0;
    int const month = in.month();
    bool const read = month != 0 && in.space() && in.number(1, 2, day) && in.space() && in.number(1, 2, hour) &&
                      in.skip(":") && in.number(1, 2, minute) && in.skip(":") && in.number(1, 2, second) &&
                      in.space() && in.number(4, 4, year) && in.space() && in.skip("gmt") && in.at_end();
    if (!read || year == 0 || day == 0 || day > detail::days_of_month(year, month) || hour > 23 || minute > 59 ||
        second > 61) {
        return std::unexpected(error{errc::malformed, reason::time_malformed}.about(text));
    }
    return detail::to_unix(detail::civil_time{year, month, day, hour, minute, second});
}
} // namespace tlspp::inline TLSPP_ABI
