// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/text_writer.hpp>

#include <cstring>

namespace tlspp::inline TLSPP_ABI::detail {

// strerror_r comes in two shapes: POSIX returns a number, GNU the text.
inline const char* text_of(int status, const char* buffer) noexcept { return status == 0 ? buffer : ""; }
inline const char* text_of(const char* text, const char*) noexcept { return text; }

/// Appends the system's words for an error number, or the bare number where the system has none.
inline void write_system_text(text_writer& out, int number) noexcept {
    [[maybe_unused]] char buffer[128] = {};
#if defined(_WIN32)
    const char* text = strerror_s(buffer, sizeof buffer, number) == 0 ? buffer : "";
#elif defined(__unix__) || defined(__APPLE__)
    const char* text = text_of(::strerror_r(number, buffer, sizeof buffer), buffer);
#else
    const char* text = "";
#endif
    if (text[0] != '\0') {
        out << text;
    } else {
        out << "system error ";
        out.decimal(number);
    }
}
} // namespace tlspp::inline TLSPP_ABI::detail
