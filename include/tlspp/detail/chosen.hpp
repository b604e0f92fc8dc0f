// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/fault.hpp>
#include <tlspp/detail/used.hpp>
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

/// Puts a list that somebody wished for into a context, or says what is wrong with it: one function for each type of
/// element, in context_parameters.hpp.
template <class T>
struct chooser {
    static fault call(context_state& state, const option_list<T>& wished, version_range range) noexcept;
};

/// A list whose elements are looked up in a table of names when a context is made; the tables come with it.
template <class T>
using chosen = used_list<T, chooser<T>>;
} // namespace tlspp::inline TLSPP_ABI::detail
