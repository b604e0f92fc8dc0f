// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/error.hpp>

#include <string>
#include <system_error>

/// \file
/// Errors as `std::error_code`, for interfaces that want one. Not in the umbrella header, for its price in compile time.
namespace tlspp::inline TLSPP_ABI {
namespace detail {

/// What the standard calls the same; 0 where it has no word for it.
constexpr int generic_errno(errc code) noexcept {
    switch (code) {
    case errc::want_read:
    case errc::want_write:
        return static_cast<int>(std::errc::operation_would_block);
    case errc::timed_out:
        return static_cast<int>(std::errc::timed_out);
    case errc::out_of_memory:
        return static_cast<int>(std::errc::not_enough_memory);
    case errc::invalid_argument:
        return static_cast<int>(std::errc::invalid_argument);
    case errc::unsupported:
        return static_cast<int>(std::errc::not_supported);
    case errc::protocol_violation:
        return static_cast<int>(std::errc::protocol_error);
    default:
        return 0;
    }
}

/// The name of both categories, that of `std::error_code` and that of Boost's.
inline constexpr const char* category_name = "tlspp";

inline std::string category_message(int value) { return std::string(error{static_cast<errc>(value)}.message().view()); }

class error_category final : public std::error_category {
public:
    const char* name() const noexcept override { return category_name; }
    std::string message(int value) const override { return category_message(value); }
    std::error_condition default_error_condition(int value) const noexcept override {
        int const generic = generic_errno(static_cast<errc>(value));
        return generic != 0 ? std::error_condition{generic, std::generic_category()}
                            : std::error_condition{value, *this};
    }
};
} // namespace detail

/// The category whose values are those of `errc`.
inline const std::error_category& error_category() noexcept {
    static detail::error_category const the_category;
    return the_category;
}

/// What to branch on. Names, flags and numbers are left behind: keep the `error` where they are wanted.
inline std::error_code make_error_code(errc code) noexcept { return {static_cast<int>(code), error_category()}; }
/// The error's `errc` as a `std::error_code`; everything else that it holds is lost.
inline std::error_code make_error_code(const error& why) noexcept { return make_error_code(why.code()); }
} // namespace tlspp::inline TLSPP_ABI

/// `code == tlspp::errc::truncated` holds where it is.
template <>
struct std::is_error_code_enum<tlspp::errc> : std::true_type {};
