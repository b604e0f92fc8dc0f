// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/cipher_suite.hpp>
#include <tlspp/error.hpp>
#include <tlspp/protocol.hpp>
#include <tlspp/x509/certificate.hpp>

#include <tlspp/detail/json_writer.hpp>

#include <ostream>
#include <string>

/// \file
/// `std::string`, `std::ostream` and JSON; not in the umbrella header. Memory comes from `operator new` here, and
/// running out of it throws `std::bad_alloc`, or ends the program where exceptions are off.
namespace tlspp::inline TLSPP_ABI {

/// The sentence of an error.
inline std::string to_string(const error& e) { return std::string(e.message().view()); }
/// Writes the error's sentence.
inline std::ostream& operator<<(std::ostream& out, const error& e) { return out << e.message().view(); }
/// `TLSv1.3`.
inline std::ostream& operator<<(std::ostream& out, version v) { return out << name(v); }
/// `TLS_AES_256_GCM_SHA384 TLSv1.3 256`: Python's triple; `(no cipher)` before the handshake.
inline std::ostream& operator<<(std::ostream& out, const cipher& c) {
    return c.id == 0 ? out << "(no cipher)" : out << c.name << ' ' << c.protocol << ' ' << c.secret_bits;
}

/// What `describe(std::span<char>)` of a name, an identifier or a general name writes.
template <class T>
    requires requires(const T& t, std::span<char> out) {
        { t.describe(out) } -> std::same_as<std::size_t>;
    }
std::string to_string(const T& value) {
    std::string text(256, '\0');
    for (;;) {
        std::size_t const size = value.describe(text);
        if (size + 1 < text.size() || text.size() > 65536) { // else it may have been cut
            text.resize(size);
            return text;
        }
        text.resize(text.size() * 2);
    }
}

#if TLSPP_HAS_X509
/// An attribute's value as UTF-8.
inline std::string to_string(const x509::attribute& a) {
    std::string text(a.value.size() * 3 + 1, '\0');
    text.resize(a.write_value(text));
    return text;
}
#endif

/// `Jan 23 15:13:59 2020 GMT`, as Python and OpenSSL print it.
inline std::string time_to_string(unix_seconds time) {
    char buffer[40];
    return std::string(buffer, describe_time(time, buffer));
}

/// Upper-case hexadecimal digits, two a byte.
inline std::string to_hex(bytes data) {
    std::string text;
    for (std::byte b : data) {
        auto const value = static_cast<unsigned>(b);
        text += "0123456789ABCDEF"[value >> 4];
        text += "0123456789ABCDEF"[value & 15U];
    }
    return text;
}

/// A serial number as Python prints it: hexadecimal, an even number of digits, no leading zero byte, `-` for the
/// negative ones that RFC 5280 forbids.
std::string serial_to_string(bytes serial);

#if TLSPP_HAS_X509
/// The certificate for people: subject, issuer, subjectAltName, notBefore, notAfter, serialNumber and version, one line
/// each, no line end behind the last. An empty handle gives "(no certificate)". Names are escaped: nothing in a
/// certificate can send a command to a terminal.
std::string describe(const certificate& c);
/// Writes what `describe` says.
inline std::ostream& operator<<(std::ostream& out, const certificate& c) { return out << describe(c); }

/// The certificate with the keys, order and values of Python's `getpeercert()`, as `json.dumps` writes them: `subject`,
/// `issuer`, `version`, `serialNumber`, `notBefore`, `notAfter`, and, where it has them, `subjectAltName`, `OCSP`,
/// `caIssuers`, `crlDistributionPoints`. An empty handle gives `{}`, as in Python.
std::string to_json(const certificate& c);

/// The certificate as PEM.
/// \return an empty string where memory ran out, or for an empty handle.
template <bool Use = true>
std::string to_pem(const certificate& c) {
    std::string text;
    if (c) {
        text.resize(c.pem_size());
        auto const size = c.to_pem<Use>(text);
        text.resize(size ? *size : 0);
    }
    return text;
}

inline std::string serial_to_string(bytes serial) {
    if (serial.empty() || (static_cast<unsigned>(*serial.begin()) & 0x80U) == 0) {
        while (serial.size() > 1 && *serial.begin() == std::byte{0}) {
            serial = serial.without_first(1);
        }
        return to_hex(serial);
    }
    std::string magnitude(serial.text()); // two's complement
    unsigned carry = 1;
    for (std::size_t i = magnitude.size(); i-- != 0;) {
        unsigned const sum = (static_cast<unsigned char>(magnitude[i]) ^ 0xFFU) + carry;
        magnitude[i] = static_cast<char>(sum & 0xFFU);
        carry = sum >> 8;
    }
    return "-" + serial_to_string(std::string(1, '\0') + magnitude); // 0x80 would be negative again
}

namespace detail {
/// With the long names that Python prints.
inline std::string name_for_people(const x509::distinguished_name& name) {
    std::string out;
    for (const x509::attribute& a : name) {
        std::string const value = to_string(a);
        std::string escaped(value.size() * 4 + 1, '\0');
        text_writer text{escaped};
        write_escaped(text, value, ",+=\\");
        escaped.resize(text.size());
        out += out.empty() ? "" : a.joined ? "+" : ", ";
        out += a.long_name().empty() ? to_string(a.type) : std::string(a.long_name());
        out += "=" + escaped;
    }
    return out;
}

inline void write_json_name(json_writer& json, const x509::distinguished_name& name) {
    json.open('[');
    bool open = false;
    for (const x509::attribute& a : name) {
        if (!a.joined) {
            if (open) {
                json.close(']');
            }
            json.open('[');
            open = true;
        }
        json.open('[');
        json.text(a.long_name().empty() ? to_string(a.type) : std::string(a.long_name()));
        json.text(to_string(a));
        json.close(']');
    }
    if (open) {
        json.close(']');
    }
    json.close(']');
}

/// As OpenSSL's X509V3_EXT_print and Python's `_get_peer_alt_names` have it, IPv6 unabbreviated.
inline void write_json_general_name(json_writer& json, const x509::general_name& name) {
    using enum x509::general_name_kind;
    json.open('[');
    json.text(x509::name(name.kind()));
    switch (name.kind()) {
    case dns:
    case email:
    case uri:
        json.text(name.text());
        break;
    case directory:
        write_json_name(json, name.directory());
        break;
    case registered_id:
        json.text(to_string(name.type()));
        break;
    case ip:
        json.text(address_like_openssl(name.address()));
        break;
    case other:
    case x400_address:
    case edi_party:
        json.text("<unsupported>");
        break;
    }
    json.close(']');
}
} // namespace detail

inline std::string describe(const certificate& c) {
    if (!c) {
        return "(no certificate)";
    }
    std::string names;
    for (const x509::general_name& n : c.subject_alt_names()) {
        names += (names.empty() ? "" : ", ") + to_string(n);
    }
    return "subject:        " + detail::name_for_people(c.subject()) +
           "\nissuer:         " + detail::name_for_people(c.issuer()) + "\nsubjectAltName: " + names +
           "\nnotBefore:      " + time_to_string(c.not_before()) +
           "\nnotAfter:       " + time_to_string(c.not_after()) +
           "\nserialNumber:   " + serial_to_string(c.serial_number()) +
           "\nversion:        " + std::to_string(c.version());
}

inline std::string to_json(const certificate& c) {
    detail::json_writer json;
    json.open('{');
    if (!c) {
        json.close('}');
        return json.take();
    }
    json.key("subject");
    detail::write_json_name(json, c.subject());
    json.key("issuer");
    detail::write_json_name(json, c.issuer());
    json.key("version");
    json.number(c.version());
    json.key("serialNumber");
    json.text(serial_to_string(c.serial_number()));
    json.key("notBefore");
    json.text(time_to_string(c.not_before()));
    json.key("notAfter");
    json.text(time_to_string(c.not_after()));
    if (auto const names = c.subject_alt_names(); !names.empty()) {
        json.key("subjectAltName");
        json.open('[');
        for (const x509::general_name& n : names) {
            detail::write_json_general_name(json, n);
        }
        json.close(']');
    }
    auto const list = [&json](std::string_view key, const auto& range, auto&& pick) {
        bool open = false;
        for (const auto& element : range) {
            const x509::general_name* const found = pick(element);
            if (found == nullptr || found->kind() != x509::general_name_kind::uri) {
                continue;
            }
            if (!open) {
                json.key(key);
                json.open('[');
                open = true;
            }
            json.text(found->text());
        }
        if (open) {
            json.close(']');
        }
    };
    auto const by_method = [](x509::oid method) {
        return [method](const x509::access_description& a) { return a.method == method ? &a.location : nullptr; };
    };
    list("OCSP", c.authority_information_access(), by_method(x509::oids::access_ocsp));
    list("caIssuers", c.authority_information_access(), by_method(x509::oids::access_ca_issuers));
    list("crlDistributionPoints", c.crl_distribution_points(), [](const x509::general_name& n) { return &n; });
    json.close('}');
    return json.take();
}
#endif
} // namespace tlspp::inline TLSPP_ABI
