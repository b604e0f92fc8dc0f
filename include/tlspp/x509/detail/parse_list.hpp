// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/detail/parse_error.hpp>

#include <tlspp/detail/pem.hpp>
#include <tlspp/x509/detail/built.hpp>
#include <tlspp/x509/detail/certificate_block.hpp>

#include <cstddef>
#include <optional>

#if TLSPP_HAS_X509

namespace tlspp::inline TLSPP_ABI::detail {

/// How a text with several certificates was read.
struct parse_counts {
    std::size_t parsed = 0;
    std::size_t skipped = 0;
    std::optional<error> first_error; ///< why the first of those skipped was
};

/// Appends one certificate in DER to `chain`; trailing bytes are an error.
inline result<void> append_der(mbedtls_x509_crt& chain, bytes der) noexcept {
    std::size_t const size = der_object_size(der);
    if (size != 0 && size != der.size()) {
        return refused{errc::malformed, reason::trailing_bytes};
    }
    if (int const code = parse_certificate(chain, der, true); code != 0) {
        return parse_failure(code);
    }
    return {};
}

#if defined(MBEDTLS_PEM_PARSE_C)
inline result<void> append_pem_block(mbedtls_x509_crt& chain, const pem_block& block) noexcept {
    std::size_t const size = decoded_size(block);
    secure_buffer der;
    if (size == 0) {
        return refused{errc::malformed, reason::certificate_malformed};
    }
    if (!der.allocate(size)) {
        return no_memory();
    }
    return append_der(chain, bytes(der.data(), decode(block, der.data(), size)));
}
#endif

/// Appends all certificates of a PEM text, or the one of DER. What cannot be parsed is counted; only out of memory ends
/// the walk, and is returned.
inline result<void> append_all(mbedtls_x509_crt& chain, bytes data, parse_counts& counts) noexcept {
    auto const count = [&counts](const result<void>& one) noexcept {
        if (one) {
            ++counts.parsed;
            return true;
        }
        ++counts.skipped;
        if (!counts.first_error) {
            counts.first_error = one.error();
        }
        return one.error() != errc::out_of_memory;
    };
#if defined(MBEDTLS_PEM_PARSE_C)
    if (pem_cursor::looks_like_pem(data) && der_object_size(data) != data.size()) {
        pem_cursor blocks(data);
        for (pem_block block; blocks.next(block);) {
            if (block.label == "CERTIFICATE" && !count(append_pem_block(chain, block))) {
                return no_memory();
            }
        }
        return {};
    }
#endif
    if (!count(append_der(chain, data))) {
        return no_memory();
    }
    return {};
}

/// The same where every one has to be good, and one at least there.
inline result<void> append_strictly(mbedtls_x509_crt& chain, bytes data) noexcept {
    parse_counts counts;
    if (auto const done = append_all(chain, data, counts); !done) {
        return done;
    }
    if (counts.first_error) {
        return std::unexpected(*counts.first_error);
    }
    if (counts.parsed == 0) {
        return refused{errc::malformed, reason::no_certificate_in_file};
    }
    return {};
}
} // namespace tlspp::inline TLSPP_ABI::detail
#endif
