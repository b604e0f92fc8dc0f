// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/text_part.hpp>
#include <tlspp/error.hpp>

#include <cstddef>
#include <span>
#include <string_view>

/// \file
/// Internationalised server names (RFC 5890): where `TLSPP_IDN` is 1, `server_name::parse` takes U-labels in UTF-8 too
/// (`bücher.example`) and keeps them as A-labels (`xn--bcher-kva.example`), the form that SNI and certificates have.
/// Needs libidn2; Meson's option `idn` sets it up. libidn2 takes its memory from `malloc`, not from Mbed TLS's
/// allocator. Without it such names are refused with a sentence; A-labels pass in any case.
#if TLSPP_IDN
#include <idn2.h>

namespace tlspp::inline TLSPP_ABI::detail {

/// Converts a name in UTF-8 by IDNA 2008 with the non-transitional mapping of UTS #46, as browsers do. What comes out
/// is still to be parsed.
/// \return the length, without a NUL; `errc::invalid_name`, `errc::out_of_memory`.
inline result<std::size_t> to_a_labels(std::string_view utf8, std::span<char> out) noexcept {
    char text[512];
    auto const refused = error(errc::invalid_name, reason::name_idna).about(utf8);
    if (utf8.size() >= sizeof text || utf8.find('\0') != std::string_view::npos) {
        return std::unexpected(refused);
    }
    text[utf8.copy(text, utf8.size())] = '\0';
    char* converted = nullptr;
    if (int const code = idn2_to_ascii_8z(text, &converted, IDN2_NONTRANSITIONAL); code != IDN2_OK) {
        return std::unexpected(code == IDN2_MALLOC ? error(errc::out_of_memory) : refused);
    }
    std::string_view const ascii(converted);
    bool const fits = ascii.size() <= out.size();
    if (fits) {
        detail::copy_text(out.data(), ascii);
    }
    auto const size = ascii.size();
    idn2_free(converted);
    if (!fits) {
        return std::unexpected(error(errc::invalid_name, reason::name_too_long).about(utf8));
    }
    return size;
}
} // namespace tlspp::inline TLSPP_ABI::detail
#endif
