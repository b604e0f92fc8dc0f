// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/text_part.hpp>
#include <tlspp/detail/used.hpp>
#include <tlspp/verify_flags.hpp>
#include <tlspp/x509/certificate.hpp>
#include <tlspp/x509/detail/built.hpp>

#include <cstddef>
#include <string_view>

#if TLSPP_HAS_X509

namespace tlspp::inline TLSPP_ABI {
namespace detail {

constexpr int base64_digit(char c) noexcept {
    return c >= 'A' && c <= 'Z'   ? c - 'A'
           : c >= 'a' && c <= 'z' ? c - 'a' + 26
           : c >= '0' && c <= '9' ? c - '0' + 52
           : c == '+'             ? 62
           : c == '/'             ? 63
                                  : -1;
}

/// The 32 bytes that 43 digits and one `=` stand for; false for anything else, bits left over included.
constexpr bool decode_hash(std::string_view text, sha256_digest& out) noexcept {
    if (text.size() != 44 || text.back() != '=') {
        return false;
    }
    unsigned bits = 0;
    unsigned held = 0;
    std::size_t at = 0;
    for (char c : detail::part(text, 0, 43)) {
        int const digit = base64_digit(c);
        if (digit < 0) {
            return false;
        }
        held = (held << 6 | static_cast<unsigned>(digit)) & 0xFFFU;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out[at++] = static_cast<std::byte>(held >> bits & 0xFFU);
        }
    }
    return (held & ((1U << bits) - 1)) == 0;
}

/// Not constexpr: a literal that is no pin does not compile, and the compiler's message names this function.
inline void literal_is_not_a_pin() noexcept {}
} // namespace detail

/// The SHA-256 hash of a public key (of SubjectPublicKeyInfo in DER, RFC 7469 §2.4): what pins and distrust lists are
/// made of. It stays the same when a certificate is renewed with the same key. Trivially copyable.
///
/// As text it is what HPKP, curl (with two slashes) and Android write: `sha256/` and base64.
/// `openssl x509 -in c.pem -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64`
class spki_pin {
public:
    /// Of a hash that is known.
    constexpr explicit spki_pin(const sha256_digest& hash) noexcept : hash_(hash) {}
    /// From a literal, checked by the compiler: `.pins = {"sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="}`
    template <std::size_t N>
    consteval spki_pin(const char (&literal)[N]) noexcept { // NOLINT: pins are lists of literals
        if (!read({literal, N - 1})) {
            detail::literal_is_not_a_pin();
        }
    }

    /// From text: `sha256/`, `sha256//` or nothing, then 44 characters of base64.
    /// \return `errc::invalid_argument`, with the text.
    static constexpr result<spki_pin> parse(std::string_view text) noexcept {
        spki_pin pin{sha256_digest{}};
        if (!pin.read(text)) {
            return std::unexpected(error(errc::invalid_argument, reason::pin_malformed).about(text));
        }
        return pin;
    }
    /// From the 32 bytes of the hash. \return `errc::invalid_argument` for another length.
    static result<spki_pin> from_hash(bytes hash) noexcept {
        sha256_digest digest{};
        if (hash.size() != digest.size()) {
            return std::unexpected(error(errc::invalid_argument, reason::pin_malformed));
        }
        std::memcpy(digest.data(), hash.data(), digest.size());
        return spki_pin(digest);
    }
    /// That of a certificate's key.
    static result<spki_pin> of(const certificate& c) noexcept {
        if (!c) {
            return std::unexpected(error(errc::invalid_argument, reason::empty_handle));
        }
        auto const hash = c.key_hash();
        if (!hash) {
            return std::unexpected(hash.error());
        }
        return spki_pin(*hash);
    }

    /// SHA-256 of the SubjectPublicKeyInfo.
    constexpr const sha256_digest& hash() const noexcept { return hash_; }
    /// Writes `sha256/` and base64, 51 characters, with a terminating NUL, cut where it does not fit; returns the
    /// length without the NUL.
    std::size_t describe(std::span<char> out) const noexcept {
        constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        detail::text_writer text{out};
        text << "sha256/";
        unsigned held = 0;
        unsigned bits = 0;
        for (std::byte b : hash_) {
            held = (held << 8 | static_cast<unsigned>(b)) & 0xFFFU;
            for (bits += 8; bits >= 6;) {
                bits -= 6;
                text.put(digits[held >> bits & 63U]);
            }
        }
        text.put(digits[held << (6 - bits) & 63U]); // 256 bits leave four
        text.put('=');
        return text.size();
    }

    friend constexpr bool operator==(const spki_pin&, const spki_pin&) noexcept = default;

private:
    constexpr bool read(std::string_view text) noexcept {
        for (std::string_view prefix : {std::string_view("sha256//"), std::string_view("sha256/")}) {
            // a hash may begin with a slash: 44 characters decide
            if (text.size() == prefix.size() + 44 && text.starts_with(prefix)) {
                return detail::decode_hash(detail::part(text, prefix.size()), hash_);
            }
        }
        return detail::decode_hash(text, hash_);
    }

    sha256_digest hash_{};
};

struct verify_policy;
namespace x509 {
struct chain_view;
}
namespace detail {
/// Judges a chain by the pins and the distrust list of a policy; in checks/pins.hpp.
/// \return 0, or Mbed TLS's code where a key could not be hashed.
template <class Policy>
struct pin_check {
    static int call(const x509::chain_view& chain, const Policy& policy, verify_flags& found) noexcept;
};
using pin_list = used_list<spki_pin, pin_check<verify_policy>>;
} // namespace detail
} // namespace tlspp::inline TLSPP_ABI
#endif
