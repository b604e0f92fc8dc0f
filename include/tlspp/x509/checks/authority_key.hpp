// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/checks/chain.hpp>
#include <tlspp/x509/detail/built.hpp>

#if TLSPP_HAS_X509

/// \file
/// RFC 5280 §4.2.1.1: a certificate names its issuer's key by authorityKeyIdentifier, which is that issuer's
/// subjectKeyIdentifier; by nothing else (baseline requirements §7.1.2.11.1), and never critically. An anchor need not
/// have the extension; but one that is its own issuer and names another one is not what it looks like.
namespace tlspp::inline TLSPP_ABI::x509 {

/// \cond
struct authority_key_fields {
    std::optional<bytes> key;
    std::optional<bytes> issuer; ///< GeneralNames without their tag
    std::optional<bytes> serial;
};

inline std::optional<authority_key_fields> read_authority_key(bytes value) noexcept {
    detail::der_element list;
    detail::der_element field;
    if (!detail::der_reader(value).expect(detail::der_tag::sequence, list) || list.whole.size() != value.size()) {
        return std::nullopt;
    }
    authority_key_fields out;
    detail::der_reader fields(list.content);
    if (fields.optional(detail::der_tag::context(0), field)) {
        out.key = field.content;
    }
    if (fields.optional(detail::der_tag::constructed_context(1), field)) {
        out.issuer = field.content;
    }
    if (fields.optional(detail::der_tag::context(2), field)) {
        out.serial = field.content;
    }
    return fields.at_end() && !fields.failed() ? std::optional(out) : std::nullopt;
}

inline bool names_key(const mbedtls_x509_crt& crt, const mbedtls_x509_crt* issuer) noexcept {
    auto const extension = find_extension(crt, oids::authority_key_identifier);
    auto const fields = extension && !extension->critical ? read_authority_key(extension->value) : std::nullopt;
    if (!fields || !fields->key || fields->key->empty() || fields->issuer || fields->serial) {
        return false;
    }
    auto const key = issuer == nullptr ? bytes() : detail::bytes_of(issuer->subject_key_id);
    return key.empty() || detail::same_bytes(key, *fields->key);
}

/// What an anchor says of its issuer, where it says anything, is true of itself.
inline bool names_itself(const mbedtls_x509_crt& anchor) noexcept {
    auto const extension = find_extension(anchor, oids::authority_key_identifier);
    auto const fields = extension ? read_authority_key(extension->value) : std::nullopt;
    if (!fields || !is_self_issued(anchor)) {
        return true;
    }
    auto const key = detail::bytes_of(anchor.subject_key_id);
    bool good = !fields->key || key.empty() || detail::same_bytes(key, *fields->key);
    good = good && (!fields->serial || detail::same_bytes(detail::bytes_of(anchor.serial), *fields->serial));
    general_name_cursor names(fields->issuer.value_or(bytes()));
    for (general_name name; good && names.next(name);) {
        good =
            name.kind() != general_name_kind::directory || same_name(name.value(), detail::bytes_of(anchor.issuer_raw));
    }
    return good;
}
/// \endcond

inline verify_flags check_authority_key(const chain_view& chain) noexcept {
    for (std::size_t i = 0; i < chain.size; ++i) {
        bool const good = chain.is_trusted(i) ? names_itself(chain[i])
                                              : names_key(chain[i], i + 1 < chain.size ? &chain[i + 1] : nullptr);
        if (!good) {
            return verify_flag::authority_key;
        }
    }
    return {};
}
} // namespace tlspp::inline TLSPP_ABI::x509
#endif
