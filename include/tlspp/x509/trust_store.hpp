// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/error.hpp>

#include <tlspp/bytes.hpp>
#include <tlspp/x509/detail/anchors.hpp>
#include <tlspp/x509/detail/system_paths.hpp>

#include <optional>
#include <span>
#if defined(MBEDTLS_FS_IO)
#include <cstdlib>
#endif

namespace tlspp::inline TLSPP_ABI {

/// The CA certificates that a context trusts: a cheap reference-counted handle, immutable.
///
/// A text given by name (`from_file`, `from_pem`, `from_der`) is read strictly: one certificate in it that cannot be
/// parsed is an error that names the file, since a missing anchor shows only when the day comes that it is needed. What
/// others collected (`system`, `from_directory`) is read leniently: `skipped()` and `first_error()` tell what was left
/// out; only where nothing is left, it is an error.
/// Certificates that are in it twice are kept once.
/// \par Thread safety Handles of one store may be used in different threads where `tlspp::thread_safe`.
class trust_store {
public:
    trust_store() noexcept = default;

    /// The store of the operating system: the file that the environment variable `SSL_CERT_FILE` names and the folders
    /// of `SSL_CERT_DIR` (with `:` between them), or, where neither is set, the first bundle of Linux and BSD
    /// distributions that exists, else the first folder. Needs `MBEDTLS_FS_IO`.
    /// \return `errc::no_trust` where nothing was found, `errc::file` for a file that the environment names and that
    /// cannot be read, `errc::out_of_memory`.
    template <bool Use = true>
    static result<trust_store> system() noexcept;
    /// A bundle in PEM, or one certificate in DER; strict. Needs `MBEDTLS_FS_IO`.
    /// \return `errc::file` with path and reason, `errc::malformed` with the path.
    template <bool Use = true>
    static result<trust_store> from_file(std::string_view path) noexcept;
    /// All certificates of the files of one folder (not of folders in it), whatever their names; lenient: files without
    /// certificates do not count. Needs `MBEDTLS_FS_IO` and POSIX.
    /// \return `errc::file`, `errc::no_trust` where no certificate could be used.
    template <bool Use = true>
    static result<trust_store> from_directory(std::string_view path) noexcept;
    /// All certificates of a PEM text, with or without a NUL at its end; strict. Needs `MBEDTLS_PEM_PARSE_C`.
    template <bool Use = true>
    static result<trust_store> from_pem(bytes text) noexcept {
        static_assert(!Use || detail::build::pem,
                      "reading PEM needs MBEDTLS_PEM_PARSE_C in the Mbed TLS configuration");
        return strictly(text);
    }
    /// One certificate in DER; strict.
    static result<trust_store> from_der(bytes der) noexcept;
    /// Many certificates in DER that are not copied: a table in flash, for firmware; strict.
    /// \par Lifetime Table and certificates must live as long as the store and all that was made with it.
    static result<trust_store> bundle(std::span<const bytes> table) noexcept;

    /// False for an empty or moved-from handle.
    explicit operator bool() const noexcept { return static_cast<bool>(block_); }
    /// True for handles of the same object.
    friend bool operator==(const trust_store&, const trust_store&) noexcept = default;

    /// Certificates that may be used; at least one unless the handle is empty.
    std::size_t size() const noexcept { return block_ ? block_->counts.parsed - block_->doubles : 0; }
    /// Certificates read, those that are there twice included.
    std::size_t parsed() const noexcept { return block_ ? block_->counts.parsed : 0; }
    /// Certificates that could not be parsed.
    std::size_t skipped() const noexcept { return block_ ? block_->counts.skipped : 0; }
    /// Why the first of these could not be parsed.
    std::optional<error> first_error() const noexcept {
        return block_ ? block_->counts.first_error : std::optional<error>();
    }

    /// Makes a configuration trust this store. The store must outlive the configuration.
    void install(mbedtls_ssl_config& config) const noexcept {
        mbedtls_ssl_conf_ca_chain(&config, native_handle(), nullptr);
    }
    /// Mbed TLS's list of certificates; null for an empty handle. Valid as long as a handle lives.
    mbedtls_x509_crt* native_handle() const noexcept { return block_ ? &block_->chain : nullptr; }

private:
    static result<trust_store> empty() noexcept;
    static result<trust_store> strictly(bytes data) noexcept;
    /// The store, where there is something in it.
    static result<trust_store> usable(trust_store store, error otherwise) noexcept;
#if defined(MBEDTLS_FS_IO)
    static result<trust_store> from_environment(const char* file, const char* directories) noexcept;
#endif

