// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/error.hpp>

#include <tlspp/bytes.hpp>
#include <tlspp/x509/detail/anchor_files.hpp>
#include <tlspp/x509/detail/built.hpp>
#include <tlspp/x509/detail/certificate_walk.hpp>
#include <tlspp/x509/system_trust/read.hpp>

#include <optional>
#include <span>

#if TLSPP_HAS_X509

namespace tlspp::inline TLSPP_ABI {

/// The CA certificates that a context trusts: a cheap reference-counted handle, immutable.
///
/// A text given by name (`from_file`, `from_pem`, `from_der`) is read strictly: one certificate in it that cannot be
/// parsed is an error that names the file, since a missing anchor shows only when the day comes that it is needed. What
/// others collected (`system`, `from_directory`) is read leniently: `skipped()` and `first_error()` tell what was left
/// out; only where nothing is left, it is an error.
/// Certificates that are in it twice are kept once.
///
/// What is read leniently, and the table of `bundle`, is not parsed: certificates are found by their subjects when a
/// chain needs them, and parsed then. Without `MBEDTLS_X509_TRUSTED_CERTIFICATE_CALLBACK` in the Mbed TLS configuration
/// (the bundled one has it), and with CRLs in Mbed TLS's hands, all are parsed at once. The verdicts are the same.
/// \par Thread safety Handles of one store may be used in different threads where `tlspp::thread_safe`.
class trust_store {
public:
    trust_store() noexcept = default;

    /// The store of the operating system (docs/trust.md lists them): the file that the environment variable
    /// `SSL_CERT_FILE` names and the folders of `SSL_CERT_DIR` (with `:` between them, on Windows `;`), or, where
    /// neither is set, the keychain or store of macOS and Windows, on other systems the first bundle that exists, else
    /// the first folder. Lenient, not parsed. Needs `MBEDTLS_FS_IO`, but on macOS and Windows.
    /// \return `errc::no_trust` where nothing was found, `errc::file` for a file that the environment names and that
    /// cannot be read, `errc::out_of_memory`.
    template <bool Use = true>
    static result<trust_store> system() noexcept;
    /// A bundle in PEM, or certificates in DER behind each other; strict. Needs `MBEDTLS_FS_IO`.
    /// \return `errc::file` with path and reason, `errc::malformed` with the path.
    template <bool Use = true>
    static result<trust_store> from_file(std::string_view path) noexcept;
    /// All certificates of the files of one folder (not of folders in it), whatever their names; lenient, not parsed:
    /// files without certificates do not count. Needs `MBEDTLS_FS_IO` and POSIX.
    /// \return `errc::file`, `errc::no_trust` where no certificate could be used.
    template <bool Use = true>
    static result<trust_store> from_directory(std::string_view path) noexcept;
    /// A file as `from_file` reads it, and a folder as `from_directory` does, together; one of them may be empty. Python's
    /// `load_verify_locations`.
    /// \return as these two; `errc::invalid_argument` where both are empty.
    template <bool Use = true>
    static result<trust_store> from_locations(std::string_view file, std::string_view directory = {}) noexcept;
    /// All certificates of a PEM text, with or without a NUL at its end; strict. Needs `MBEDTLS_PEM_PARSE_C`.
    template <bool Use = true>
    static result<trust_store> from_pem(bytes text) noexcept {
        static_assert(!Use || detail::build::pem,
                      "reading PEM needs MBEDTLS_PEM_PARSE_C in the Mbed TLS configuration");
        return strictly(text);
    }
    /// Certificates in DER, one or several behind each other; strict.
    static result<trust_store> from_der(bytes der) noexcept;
    /// Many certificates in DER that are neither copied nor parsed: a table in flash, for firmware. It takes no memory
    /// but the handle's, whatever its size, and the parse of one issuer for a handshake. Needs
    /// `MBEDTLS_X509_TRUSTED_CERTIFICATE_CALLBACK`.
    /// \code
    /// constexpr unsigned char root_a[] = {…}, root_b[] = {…};
    /// constexpr std::span<const unsigned char> roots[] = {root_a, root_b};
    /// auto trust = tlspp::trust_store::bundle(roots);
    /// \endcode
    /// A table in the order of its subjects is searched in logarithmic time: each Name in DER, with tag and length, its
    /// bytes compared after A to Z became a to z and 0x13 became 0x0C; a name before longer ones that it begins.
    /// \return `errc::malformed` where one does not have the shape of a certificate, `errc::no_trust` where none can be
    /// parsed.
    /// \par Lifetime Table and certificates must live as long as the store and all that was made with it.
    template <bool Use = true>
    static result<trust_store> bundle(std::span<const std::span<const unsigned char>> table) noexcept {
        static_assert(!Use || detail::build::trusted_certificate_callback,
                      "a table that stays unparsed needs MBEDTLS_X509_TRUSTED_CERTIFICATE_CALLBACK in the Mbed TLS "
                      "configuration; trust_store::bundle_parsed parses it into memory");
        return from_table<false>(table);
    }
    /// The same, parsed at once, for builds without the callback; strict. The DER is not copied, but each certificate
    /// takes the memory of its parsed form.
    static result<trust_store> bundle_parsed(std::span<const std::span<const unsigned char>> table) noexcept {
        return from_table<true>(table);
    }

