// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/x509/crl.hpp>

#include <tlspp/detail/file.hpp>
#include <tlspp/x509/detail/built.hpp>
#include <tlspp/x509/detail/parse_list.hpp>

#include <initializer_list>

#if TLSPP_HAS_X509

namespace tlspp::inline TLSPP_ABI {

/// Which certificates of a chain are looked up in the CRLs of their issuers. The anchor itself never is: it has no
/// issuer; take it out of the trust store instead.
enum class revocation : std::uint8_t {
    off,   ///< none: what was revoked passes
    leaf,  ///< the peer's own certificate
    chain, ///< every one but the anchor
};

/// CRLs of one or several issuers: a cheap reference-counted handle, immutable; what the option `crls` takes.
/// ```cpp
/// .revocation = revocation::chain, .crls = or_throw(crl_list::from_file("ca.crl"))
/// ```
/// A text given by name is read strictly: one list in it that cannot be relied on (see `crl`) is an error that names
/// the file. Folders are read leniently: `skipped()` and `first_error()` tell what was left out, and a chain that needs
/// it is refused with `verify_flag::crl_missing`. Of several lists of one issuer the newest that is current counts.
/// Lists age: make a new list, and a new context with it, before `next_update` of the old ones.
/// \par Thread safety Handles of one list may be used in different threads where `tlspp::thread_safe`.
class crl_list {
public:
    crl_list() noexcept = default;
    /// Of several lists.
    crl_list(std::initializer_list<crl> lists) noexcept {
        for (const crl& one : lists) {
            add(one);
        }
    }
    /// Of one list.
    crl_list(const crl& one) noexcept : crl_list({one}) {} // NOLINT: `.crls = one`

    /// All blocks `X509 CRL` of a PEM text, or one list in DER; strict.
    template <bool Use = true>
    static result<crl_list> parse(bytes data) noexcept {
        static_assert(!Use || detail::build::crl, "CRLs need MBEDTLS_X509_CRL_PARSE_C in the Mbed TLS configuration");
        return strictly(data);
    }
    /// All blocks `X509 CRL` of a PEM text; strict. Needs `MBEDTLS_PEM_PARSE_C`.
    template <bool Use = true>
    static result<crl_list> from_pem(bytes text) noexcept {
        static_assert(!Use || detail::build::pem,
                      "reading PEM needs MBEDTLS_PEM_PARSE_C in the Mbed TLS configuration");
        return parse<Use>(text);
    }
    /// One list in DER; strict.
    template <bool Use = true>
    static result<crl_list> from_der(bytes der) noexcept {
        auto const one = crl::from_der<Use>(der);
        if (!one) {
            return std::unexpected(one.error());
        }
        return finished(crl_list(*one));
    }
    /// A file with lists in PEM, or one in DER; strict. Needs `MBEDTLS_FS_IO`.
    /// \return `errc::file` with path and reason, or as `parse`, with the path.
    template <bool Use = true>
    static result<crl_list> from_file(std::string_view path) noexcept;
    /// The lists in the files of one folder (not of folders in it), whatever their names; lenient: files without CRLs
    /// do not count. Needs `MBEDTLS_FS_IO` and POSIX.
    /// \return `errc::file`; `errc::malformed` where no list could be used.
    template <bool Use = true>
    static result<crl_list> from_directory(std::string_view path) noexcept;

    std::size_t size() const noexcept { return block_ ? block_->size : 0; }
    bool empty() const noexcept { return size() == 0; }
    const crl* begin() const noexcept { return block_ ? block_->items : nullptr; }
    const crl* end() const noexcept { return begin() + size(); }
    const crl& operator[](std::size_t i) const noexcept { return block_->items[i]; }

    /// Lists of a folder that were left out.
    std::size_t skipped() const noexcept { return block_ ? block_->skipped : 0; }
    /// Why the first of these could not be used.
    std::optional<error> first_error() const noexcept { return block_ ? block_->first_error : std::optional<error>(); }
    /// True where there was no memory for the list; `create` then answers `errc::out_of_memory`.
    bool failed() const noexcept { return failed_; }

private:
    struct block {
        block() noexcept = default;
        ~block() {
            for (std::size_t i = 0; i != size; ++i) {
                items[i].~crl();
            }
            mbedtls_free(items);
        }
        block(const block&) = delete;
        block& operator=(const block&) = delete;

        bool grow() noexcept;

        detail::ref_count references;
        crl* items = nullptr;
        std::size_t size = 0;
        std::size_t capacity = 0;
        std::size_t skipped = 0;
        std::optional<error> first_error;
    };

    void add(const crl& one) noexcept;
    bool add(const result<crl>& one) noexcept;
    void add_all(bytes data) noexcept;
    static result<crl_list> strictly(bytes data) noexcept;
    static result<crl_list> finished(crl_list made) noexcept {
        if (made.failed_) {
            return detail::no_memory();
        }
        return made;
    }

