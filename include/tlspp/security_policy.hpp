// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/options.hpp>
#include <tlspp/selection.hpp>

#include <span>

namespace tlspp::inline TLSPP_ABI {

/// A set of parameters under a name with a year. What a policy of that name holds never changes: a program that names
/// one gets the same parameters from later releases, while the defaults of options may move on.
struct security_policy {
    /// As `policy_named` finds it.
    std::string_view name;
    /// The lowest version.
    version minimum_version;
    /// The highest version.
    version maximum_version;
    /// In order of preference.
    std::span<const cipher_suite> cipher_suites;
    std::span<const cipher_suite> psk_cipher_suites; ///< added where `.psk` is set
    /// In order of preference.
    std::span<const named_group> groups;
    /// In order of preference.
    std::span<const signature_scheme> signature_algorithms;
};

namespace detail::policy_2026 {
inline constexpr cipher_suite modern_suites[] = {
    cipher_suite::TLS_CHACHA20_POLY1305_SHA256,
    cipher_suite::TLS_AES_256_GCM_SHA384,
    cipher_suite::TLS_AES_128_GCM_SHA256,
    cipher_suite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    cipher_suite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    cipher_suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    cipher_suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
};
inline constexpr cipher_suite compatible_suites[] = {
    cipher_suite::TLS_CHACHA20_POLY1305_SHA256,
    cipher_suite::TLS_AES_256_GCM_SHA384,
    cipher_suite::TLS_AES_128_GCM_SHA256,
    cipher_suite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    cipher_suite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    cipher_suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    cipher_suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384,
    cipher_suite::TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384,
    cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256,
    cipher_suite::TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256,
};
inline constexpr cipher_suite modern_psk_suites[] = {
    cipher_suite::TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256,
};
inline constexpr cipher_suite compatible_psk_suites[] = {
    cipher_suite::TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256,
    cipher_suite::TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA384,
    cipher_suite::TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256,
};
inline constexpr named_group modern_groups[] = {
    named_group::x25519, named_group::secp256r1, named_group::secp384r1, named_group::x448, named_group::secp521r1,
};
inline constexpr named_group compatible_groups[] = {
    named_group::x25519,    named_group::secp256r1,       named_group::secp384r1,       named_group::x448,
    named_group::secp521r1, named_group::brainpoolP256r1, named_group::brainpoolP384r1, named_group::brainpoolP512r1,
    named_group::ffdhe2048, named_group::ffdhe3072,       named_group::ffdhe4096,       named_group::ffdhe6144,
    named_group::ffdhe8192,
};
inline constexpr signature_scheme schemes[] = {
    signature_scheme::ecdsa_secp256r1_sha256, signature_scheme::ecdsa_secp384r1_sha384,
    signature_scheme::ecdsa_secp521r1_sha512, signature_scheme::rsa_pss_rsae_sha512,
    signature_scheme::rsa_pss_rsae_sha384,    signature_scheme::rsa_pss_rsae_sha256,
    signature_scheme::rsa_pkcs1_sha512,       signature_scheme::rsa_pkcs1_sha384,
    signature_scheme::rsa_pkcs1_sha256,
};
} // namespace detail::policy_2026

namespace policy {
/// TLS 1.2 and 1.3; AEAD with forward secrecy only; SHA-256 or better. What the defaults are in 2026.
inline constexpr security_policy modern_2026{"modern_2026",
                                             version::tls1_2,
                                             version::tls1_3,
                                             detail::policy_2026::modern_suites,
                                             detail::policy_2026::modern_psk_suites,
                                             detail::policy_2026::modern_groups,
                                             detail::policy_2026::schemes};
/// The same with what peers of the last decade may need: ECDHE with CBC and HMAC-SHA256/384 (last in the list), and
/// Brainpool's and finite-field groups. Without forward secrecy nothing is offered here either, nor anything with
/// SHA-1.
inline constexpr security_policy compatible_2026{"compatible_2026",
                                                 version::tls1_2,
                                                 version::tls1_3,
                                                 detail::policy_2026::compatible_suites,
                                                 detail::policy_2026::compatible_psk_suites,
                                                 detail::policy_2026::compatible_groups,
                                                 detail::policy_2026::schemes};
} // namespace policy

namespace detail {
template <class T, std::size_t N, class Built>
void fill(chosen<T>& field, std::span<const T> first, std::span<const T> second, Built built) noexcept {
    if (!field.empty() || field.failed()) {
        return;
    }
    fixed_list<T, N> list;
    for (auto const part : {first, second}) {
        for (auto const id : part) {
            if (built(id)) {
                list.add(id);
            }
        }
    }
    field = option_list<T>{list};
}

template <class Options>
Options apply_policy(const security_policy& policy, Options options) noexcept {
    constexpr version lowest = build::tls1_2 ? version::tls1_2 : version::tls1_3;
    constexpr version highest = build::tls1_3 ? version::tls1_3 : version::tls1_2;
    if (!options.minimum_version) {
        options.minimum_version = policy.minimum_version < lowest ? lowest : policy.minimum_version;
    }
    if (!options.maximum_version) {
        options.maximum_version = policy.maximum_version > highest ? highest : policy.maximum_version;
    }
    fill<cipher_suite, suite_count>(options.cipher_suites, policy.cipher_suites,
                                    options.psk ? policy.psk_cipher_suites : std::span<const cipher_suite>{},
                                    [](cipher_suite id) { return suite_is_built(static_cast<int>(id)); });
    fill<named_group, group_count>(options.groups, policy.groups, {},
                                   [](named_group id) { return supported_groups().contains(id); });
    fill<signature_scheme, scheme_count>(
        options.signature_algorithms, policy.signature_algorithms, {},
        [](signature_scheme id) { return supported_signature_algorithms().contains(id); });
    return options;
}
} // namespace detail

/// Fills versions, suites, groups and signature algorithms of options from a policy, as far as this build of Mbed TLS
/// has them; a field that is set already stays as it is. Use: `create(apply(policy::modern_2026, client_options{…}))`.
/// Where memory runs out, `create` says so.
[[nodiscard]] inline client_options apply(const security_policy& policy, client_options options) noexcept {
    return detail::apply_policy(policy, std::move(options));
}
/// The same, for a server.
[[nodiscard]] inline server_options apply(const security_policy& policy, server_options options) noexcept {
    return detail::apply_policy(policy, std::move(options));
}
} // namespace tlspp::inline TLSPP_ABI
