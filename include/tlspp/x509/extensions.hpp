// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/detail/built.hpp>
#include <tlspp/x509/general_name.hpp>

#include <optional>

#if TLSPP_HAS_X509

/// \file
/// The extensions of certificates (RFC 5280 §4.2) as data.
namespace tlspp::inline TLSPP_ABI::x509 {

/// One extension as it stands in the certificate.
struct extension {
    /// Which extension it is.
    oid id;
    /// Whether who does not know it must refuse the certificate.
    bool critical = false;
    bytes value; ///< the content of extnValue: one DER object
};

/// \cond
class extension_cursor {
public:
    using value_type = extension;

    extension_cursor() noexcept = default;
    explicit extension_cursor(const mbedtls_x509_crt& crt) noexcept : end_(crt.v3_ext.p + crt.v3_ext.len) {
        std::size_t size = 0;
        at_ = crt.v3_ext.p;
        (void)enter(at_, end_, detail::der_tag::sequence, size);
    }

    bool next(extension& out) noexcept {
        std::size_t size = 0;
        if (!enter(at_, end_, detail::der_tag::sequence, size)) {
            return false;
        }
        unsigned char* at = at_;
        const unsigned char* const end = at_ += size;
        if (!enter(at, end, detail::der_tag::oid, size)) {
            return false;
        }
        out.id = oid(bytes(at, size));
        at += size;
        int critical = 0;
        (void)mbedtls_asn1_get_bool(&at, end, &critical);
        out.critical = critical != 0;
        if (!enter(at, end, detail::der_tag::octet_string, size)) {
            return false;
        }
        out.value = bytes(at, size);
        return true;
    }

private:
    /// Goes behind tag and length of an element, whose content is then `size` bytes.
    static bool enter(unsigned char*& at, const unsigned char* end, unsigned char tag, std::size_t& size) noexcept {
        return at != end && mbedtls_asn1_get_tag(&at, end, &size, tag) == 0;
    }

    unsigned char* at_ = nullptr; // Mbed TLS's readers take pointers to non-const and write nothing
    const unsigned char* end_ = nullptr;
};

inline std::optional<extension> find_extension(const mbedtls_x509_crt& crt, oid id) noexcept {
    extension_cursor all(crt);
    for (extension e; all.next(e);) {
        if (e.id == id) {
            return e;
        }
    }
    return std::nullopt;
}
/// \endcond

/// What a key may be used for (RFC 5280 §4.2.1.3): bit n of the extension is `1 << n`.
enum class key_usage : std::uint16_t {
    digital_signature = 1U << 0,  ///< signing in handshakes
    content_commitment = 1U << 1, ///< called nonRepudiation in older texts
    key_encipherment = 1U << 2,   ///< taking secrets that were encrypted with it
    data_encipherment = 1U << 3,  ///< decrypting data
    key_agreement = 1U << 4,      ///< Diffie-Hellman
    key_cert_sign = 1U << 5,      ///< signing certificates
    crl_sign = 1U << 6,           ///< signing CRLs
    encipher_only = 1U << 7,      ///< with keyAgreement: encrypting only
    decipher_only = 1U << 8,      ///< with keyAgreement: decrypting only
};

/// A set of `key_usage`s.
class key_usages {
public:
    constexpr key_usages() noexcept = default;
    /// A set, by its bits.
    constexpr explicit key_usages(std::uint16_t bits) noexcept : bits_(bits) {}

