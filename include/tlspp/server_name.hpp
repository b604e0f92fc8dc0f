// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/error.hpp>

#include <tlspp/bytes.hpp>
#include <tlspp/detail/ip_address.hpp>
#include <tlspp/detail/text_part.hpp>
#include <tlspp/idn.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace tlspp::inline TLSPP_ABI {

/// What a `server_name` is.
enum class name_kind : std::uint8_t {
    dns, ///< a host name: sent as SNI, matched against dNSName entries
    ip,  ///< an IP address: never sent as SNI (RFC 6066 §3), matched against iPAddress entries only
};

/// The name or address that a server's certificate must carry; parsed once, then known to be well-formed.
/// Two are equal where a certificate could not tell them apart: host names without regard to case, addresses by value.
/// \par Lifetime A value without heap memory (about 280 bytes); what it was parsed from need not live on.
class server_name {
public:
    /// The longest host name in text form, without the trailing dot (RFC 1035 §3.1).
    static constexpr std::size_t max_size = 253;

    /// Parses a host name or an IP address.
    ///
    /// Host names: 253 characters at most, labels of 1 to 63 letters, digits, hyphens and underscores, no hyphen at
    /// either end of a label (RFC 1123 §2.1); one trailing dot is removed. The underscore is not in RFC 1123, but
    /// directories and container networks name TLS servers with it. Internationalised names are given as A-labels
    /// (RFC 5890), which pass through unchanged, or, where `TLSPP_IDN` is 1, in UTF-8 (`idn.hpp`). A host name never
    /// ends in a number: `127.1` and `0x7f000001` are addresses to some resolvers and names to others, so they are
    /// refused. Addresses: IPv4 as four decimal numbers without leading zeros, IPv6 as in RFC 4291 §2.2,
    /// with an IPv4 address at its end, too, without brackets and zone.
    /// \return `errc::invalid_name`, with the reason and the name, for anything else.
    static constexpr result<server_name> parse(std::string_view text) noexcept;

    /// From the bytes of an address in network order, 4 or 16 of them; `text()` is written as in RFC 5952.
    /// \return `errc::invalid_name` for any other length.
    static result<server_name> from_address(bytes address) noexcept;

    /// A DNS name or an IP address.
    constexpr name_kind kind() const noexcept { return address_size_ == 0 ? name_kind::dns : name_kind::ip; }
    /// As it was given, without trailing dot.
    constexpr std::string_view text() const noexcept { return {text_, size_}; }
    /// The same, ended with NUL.
    constexpr const char* c_str() const noexcept { return text_; }
    /// The address in network order, 4 or 16 bytes; empty for host names.
    constexpr std::span<const std::byte> address() const noexcept { return {address_, address_size_}; }

    friend constexpr bool operator==(const server_name& a, const server_name& b) noexcept {
        if (a.address_size_ != b.address_size_ || (a.address_size_ == 0 && a.size_ != b.size_)) {
            return false;
        }
        for (std::size_t i = 0; i != a.address_size_; ++i) {
            if (a.address_[i] != b.address_[i]) {
                return false;
            }
        }
        for (std::size_t i = 0; a.address_size_ == 0 && i != a.size_; ++i) {
            if (lower(a.text_[i]) != lower(b.text_[i])) {
                return false;
            }
        }
        return true;
    }

private:
    constexpr server_name() noexcept = default;

    static constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
    static constexpr bool digit(char c) noexcept { return c >= '0' && c <= '9'; }
    static constexpr bool alphanumeric(char c) noexcept { return digit(c) || (lower(c) >= 'a' && lower(c) <= 'z'); }

#if TLSPP_IDN
    static result<server_name> parse_international(std::string_view text) noexcept;
#endif
    static constexpr reason characters(std::string_view text) noexcept;
    static constexpr reason labels(std::string_view text) noexcept;
    static constexpr bool number(std::string_view label) noexcept;

