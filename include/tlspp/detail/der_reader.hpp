// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/bytes.hpp>
#include <tlspp/detail/mbedtls.hpp>

#include <mbedtls/asn1.h>

#include <cstddef>
#include <string_view>

/// \file
/// Reads DER one element after the other, for the parts of certificates that Mbed TLS does not expose.
namespace tlspp::inline TLSPP_ABI::detail {

/// ASN.1 tags by their names in X.680; `context(n)` is `[n]`.
struct der_tag {
    static constexpr unsigned char boolean = 0x01, integer = 0x02, bit_string = 0x03, octet_string = 0x04, oid = 0x06,
                                   utf8_string = 0x0C, printable_string = 0x13, t61_string = 0x14, ia5_string = 0x16,
                                   visible_string = 0x1A, universal_string = 0x1C, bmp_string = 0x1E, sequence = 0x30,
                                   set = 0x31;
    static constexpr unsigned char context(unsigned n) noexcept { return static_cast<unsigned char>(0x80U | n); }
    static constexpr unsigned char constructed_context(unsigned n) noexcept {
        return static_cast<unsigned char>(0xA0U | n);
    }
};

struct der_element {
    unsigned char tag = 0;
    bytes content;
    bytes whole; ///< tag and length included
};

#if defined(MBEDTLS_ASN1_PARSE_C)
/// Walks over the elements of a buffer. What is malformed ends the walk and is told by `failed()`.
class der_reader {
public:
    der_reader() noexcept = default;
    explicit der_reader(bytes content) noexcept : rest_(content) {}

    bool at_end() const noexcept { return rest_.empty(); }
    bool failed() const noexcept { return failed_; }
    /// The tag of the next element; 0 at the end.
    unsigned char peek() const noexcept { return rest_.empty() ? static_cast<unsigned char>(0) : *rest_.uchars(); }

    /// The next element; false at the end and where the bytes are no DER.
    bool next(der_element& out) noexcept {
        if (rest_.empty()) {
            return false;
        }
        const unsigned char* const start = rest_.uchars();
        // Mbed TLS's readers take pointers to non-const and write nothing.
        auto* at = const_cast<unsigned char*>(start) + 1;
        std::size_t length = 0;
        if (mbedtls_asn1_get_len(&at, start + rest_.size(), &length) != 0) {
            return fail();
        }
        auto const head = static_cast<std::size_t>(at - start);
        out = {*start, bytes(at, length), bytes(start, head + length)};
        rest_ = rest_.without_first(head + length);
        return true;
    }
    /// The next element where it has this tag; else false, and nothing is consumed. Another tag is no failure.
    bool optional(unsigned char tag, der_element& out) noexcept { return peek() == tag && !rest_.empty() && next(out); }
    /// The next element, which must have this tag.
    bool expect(unsigned char tag, der_element& out) noexcept { return optional(tag, out) || fail(); }
    /// A reader for what is inside of the next element, which must have this tag; an empty one where it has not.
    der_reader enter(unsigned char tag) noexcept {
        der_element element;
        return expect(tag, element) ? der_reader(element.content) : der_reader();
    }

private:
    bool fail() noexcept {
        failed_ = true;
        rest_ = {};
        return false;
    }

    bytes rest_;
    bool failed_ = false;
};

inline bytes bytes_of(const mbedtls_asn1_buf& buffer) noexcept { return bytes(buffer.p, buffer.len); }

inline bool same_bytes(bytes a, bytes b) noexcept { return a.text() == b.text(); }
#endif
} // namespace tlspp::inline TLSPP_ABI::detail
