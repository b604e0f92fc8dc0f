// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/detail/anchors.hpp>
#include <tlspp/x509/detail/built.hpp>

#include <tlspp/detail/file.hpp>

#if TLSPP_HAS_X509

#if defined(MBEDTLS_FS_IO)
/// \file
/// Certificates of files and folders.
namespace tlspp::inline TLSPP_ABI::detail {

/// True for PEM with a certificate in it, and for one DER object.
inline bool may_hold_certificates(bytes data) noexcept {
    pem_block block;
    for (pem_cursor blocks(data); blocks.next(block);) {
        if (block.label == "CERTIFICATE") {
            return true;
        }
    }
    return der_object_size(data) == data.size();
}

/// \param any_kind_of_file the file was not named by anybody: one without certificates is no error, and not counted.
inline result<void> add_file(anchors& to, std::string_view path, bool any_kind_of_file = false) noexcept {
    auto const content = read_file(path);
    if (!content) {
        return std::unexpected(content.error());
    }
    bytes const data(content->data(), content->size());
    if (any_kind_of_file && !may_hold_certificates(data)) {
        return {};
    }
    bool const had_error = to.shapeless.first_error.has_value();
    auto const read = to.add(data);
    if (!had_error && to.shapeless.first_error) {
        to.shapeless.first_error = to.shapeless.first_error->about(path);
    }
    return read;
}

/// All files of a folder; those that cannot be read are passed over.
inline result<void> add_directory([[maybe_unused]] anchors& to, std::string_view path) noexcept {
#if TLSPP_POSIX_FILES
    bool memory_left = true;
    auto const listed = for_each_file(path, [&](std::string_view file) noexcept {
        auto const read = add_file(to, file, true);
        memory_left = read || read.error() != errc::out_of_memory;
        return memory_left;
    });
    return memory_left ? listed : result<void>(no_memory());
#else
    return std::unexpected(error(errc::unsupported).about(path));
#endif
}
} // namespace tlspp::inline TLSPP_ABI::detail
#endif
#endif
