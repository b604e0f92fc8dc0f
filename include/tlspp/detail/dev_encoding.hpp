// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/bytes.hpp>
#include <tlspp/detail/der_reader.hpp>
#include <tlspp/detail/ip_address.hpp>
#include <tlspp/detail/mbedtls_write.hpp>
#include <tlspp/error.hpp>
#include <tlspp/x509/time.hpp>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// \file
/// DER for the development authority: what Mbed TLS's certificate writer takes ready-made, and CRLs, which it cannot
/// write. Functions that can fail keep the first error in a slot, to be asked at the end.
#if TLSPP_HAS_ISSUER
namespace tlspp::inline TLSPP_ABI::detail::dev_ca {

using octets = std::vector<std::byte>;

inline void append(octets& out, bytes more) { out.insert(out.end(), more.begin(), more.end()); }

/// One element around the parts given.
template <class... Parts>
octets der(unsigned char tag, const Parts&... parts) {
    std::size_t size = 0;
    ((size += bytes(parts).size()), ...);
    octets out{std::byte{tag}};
    if (size > 0x7F) {
        unsigned const length = size > 0xFFFFFF ? 4 : size > 0xFFFF ? 3 : size > 0xFF ? 2 : 1;
        out.push_back(static_cast<std::byte>(0x80 | length));
        for (unsigned i = length; i != 0; --i) {
            out.push_back(static_cast<std::byte>(size >> (8 * (i - 1)) & 0xFF));
        }
    } else {
        out.push_back(static_cast<std::byte>(size));
    }
    (append(out, bytes(parts)), ...);
    return out;
}

struct failure_slot {
    std::optional<error> first = {};