    explicit operator bool() const noexcept { return static_cast<bool>(block_); } ///< false: empty or moved from
    /// True for handles of the same object.
    friend bool operator==(const trust_store&, const trust_store&) noexcept = default;

    /// Certificates that may be used; at least one unless the handle is empty.
    ///
    /// What was not parsed yet is parsed, to give this and the three figures below, at the first of these calls; the
    /// figures are kept, nothing else is. Where memory runs out meanwhile, it all counts as skipped with that error.
    std::size_t size() const noexcept { return counts().distinct; }
    /// Certificates read that can be parsed, those that are there twice included.
    std::size_t parsed() const noexcept { return counts().parsed; }
    /// Certificates that could not be parsed.
    std::size_t skipped() const noexcept { return counts().skipped; }
    /// Why the first of these could not be parsed.
    std::optional<error> first_error() const noexcept { return counts().first_error; }

    /// Whether this very certificate, byte by byte, is in the store.
    /// \return `errc::out_of_memory`.
    result<bool> contains(const certificate& one) const noexcept;
    /// Calls `each(const certificate&)`, which must not throw, for all that can be parsed, in the order they were read.
    /// An `each` that returns bool ends the walk with false.
    /// \return `errc::out_of_memory`.
    template <class Each>
    result<void> for_each(Each&& each) const noexcept;
    /// The same for those whose subject is `name`, as Mbed TLS compares names: PrintableString and UTF8String alike,
    /// without regard to the case of letters.
    template <class Each>
    result<void> for_each_named(const x509::distinguished_name& name, Each&& each) const noexcept;

    /// \cond
    /// Calls `each(bytes der, std::size_t copies)`, which returns whether to go on, for all that was read, unparsed.
    template <class Each>
    result<void> for_each_der(Each& each) const noexcept {
        return block_ ? block_->each_certificate(each) : result<void>();
    }
    /// \endcond

