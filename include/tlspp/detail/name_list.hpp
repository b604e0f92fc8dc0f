// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/text_part.hpp>
#include <tlspp/error.hpp>
#include <tlspp/option_list.hpp>

namespace tlspp::inline TLSPP_ABI::detail {

/// Equal but for the case of ASCII letters.
constexpr bool same_word(std::string_view a, std::string_view b) noexcept {
    auto const lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    if (a.size() != b.size()) {
        return false;
    }
    for (std::size_t i = 0; i != a.size(); ++i) {
        if (lower(a[i]) != lower(b[i])) {
            return false;
        }
    }
    return true;
}

/// What a name stands for.
template <class T>
struct found_name {
    T value{};
    reason problem = reason::none; ///< why it does not stand for anything
    bool built = false;
};

/// Reads names with colons or commas between them. A name behind `?` is left out where it is unknown, or where the
/// build lacks what it stands for; every other unknown name is an error. N: how many different ones there are.
template <class T, std::size_t N, class Lookup>
result<option_list<T>> parse_names(std::string_view text, Lookup lookup) noexcept {
    T chosen[N] = {};
    std::size_t count = 0;
    for (std::size_t at = 0; at <= text.size();) {
        auto end = text.find_first_of(":,", at);
        end = end == std::string_view::npos ? text.size() : end;
        auto word = part(text, at, end - at);
        at = end + 1;
        bool const optional = !word.empty() && word[0] == '?';
        word.remove_prefix(optional ? 1 : 0);
        found_name<T> const found = lookup(word);
        if (found.problem != reason::none && !optional) {
            return refused{errc::invalid_argument, found.problem}.about(word);
        }
        bool skipped = optional && (found.problem != reason::none || !found.built);
        for (std::size_t i = 0; i != count; ++i) {
            skipped |= chosen[i] == found.value;
        }
        if (!skipped) {
            chosen[count++] = found.value;
        }
    }
    if (count == 0) {
        return refused{errc::invalid_argument, reason::nothing_selected};
    }
    option_list<T> list{std::span<const T>{chosen, count}};
    if (list.failed()) {
        return refused{errc::out_of_memory};
    }
    return list;
}

/// The same for one row of a table of groups or signature schemes.
template <class T, class Row, std::size_t N>
found_name<T> find_name(const Row (&table)[N], std::string_view word, reason unknown) noexcept {
    for (auto const& row : table) {
        bool is_it = same_word(word, row.iana_name);
        for (auto const alias : row.aliases) {
            is_it |= !alias.empty() && same_word(word, alias);
        }
        if (is_it) {
            return {row.id, reason::none, row.built};
        }
    }
    return {{}, unknown, false};
}
} // namespace tlspp::inline TLSPP_ABI::detail
