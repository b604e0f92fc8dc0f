// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/context_state.hpp>
#include <tlspp/selection.hpp>

/// \file
/// From options to versions, cipher suites, groups and signature algorithms. Defaults are clamped to the build;
/// what was asked for and the build lacks is an error.
namespace tlspp::inline TLSPP_ABI::detail {

/// \param signer an identity signs by a callback: TLS 1.2 only.
inline fault choose_versions(version_range& range, std::optional<version> minimum, std::optional<version> maximum,
                             bool signer) noexcept {
    static_assert(build::tls1_2 || build::tls1_3, "this build of Mbed TLS has neither TLS 1.2 nor TLS 1.3");
    constexpr version lowest = build::tls1_2 ? version::tls1_2 : version::tls1_3;
    version const highest = build::tls1_3 && !signer ? version::tls1_3 : version::tls1_2;
    if (signer && (minimum == version::tls1_3 || maximum == version::tls1_3)) {
        return refused{errc::unsupported, reason::signer_needs_tls1_2};
    }
    range = {minimum.value_or(lowest), maximum.value_or(highest)};
    for (auto const v : {range.lowest, range.highest}) {
        if (v < lowest || v > highest) {
            return refused{errc::unsupported, reason::version_not_built}.about(name(v));
        }
    }
    if (range.lowest > range.highest) {
        return refused{errc::invalid_argument, reason::version_range};
    }
    return {};
}

/// Keeps a list as Mbed TLS takes it by pointer, with a 0 at the end; it is there behind the elements of a `fixed_list`
/// that is not full.
template <class Wire>
fault keep(option_list<Wire>& where, const Wire* ids, std::size_t size, reason none_fits) noexcept {
    if (size == 0) {
        return refused{errc::invalid_argument, none_fits};
    }
    where = option_list<Wire>{std::span<const Wire>{ids, size + 1}};
    if (where.failed()) {
        return refused{errc::out_of_memory};
    }
    return {};
}
template <class Wire, std::size_t N>
fault keep(option_list<Wire>& where, const fixed_list<Wire, N>& chosen, reason none_fits) noexcept {
    return keep(where, chosen.data(), chosen.size(), none_fits);
}

constexpr bool is_tls1_3(std::uint16_t suite) noexcept { return suite >> 8 == 0x13; }

/// A line of the tables without its names: what is offered where nobody wished for anything.
struct default_row {
    std::uint16_t id;
    bool tls1_2;
    bool tls1_3;
    suite_kind kind;
};

template <std::size_t N>
struct default_rows {
    default_row rows[N];
    std::size_t size;
};

template <class Row, std::size_t N>
consteval default_rows<N> defaults_of(const Row (&table)[N]) noexcept {
    default_rows<N> all{};
    for (auto const& row : table) {
        if constexpr (requires { row.kind; }) {
            bool const tls1_3 = row.since == version::tls1_3;
            bool const built = tls1_3 ? build::tls1_3 : build::tls1_2;
            bool const standard = row.kind == suite_kind::standard && (build::x509 || (tls1_3 && build::psk1_3));
            bool const psk = build::psk && (row.kind == suite_kind::psk || row.kind == suite_kind::psk_cbc);
            if (built && (standard || (psk && build::ecdhe_psk))) {
                all.rows[all.size++] = {static_cast<std::uint16_t>(row.id), !tls1_3, tls1_3, row.kind};
            }
        } else if (row.built) {
            all.rows[all.size++] = {static_cast<std::uint16_t>(row.id), row.tls1_2, row.tls1_3, suite_kind::standard};
        }
    }
    return all;
}

template <std::size_t M, std::size_t N>
consteval default_rows<M> shrink(const default_rows<N>& all) noexcept {
    default_rows<M> out{};
    for (; out.size != all.size; ++out.size) {
        out.rows[out.size] = all.rows[out.size];
    }
    return out;
}

template <const auto& Table>
inline constexpr auto defaults = shrink<defaults_of(Table).size + 1>(defaults_of(Table));

/// Whether the lists of those who wished for nothing are constants: a client hands Mbed TLS all of them, which passes over
/// what it lacks or what is of another version (ssl_client.c). A server does not; and keys choose among suites.
inline constexpr bool constant_defaults = !build::server && !build::psk;

/// The identifiers of the defaults, with a 0 at the end.
template <const auto& Table, class Wire>
struct default_list {
    static constexpr std::size_t size = defaults<Table>.size;
    struct with_end {
        Wire ids[size + 1];
    };
    static constexpr with_end all = [] consteval {
        with_end made{};
        for (std::size_t i = 0; i != size; ++i) {
            made.ids[i] = defaults<Table>.rows[i].id;
        }
        return made;
    }();
};

inline bool fits(bool needs_psk, bool tls1_3, version_range range, psk_use psk) noexcept {
    return range.covers(!tls1_3, tls1_3) && (psk != psk_use::only || needs_psk || tls1_3);
}

/// Of the suites offered by default, those of the versions asked for that this build has.
inline fault default_suites(context_state& state, version_range range, psk_use psk) noexcept {
    constexpr auto& all = defaults<suite_table>;
    fixed_list<int, suite_count + 1> list;
    bool psk_aead = false;
    for (std::size_t i = 0; i != all.size; ++i) {
        auto const& row = all.rows[i];
        bool const needs_psk = row.kind != suite_kind::standard;
        if (!suite_is_built(row.id) || (needs_psk && psk == psk_use::none)) {
            continue;
        }
        psk_aead |= row.kind == suite_kind::psk;
        if (!(row.kind == suite_kind::psk_cbc && psk_aead) && fits(needs_psk, row.tls1_3, range, psk)) {
            list.add(row.id);
        }
    }
    return keep(state.suites, list, reason::no_common_suite);
}

/// The same of groups and signature schemes.
inline fault default_ids(option_list<std::uint16_t>& where, std::span<const default_row> all, version_range range,
                         reason none_fits) noexcept {
    constexpr std::size_t most = group_count > scheme_count ? group_count : scheme_count;
    fixed_list<std::uint16_t, most + 1> list;
    for (auto const& row : all) {
        if (range.covers(row.tls1_2, row.tls1_3)) {
            list.add(row.id);
        }
    }
    return keep(where, list, none_fits);
}

/// Of the suites wished for, those of the versions asked for.
template <>
inline fault chooser<cipher_suite>::call(context_state& state, const option_list<cipher_suite>& wished,
                                         version_range range) noexcept {
    fixed_list<int, suite_count + 1> list;
    for (auto const suite : wished) {
        auto const* row = find_suite_facts(static_cast<std::uint16_t>(suite));
        if (row == nullptr) {
            return refused{errc::invalid_argument, reason::suite_unknown};
        }
        if (!suite_is_built(static_cast<int>(suite))) {
            return refused{errc::unsupported, reason::suite_not_built}.about(name(suite));
        }
        if (row->needs_psk() && state.psk_for == psk_use::none) {
            return refused{errc::invalid_argument, reason::suite_needs_psk}.about(name(suite));
        }
        if (!list.contains(static_cast<int>(suite)) &&
            fits(row->needs_psk(), row->since == version::tls1_3, range, state.psk_for)) {
            list.add(static_cast<int>(suite));
        }
    }
    return keep(state.suites, list, reason::no_common_suite);
}

/// Groups or signature schemes, whose tables have the same columns.
template <class T, class Row, std::size_t N>
fault choose_rows(option_list<std::uint16_t>& where, const option_list<T>& wished, const Row (&table)[N],
                  version_range range, reason unknown, reason not_built, reason none_fits) noexcept {
    fixed_list<std::uint16_t, N + 1> list;
    for (auto const id : wished) {
        const Row* found = nullptr;
        for (auto const& row : table) {
            if (row.id == id) {
                found = &row;
            }
        }
        if (found == nullptr) {
            return refused{errc::invalid_argument, unknown};
        }
        if (!found->built) {
            return refused{errc::unsupported, not_built}.about(found->iana_name);
        }
        if (!list.contains(static_cast<std::uint16_t>(id)) && range.covers(found->tls1_2, found->tls1_3)) {
            list.add(static_cast<std::uint16_t>(id));
        }
    }
    return keep(where, list, none_fits);
}

template <>
inline fault chooser<named_group>::call(context_state& state, const option_list<named_group>& wished,
                                        version_range range) noexcept {
    return choose_rows(state.groups, wished, group_table, range, reason::group_unknown, reason::group_not_built,
                       reason::no_common_group);
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

template <>
inline fault chooser<signature_scheme>::call(context_state& state, const option_list<signature_scheme>& wished,
                                             version_range range) noexcept {
    fault const kept = choose_rows(state.schemes, wished, scheme_table, range, reason::scheme_unknown,
                                   reason::scheme_not_built, reason::no_common_scheme);
#if defined(MBEDTLS_X509_CRT_PARSE_C)
    if (!kept) {
        narrow_chain(state, wished);
    }
#endif
    return kept;
}

/// A version without a suite is not offered: a peer that chose it would find nothing in common.
inline version_range with_suites(version_range range, const int* suites) noexcept {
    bool tls1_2 = false;
    bool tls1_3 = false;
    for (; *suites != 0; ++suites) {
        tls1_3 |= is_tls1_3(static_cast<std::uint16_t>(*suites));
        tls1_2 |= !is_tls1_3(static_cast<std::uint16_t>(*suites));
    }
    return {tls1_2 ? range.lowest : version::tls1_3, tls1_3 ? range.highest : version::tls1_2};
}

/// Groups or signature schemes: those wished for, or the defaults, where these are no constants.
template <const auto& Table, class Wished>
fault choose_ids(context_state& state, option_list<std::uint16_t>& where, const Wished& wished, version_range range,
                 reason none_fits) noexcept {
    if (!wished.empty()) {
        return wished.use()(state, wished, range);
    }
    if constexpr (!constant_defaults) {
        return default_ids(where, {defaults<Table>.rows, defaults<Table>.size}, range, none_fits);
    }
    return {};
}
template <const auto& Table>
const std::uint16_t* kept_or_default(const option_list<std::uint16_t>& kept) noexcept {
    return constant_defaults && kept.empty() ? default_list<Table, std::uint16_t>::all.ids : kept.data();
}

/// Versions, suites, groups and signature algorithms of a configuration.
template <class Options>
fault set_up_parameters(context_state& state, const Options& options) noexcept {
    auto& config = state.config;
    if (options.cipher_suites.failed() || options.groups.failed() || options.signature_algorithms.failed()) {
        return refused{errc::out_of_memory};
    }
#if TLSPP_HAS_X509
    for (auto const& own : state.identities) {
        state.has_signer = state.has_signer || own.has_signer();
    }
#endif
    version_range wanted{};
    if (fault const done =
            choose_versions(wanted, options.minimum_version, options.maximum_version, state.has_signer)) {
        return done;
    }
    const int* suites = default_list<suite_table, int>::all.ids;
    if (!options.cipher_suites.empty() || !constant_defaults) {
        if (fault const done = options.cipher_suites.empty()
                                   ? default_suites(state, wanted, state.psk_for)
                                   : options.cipher_suites.use()(state, options.cipher_suites, wanted)) {
            return done;
        }
        suites = state.suites.data();
    }
    mbedtls_ssl_conf_ciphersuites(&config, suites);

    auto const range = with_suites(wanted, suites);
    state.lowest = range.lowest;
    state.highest = range.highest;
    mbedtls_ssl_conf_min_tls_version(&config, static_cast<mbedtls_ssl_protocol_version>(range.lowest));
    mbedtls_ssl_conf_max_tls_version(&config, static_cast<mbedtls_ssl_protocol_version>(range.highest));

    // a build with nothing but plain pre-shared keys has neither groups nor signatures
    if (defaults<group_table>.size != 0 || !options.groups.empty()) {
        if (fault const done =
                choose_ids<group_table>(state, state.groups, options.groups, range, reason::no_common_group)) {
            return done;
        }
        mbedtls_ssl_conf_groups(&config, kept_or_default<group_table>(state.groups));
    }
    if (defaults<scheme_table>.size != 0 || !options.signature_algorithms.empty()) {
        if (fault const done = choose_ids<scheme_table>(state, state.schemes, options.signature_algorithms, range,
                                                        reason::no_common_scheme)) {
            return done;
        }
    }
#if defined(MBEDTLS_SSL_HANDSHAKE_WITH_CERT_ENABLED)
    mbedtls_ssl_conf_sig_algs(&config, kept_or_default<scheme_table>(state.schemes));
#endif
    return {};
}

/// The other way round, for those who ask a context.
template <const auto& Table, class T, std::size_t N, class Wire>
fixed_list<T, N> enabled(const context_state& state, const option_list<Wire>& ids) noexcept {
    fixed_list<T, N> list;
    if (constant_defaults && ids.empty()) {
        for (std::size_t i = 0; i != defaults<Table>.size; ++i) {
            auto const& row = defaults<Table>.rows[i];
            bool const built = !std::is_same_v<T, cipher_suite> || suite_is_built(row.id);
            if (built && version_range{state.lowest, state.highest}.covers(row.tls1_2, row.tls1_3)) {
                list.add(static_cast<T>(row.id));
            }
        }
    }
    for (auto const id : ids) {
        if (id != 0) {
            list.add(static_cast<T>(id));
        }
    }
    return list;
}
} // namespace tlspp::inline TLSPP_ABI::detail
