// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/context_state.hpp>
#include <tlspp/selection.hpp>

/// \file
/// From options to versions, cipher suites, groups and signature algorithms. Defaults are clamped to the build;
/// what was asked for and the build lacks is an error.
namespace tlspp::inline TLSPP_ABI::detail {

struct version_range {
    version lowest;
    version highest;

    /// Whether what these versions have is of use.
    bool covers(bool tls1_2, bool tls1_3) const noexcept {
        return (tls1_2 && lowest == version::tls1_2) || (tls1_3 && highest == version::tls1_3);
    }
};

inline result<version_range> choose_versions(std::optional<version> minimum, std::optional<version> maximum) noexcept {
    static_assert(build::tls1_2 || build::tls1_3, "this build of Mbed TLS has neither TLS 1.2 nor TLS 1.3");
    constexpr version lowest = build::tls1_2 ? version::tls1_2 : version::tls1_3;
    constexpr version highest = build::tls1_3 ? version::tls1_3 : version::tls1_2;
    version_range const range{minimum.value_or(lowest), maximum.value_or(highest)};
    for (auto const v : {range.lowest, range.highest}) {
        if (v < lowest || v > highest) {
            return std::unexpected(error{errc::unsupported, reason::version_not_built}.about(name(v)));
        }
    }
    if (range.lowest > range.highest) {
        return std::unexpected(error{errc::invalid_argument, reason::version_range});
    }
    return range;
}

/// The zero-terminated list that Mbed TLS keeps by pointer.
template <class Wire, class T, std::size_t N>
result<option_list<Wire>> wire_list(const fixed_list<T, N>& chosen, reason none_fits) noexcept {
    if (chosen.empty()) {
        return std::unexpected(error{errc::invalid_argument, none_fits});
    }
    Wire ids[N + 1] = {};
    for (std::size_t i = 0; i != chosen.size(); ++i) {
        ids[i] = static_cast<Wire>(chosen[i]);
    }
    option_list<Wire> list{std::span<const Wire>{ids, chosen.size() + 1}};
    if (list.failed()) {
        return std::unexpected(error{errc::out_of_memory});
    }
    return list;
}

inline bool fits(const suite_row& row, version_range range, psk_use psk) noexcept {
    bool const tls1_3 = row.since == version::tls1_3;
    return range.covers(!tls1_3, tls1_3) && (psk != psk_use::only || row.needs_psk() || tls1_3);
}

/// Of the suites wished for, those of the versions asked for.
inline result<option_list<int>> choose_suites(const option_list<cipher_suite>& wished, version_range range,
                                              psk_use psk) noexcept {
    suite_list chosen;
    for (auto const suite : wished) {
        auto const* row = find_suite(static_cast<std::uint16_t>(suite));
        if (row == nullptr) {
            return std::unexpected(error{errc::invalid_argument, reason::suite_unknown});
        }
        if (!suite_is_built(static_cast<int>(suite))) {
            return std::unexpected(error{errc::unsupported, reason::suite_not_built}.about(row->iana_name));
        }
        if (row->needs_psk() && psk == psk_use::none) {
            return std::unexpected(error{errc::invalid_argument, reason::suite_needs_psk}.about(row->iana_name));
        }
        if (!chosen.contains(suite) && fits(*row, range, psk)) {
            chosen.add(suite);
        }
    }
    bool psk_aead = false;
    for (auto const& row : suite_table) {
        bool const built = suite_is_built(static_cast<int>(row.id));
        psk_aead |= built && row.kind == suite_kind::psk;
        bool const wanted = row.kind == suite_kind::standard || (row.kind == suite_kind::psk && psk != psk_use::none) ||
                            (row.kind == suite_kind::psk_cbc && psk != psk_use::none && !psk_aead);
        if (wished.empty() && built && wanted && fits(row, range, psk)) {
            chosen.add(row.id);
        }
    }
    return wire_list<int>(chosen, reason::no_common_suite);
}

/// Groups or signature schemes, whose tables have the same columns.
template <class T, class Row, std::size_t N>
result<option_list<std::uint16_t>> choose_rows(const option_list<T>& wished, const Row (&table)[N], version_range range,
                                               reason unknown, reason not_built, reason none_fits) noexcept {
    fixed_list<T, N> chosen;
    for (auto const id : wished) {
        const Row* found = nullptr;
        for (auto const& row : table) {
            if (row.id == id) {
                found = &row;
            }
        }
        if (found == nullptr) {
            return std::unexpected(error{errc::invalid_argument, unknown});
        }
        if (!found->built) {
            return std::unexpected(error{errc::unsupported, not_built}.about(found->iana_name));
        }
        if (!chosen.contains(id) && range.covers(found->tls1_2, found->tls1_3)) {
            chosen.add(id);
        }
    }
    for (auto const& row : table) {
        if (wished.empty() && row.built && range.covers(row.tls1_2, row.tls1_3)) {
            chosen.add(row.id);
        }
    }
    return wire_list<std::uint16_t>(chosen, none_fits);
}

#if defined(MBEDTLS_X509_CRT_PARSE_C)
/// Mbed TLS's signature algorithms are those of handshakes; for the chain the weakest hash among them is the least
/// that is taken.
inline void narrow_chain(context_state& state, const option_list<signature_scheme>& wished) noexcept {
    unsigned weakest = 512;
    for (auto const scheme : wished) {
        auto const* row = find_scheme(static_cast<std::uint16_t>(scheme));
        weakest = row != nullptr && row->hash_bits < weakest ? row->hash_bits : weakest;
    }
    if (wished.empty() || weakest == 256) {
        return;
    }
    auto const flag = [](auto md) { return static_cast<std::uint32_t>(MBEDTLS_X509_ID_FLAG(md)); };
    state.strength = strength_of(state.verification);
    state.strength.allowed_mds &= ~(flag(MBEDTLS_MD_SHA256) | flag(MBEDTLS_MD_SHA3_256));
    if (weakest == 512) {
        state.strength.allowed_mds &= ~(flag(MBEDTLS_MD_SHA384) | flag(MBEDTLS_MD_SHA3_384));
    }
    state.verification.strength = &state.strength;
    mbedtls_ssl_conf_cert_profile(&state.config, &state.strength);
}
#endif

/// A version without a suite is not offered: a peer that chose it would find nothing in common.
inline version_range with_suites(version_range range, const option_list<int>& suites) noexcept {
    bool tls1_2 = false;
    bool tls1_3 = false;
    for (int const id : suites) {
        auto const* row = find_suite(static_cast<std::uint16_t>(id));
        tls1_3 |= row != nullptr && row->since == version::tls1_3;
        tls1_2 |= row != nullptr && row->since == version::tls1_2;
    }
    return {tls1_2 ? range.lowest : version::tls1_3, tls1_3 ? range.highest : version::tls1_2};
}

/// Versions, suites, groups and signature algorithms of a configuration.
template <class Options>
result<void> set_up_parameters(context_state& state, const Options& options) noexcept {
    auto& config = state.config;
    if (options.cipher_suites.failed() || options.groups.failed() || options.signature_algorithms.failed()) {
        return std::unexpected(error{errc::out_of_memory});
    }
    auto const wanted = choose_versions(options.minimum_version, options.maximum_version);
    if (!wanted) {
        return std::unexpected(wanted.error());
    }
    auto suites = choose_suites(options.cipher_suites, *wanted, state.psk_for);
    if (!suites) {
        return std::unexpected(suites.error());
    }
    state.suites = std::move(*suites);
    mbedtls_ssl_conf_ciphersuites(&config, state.suites.data());

    auto const range = with_suites(*wanted, state.suites);
    state.lowest = range.lowest;
    state.highest = range.highest;
    mbedtls_ssl_conf_min_tls_version(&config, static_cast<mbedtls_ssl_protocol_version>(range.lowest));
    mbedtls_ssl_conf_max_tls_version(&config, static_cast<mbedtls_ssl_protocol_version>(range.highest));

    auto groups = choose_rows(options.groups, group_table, range, reason::group_unknown, reason::group_not_built,
                              reason::no_common_group);
    if (!groups) {
        return std::unexpected(groups.error());
    }
    state.groups = std::move(*groups);
    mbedtls_ssl_conf_groups(&config, state.groups.data());

    auto schemes = choose_rows(options.signature_algorithms, scheme_table, range, reason::scheme_unknown,
                               reason::scheme_not_built, reason::no_common_scheme);
    if (!schemes) {
        return std::unexpected(schemes.error());
    }
    state.schemes = std::move(*schemes);
#if defined(MBEDTLS_SSL_HANDSHAKE_WITH_CERT_ENABLED)
    mbedtls_ssl_conf_sig_algs(&config, state.schemes.data());
#endif
#if defined(MBEDTLS_X509_CRT_PARSE_C)
    narrow_chain(state, options.signature_algorithms);
#endif
    return {};
}

/// The other way round, for those who ask a context.
template <class T, std::size_t N, class Wire>
fixed_list<T, N> enabled(const option_list<Wire>& ids) noexcept {
    fixed_list<T, N> list;
    for (auto const id : ids) {
        if (id != 0) {
            list.add(static_cast<T>(id));
        }
    }
    return list;
}
} // namespace tlspp::inline TLSPP_ABI::detail
