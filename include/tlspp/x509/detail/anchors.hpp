// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/detail/parse_list.hpp>

#include <tlspp/detail/der_reader.hpp>
#include <tlspp/detail/file.hpp>

namespace tlspp::inline TLSPP_ABI::detail {

/// The list behind a `trust_store`, while it is collected and after.
struct anchors {
    anchors() noexcept { mbedtls_x509_crt_init(&chain); }
    ~anchors() { mbedtls_x509_crt_free(&chain); }
    anchors(const anchors&) = delete;
    anchors& operator=(const anchors&) = delete;

    ref_count references;
    mbedtls_x509_crt chain;
    parse_counts counts;
    std::size_t doubles = 0;

    result<void> add(bytes data) noexcept { return append_all(chain, data, counts); }
    void drop_doubles() noexcept;
#if defined(MBEDTLS_FS_IO)
    result<void> add_file(std::string_view path, bool any_kind_of_file = false) noexcept;
    result<void> add_directory(std::string_view path) noexcept;
#endif
};

/// Mbed TLS looks at every anchor whose name fits: one that is there twice costs a signature check for nothing.
inline void anchors::drop_doubles() noexcept {
    for (mbedtls_x509_crt* crt = &chain; crt != nullptr; crt = crt->next) {
        mbedtls_x509_crt* before = crt;
        while (before->next != nullptr) {
            mbedtls_x509_crt* const other = before->next;
            if (!same_bytes(bytes_of(other->raw), bytes_of(crt->raw))) {
                before = other;
                continue;
            }
            before->next = other->next;
            other->next = nullptr;
            mbedtls_x509_crt_free(other);
            mbedtls_free(other);
            ++doubles;
        }
    }
}

/// True for PEM with a certificate in it, and for one DER object.
inline bool may_hold_certificates(bytes data) noexcept {
    pem_cursor blocks(data);
    for (pem_block block; blocks.next(block);) {
        if (block.label == "CERTIFICATE") {
            return true;
        }
    }
    return der_object_size(data) == data.size();
}

#if defined(MBEDTLS_FS_IO)
/// \param any_kind_of_file the file was not named by anybody: one without certificates is no error, and not counted.
inline result<void> anchors::add_file(std::string_view path, bool any_kind_of_file) noexcept {
    auto const content = read_file(path);
    if (!content) {
        return std::unexpected(content.error());
    }
    bytes const data(content->data(), content->size());
    if (any_kind_of_file && !may_hold_certificates(data)) {
        return {};
    }
    bool const had_error = counts.first_error.has_value();
    auto const read = add(data);
    if (!had_error && counts.first_error) {
        counts.first_error = counts.first_error->about(path);
    }
    return read;
}

/// Files that cannot be read are passed over.
inline result<void> anchors::add_directory([[maybe_unused]] std::string_view path) noexcept {
#if TLSPP_POSIX_FILES
    bool memory_left = true;
    auto const listed = for_each_file(path, [&](std::string_view file) noexcept {
        auto const read = add_file(file, true);
        memory_left = read || read.error() != errc::out_of_memory;
        return memory_left;
    });
    return memory_left ? listed : result<void>(no_memory());
#else
    return std::unexpected(error(errc::unsupported).about(path));
#endif
}
#endif
} // namespace tlspp::inline TLSPP_ABI::detail
