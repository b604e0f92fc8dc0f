// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/cipher_suite.hpp>
#include <tlspp/detail/name_list.hpp>
#include <tlspp/detail/text_part.hpp>
#include <tlspp/named_group.hpp>
#include <tlspp/signature_scheme.hpp>

#include <mbedtls/ssl_ciphersuites.h>

/// \file
/// Cipher suites, groups and signature algorithms by their names, and what this build has of them.
namespace tlspp::inline TLSPP_ABI {
namespace detail {
inline bool suite_is_built(int id) noexcept {
    for (const int* built = mbedtls_ssl_list_ciphersuites(); built != nullptr && *built != 0; ++built) {
        if (*built == id) {
            return true;
        }
    }
    return false;
}

/// A suite that gives something up is found under the name that says so only.
inline found_name<cipher_suite> find_suite_name(std::string_view word) noexcept {
    for (auto const& row : suite_table) {
        bool const warned =
            word.size() > row.warning.size() && same_word(detail::part(word, 0, row.warning.size()), row.warning);
        auto const rest = warned ? detail::part(word, row.warning.size()) : word;
        if (same_word(rest, row.iana_name) || same_word(rest, row.openssl_name)) {
            return {row.id, warned ? reason::none : reason::suite_needs_warning,
                    suite_is_built(static_cast<int>(row.id))};
        }
    }
    return {{}, reason::suite_unknown, false};
}
} // namespace detail

/// Suites by the names of IANA (`TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256`) or of OpenSSL and Python
/// (`ECDHE-RSA-AES128-GCM-SHA256`), with colons or commas between them, for `.cipher_suites`. A name behind `?` may be
/// unknown or missing in this build. Names of suites that are called insecure here begin as the enumerators do.
/// There are no keywords: what `HIGH` or `ECDHE+AESGCM` stands for changes from one release of OpenSSL's to the next.
/// \return `errc::invalid_argument`, with the name, where one is unknown, or where nothing is left; `out_of_memory`.
[[nodiscard]] inline result<option_list<cipher_suite>> cipher_suites_from(std::string_view names) noexcept {
    return detail::parse_names<cipher_suite, detail::suite_count>(names, &detail::find_suite_name);
}

/// The same with groups, for `.groups`: `x25519:secp256r1`, or `P-256` and `prime256v1` as OpenSSL has it.
[[nodiscard]] inline result<option_list<named_group>> groups_from(std::string_view names) noexcept {
    return detail::parse_names<named_group, detail::group_count>(names, [](std::string_view word) noexcept {
        return detail::find_name<named_group>(detail::group_table, word, reason::group_unknown);
    });
}

/// The same with signature algorithms, for `.signature_algorithms`: `rsa_pss_rsae_sha256`, or `RSA-PSS+SHA256` as
/// OpenSSL has it.
[[nodiscard]] inline result<option_list<signature_scheme>> signature_algorithms_from(std::string_view names) noexcept {
    return detail::parse_names<signature_scheme, detail::scheme_count>(names, [](std::string_view word) noexcept {
        return detail::find_name<signature_scheme>(detail::scheme_table, word, reason::scheme_unknown);
    });
}

/// Every suite that `.cipher_suites` takes in this build of Mbed TLS, the insecure ones included.
inline suite_list supported_cipher_suites() noexcept {
    suite_list list;
    for (auto const& row : detail::suite_table) {
        if (detail::suite_is_built(static_cast<int>(row.id))) {
            list.add(row.id);
        }
    }
    return list;
}

/// Every group that `.groups` takes in this build of Mbed TLS.
constexpr group_list supported_groups() noexcept {
    group_list list;
    for (auto const& row : detail::group_table) {
        if (row.built) {
            list.add(row.id);
        }
    }
    return list;
}

/// Every algorithm that `.signature_algorithms` takes in this build of Mbed TLS.
constexpr scheme_list supported_signature_algorithms() noexcept {
    scheme_list list;
    for (auto const& row : detail::scheme_table) {
        if (row.built) {
            list.add(row.id);
        }
    }
    return list;
}

/// Whether a list of names has the ones that only OpenSSL uses, too.
enum class aliases : std::uint8_t {
    left_out, ///< IANA's names only
    included, ///< OpenSSL's, too
};

/// The names of `supported_groups()`: IANA's, and, where asked for, others that `groups_from` takes (`P-256`).
constexpr fixed_list<std::string_view, 3 * detail::group_count>
supported_group_names(aliases which = aliases::left_out) noexcept {
    fixed_list<std::string_view, 3 * detail::group_count> list;
    for (auto const& row : detail::group_table) {
        if (row.built) {
            list.add(row.iana_name);
            for (auto const alias : row.aliases) {
                if (which == aliases::included && !alias.empty()) {
                    list.add(alias);
                }
            }
        }
    }
    return list;
}
} // namespace tlspp::inline TLSPP_ABI