    /// Makes a configuration trust this store, with these CRLs, if any. The store must outlive the configuration.
    /// \return `errc::out_of_memory`, where all certificates have to be parsed for it.
    result<void> install(mbedtls_ssl_config& config, mbedtls_x509_crl* crls = nullptr) const noexcept;
    /// For `mbedtls_x509_crt_verify_with_ca_cb`: gives `out` a new list of those that may have issued `child`, best
    /// first; `store` points to a `const trust_store` that is not empty. Mbed TLS frees the list, which the store must
    /// outlive.
    static int find_issuers(void* store, const mbedtls_x509_crt* child, mbedtls_x509_crt** out) noexcept {
        return static_cast<const trust_store*>(store)->block_->find_issuers(*child, *out);
    }
    /// Mbed TLS's list of all certificates, parsed and kept from the first call on; null for an empty handle, and where
    /// there is no memory. Valid as long as a handle lives.
    mbedtls_x509_crt* native_handle() const noexcept { return block_ ? block_->whole_list() : nullptr; }
    /// The same list, where there is one already: what `install` gives to a configuration.
    mbedtls_x509_crt* parsed_list() const noexcept { return block_ ? block_->list.get() : nullptr; }

private:
    static result<trust_store> empty() noexcept;
    static result<trust_store> strictly(bytes data) noexcept;
    template <bool Parse>
    static result<trust_store> from_table(std::span<const detail::anchor_table::row> table) noexcept;
    /// Parses everything; nothing may fail.
    static result<trust_store> all_good(trust_store store, error otherwise) noexcept;
    /// The store, where there is something in it.
    static result<trust_store> usable(trust_store store, const error& otherwise) noexcept;
    detail::anchor_counts counts() const noexcept { return block_ ? block_->count() : detail::anchor_counts(); }

