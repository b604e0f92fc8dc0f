// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/error.hpp>
#include <tlspp/option_list.hpp>
#include <tlspp/protocol.hpp>

namespace tlspp::inline TLSPP_ABI::detail {

struct context_state;

/// The versions that a context may use.
struct version_range {
    version lowest;
    version highest;

    /// Whether what these versions have is of use.
    bool covers(bool tls1_2, bool tls1_3) const noexcept {
        return (tls1_2 && lowest == version::tls1_2) || (tls1_3 && highest == version::tls1_3);
    }
};

template <class T>
class chosen;

/// Puts a list that somebody wished for into a context, or says what is wrong with it: one function for each type of
/// element, in context_parameters.hpp.
template <class T>
struct chooser {
    static result<void> choose(context_state& state, const option_list<T>& wished, version_range range) noexcept;
};

/// An `option_list` whose elements are looked up in a table of names when a context is made. What does so is known to
/// lists that have elements only: a program that leaves them all at their defaults does not link it, nor the tables.
template <class T>
class chosen : private option_list<T> {
    using list = option_list<T>;

public:
    using list::begin;
    using list::data;
    using list::empty;
    using list::end;
    using list::failed;
    using list::size;
    using list::operator[];

    chosen() noexcept = default;
    chosen(std::initializer_list<T> elements) noexcept : list(elements), choose_(&chooser<T>::choose) {}
    chosen(list elements) noexcept : list(std::move(elements)), choose_(&chooser<T>::choose) {}
    template <class R>
        requires(!std::is_same_v<R, chosen> && !std::is_same_v<R, list> && std::is_constructible_v<list, const R&>)
    chosen(const R& range) noexcept : list(range), choose_(&chooser<T>::choose) {}

    operator const list&() const noexcept { return *this; }
    /// What `chooser` does; the list must not be empty.
    result<void> choose(context_state& state, version_range range) const noexcept {
        return choose_(state, *this, range);
    }

private:
    result<void> (*choose_)(context_state& state, const list& wished, version_range range) noexcept = nullptr;
};
} // namespace tlspp::inline TLSPP_ABI::detail