    constexpr void keep(std::string_view text) noexcept {
        for (char c : text) {
            text_[size_++] = c;
        }
    }

    char text_[max_size + 1] = {};
    std::uint8_t size_ = 0;
    std::uint8_t address_size_ = 0;
    std::byte address_[16] = {};
};

/// The explicit opt-out of the name check, where a `server_name` is expected: any certificate of a trusted issuer will
/// do, whoever it was issued to. As it stands, no SNI is sent; `insecure_any_name("sni.example")` sends that one and
/// still checks no name. The text must live until the call it is passed to returns.
struct insecure_any_name_t {
    /// The name to send as SNI; empty: none is sent.
    std::string_view sni = {};

    /// With a name to send, so that a server with several sites knows which one is meant; still nothing is compared with it.
    constexpr insecure_any_name_t operator()(std::string_view sni_to_send) const noexcept { return {sni_to_send}; }
};
/// In place of a name: whoever has a certificate that the trust store accepts can be the server.
inline constexpr insecure_any_name_t insecure_any_name{};

constexpr result<server_name> server_name::parse(std::string_view text) noexcept {
    auto const refuse = [text](reason why) noexcept { return detail::refused{errc::invalid_name, why}.about(text); };
    if (text.empty()) {
        return refuse(reason::name_empty);
    }
    server_name name;
    if (text.size() <= max_size) {
        if (detail::parse_ipv4(text, name.address_)) {
            name.address_size_ = 4;
        } else if (detail::parse_ipv6(text, name.address_)) {
            name.address_size_ = 16;
        }
        if (name.address_size_ != 0) {
            name.keep(text);
            return name;
        }
    }
    if (auto const why = characters(text); why != reason::none) {
#if TLSPP_IDN
        if !consteval {
            if (why == reason::name_not_ascii) {
                return parse_international(text);
            }
        }
#endif
        return refuse(why);
    }
    auto const host = text.back() == '.' ? detail::part(text, 0, text.size() - 1) : text;
    if (auto const why = labels(host); why != reason::none) {
        return refuse(why);
    }
    if (number(detail::part(host, host.rfind('.') + 1))) {
        return refuse(reason::name_numeric_last_label);
    }
    name = server_name();
    name.keep(host);
    return name;
}

#if TLSPP_IDN
inline result<server_name> server_name::parse_international(std::string_view text) noexcept {
    char ascii[max_size + 1]; // a trailing dot may be in it
    auto const size = detail::to_a_labels(text, ascii);
    if (!size) {
        return detail::passed_on{size.error()};
    }
    auto name = parse(std::string_view(ascii, *size));
    if (name && name->kind() != name_kind::dns) { // digits of another script are no address
        return detail::refused{errc::invalid_name, reason::name_idna}.about(text);
    }
    return name;
}
#endif

inline result<server_name> server_name::from_address(bytes address) noexcept {
    if (address.size() != 4 && address.size() != 16) {
        return detail::refused{errc::invalid_name, reason::name_address};
    }
    server_name name;
    for (std::byte b : address) {
        name.address_[name.address_size_++] = b;
    }
    detail::text_writer out{name.text_};
    detail::write_ip_address(out, name.address());
    name.size_ = static_cast<std::uint8_t>(out.size());
    return name;
}

/// The characters of what is not an address; the mistakes that have a sentence of their own come first.
constexpr reason server_name::characters(std::string_view text) noexcept {
    bool foreign = false;
    bool wrong = false;
    unsigned colons = 0;
    for (char c : text) {
        if (c == '\0') {
            return reason::name_nul;
        }
        foreign = foreign || static_cast<unsigned char>(c) > 0x7F;
        wrong = wrong || !(alphanumeric(c) || c == '-' || c == '_' || c == '.');
        colons += c == ':' ? 1U : 0U;
    }
    if (text.size() > max_size + (text.back() == '.' ? 1U : 0U)) {
        return reason::name_too_long;
    }
    if (foreign) {
        return reason::name_not_ascii;
    }
    if (colons > 1 || text.front() == '[') { // meant as an IPv6 address; a single colon is a port
        return reason::name_address;
    }
    return wrong ? reason::name_character : text.front() == '.' ? reason::name_leading_dot : reason::none;
}

