// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/detail/built.hpp>
#include <tlspp/x509/name.hpp>

#include <tlspp/detail/ip_address.hpp>

#if TLSPP_HAS_X509

namespace tlspp::inline TLSPP_ABI::x509 {

/// The kinds of general names (RFC 5280 §4.2.1.6), with their tag numbers.
enum class general_name_kind : std::uint8_t {
    other = 0,         ///< otherName: an object identifier and a value
    email = 1,         ///< rfc822Name
    dns = 2,           ///< dNSName
    x400_address = 3,  ///< not in use
    directory = 4,     ///< directoryName
    edi_party = 5,     ///< not in use
    uri = 6,           ///< uniformResourceIdentifier
    ip = 7,            ///< iPAddress
    registered_id = 8, ///< registeredID
};

/// As Python and OpenSSL print it: `DNS`, `IP Address`, …
constexpr std::string_view name(general_name_kind kind) noexcept {
    switch (kind) {
    case general_name_kind::other:
        return "othername";
    case general_name_kind::email:
        return "email";
    case general_name_kind::dns:
        return "DNS";
    case general_name_kind::x400_address:
        return "X400Name";
    case general_name_kind::directory:
        return "DirName";
    case general_name_kind::edi_party:
        return "EdiPartyName";
    case general_name_kind::uri:
        return "URI";
    case general_name_kind::ip:
        return "IP Address";
    case general_name_kind::registered_id:
        return "Registered ID";
    }
    return "";
}

/// One general name: an entry of subjectAltName, of a distribution point, or of a name constraint.
/// \par Lifetime Views the certificate; valid as long as the range that it was taken from.
class general_name {
public:
    general_name() noexcept = default;
    /// For those who read certificates.
    general_name(general_name_kind kind, bytes value) noexcept : value_(value), kind_(kind) {}

    /// What kind of name it is.
    general_name_kind kind() const noexcept { return kind_; }
    /// Its content octets, as they stand in the certificate.
    bytes value() const noexcept { return value_; }
    /// The text of a DNS, e-mail or URI name, unchecked; empty for other kinds.
    std::string_view text() const noexcept {
        bool const is_text =
            kind_ == general_name_kind::dns || kind_ == general_name_kind::email || kind_ == general_name_kind::uri;
        return is_text ? value_.text() : std::string_view();
    }
    /// The address in network order (in a name constraint followed by its mask); empty for other kinds.
    bytes address() const noexcept { return kind_ == general_name_kind::ip ? value_ : bytes(); }
    /// The distinguished name; an empty one for other kinds.
    distinguished_name directory() const noexcept {
        return kind_ == general_name_kind::directory ? distinguished_name(value_) : distinguished_name();
    }
    /// The type of an otherName, or the registeredID itself; an empty one for other kinds.
    oid type() const noexcept {
        if (kind_ == general_name_kind::registered_id) {
            return oid(value_);
        }
        detail::der_element type;
        bool const found =
            kind_ == general_name_kind::other && detail::der_reader(value_).expect(detail::der_tag::oid, type);
        return found ? oid(type.content) : oid();
    }

    /// Writes it as `DNS:example.org`, with a terminating NUL, cut where it does not fit; returns the length without
    /// the NUL. Control characters are escaped.
    std::size_t describe(std::span<char> out) const noexcept;

    friend bool operator==(const general_name& a, const general_name& b) noexcept {
        return a.kind_ == b.kind_ && detail::same_bytes(a.value_, b.value_);
    }

private:
    bytes value_;
    general_name_kind kind_ = general_name_kind::other;
};

/// \cond
class general_name_cursor {
public:
    using value_type = general_name;

    general_name_cursor() noexcept = default;
    /// From the content of GeneralNames, without the outer SEQUENCE.
    explicit general_name_cursor(bytes content) noexcept : names_(content) {}

    bool next(general_name& out) noexcept {
        detail::der_element element;
        if (!names_.next(element)) {
            failed_ = failed_ || names_.failed();
            return false;
        }
        if (!is_general_name(element.tag)) {
            failed_ = true;
            names_ = {};
            return false;
        }
        out = general_name(static_cast<general_name_kind>(element.tag & 0x1FU), element.content);
        return true;
    }
    /// True where the walk ended before the list did: what stands behind was not seen.
    bool failed() const noexcept { return failed_; }

    /// One of the nine kinds, those that hold several elements constructed, the others not.
    static constexpr bool is_general_name(unsigned char tag) noexcept {
        constexpr unsigned constructed = 1U << 0 | 1U << 3 | 1U << 4 | 1U << 5;
        unsigned const kind = tag & 0x1FU;
        return (tag & 0xC0U) == 0x80U && kind <= 8 && ((tag & 0x20U) != 0) == ((constructed >> kind & 1U) != 0);
    }

private:
    detail::der_reader names_;
    bool failed_ = false;
};
/// \endcond

/// \cond
/// Whether an entry of Mbed TLS's list of alternative names is of one of the nine kinds.
inline bool is_general_name(const mbedtls_x509_buf& entry) noexcept {
    return general_name_cursor::is_general_name(static_cast<unsigned char>(entry.tag));
}
/// \endcond

/// A range of `general_name`s; keeps its certificate alive.
using general_names = detail::pull_range<general_name_cursor, detail::certificate_ref>;

inline std::size_t general_name::describe(std::span<char> out) const noexcept {
    detail::text_writer text{out};
    text << x509::name(kind_) << ":";
    char buffer[512];
    switch (kind_) {
    case general_name_kind::dns:
    case general_name_kind::email:
    case general_name_kind::uri:
        detail::write_escaped(text, value_.text());
        break;
    case general_name_kind::directory:
        text << std::string_view(buffer, directory().describe(buffer));
        break;
    case general_name_kind::ip:
        if (value_.size() == 4 || value_.size() == 16) {
            detail::write_ip_address(text, value_);
        } else {
            text << "<invalid>";
        }
        break;
    case general_name_kind::other:
    case general_name_kind::registered_id:
        text << std::string_view(buffer, type().describe(buffer));
        break;
    case general_name_kind::x400_address:
    case general_name_kind::edi_party:
        text << "<unsupported>";
        break;
    }
    return text.size();
}
} // namespace tlspp::inline TLSPP_ABI::x509
#endif