    /// Whether the use is in the set.
    constexpr bool has(key_usage usage) const noexcept { return (bits_ & static_cast<std::uint16_t>(usage)) != 0; }
    constexpr bool empty() const noexcept { return bits_ == 0; }
    /// The set as a number.
    constexpr std::uint16_t bits() const noexcept { return bits_; }
    friend constexpr bool operator==(key_usages, key_usages) noexcept = default;

private:
    std::uint16_t bits_ = 0;
};

/// RFC 5280 §4.2.1.9.
struct basic_constraints {
    /// Whether it may sign certificates.
    bool ca = false;
    std::optional<std::uint32_t> path_length = {}; ///< none: no limit. Larger numbers than fit count as no limit
    /// Whether the extension is critical.
    bool critical = false;
};

/// RFC 5280 §4.2.1.1; what is absent is empty.
struct authority_key_identifier {
    /// Of the issuer's key.
    bytes key_identifier;
    /// The issuer's issuer.
    general_names issuer;
    /// Of the issuer's certificate.
    bytes serial_number;
};

/// \cond
inline std::optional<key_usages> read_key_usage(bytes value) noexcept {
    detail::der_element bits;
    if (!detail::der_reader(value).expect(detail::der_tag::bit_string, bits) || bits.content.empty()) {
        return std::nullopt;
    }
    std::uint16_t usages = 0;
    for (unsigned n = 0; n != 9 && 1 + n / 8 < bits.content.size(); ++n) {
        if ((bits.content.uchars()[1 + n / 8] & (0x80U >> (n % 8))) != 0) {
            usages = static_cast<std::uint16_t>(usages | (1U << n));
        }
    }
    return key_usages(usages);
}

inline std::optional<basic_constraints> read_basic_constraints(const extension& e) noexcept {
    auto inside = detail::der_reader(e.value);
    detail::der_element list;
    if (!inside.expect(detail::der_tag::sequence, list)) {
        return std::nullopt;
    }
    detail::der_reader fields(list.content);
    basic_constraints out;
    out.critical = e.critical;
    detail::der_element field;
    if (fields.optional(detail::der_tag::boolean, field)) {
        out.ca = field.content.size() == 1 && *field.content.uchars() != 0;
    }
    if (fields.optional(detail::der_tag::integer, field) && field.content.size() < 6) {
        std::uint64_t value = 0;
        for (std::byte b : field.content) {
            value = (value << 8) | static_cast<std::uint64_t>(b);
        }
        if (value <= 0xFFFFFFFFU) {
            out.path_length = static_cast<std::uint32_t>(value);
        }
    }
    return out;
}

/// SEQUENCE OF OBJECT IDENTIFIER, and SEQUENCE OF SEQUENCE that begins with one.
class oid_cursor {
public:
    using value_type = oid;

    oid_cursor() noexcept = default;
    explicit oid_cursor(bytes extension_value) noexcept
        : list_(detail::der_reader(extension_value).enter(detail::der_tag::sequence)) {}

    bool next(oid& out) noexcept {
        detail::der_element element;
        if (list_.peek() == detail::der_tag::sequence) {
            auto inner = list_.enter(detail::der_tag::sequence);
            if (!inner.expect(detail::der_tag::oid, element)) {
                return false;
            }
        } else if (!list_.expect(detail::der_tag::oid, element)) {
            return false;
        }
        out = oid(element.content);
        return true;
    }

private:
    detail::der_reader list_;
};
/// \endcond

/// A range of `oid`s; keeps its certificate alive.
using oids_range = detail::pull_range<oid_cursor, detail::certificate_ref>;

/// RFC 5280 §4.2.2.1: where to ask about, or to find, the issuer.
struct access_description {
    oid method; ///< `oids::access_ocsp` or `oids::access_ca_issuers`
    /// Where; as a rule a URI.
    general_name location;
};

/// \cond
class access_cursor {
public:
    using value_type = access_description;

    access_cursor() noexcept = default;
    explicit access_cursor(bytes extension_value) noexcept
        : list_(detail::der_reader(extension_value).enter(detail::der_tag::sequence)) {}

    bool next(access_description& out) noexcept {
        detail::der_element whole;
        detail::der_element method;
        if (!list_.expect(detail::der_tag::sequence, whole)) {
            return false;
        }
        detail::der_reader inner(whole.content);
        if (!inner.expect(detail::der_tag::oid, method)) {
            return false;
        }
        out.method = oid(method.content);
        return general_name_cursor(whole.content.without_first(method.whole.size())).next(out.location);
    }

private:
    detail::der_reader list_;
};

/// The names in the fullName of each distribution point, one after the other.
class distribution_cursor {
public:
    using value_type = general_name;

    distribution_cursor() noexcept = default;
    explicit distribution_cursor(bytes extension_value) noexcept
        : points_(detail::der_reader(extension_value).enter(detail::der_tag::sequence)) {}

    bool next(general_name& out) noexcept {
        while (!names_.next(out)) {
            detail::der_element element;
            if (!points_.expect(detail::der_tag::sequence, element)) {
                return false;
            }
            detail::der_reader point(element.content);
            detail::der_element full;
            bool const named =
                point.optional(detail::der_tag::constructed_context(0), element) &&
                detail::der_reader(element.content).optional(detail::der_tag::constructed_context(0), full);
            names_ = general_name_cursor(named ? full.content : bytes());
        }
        return true;
    }

private:
    detail::der_reader points_;
    general_name_cursor names_;
};
/// \endcond

/// A range of `extension`s; keeps its certificate alive.
using extensions_range = detail::pull_range<extension_cursor, detail::certificate_ref>;
/// A range of `access_description`s; keeps its certificate alive.
using access_range = detail::pull_range<access_cursor, detail::certificate_ref>;
/// The names of all distribution points; keeps its certificate alive.
using distribution_range = detail::pull_range<distribution_cursor, detail::certificate_ref>;
} // namespace tlspp::inline TLSPP_ABI::x509
#endif
