// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/oid.hpp>

#include <tlspp/detail/der_reader.hpp>
#include <tlspp/detail/pull_range.hpp>
#include <tlspp/x509/detail/attribute_names.hpp>
#include <tlspp/x509/detail/built.hpp>
#include <tlspp/x509/detail/certificate_block.hpp>
#include <tlspp/x509/detail/string_types.hpp>

#if TLSPP_HAS_X509

namespace tlspp::inline TLSPP_ABI::x509 {

/// One attribute of a distinguished name, such as commonName "example.org".
struct attribute {
    /// Its object identifier.
    oid type;
    /// Its value as it stands in the certificate; for text in UTF-8 see `write_value`.
    bytes value;
    /// The ASN.1 type of the value (UTF8String is 0x0C, PrintableString 0x13).
    unsigned char encoding = 0;
    /// True where it belongs to the same relative distinguished name as the one before it (a rare thing).
    bool joined = false;

    /// `CN`, `O`, …; empty for types without a short name.
    constexpr std::string_view short_name() const noexcept { return detail::attribute_names_of(type.der()).brief; }
    /// `commonName`, `organizationName`, …, as OpenSSL and Python print it; empty for unknown types.
    constexpr std::string_view long_name() const noexcept { return detail::attribute_names_of(type.der()).full; }
    /// Writes the value as UTF-8 with a terminating NUL, cut where it does not fit; returns the length without NUL.
    std::size_t write_value(std::span<char> out) const noexcept { return detail::write_utf8(encoding, value, out); }
};

/// \cond
class attribute_cursor {
public:
    using value_type = attribute;

    attribute_cursor() noexcept = default;
    /// From the content of a Name, without the outer SEQUENCE.
    explicit attribute_cursor(bytes content) noexcept : names_(content) {}

    bool next(attribute& out) noexcept {
        bool const joined = !set_.at_end();
        detail::der_element element;
        if (!joined) {
            if (!names_.expect(detail::der_tag::set, element)) {
                return false;
            }
            set_ = detail::der_reader(element.content);
        }
        auto pair = set_.enter(detail::der_tag::sequence);
        detail::der_element type;
        if (!pair.expect(detail::der_tag::oid, type) || !pair.next(element)) {
            return false;
        }
        out = {oid(type.content), element.content, element.tag, joined};
        return true;
    }

private:
    detail::der_reader names_;
    detail::der_reader set_;
};
/// \endcond

/// A distinguished name (RFC 5280 §4.1.2.4): a range of `attribute`s in the order of the certificate.
/// \par Lifetime One taken from a certificate keeps it alive; its attributes are valid as long as the range.
class distinguished_name : public detail::pull_range<attribute_cursor, detail::certificate_ref> {
public:
    distinguished_name() noexcept = default;
    /// From a Name in DER, with its outer SEQUENCE.
    explicit distinguished_name(bytes der, detail::certificate_ref owner = {}) noexcept
        : pull_range(attribute_cursor(content_of(der)), std::move(owner)), der_(der) {}

    /// The whole name in DER.
    bytes der() const noexcept { return der_; }
    /// The last value of this type, or an empty attribute.
    attribute find(oid type) const noexcept {
        attribute found;
        for (const attribute& a : *this) {
            if (a.type == type) {
                found = a;
            }
        }
        return found;
    }
    /// Equal in bytes; `checks/name_constraints.hpp` has the comparison of RFC 5280 §7.1.
    friend bool operator==(const distinguished_name& a, const distinguished_name& b) noexcept {
        return detail::same_bytes(a.der_, b.der_);
    }

    /// Writes it as `CN=example.org, O=Example`, UTF-8, with a terminating NUL, cut where it does not fit; returns the
    /// length without the NUL. Control characters, `,`, `+`, `=` and `\` in values are escaped.
    std::size_t describe(std::span<char> out) const noexcept;

private:
    static bytes content_of(bytes der) noexcept {
        detail::der_element element;
        return detail::der_reader(der).expect(detail::der_tag::sequence, element) ? element.content : bytes();
    }

    bytes der_;
};

inline std::size_t distinguished_name::describe(std::span<char> out) const noexcept {
    detail::text_writer text{out};
    bool first = true;
    for (const attribute& a : *this) {
        if (!first) {
            text << (a.joined ? "+" : ", ");
        }
        first = false;
        auto const label = a.short_name().empty() ? a.long_name() : a.short_name();
        if (label.empty()) {
            char dotted[96];
            text << std::string_view(dotted, a.type.describe(dotted));
        } else {
            text << label;
        }
        text.put('=');
        char value[512];
        detail::write_escaped(text, std::string_view(value, a.write_value(value)), ",+=\\");
    }
    return text.size();
}
} // namespace tlspp::inline TLSPP_ABI::x509
#endif