constexpr reason server_name::labels(std::string_view text) noexcept {
    for (std::size_t begin = 0; begin <= text.size();) {
        std::size_t end = text.find('.', begin);
        end = end == std::string_view::npos ? text.size() : end;
        if (end == begin || end - begin > 63) {
            return reason::name_label_length;
        }
        if (text[begin] == '-' || text[end - 1] == '-') {
            return reason::name_hyphen;
        }
        begin = end + 1;
    }
    return reason::none;
}

/// True for what a resolver may take for the last part of an IPv4 address: decimal, octal or hexadecimal.
constexpr bool server_name::number(std::string_view label) noexcept {
    bool const hexadecimal = label.size() > 1 && label[0] == '0' && lower(label[1]) == 'x';
    for (char c : hexadecimal ? detail::part(label, 2) : label) {
        if (!(hexadecimal ? detail::hex_digit(c) >= 0 : digit(c))) {
            return false;
        }
    }
    return true;
}

/// A server's name or address that lives elsewhere, well-formed as `server_name` says.
class server_name_view {
public:
    /// The name must live as long as the view.
    constexpr server_name_view(const server_name& name) noexcept
        : text_(name.text()), address_(name.address()) {} // NOLINT
    /// As that of `server_name`, ended with NUL, too.
    constexpr std::string_view text() const noexcept { return text_; }
    /// In network order, 4 or 16 bytes; empty for host names.
    constexpr std::span<const std::byte> address() const noexcept { return address_; }

private:
    std::string_view text_;
    std::span<const std::byte> address_;

    template <class Kept>
    constexpr explicit server_name_view(const Kept* kept) noexcept
        : text_(kept->text, Kept::size), address_(kept->address, Kept::address_size) {}
    template <class>
    friend struct kept_name_access;
};

/// \cond
namespace detail {
template <std::size_t N>
struct literal_text {
    consteval literal_text(const char (&literal)[N]) noexcept { // NOLINT: a template argument
        for (std::size_t i = 0; i != N; ++i) {
            text[i] = literal[i];
        }
    }
    char text[N];
};

/// No more of a name than it has.
template <literal_text Name>
struct literal_name {
    static constexpr auto parsed = [] { return server_name::parse({Name.text, sizeof Name.text - 1}); };
    static_assert(parsed().has_value(), "this is no host name and no IP address: see server_name::parse");
    static constexpr std::size_t size = parsed()->text().size();
    static constexpr std::size_t address_size = parsed()->address().size();

    char text[size + 1] = {};
    std::byte address[address_size + 1] = {};

    constexpr literal_name() noexcept {
        auto const name = *parsed();
        for (std::size_t i = 0; i != size; ++i) {
            text[i] = name.text()[i];
        }
        for (std::size_t i = 0; i != address_size; ++i) {
            address[i] = name.address()[i];
        }
    }
};
template <literal_text Name>
inline constexpr literal_name<Name> kept_literal_name{};
} // namespace detail
template <class Kept>
struct kept_name_access {
    static constexpr server_name_view of(const Kept& kept) noexcept { return server_name_view(&kept); }
};
/// \endcond

/// A name that the compiler has read, `known_name<"broker.example">`: what is none does not compile, and the program has
/// the text in it and nothing that parses one. For `context::wrap`.
template <detail::literal_text Name>
inline constexpr server_name_view known_name =
    kept_name_access<detail::literal_name<Name>>::of(detail::kept_literal_name<Name>);
} // namespace tlspp::inline TLSPP_ABI