    octets fail(error why) {
        if (!first) {
            first = why;
        }
        return {};
    }
};

/// A positive INTEGER's content from hexadecimal digits.
inline octets hex_integer(std::string_view digits, failure_slot& failure) {
    octets out;
    auto const digit = [&](std::size_t i) {
        int const value = i < digits.size() ? hex_digit(digits[i]) : -1;
        if (value < 0) {
            failure.fail(error(errc::invalid_argument).about(digits));
        }
        return static_cast<unsigned>(value < 0 ? 0 : value);
    };
    if (digits.empty()) {
        return failure.fail(error(errc::invalid_argument).about("a number without digits"));
    }
    for (std::size_t i = 0; i < digits.size(); ++i) {
        unsigned value = digit(i);
        if (i != 0 || digits.size() % 2 == 0) {
            value = value << 4 | digit(++i);
        }
        if (out.size() == 1 && out.front() == std::byte{0} && value < 0x80) {
            out.clear();
        }
        if (out.empty() && value > 0x7F) {
            out.push_back(std::byte{0});
        }
        out.push_back(static_cast<std::byte>(value));
    }
    return out;
}

/// Content octets from dots and digits (X.690 §8.19). Mbed TLS 4's own function for it has no C linkage in C++.
inline octets oid_content(std::string_view dotted, failure_slot& failure) {
    octets out;
    std::uint64_t first = 3; // 3: not seen yet
    unsigned count = 0;
    for (std::size_t at = 0; at <= dotted.size(); ++at, ++count) {
        std::size_t const begin = at;
        std::uint64_t arc = 0;
        for (; at != dotted.size() && dotted[at] >= '0' && dotted[at] <= '9' && at - begin != 18; ++at) {
            arc = arc * 10 + static_cast<std::uint64_t>(dotted[at] - '0');
        }
        bool const good = at != begin && (at == dotted.size() || dotted[at] == '.');
        if (!good || (count == 0 && arc > 2) || (count == 1 && first < 2 && arc > 39)) {
            return failure.fail(error(errc::malformed).about(dotted));
        }
        if (count == 0) {
            first = arc;
            continue;
        }
        arc += count == 1 ? 40 * first : 0;
        for (unsigned shift = 63; shift != 0; shift -= 7) {
            if (arc >> shift != 0) {
                out.push_back(static_cast<std::byte>(0x80 | (arc >> shift & 0x7F)));
            }
        }
        out.push_back(static_cast<std::byte>(arc & 0x7F));
    }
    return count < 2 ? failure.fail(error(errc::malformed).about(dotted)) : out;
}

/// YYYYMMDDhhmmss.
inline std::string time_digits(std::int64_t seconds, failure_slot& failure) {
    constexpr std::int64_t year_1950 = -631152000;
    constexpr std::int64_t year_10000 = 253402300800;
    if (seconds < year_1950 || seconds >= year_10000) {
        failure.fail(error(errc::invalid_argument).about("a date before 1950 or after 9999"));
        return {};
    }
    auto const time = to_civil(seconds);
    std::string out;
    auto const number = [&out](std::int64_t value, unsigned digits) {
        std::string text(digits, '0');
        for (unsigned i = digits; i != 0; value /= 10) {
            text[--i] = static_cast<char>('0' + value % 10);
        }
        out += text;
    };
    number(time.year, 4);
    for (std::int64_t part : {time.month, time.day, time.hour, time.minute, time.second}) {
        number(part, 2);
    }
    return out;
}

/// Time: UTCTime through 2049, GeneralizedTime from then on (RFC 5280 §4.1.2.5).
inline octets der_time(std::int64_t seconds, failure_slot& failure) {
    auto const digits = time_digits(seconds, failure);
    if (digits.empty()) {
        return {};
    }
    return digits < "2050" ? der(0x17, digits.substr(2), "Z") : der(0x18, digits, "Z");
}

/// Name from "C=DE,O=Example", with the string types that Mbed TLS takes; for the six usual attributes.
inline octets der_name(std::string_view text, failure_slot& failure) {
    constexpr std::pair<std::string_view, const char*> types[] = {{"CN", "\x55\x04\x03"}, {"C", "\x55\x04\x06"},
                                                                  {"L", "\x55\x04\x07"},  {"ST", "\x55\x04\x08"},
                                                                  {"O", "\x55\x04\x0A"},  {"OU", "\x55\x04\x0B"}};
    octets names;
    for (std::size_t begin = 0; begin < text.size();) {
        auto const end = text.find(',', begin);
        auto const part = text.substr(begin, end == std::string_view::npos ? end : end - begin);
        begin = end == std::string_view::npos ? text.size() : end + 1;
        auto const equals = part.find('=');
        const char* oid = nullptr;
        for (auto const& [name, content] : types) {
            oid = part.substr(0, equals) == name ? content : oid;
        }
        if (oid == nullptr || equals == std::string_view::npos) {
            return failure.fail(error(errc::malformed).about(text));
        }
        auto const tag = part.starts_with("C=") ? der_tag::printable_string : der_tag::utf8_string;
        append(names, der(der_tag::set, der(der_tag::sequence, der(der_tag::oid, std::string_view(oid, 3)),
                                            der(tag, part.substr(equals + 1)))));
    }
    return der(der_tag::sequence, names);
}

/// An address, or, where `range` allows, "address/prefix length" as address and mask.
inline octets ip_content(std::string_view text, bool range, failure_slot& failure) {
    auto const slash = range ? text.find('/') : std::string_view::npos;
    auto const address = text.substr(0, slash);
    std::byte out[16] = {};
    std::size_t const size = parse_ipv4(address, out) ? 4 : parse_ipv6(address, out) ? 16 : 0;
    std::size_t prefix = 8 * size;
    bool good = size != 0;
    if (slash != std::string_view::npos) {
        auto const digits = text.substr(slash + 1);
        good = good && !digits.empty() && digits.size() <= 3;
        prefix = 0;
        for (char c : digits) {
            good = good && c >= '0' && c <= '9';
            prefix = good ? prefix * 10 + static_cast<std::size_t>(c - '0') : 0;
        }
        good = good && prefix <= 8 * size;
    }
    if (!good) {
        return failure.fail(error(errc::invalid_name, reason::name_address).about(text));
    }
    octets content(out, out + size);
    for (std::size_t i = 0; range && i != size; ++i) {
        auto const bits = prefix >= 8 * (i + 1) ? 8 : prefix <= 8 * i ? 0 : prefix - 8 * i;
        content.push_back(static_cast<std::byte>(0xFF00U >> bits & 0xFF));
    }
    return content;
}

/// GeneralName from a text with its kind in front; `constraint`: as name constraints have them.
inline octets general_name(std::string_view text, bool constraint, failure_slot& failure) {
    auto const colon = text.find(':');
    auto const kind = text.substr(0, colon);
    auto const rest = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
    if (kind == "email") {
        return der(der_tag::context(1), rest);
    }
    if (kind == "DNS") {
        return der(der_tag::context(2), rest);
    }
    if (kind == "dirName") {
        return der(der_tag::constructed_context(4), der_name(rest, failure));
    }
    if (kind == "URI") {
        return der(der_tag::context(6), rest);
    }
    if (kind == "IP") {
        return der(der_tag::context(7), ip_content(rest, constraint, failure));
    }
    return failure.fail(error(errc::malformed).about(text));
}

/// KeyUsage: bit 0 of the ASN.1 is 0x80 of the first octet, bit 8 is 0x8000 of Mbed TLS's number.
inline octets key_usage(unsigned bits) {
    unsigned char content[3] = {0, static_cast<unsigned char>(bits & 0xFF), static_cast<unsigned char>(bits >> 8)};
    std::size_t const size = content[2] != 0 ? 2 : 1;
    unsigned char const last = content[size];
    while (last != 0 && (last >> content[0] & 1) == 0) {
        ++content[0]; // unused bits
    }
    return der(der_tag::bit_string, bytes(content, size + 1));
}
} // namespace tlspp::inline TLSPP_ABI::detail::dev_ca
#endif
