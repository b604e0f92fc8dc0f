// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/text_part.hpp>
#include <tlspp/x509/detail/anchor_files.hpp>
#include <tlspp/x509/detail/built.hpp>
#include <tlspp/x509/system_trust/locations.hpp>

#include <span>

#if defined(MBEDTLS_FS_IO)
#include <cstdlib>
#include <cstring>

#if TLSPP_HAS_X509

/// \file
/// The store of systems that keep it in files: Linux, the BSDs, OpenWrt, Android, Solaris; and what the environment
/// names, on every system.
namespace tlspp::inline TLSPP_ABI::x509::system_trust {

#if defined(_WIN32)
inline constexpr char path_separator = ';';
#else
inline constexpr char path_separator = ':';
#endif

/// Reads the first of `files` that holds a certificate, else the first of `folders` that does. Nothing found is no
/// error: `anchors::finish` tells.
inline result<void> read_first(detail::anchors& to, std::span<const std::string_view> files,
                               std::span<const std::string_view> folders) noexcept {
    for (bool const folder : {false, true}) {
        for (std::string_view path : folder ? folders : files) {
            auto const read = folder ? detail::add_directory(to, path) : detail::add_file(to, path);
            if (!read && read.error() == errc::out_of_memory) {
                return read;
            }
            if (to.index.size() != 0) {
                return {};
            }
        }
    }
    return {};
}

/// Reads the folders of a list with separators between them. One that cannot be read is an error, but the others are
/// read nevertheless.
inline result<void> read_folders(detail::anchors& to, const char* list) noexcept {
    result<void> all;
    for (std::string_view rest = list; !rest.empty();) {
        auto const end = rest.find(path_separator);
        auto const one = detail::part(rest, 0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        if (one.empty()) {
            continue;
        }
        auto const read = detail::add_directory(to, one);
        if (!read && read.error() == errc::out_of_memory) {
            return read;
        }
        all = all ? read : all;
    }
    return all;
}

/// Reads what `SSL_CERT_FILE` and `SSL_CERT_DIR` name (either may be null). Where the file has certificates, the
/// folders are left until a name is needed that is not in the file.
inline result<void> read_environment(detail::anchors& to, const char* file, const char* folders) noexcept {
    if (file != nullptr && *file != '\0') {
        if (auto const read = detail::add_file(to, file); !read) {
            return read;
        }
    }
    if (folders == nullptr || *folders == '\0') {
        return {};
    }
    if (to.index.size() == 0) {
        return read_folders(to, folders);
    }
    std::size_t const size = std::strlen(folders) + 1;
    to.later = static_cast<char*>(mbedtls_calloc(1, size));
    if (to.later == nullptr) {
        return detail::no_memory();
    }
    std::memcpy(to.later, folders, size);
    to.read_later = &read_folders;
    return {};
}
} // namespace tlspp::inline TLSPP_ABI::x509::system_trust
#endif
#endif
