// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/function.hpp>
#include <tlspp/option_list.hpp>

#include <initializer_list>

/// \file
/// Options that carry the function that makes something of them. Only values that somebody filled know it, so a program
/// that leaves an option at its default does not link what the option brings. (An `if` on a field of a context in memory
/// would keep it in every program.)
///
/// `Use` is a class template's specialisation with a static function `call`: declared where the option is, defined in a
/// header that includes what it needs.
namespace tlspp::inline TLSPP_ABI::detail {

/// An `option_list` of this kind.
template <class T, class Use>
class used_list : public option_list<T> {
    using list = option_list<T>;

public:
    using function_type = decltype(&Use::call);

    used_list() noexcept = default;
    used_list(std::initializer_list<T> elements) noexcept : list(elements), use_(&Use::call) {}
    used_list(list elements) noexcept : list(std::move(elements)), use_(&Use::call) {}
    template <class R>
        requires(!std::is_same_v<R, used_list> && !std::is_same_v<R, list> && std::is_constructible_v<list, const R&>)
    used_list(const R& range) noexcept : list(range), use_(&Use::call) {}

    /// `Use::call`; null where the list was never given elements.
    function_type use() const noexcept { return use_; }

private:
    function_type use_ = nullptr;
};

/// A `function` of this kind.
template <class Signature, class Use>
class used_function : public function<Signature> {
    using base = function<Signature>;

public:
    using function_type = decltype(&Use::call);

    used_function() noexcept = default;
    template <class F, bool Exceptions = TLSPP_EXCEPTIONS != 0>
        requires(!std::is_same_v<std::remove_cvref_t<F>, used_function> && std::is_constructible_v<base, F>)
    used_function(F&& callable) noexcept // NOLINT: options are filled with lambdas
        : base(std::forward<F>(callable)), use_(&Use::call) {}

    /// `Use::call`; null where there never was a callable.
    function_type use() const noexcept { return use_; }

private:
    function_type use_ = nullptr;
};
} // namespace tlspp::inline TLSPP_ABI::detail