    detail::ref<detail::anchors> block_;
};

inline result<trust_store> trust_store::empty() noexcept {
    if (auto const started = detail::start_crypto(); !started) {
        return detail::passed_on{started.error()};
    }
    trust_store made;
    made.block_ = detail::ref<detail::anchors>::make();
    if (!made.block_) {
        return detail::no_memory();
    }
    return made;
}

inline result<trust_store> trust_store::usable(trust_store store, const error& otherwise) noexcept {
    if constexpr (detail::build::files) {
        store.block_->index.trim();
    }
    if (auto const done = store.block_->finish(otherwise); !done) {
        return detail::passed_on{done.error()};
    }
    return store;
}

inline result<trust_store> trust_store::all_good(trust_store store, error otherwise) noexcept {
    auto const all = store.block_->shapeless.first_error ? store.block_->shapeless : store.block_->parse_all(true);
    if (!all) {
        return detail::passed_on{all.error()};
    }
    if (all->first_error || all->parsed == 0) {
        return std::unexpected(all->first_error.value_or(otherwise));
    }
    return store;
}

inline result<trust_store> trust_store::strictly(bytes data) noexcept {
    auto made = empty();
    if (!made) {
        return made;
    }
    if (auto const read = made->block_->add(data); !read) {
        return detail::passed_on{read.error()};
    }
    return all_good(std::move(*made), error(errc::malformed, reason::no_certificate_in_file));
}

inline result<trust_store> trust_store::from_der(bytes der) noexcept {
    auto made = empty();
    if (!made) {
        return made;
    }
    if (auto const read = made->block_->add_der(der); !read) {
        return detail::passed_on{read.error()};
    }
    return all_good(std::move(*made), error(errc::malformed, reason::certificate_malformed));
}

template <bool Parse>
result<trust_store> trust_store::from_table(std::span<const detail::anchor_table::row> table) noexcept {
    auto made = empty();
    if (!made) {
        return made;
    }
    error const none(errc::no_trust, reason::no_usable_certificates);
    if constexpr (Parse) {
        made->block_->table = detail::anchor_table::unsorted(table);
        if (auto const parsed = made->block_->parse_table(none); !parsed) {
            return detail::passed_on{parsed.error()};
        }
        return made;
    } else {
        for (auto const der : table) {
            if (detail::subject_of(der).empty()) {
                return detail::refused{errc::malformed, reason::certificate_malformed};
            }
        }
        made->block_->table = detail::anchor_table(table);
        return usable(std::move(*made), none);
    }
}

template <bool Use>
result<trust_store> trust_store::from_file([[maybe_unused]] std::string_view path) noexcept {
    static_assert(!Use || detail::build::files, "reading files needs MBEDTLS_FS_IO in the Mbed TLS configuration");
#if defined(MBEDTLS_FS_IO)
    auto const content = detail::read_file(path);
    if (!content) {
        return detail::passed_on{content.error()};
    }
    auto made = strictly(bytes(content->data(), content->size()));
    if (!made) {
        return std::unexpected(made.error().about(path));
    }
    return made;
#else
    return detail::refused{errc::unsupported};
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
    if (auto const read = detail::add_directory(*made->block_, path); !read) {
        return detail::passed_on{read.error()};
    }
    return usable(std::move(*made), error(errc::no_trust, reason::no_usable_certificates).about(path));
#else
    return detail::refused{errc::unsupported};
#endif
}

template <bool Use>
result<trust_store> trust_store::from_locations(std::string_view file, std::string_view directory) noexcept {
    if (file.empty() && directory.empty()) {
        return detail::refused{errc::invalid_argument, reason::bad_path};
    }
    if (file.empty()) {
        return from_directory<Use>(directory);
    }
    auto made = from_file<Use>(file); // all of it can be parsed, or it is an error
    if (!made || directory.empty()) {
        return made;
    }
#if defined(MBEDTLS_FS_IO)
    auto const content = detail::read_file(file);
    made = content ? empty() : std::unexpected(content.error());
    if (!made) {
        return made;
    }
    if (auto const read = made->block_->add(bytes(content->data(), content->size())); !read) {
        return detail::passed_on{read.error()};
    }
    if (auto const read = detail::add_directory(*made->block_, directory); !read) {
        return detail::passed_on{read.error()};
    }
    return usable(std::move(*made), error(errc::no_trust, reason::no_usable_certificates).about(file));
#else
    return detail::refused{errc::unsupported};
#endif
}

template <bool Use>
result<trust_store> trust_store::system() noexcept {
    static_assert(!Use || x509::system_trust::available,
                  "the system's store needs MBEDTLS_FS_IO in the Mbed TLS configuration");
    auto made = empty();
    if (!made) {
        return made;
    }
    std::string_view named;
    if (auto const read = x509::system_trust::read(*made->block_, named); !read) {
        return detail::passed_on{read.error()};
    }
    return usable(std::move(*made), named.empty() ? error(errc::no_trust, reason::no_system_store)
                                                  : error(errc::no_trust, reason::no_usable_certificates).about(named));
}

inline result<bool> trust_store::contains(const certificate& one) const noexcept {
    bool found = false;
    auto compare = [&](bytes der) noexcept {
        found = detail::same_bytes(der, one.der());
        return !found;
    };
    auto const walked = block_ ? block_->each_named(detail::subject_of(one.der()), compare) : result<void>();
    return walked ? result<bool>(found) : std::unexpected(walked.error());
}

template <class Each>
result<void> trust_store::for_each(Each&& each) const noexcept {
    detail::certificate_walk<Each> walk{each};
    auto const walked = block_ ? block_->each_certificate(walk) : result<void>();
    return walk.failure ? std::unexpected(*walk.failure) : walked;
}

template <class Each>
result<void> trust_store::for_each_named(const x509::distinguished_name& name, Each&& each) const noexcept {
    detail::certificate_walk<Each> walk{each};
    auto const walked = block_ ? block_->each_named(name.der(), walk) : result<void>();
    return walk.failure ? std::unexpected(*walk.failure) : walked;
}

inline result<void> trust_store::install(mbedtls_ssl_config& config, mbedtls_x509_crl* crls) const noexcept {
    mbedtls_x509_crt* all = parsed_list();
#if defined(MBEDTLS_X509_TRUSTED_CERTIFICATE_CALLBACK)
    if (block_ && all == nullptr && crls == nullptr) {
        mbedtls_ssl_conf_ca_cb(&config, &detail::anchors::supply, block_.get());
        return {};
    }
#endif
    if constexpr (detail::build::trusted_certificate_callback) { // without it, every store is parsed when it is made
        all = all == nullptr && crls != nullptr ? native_handle() : all;
    }
    if (all == nullptr) {
        return detail::no_memory();
    }
    mbedtls_ssl_conf_ca_chain(&config, all, crls);
    return {};
}
} // namespace tlspp::inline TLSPP_ABI
#endif
