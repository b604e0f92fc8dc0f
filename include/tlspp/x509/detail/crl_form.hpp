// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/detail/parse_error.hpp>

#include <tlspp/detail/der_reader.hpp>
#include <tlspp/x509/detail/built.hpp>
#include <tlspp/x509/oid.hpp>

#if TLSPP_HAS_X509

/// \file
/// Whether a CRL is one that can be relied on (RFC 5280 §5): complete, for all certificates of its issuer, and with
/// all that has to be in it. Mbed TLS looks at no extension of a CRL: it refuses critical ones without saying which,
/// and takes a list without cRLNumber, or one whose limits are not marked as critical, as if it were whole.
namespace tlspp::inline TLSPP_ABI::detail {

/// What this library reads of a CRL besides Mbed TLS. Views the DER.
struct crl_parts {
    bytes number;                   ///< cRLNumber, the content of the INTEGER
    bytes authority_key_identifier; ///< the keyIdentifier; empty where absent
    bytes algorithm;                ///< signatureAlgorithm, the content of the SEQUENCE
    bytes signature;                ///< without the octet that counts unused bits
};

namespace crl_oids {
inline constexpr std::string_view number{"\x55\x1D\x14", 3}, reason_code{"\x55\x1D\x15", 3},
    delta_indicator{"\x55\x1D\x1B", 3}, issuing_distribution_point{"\x55\x1D\x1C", 3};
} // namespace crl_oids

struct crl_extension {
    std::string_view id;
    bool critical = false;
    bytes value;
};

/// The next one of Extensions; false at the end, and where it is no extension (`list.failed()`).
inline bool next_extension(der_reader& list, crl_extension& out) noexcept {
    if (list.at_end()) {
        return false;
    }
    auto one = list.enter(der_tag::sequence);
    der_element id;
    der_element flag;
    der_element value;
    bool const named = one.expect(der_tag::oid, id);
    out.critical = one.optional(der_tag::boolean, flag) && flag.content.size() == 1 && *flag.content.uchars() != 0;
    if (!named || !one.expect(der_tag::octet_string, value)) {
        (void)list.expect(0, value); // fails: nothing has this tag
        return false;
    }
    out.id = id.content.text();
    out.value = value.content;
    return true;
}

/// Which limit an issuingDistributionPoint sets: indirectCRL is `[4]`.
inline reason limit_of(bytes issuing_distribution_point) noexcept {
    auto fields = der_reader(issuing_distribution_point).enter(der_tag::sequence);
    der_element field;
    while (fields.next(field)) {
        if (field.tag == der_tag::context(4) && field.content.size() == 1 && *field.content.uchars() != 0) {
            return reason::crl_indirect;
        }
    }
    return reason::crl_partial;
}

/// \return `reason::none` for a list that can be relied on.
inline reason judge_crl_extensions(der_reader extensions, crl_parts& parts) noexcept {
    crl_extension e;
    while (next_extension(extensions, e)) {
        der_element content;
        if (e.id == crl_oids::delta_indicator) {
            return reason::crl_delta;
        }
        if (e.id == crl_oids::issuing_distribution_point) {
            return limit_of(e.value);
        }
        if (e.id == crl_oids::number) {
            if (!der_reader(e.value).expect(der_tag::integer, content) || content.content.empty()) {
                return reason::crl_malformed;
            }
            parts.number = content.content;
        } else if (e.id == x509::oids::authority_key_identifier.der()) {
            auto fields = der_reader(e.value).enter(der_tag::sequence);
            if (fields.optional(der_tag::context(0), content)) {
                parts.authority_key_identifier = content.content;
            }
        } else if (e.critical) {
            return reason::crl_critical;
        }
    }
    return extensions.failed()    ? reason::crl_malformed
           : parts.number.empty() ? reason::crl_without_number
                                  : reason::none;
}

/// RFC 5280 §5.3: a list with a critical extension of an entry that is not understood must not be used; it may mean
/// that the entry is for another issuer.
inline reason judge_crl_entries(der_reader entries) noexcept {
    while (!entries.at_end()) {
        auto entry = entries.enter(der_tag::sequence);
        der_element skipped;
        if (!entry.expect(der_tag::integer, skipped) || !entry.next(skipped)) {
            return reason::crl_malformed;
        }
        auto extensions = entry.at_end() ? der_reader() : entry.enter(der_tag::sequence);
        for (crl_extension e; next_extension(extensions, e);) {
            if (e.critical) {
                return reason::crl_critical;
            }
        }
        if (entry.failed() || extensions.failed()) {
            return reason::crl_malformed;
        }
    }
    return reason::none;
}

inline bool is_time(unsigned char tag) noexcept { return tag == 0x17 || tag == 0x18; } // UTCTime, GeneralizedTime

/// Reads one CRL in DER. \return `reason::none` for one that can be relied on.
inline reason judge_crl_form(bytes der, crl_parts& parts) noexcept {
    auto outer = der_reader(der).enter(der_tag::sequence);
    auto tbs = outer.enter(der_tag::sequence);
    der_element element;
    if (!outer.expect(der_tag::sequence, element)) {
        return reason::crl_malformed;
    }
    parts.algorithm = element.content;
    if (!outer.expect(der_tag::bit_string, element) || element.content.size() < 2) {
        return reason::crl_malformed;
    }
    parts.signature = element.content.without_first(1);
    (void)tbs.optional(der_tag::integer, element);
    if (!tbs.expect(der_tag::sequence, element) || !tbs.expect(der_tag::sequence, element) || !is_time(tbs.peek()) ||
        !tbs.next(element)) {
        return reason::crl_malformed;
    }
    bool const has_next_update = is_time(tbs.peek());
    if (has_next_update && !tbs.next(element)) {
        return reason::crl_malformed;
    }
    auto const entries = tbs.optional(der_tag::sequence, element) ? der_reader(element.content) : der_reader();
    der_reader extensions;
    if (tbs.optional(der_tag::constructed_context(0), element)) {
        extensions = der_reader(element.content).enter(der_tag::sequence);
    }
    auto why = judge_crl_extensions(extensions, parts);
    why = why == reason::none && !has_next_update ? reason::crl_without_next_update : why;
    return why == reason::none ? judge_crl_entries(entries) : why;
}

inline error crl_error(reason why) noexcept {
    bool const understood =
        why == reason::crl_malformed || why == reason::crl_without_number || why == reason::crl_without_next_update;
    return error(understood ? errc::malformed : errc::unsupported, why);
}
} // namespace tlspp::inline TLSPP_ABI::detail
#endif