    detail::ref<block> block_;
    bool failed_ = false;
};

inline bool crl_list::block::grow() noexcept {
    std::size_t const larger = capacity == 0 ? 4 : capacity * 2;
    auto* const moved = static_cast<crl*>(mbedtls_calloc(larger, sizeof(crl)));
    if (moved == nullptr) {
        return false;
    }
    for (std::size_t i = 0; i != size; ++i) {
        ::new (static_cast<void*>(moved + i)) crl(std::move(items[i]));
        items[i].~crl();
    }
    mbedtls_free(items);
    items = moved;
    capacity = larger;
    return true;
}

/// Only while this is the only handle.
inline void crl_list::add(const crl& one) noexcept {
    if (!block_) {
        block_ = detail::ref<block>::make();
    }
    if (!block_ || (block_->size == block_->capacity && !block_->grow())) {
        failed_ = true;
        return;
    }
    ::new (static_cast<void*>(block_->items + block_->size)) crl(one);
    ++block_->size;
}

/// False where there is no memory.
inline bool crl_list::add(const result<crl>& one) noexcept {
    if (one) {
        add(*one);
        return !failed_;
    }
    if (!block_) {
        block_ = detail::ref<block>::make();
    }
    if (!block_ || one.error() == errc::out_of_memory) {
        failed_ = true;
        return false;
    }
    ++block_->skipped;
    if (!block_->first_error) {
        block_->first_error = one.error();
    }
    return true;
}

inline void crl_list::add_all([[maybe_unused]] bytes data) noexcept {
#if defined(MBEDTLS_X509_CRL_PARSE_C)
#if defined(MBEDTLS_PEM_PARSE_C)
    if (detail::pem_cursor::looks_like_pem(data) && detail::der_object_size(data) != data.size()) {
        detail::pem_cursor blocks(data);
        for (detail::pem_block found; blocks.next(found);) {
            if (found.label == "X509 CRL" && !add(crl::from_pem(found.whole))) {
                return;
            }
        }
        return;
    }
#endif
    (void)add(crl::from_der(data));
#endif
}

inline result<crl_list> crl_list::strictly(bytes data) noexcept {
    crl_list made;
    made.add_all(data);
    if (made.failed_) {
        return detail::no_memory();
    }
    if (auto const bad = made.first_error()) {
        return std::unexpected(*bad);
    }
    if (made.empty()) {
        return std::unexpected(error(errc::malformed, reason::no_crl_in_file));
    }
    return made;
}

template <bool Use>
result<crl_list> crl_list::from_file([[maybe_unused]] std::string_view path) noexcept {
    static_assert(!Use || detail::build::files, "reading files needs MBEDTLS_FS_IO in the Mbed TLS configuration");
#if defined(MBEDTLS_FS_IO)
    auto const content = detail::read_file(path);
    if (!content) {
        return std::unexpected(content.error());
    }
    auto made = parse<Use>(bytes(content->data(), content->size()));
    if (!made) {
        return std::unexpected(made.error().about(path));
    }
    return made;
#else
    return std::unexpected(error(errc::unsupported));
#endif
}

template <bool Use>
result<crl_list> crl_list::from_directory([[maybe_unused]] std::string_view path) noexcept {
    static_assert(!Use || detail::build::files, "reading files needs MBEDTLS_FS_IO in the Mbed TLS configuration");
    static_assert(!Use || detail::build::crl, "CRLs need MBEDTLS_X509_CRL_PARSE_C in the Mbed TLS configuration");
#if defined(MBEDTLS_FS_IO)
#if TLSPP_POSIX_FILES
    crl_list made;
    auto const listed = detail::for_each_file(path, [&made](std::string_view file) noexcept {
        auto const content = detail::read_file(file);
        if (!content) {
            made.failed_ = content.error() == errc::out_of_memory;
            return !made.failed_;
        }
        bytes const data(content->data(), content->size());
        bool const pem = detail::pem_cursor::looks_like_pem(data);
        if (pem || detail::der_object_size(data) == data.size()) {
            bool const had_error = made.first_error().has_value();
            made.add_all(data);
            if (!had_error && made.first_error()) {
                made.block_->first_error = made.first_error()->about(file);
            }
        }
        return !made.failed_;
    });
    if (!listed) {
        return std::unexpected(listed.error());
    }
    if (made.empty() && !made.failed_) {
        return std::unexpected(error(errc::malformed, reason::no_crl_in_file).about(path));
    }
    return finished(std::move(made));
#else
    return std::unexpected(error(errc::unsupported).about(path));
#endif
#else
    return std::unexpected(error(errc::unsupported));
#endif
}
} // namespace tlspp::inline TLSPP_ABI
#endif
