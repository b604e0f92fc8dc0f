// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/mbedtls.hpp>
#include <tlspp/option_list.hpp>
#include <tlspp/public_suffix.hpp>
#include <tlspp/x509/crl_list.hpp>
#include <tlspp/x509/detail/built.hpp>
#include <tlspp/x509/extensions.hpp>
#include <tlspp/x509/on_verify.hpp>
#include <tlspp/x509/pin.hpp>
#include <tlspp/x509/profile.hpp>
#include <tlspp/x509/time.hpp>

#include <span>

#if TLSPP_HAS_X509

namespace tlspp::inline TLSPP_ABI {
namespace x509 {
/// What a certificate is presented for.
enum class purpose : std::uint8_t {
    server, ///< its holder is a TLS server: `oids::server_auth`
    client, ///< its holder is a TLS client: `oids::client_auth`
    any,    ///< not asked, or asked by somebody else
};
} // namespace x509

/// How chains are judged: what a context keeps of its options. As it is made by default, it is safe, but for the
/// purpose, which Mbed TLS asks the peer's own certificate in a handshake, and `purpose` the intermediates as well.
struct verify_policy {
    /// What `max_intermediates` is where nobody says anything else.
    static constexpr std::uint16_t default_max_intermediates = 8;

    /// Hashes, key types, curves and key sizes that are strong enough, in Mbed TLS's form; null:
    /// `detail::safe_profile`.
    const mbedtls_x509_crt_profile* strength = nullptr;
    /// The most certificates between the peer's own and the anchor, self-issued ones not counted. Mbed TLS's own limit,
    /// 8 unless it was built with another one, holds in any case.
    std::uint16_t max_intermediates = default_max_intermediates;
    /// What the chain is for.
    x509::purpose purpose = x509::purpose::any;
    /// The rules that it is judged by.
    tlspp::profile profile = tlspp::profile::rfc5280;
    /// Further purposes that the chain must be good for; the list and what it looks at must live as long as the policy.
    std::span<const x509::oid> further_purposes = {};
    /// One of these is needed where the peer's own certificate has keyUsage; empty: those that go with the purpose. In a
    /// handshake Mbed TLS asks as well, for what the suite needs.
    x509::key_usages leaf_usage = {};
    /// The time, negative where it is not known; null: the system's clock, by Mbed TLS.
    unix_seconds (*clock)(void* context) = nullptr;
    /// Passed to `clock`.
    void* clock_context = nullptr;

    /// Leaves the check of validity out, over the whole chain.
    bool insecure_no_clock = false;
    /// Leaves wildcards for all that is below a public suffix in, over the whole chain.
    bool insecure_no_public_suffix = false;
    /// Each of these leaves one check out, over the whole chain.
    ///@{
    bool insecure_no_basic_constraints = false;
    bool insecure_no_path_length = false;
    bool insecure_no_key_usage = false;
    bool insecure_no_repeated_extension = false;
    bool insecure_no_encoding = false;
    bool insecure_no_extended_key_usage = false;
    bool insecure_no_name_constraints = false;
    bool insecure_ignore_unknown_critical = false;
    ///@}
    /// The same for a check of `profile::webpki`, named like its file in `x509/checks`.
    ///@{
    bool insecure_no_version = false;
    bool insecure_no_serial_number = false;
    bool insecure_no_authority_key = false;
    bool insecure_no_subject_key = false;
    bool insecure_no_ca_key_usage = false;
    bool insecure_no_critical_ca = false;
    bool insecure_no_key_size = false;
    bool insecure_no_end_entity = false;
    bool insecure_no_dns_syntax = false;
    bool insecure_no_information_access = false;
    bool insecure_no_alternative_names = false;
    bool insecure_no_common_name = false;
    bool insecure_no_server_purposes = false;
    ///@}

    /// Which certificates are looked up in `crls`.
    tlspp::revocation revocation = tlspp::revocation::off;
    /// The lists that certificates are looked up in.
    crl_list crls = {};
    /// Keys of which the chain must have one; empty: any will do.
    detail::pin_list pins = {};
    /// Keys that no chain may have.
    detail::pin_list distrusted = {};
    /// Asked after all checks of a handshake; `x509::verify` does not.
    verify_hook on_verify = {};
};

namespace detail {
/// SHA-256 or better, RSA with 2048 bits or more, the curves that Mbed TLS takes by default (RFC 9325 §4.5).
inline const mbedtls_x509_crt_profile& safe_profile() noexcept { return mbedtls_x509_crt_profile_default; }
inline const mbedtls_x509_crt_profile& strength_of(const verify_policy& policy) noexcept {
    return policy.strength == nullptr ? safe_profile() : *policy.strength;
}
/// The wildcards that public CAs may not sign are more than those that nobody may.
inline suffix_list suffixes_of(const verify_policy& policy) noexcept {
    return policy.insecure_no_public_suffix ? suffix_list::none
           : policy.profile.judges_form()   ? suffix_list::all
                                            : suffix_list::registries;
}
} // namespace detail
} // namespace tlspp::inline TLSPP_ABI
#endif

#include <tlspp/x509/checks/form.hpp> // what profile::webpki brings
