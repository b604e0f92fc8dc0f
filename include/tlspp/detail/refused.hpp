// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/error.hpp>

/// \file
/// How functions say that they failed: `return refused{errc::…, reason::…}.about("…")`, in any function that returns a
/// result. The error is made out of line, once for each type, so that a place where something fails is a call and no
/// more: there are hundreds, and a device pays for each.
namespace tlspp::inline TLSPP_ABI::detail {

#if TLSPP_SENTENCES
template <class T>
[[gnu::noinline, gnu::cold]] constexpr result<T> refuse(errc what, reason why, int mbedtls_code,
                                                        std::string_view subject) noexcept {
    return std::unexpected(error{what, why, mbedtls_code}.about(subject));
}
#else
template <class T>
[[gnu::noinline, gnu::cold]] constexpr result<T> refuse(errc what, reason why, int mbedtls_code) noexcept {
    return std::unexpected(error{what, why, mbedtls_code});
}
#endif

class refused {
public:
    constexpr explicit refused(errc what, reason why = reason::none, int mbedtls_code = 0) noexcept
        : mbedtls_code_(mbedtls_code), what_(what), why_(why) {}

    constexpr refused about([[maybe_unused]] std::string_view subject) const noexcept {
        refused r = *this;
#if TLSPP_SENTENCES
        r.subject_ = subject;
#endif
        return r;
    }
    constexpr errc what() const noexcept { return what_; }
    constexpr reason why() const noexcept { return why_; }
    constexpr int mbedtls_code() const noexcept { return mbedtls_code_; }

    template <class T>
    constexpr operator std::expected<T, error>() const noexcept { // NOLINT: that is what it is for
#if TLSPP_SENTENCES
        return refuse<T>(what_, why_, mbedtls_code_, subject_);
#else
        return refuse<T>(what_, why_, mbedtls_code_);
#endif
    }

private:
#if TLSPP_SENTENCES
    std::string_view subject_;
#endif
    int mbedtls_code_;
    errc what_;
    reason why_;
};

/// The result of another type with the same error.
template <class T>
[[gnu::noinline, gnu::cold]] constexpr result<T> refuse(const error& why) noexcept {
    return std::unexpected(why);
}

/// `return passed_on{other.error()}`: what failed before is why this fails.
class passed_on {
public:
    constexpr explicit passed_on(const error& why) noexcept : why_(why) {}
    template <class T>
    constexpr operator std::expected<T, error>() const noexcept { // NOLINT: that is what it is for
        return refuse<T>(why_);
    }

private:
    const error& why_;
};
} // namespace tlspp::inline TLSPP_ABI::detail
