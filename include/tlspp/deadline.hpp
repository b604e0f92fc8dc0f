// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/config.hpp>

#include <tlspp/detail/monotonic_clock.hpp>

#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace tlspp::inline TLSPP_ABI {
namespace detail {
template <class T>
concept number_of_milliseconds = std::is_integral_v<T> && !std::is_same_v<T, bool>;

/// `std::chrono::duration` and what looks like it, without `<chrono>`.
template <class T>
concept duration_like = requires(const T& d) {
    requires std::is_arithmetic_v<decltype(d.count())>;
    { T::period::num } -> std::convertible_to<std::intmax_t>;
    { T::period::den } -> std::convertible_to<std::intmax_t>;
};
} // namespace detail

/// How long something may take: a number of milliseconds, or any duration of `std::chrono` (which is not included
/// here), rounded up to milliseconds. `timeout t = 5000;` and `timeout t = 5s;` mean the same.
/// Below zero counts as zero: what cannot be done at once times out. `timeout::none` waits without end, and so does a
/// value that does not fit.
class timeout {
public:
    static const timeout none; ///< waits without end

    /// A whole number of milliseconds; negative ones are 0.
    constexpr timeout(detail::number_of_milliseconds auto milliseconds) noexcept : milliseconds_(clamp(milliseconds)) {}
    /// Any duration with `count()` and a period, as those of `<chrono>`, rounded up to milliseconds.
    template <detail::duration_like Duration>
    constexpr timeout(const Duration& duration) noexcept
        : milliseconds_(convert<typename Duration::period>(duration.count())) {}

    /// Whether there is no limit.
    constexpr bool is_none() const noexcept { return milliseconds_ == endless; }
    /// 0 or more; the largest `std::int64_t` for `none`.
    constexpr std::int64_t milliseconds() const noexcept { return milliseconds_; }
    friend constexpr bool operator==(timeout, timeout) noexcept = default;

private:
    static constexpr std::int64_t endless = std::numeric_limits<std::int64_t>::max();

    template <class Number>
    static constexpr std::int64_t clamp(Number value) noexcept {
        if constexpr (std::is_signed_v<Number>) {
            return value < 0 ? 0 : static_cast<std::int64_t>(value);
        } else {
            return value > static_cast<std::uint64_t>(endless) ? endless : static_cast<std::int64_t>(value);
        }
    }
    static constexpr std::int64_t round_up(long double milliseconds) noexcept {
        if (!(milliseconds > 0)) { // NaN too
            return 0;
        }
        if (milliseconds >= 9.2e18L) {
            return endless;
        }
        auto const whole = static_cast<std::int64_t>(milliseconds);
        return whole + (static_cast<long double>(whole) < milliseconds ? 1 : 0);
    }
    template <class Period, class Count>
    static constexpr std::int64_t convert(Count count) noexcept {
        if constexpr (std::is_integral_v<Count> && Period::num <= endless / 1000) {
            constexpr std::int64_t multiply = Period::num * 1000;
            constexpr std::int64_t divide = Period::den;
            if constexpr (divide <= endless / multiply) { // neither part below can overflow unnoticed
                std::int64_t const value = clamp(count);
                std::int64_t const whole = value / divide;
                std::int64_t const rest = (value % divide * multiply + divide - 1) / divide;
                return whole > (endless - rest) / multiply ? endless : whole * multiply + rest;
            }
        }
        return round_up(static_cast<long double>(count) * 1000 * static_cast<long double>(Period::num) /
                        static_cast<long double>(Period::den));
    }

    std::int64_t milliseconds_;
};
inline constexpr timeout timeout::none{timeout::endless};

/// A moment on the system's monotonic clock (POSIX `CLOCK_MONOTONIC`): what is bounded by it ends then, however many
/// steps it takes. A deadline made from a timeout begins to run at once.
/// \par Targets without a clock Only `deadline::never` can be used; anything else does not compile.
class deadline {
public:
    /// The deadline that does not come.
    static const deadline never;

    /// `t` from now.
    template <std::convertible_to<timeout> Timeout>
    explicit deadline(const Timeout& t) noexcept : deadline(from_now(timeout{t})) {
        static_assert(detail::has_monotonic_clock && sizeof(Timeout) != 0,
                      "deadlines need a clock: enable MBEDTLS_HAVE_TIME in the Mbed TLS configuration");
    }

    /// Whether it does not come.
    constexpr bool is_never() const noexcept { return at_ == endless; }
    /// What is left of it; 0 when it has passed.
    timeout remaining() const noexcept {
        return is_never() ? timeout::none
                          : timeout{detail::milliseconds_between(detail::monotonic_milliseconds(), at_)};
    }
    /// Whether it is over.
    bool passed() const noexcept {
        return !is_never() && detail::milliseconds_between(detail::monotonic_milliseconds(), at_) <= 0;
    }

private:
    static constexpr std::int64_t endless = std::numeric_limits<std::int64_t>::max();
    constexpr explicit deadline(std::nullptr_t) noexcept : at_(endless) {}
    static deadline from_now(timeout t) noexcept {
        deadline made{nullptr};
        auto const now = detail::monotonic_milliseconds();
        if (t.milliseconds() < endless - now) {
            made.at_ = now + t.milliseconds();
        }
        return made;
    }

    std::int64_t at_;
};
inline constexpr deadline deadline::never{nullptr};

namespace detail {
/// The shorter of the two, for the step of an operation that has both.
constexpr timeout shorter(timeout a, timeout b) noexcept { return a.milliseconds() < b.milliseconds() ? a : b; }
} // namespace detail
} // namespace tlspp::inline TLSPP_ABI
