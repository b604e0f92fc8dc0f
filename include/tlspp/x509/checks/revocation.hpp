// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/policy.hpp>

#include <tlspp/detail/mbedtls_signature.hpp>
#include <tlspp/x509/checks/chain.hpp>
#include <tlspp/x509/detail/built.hpp>

#if TLSPP_HAS_X509

/// \file
/// RFC 5280 §6.3: whether a certificate was revoked by its issuer. Without a current list that the issuer signed, the
/// answer is no answer, and the chain is refused. (Mbed TLS lets a chain pass where no list fits, refuses where an
/// older list lies beside the current one, and cannot take lists where trusted certificates come from a callback; so
/// its own check is not used.)
namespace tlspp::inline TLSPP_ABI::x509 {
#if defined(MBEDTLS_X509_CRL_PARSE_C)
/// \cond
struct crl_signature {
    detail::signature_kind scheme = detail::signature_kind::none;
    mbedtls_md_type_t hash = MBEDTLS_MD_NONE;
};

inline mbedtls_md_type_t hash_named(std::string_view oid) noexcept {
    constexpr std::string_view nist{"\x60\x86\x48\x01\x65\x03\x04\x02", 8}; // 2.16.840.1.101.3.4.2
    if (oid.size() != 9 || !oid.starts_with(nist)) {
        return MBEDTLS_MD_NONE;
    }
    switch (oid[8]) {
    case 1:
        return MBEDTLS_MD_SHA256;
    case 2:
        return MBEDTLS_MD_SHA384;
    case 3:
        return MBEDTLS_MD_SHA512;
    default:
        return MBEDTLS_MD_NONE;
    }
}

/// The algorithms that a CRL may be signed with; SHA-1 and older ones are not among them (RFC 9155, RFC 8017).
inline crl_signature read_signature_algorithm(bytes algorithm) noexcept {
    using detail::signature_kind;
    detail::der_reader fields(algorithm);
    detail::der_element id;
    if (!fields.expect(detail::der_tag::oid, id)) {
        return {};
    }
    auto const name = name_of(known_signatures, id.content.text());
    struct row {
        std::string_view name;
        crl_signature what;
    };
    constexpr row rows[] = {
        {"sha256WithRSAEncryption", {signature_kind::rsa_pkcs1, MBEDTLS_MD_SHA256}},
        {"sha384WithRSAEncryption", {signature_kind::rsa_pkcs1, MBEDTLS_MD_SHA384}},
        {"sha512WithRSAEncryption", {signature_kind::rsa_pkcs1, MBEDTLS_MD_SHA512}},
        {"ecdsa-with-SHA256", {signature_kind::ecdsa, MBEDTLS_MD_SHA256}},
        {"ecdsa-with-SHA384", {signature_kind::ecdsa, MBEDTLS_MD_SHA384}},
        {"ecdsa-with-SHA512", {signature_kind::ecdsa, MBEDTLS_MD_SHA512}},
    };
    for (const row& one : rows) {
        if (one.name == name && !name.empty()) {
            return one.what;
        }
    }
    if (name == "rsassaPss") { // RFC 4055 §3.1; without hashAlgorithm it is SHA-1
        detail::der_element hash;
        auto parameters = fields.enter(detail::der_tag::sequence);
        if (parameters.optional(detail::der_tag::constructed_context(0), hash) &&
            detail::der_reader(hash.content).enter(detail::der_tag::sequence).expect(detail::der_tag::oid, id)) {
            return {signature_kind::rsa_pss, hash_named(id.content.text())};
        }
    }
    return {};
}

/// What speaks against the signature of `list` by `issuer`. \return 0, or Mbed TLS's code where memory ran out.
inline int check_crl_signature(const crl& list, const mbedtls_x509_crt& issuer,
                               const mbedtls_x509_crt_profile& strength, verify_flags& found) noexcept {
    if (mbedtls_x509_crt_check_key_usage(&issuer, MBEDTLS_X509_KU_CRL_SIGN) != 0) { // RFC 5280 §6.3.3 (f)
        found |= verify_flag::crl_not_trusted;
        return 0;
    }
    auto const signature = read_signature_algorithm(list.parts().algorithm);
    auto const* const hash = mbedtls_md_info_from_type(signature.hash);
    if (hash == nullptr || (strength.allowed_mds & MBEDTLS_X509_ID_FLAG(signature.hash)) == 0) {
        found |= verify_flag::crl_weak_hash;
        return 0;
    }
    unsigned char digest[MBEDTLS_MD_MAX_SIZE] = {};
    auto const tbs = list.tbs();
    int code = mbedtls_md(hash, tbs.uchars(), tbs.size(), digest);
    if (code == 0) {
        // Mbed TLS writes nothing into a key that it verifies with
        code = detail::verify_signature(const_cast<mbedtls_pk_context&>(issuer.pk), signature.scheme, signature.hash,
                                        digest, mbedtls_md_get_size(hash), list.parts().signature.uchars(),
                                        list.parts().signature.size());
    }
    if (detail::is_out_of_memory(code)) {
        return MBEDTLS_ERR_X509_ALLOC_FAILED;
    }
    if (code != 0) {
        found |= verify_flag::crl_not_trusted;
    }
    return 0;
}

/// True where the list may be one of this issuer's: the same name, and not another of its keys.
inline bool may_be_of(const crl& list, const mbedtls_x509_crt& issuer) noexcept {
    auto const key = detail::bytes_of(issuer.subject_key_id);
    auto const named = list.authority_key_identifier();
    return detail::same_bytes(list.issuer().der(), detail::bytes_of(issuer.subject_raw)) &&
           (key.empty() || named.empty() || detail::same_bytes(key, named));
}
/// \endcond

/// Whether the list is current; `now` is negative where the time is not known.
inline verify_flags judge_period(const crl& list, const verify_policy& policy, unix_seconds now) noexcept {
    if (policy.insecure_no_clock) {
        return {};
    }
    if (now < 0) {
        return verify_flag::no_clock;
    }
    return (now < list.this_update() ? verify_flags(verify_flag::crl_not_yet_valid) : verify_flags()) |
           (now > list.next_update() ? verify_flags(verify_flag::crl_expired) : verify_flags());
}

/// Judges one certificate by the lists of its issuer, and adds what speaks against it to `found`.
/// \return 0, or Mbed TLS's code where memory ran out.
inline int check_revocation(const mbedtls_x509_crt& subject, const mbedtls_x509_crt& issuer,
                            const verify_policy& policy, verify_flags& found) noexcept {
    auto const now = policy.insecure_no_clock  ? 0
                     : policy.clock != nullptr ? policy.clock(policy.clock_context)
                                               : detail::system_seconds();
    verify_flags unusable = verify_flag::crl_missing; // what the last list that fits is wrong with
    const crl* newest = nullptr;
    verify_flags newest_period;
    for (const crl& list : policy.crls) {
        if (!may_be_of(list, issuer)) {
            continue;
        }
        auto const period = judge_period(list, policy, now);
        bool const better = newest == nullptr || (period.empty() && !newest_period.empty()) ||
                            (period.empty() == newest_period.empty() && list.this_update() > newest->this_update());
        if (!better) {
            continue;
        }
        verify_flags wrong;
        if (int const code = check_crl_signature(list, issuer, detail::strength_of(policy), wrong); code != 0) {
            return code;
        }
        if (!wrong.empty()) {
            unusable = unusable.without(verify_flag::crl_missing) | wrong;
            continue;
        }
        newest = &list;
        newest_period = period;
    }
    if (newest == nullptr) {
        found |= unusable;
        return 0;
    }
    found |= newest_period;
    if (newest->find(detail::bytes_of(subject.serial))) {
        found |= verify_flag::revoked;
    }
    return 0;
}
#else
inline int check_revocation(const mbedtls_x509_crt&, const mbedtls_x509_crt&, const verify_policy&,
                            verify_flags& found) noexcept {
    found |= verify_flag::crl_missing;
    return 0;
}
#endif
} // namespace tlspp::inline TLSPP_ABI::x509
#endif