    detail::ref<detail::anchors> block_;
};

inline result<trust_store> trust_store::empty() noexcept {
    if (auto const started = detail::start_crypto(); !started) {
        return std::unexpected(started.error());
    }
    trust_store made;
    made.block_ = detail::ref<detail::anchors>::make();
    if (!made.block_) {
        return detail::no_memory();
    }
    return made;
}

inline result<trust_store> trust_store::usable(trust_store store, error otherwise) noexcept {
    if (store.block_->counts.parsed == 0) {
        return std::unexpected(otherwise);
    }
    store.block_->drop_doubles();
    return store;
}

inline result<trust_store> trust_store::strictly(bytes data) noexcept {
    auto made = empty();
    if (!made) {
        return made;
    }
    if (auto const read = made->block_->add(data); !read) {
        return std::unexpected(read.error());
    }
    if (auto const bad = made->block_->counts.first_error) {
        return std::unexpected(*bad);
    }
    return usable(std::move(*made), error(errc::malformed, reason::no_certificate_in_file));
}

inline result<trust_store> trust_store::from_der(bytes der) noexcept {
    auto made = empty();
    if (!made) {
        return made;
    }
    if (auto const read = detail::append_der(made->block_->chain, der); !read) {
        return std::unexpected(read.error());
    }
    made->block_->counts.parsed = 1;
    return made;
}

inline result<trust_store> trust_store::bundle(std::span<const bytes> table) noexcept {
    auto made = empty();
    if (!made) {
        return made;
    }
    for (bytes der : table) {
        if (detail::der_object_size(der) != der.size()) {
            return std::unexpected(error(errc::malformed, reason::certificate_malformed));
        }
        if (int const code = detail::parse_certificate(made->block_->chain, der, false); code != 0) {
            return detail::parse_failure(code);
        }
        ++made->block_->counts.parsed;
    }
    return usable(std::move(*made), error(errc::no_trust, reason::no_usable_certificates));
}

template <bool Use>
result<trust_store> trust_store::from_file([[maybe_unused]] std::string_view path) noexcept {
    static_assert(!Use || detail::build::files, "reading files needs MBEDTLS_FS_IO in the Mbed TLS configuration");
#if defined(MBEDTLS_FS_IO)
    auto const content = detail::read_file(path);
    if (!content) {
        return std::unexpected(content.error());
    }
    auto made = strictly(bytes(content->data(), content->size()));
    if (!made) {
        return std::unexpected(made.error().about(path));
    }
    return made;
#else
    return std::unexpected(error(errc::unsupported));
#endif
}

template <bool Use>
result<trust_store> trust_store::from_directory([[maybe_unused]] std::string_view path) noexcept {
    static_assert(!Use || detail::build::files, "reading files needs MBEDTLS_FS_IO in the Mbed TLS configuration");
#if defined(MBEDTLS_FS_IO)
    auto made = empty();
    if (!made) {
        return made;
    }
    if (auto const read = made->block_->add_directory(path); !read) {
        return std::unexpected(read.error());
    }
    return usable(std::move(*made), error(errc::no_trust, reason::no_usable_certificates).about(path));
#else
    return std::unexpected(error(errc::unsupported));
#endif
}

template <bool Use>
result<trust_store> trust_store::system() noexcept {
    static_assert(!Use || detail::build::files, "the system's store needs MBEDTLS_FS_IO in the Mbed TLS configuration");
#if defined(MBEDTLS_FS_IO)
    const char* const file = std::getenv("SSL_CERT_FILE");
    const char* const directories = std::getenv("SSL_CERT_DIR");
    if ((file != nullptr && *file != '\0') || (directories != nullptr && *directories != '\0')) {
        return from_environment(file, directories);
    }
    auto made = empty();
    if (!made) {
        return made;
    }
    for (std::string_view path : detail::system_bundles) {
        auto const read = made->block_->add_file(path);
        if (!read && read.error() == errc::out_of_memory) {
            return std::unexpected(read.error());
        }
        if (made->block_->counts.parsed != 0) {
            return usable(std::move(*made), error(errc::no_trust));
        }
    }
    for (std::string_view path : detail::system_directories) {
        auto const read = made->block_->add_directory(path);
        if (!read && read.error() == errc::out_of_memory) {
            return std::unexpected(read.error());
        }
        if (made->block_->counts.parsed != 0) {
            break;
        }
    }
    return usable(std::move(*made), error(errc::no_trust, reason::no_system_store));
#else
    return std::unexpected(error(errc::unsupported));
#endif
}

#if defined(MBEDTLS_FS_IO)
inline result<trust_store> trust_store::from_environment(const char* file, const char* directories) noexcept {
    auto made = empty();
    if (!made) {
        return made;
    }
    std::string_view named;
    if (file != nullptr && *file != '\0') {
        named = file;
        if (auto const read = made->block_->add_file(named); !read) {
            return std::unexpected(read.error());
        }
    }
    std::string_view rest = directories == nullptr ? std::string_view() : std::string_view(directories);
    while (!rest.empty()) {
        auto const end = rest.find(':');
        auto const one = rest.substr(0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        if (one.empty()) {
            continue;
        }
        named = named.empty() ? one : named;
        if (auto const read = made->block_->add_directory(one); !read) {
            return std::unexpected(read.error());
        }
    }
    return usable(std::move(*made), error(errc::no_trust, reason::no_usable_certificates).about(named));
}
#endif
} // namespace tlspp::inline TLSPP_ABI
