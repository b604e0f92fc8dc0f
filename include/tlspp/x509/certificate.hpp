// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/error.hpp>

#include <tlspp/bytes.hpp>
#include <tlspp/detail/pem.hpp>
#include <tlspp/detail/sha256.hpp>
#include <tlspp/x509/detail/built.hpp>
#include <tlspp/x509/detail/certificate_block.hpp>
#include <tlspp/x509/detail/parse_error.hpp>
#include <tlspp/x509/extensions.hpp>
#include <tlspp/x509/public_key.hpp>
#include <tlspp/x509/time.hpp>

#if TLSPP_HAS_X509

namespace tlspp::inline TLSPP_ABI {

/// One X.509 certificate (RFC 5280), parsed, immutable: a cheap reference-counted handle.
///
/// Parsing reads and does not judge: a critical extension that nobody here knows is taken, and refused when a chain is
/// verified.
/// \par Lifetime Ranges and names taken from a certificate keep it alive; `bytes` and texts are valid as long as one of
/// its handles lives. The functions that read need a handle that is not empty.
/// \par Thread safety Handles of one certificate may be used in different threads where `tlspp::thread_safe`.
class certificate {
public:
    certificate() noexcept = default;

    /// Parses PEM or DER, whichever it is: see the two below.
    static result<certificate> parse(bytes data) noexcept;
    /// Parses the first block `CERTIFICATE` of a PEM text, with or without a NUL at its end; what stands before and
    /// after is not looked at. Needs `MBEDTLS_PEM_PARSE_C`.
    /// \return `errc::malformed` where there is none or it is broken, `errc::out_of_memory`.
    template <bool Use = true>
    static result<certificate> from_pem(bytes text) noexcept;
    /// Parses one DER object; nothing may stand behind it.
    /// \return `errc::malformed` where it is broken, `errc::out_of_memory`.
    static result<certificate> from_der(bytes der) noexcept;
    /// A copy of one certificate of Mbed TLS's; `next` is not followed.
    static result<certificate> from_native(const mbedtls_x509_crt& crt) noexcept {
        return from_der(detail::bytes_of(crt.raw));
    }

    /// False for an empty or moved-from handle.
    explicit operator bool() const noexcept { return static_cast<bool>(block_); }
    /// Equal in every byte; two empty handles are equal.
    friend bool operator==(const certificate& a, const certificate& b) noexcept {
        return detail::same_bytes(a.der(), b.der());
    }

    /// The whole certificate; empty for an empty handle.
    bytes der() const noexcept { return block_ ? detail::bytes_of(block_->crt.raw) : bytes(); }
    /// The part that is signed.
    bytes tbs() const noexcept { return detail::bytes_of(native().tbs); }
    /// Writes it as PEM with a terminating NUL.
    /// \return the length without the NUL; `errc::invalid_argument` where `out` is too small (`pem_size()` is enough).
    template <bool Use = true>
    result<std::size_t> to_pem(std::span<char> out) const noexcept;
    /// Bytes that `to_pem` needs, NUL included.
    std::size_t pem_size() const noexcept {
        std::size_t const base64 = (der().size() + 2) / 3 * 4;
        return base64 + base64 / 64 + 1 + 27 + 1 + 25 + 1 + 1;
    }

    /// Whose certificate it is.
    x509::distinguished_name subject() const noexcept { return name_of(native().subject_raw); }
    /// Who signed it.
    x509::distinguished_name issuer() const noexcept { return name_of(native().issuer_raw); }
    /// The names that this certificate is for; empty where it has no such extension.
    x509::general_names subject_alt_names() const noexcept {
        auto const value = extension_value(x509::oids::subject_alt_name);
        detail::der_element list;
        bool const found = detail::der_reader(value).expect(detail::der_tag::sequence, list);
        return x509::general_names(x509::general_name_cursor(found ? list.content : bytes()), block_);
    }
    /// The content of the INTEGER, most significant byte first, a leading 00 included where it is there.
    bytes serial_number() const noexcept { return detail::bytes_of(native().serial); }
    /// 1, 2 or 3.
    int version() const noexcept { return native().version; }
    /// The first second of its validity.
    unix_seconds not_before() const noexcept { return detail::to_unix(native().valid_from); }
    /// The last second of its validity.
    unix_seconds not_after() const noexcept { return detail::to_unix(native().valid_to); }
    /// Kind and size of its key.
    x509::public_key public_key() const noexcept { return x509::describe_key(native()); }
    /// What it is signed with.
    x509::signature_algorithm signature_algorithm() const noexcept {
        x509::oid const id(detail::bytes_of(native().sig_oid));
        return {id, x509::name_of(x509::known_signatures, id.der())};
    }

    /// Absent where the certificate does not have the extension.
    std::optional<x509::basic_constraints> basic_constraints() const noexcept {
        auto const found = x509::find_extension(native(), x509::oids::basic_constraints);
        return found ? x509::read_basic_constraints(*found) : std::nullopt;
    }
    /// True where basicConstraints says so.
    bool is_ca() const noexcept { return mbedtls_x509_crt_get_ca_istrue(&native()) == 1; }
    /// Absent where the certificate does not have the extension: then every use is allowed.
    std::optional<x509::key_usages> key_usage() const noexcept {
        auto const found = x509::find_extension(native(), x509::oids::key_usage);
        return found ? x509::read_key_usage(found->value) : std::nullopt;
    }
    /// The purposes that it is restricted to (`x509::oids::server_auth` …); empty: no restriction.
    x509::oids_range extended_key_usage() const noexcept { return oids_of(x509::oids::extended_key_usage); }
    /// RFC 5280 §4.2.1.4: the policies it was issued under.
    x509::oids_range policies() const noexcept { return oids_of(x509::oids::certificate_policies); }
    /// Empty where absent.
    bytes subject_key_identifier() const noexcept { return detail::bytes_of(native().subject_key_id); }
    /// RFC 5280 §4.2.1.1: which key of the issuer's signed it.
    x509::authority_key_identifier authority_key_identifier() const noexcept;
    /// Where its issuer publishes CRLs: the fullName entries of all distribution points.
    x509::distribution_range crl_distribution_points() const noexcept {
        auto const value = extension_value(x509::oids::crl_distribution_points);
        return x509::distribution_range(x509::distribution_cursor(value), block_);
    }
    /// Authority information access: OCSP servers and the issuer's certificate.
    x509::access_range authority_information_access() const noexcept {
        auto const value = extension_value(x509::oids::authority_information_access);
        return x509::access_range(x509::access_cursor(value), block_);
    }
    /// All extensions, known or not, in their order.
    x509::extensions_range extensions() const noexcept {
        return x509::extensions_range(x509::extension_cursor(native()), block_);
    }

    /// SHA-256 over the DER.
    result<sha256_digest> fingerprint() const noexcept { return detail::sha256(der()); }
    /// SHA-256 over SubjectPublicKeyInfo, what pins are made of (RFC 7469 §2.4).
    result<sha256_digest> key_hash() const noexcept { return detail::sha256(detail::bytes_of(native().pk_raw)); }

    /// Mbed TLS's object, alone (`next` is null); null for an empty handle. Valid as long as a handle lives. It may
    /// have critical extensions that Mbed TLS on its own would have refused to parse.
    const mbedtls_x509_crt* native_handle() const noexcept { return block_ ? &block_->crt : nullptr; }

private:
    explicit certificate(detail::certificate_ref block) noexcept : block_(std::move(block)) {}
    static result<certificate> finish(detail::certificate_ref block, std::size_t size) noexcept;

    const mbedtls_x509_crt& native() const noexcept { return block_->crt; }
    bytes extension_value(x509::oid id) const noexcept {
        auto const found = x509::find_extension(native(), id);
        return found ? found->value : bytes();
    }
    x509::distinguished_name name_of(const mbedtls_x509_buf& der) const noexcept {
        return x509::distinguished_name(detail::bytes_of(der), block_);
    }
    x509::oids_range oids_of(x509::oid id) const noexcept {
        return x509::oids_range(x509::oid_cursor(extension_value(id)), block_);
    }

    detail::certificate_ref block_;
};

/// `block` has `size` bytes of DER behind it.
inline result<certificate> certificate::finish(detail::certificate_ref block, std::size_t size) noexcept {
    if (auto const started = detail::start_crypto(); !started) {
        return std::unexpected(started.error());
    }
    bytes const der(block->room(), size);
    if (int const code = detail::parse_certificate(block->crt, der, false); code != 0) {
        return detail::parse_failure(code);
    }
    if (block->crt.raw.len != size) {
        return std::unexpected(error(errc::malformed, reason::trailing_bytes));
    }
    return certificate(std::move(block));
}

inline result<certificate> certificate::from_der(bytes der) noexcept {
    auto block = detail::certificate_ref::make_with_room(der.size());
    if (!block) {
        return detail::no_memory();
    }
    if (!der.empty()) {
        std::memcpy(block->room(), der.data(), der.size());
    }
    return finish(std::move(block), der.size());
}

template <bool Use>
result<certificate> certificate::from_pem([[maybe_unused]] bytes text) noexcept {
    static_assert(!Use || detail::build::pem, "reading PEM needs MBEDTLS_PEM_PARSE_C in the Mbed TLS configuration");
#if defined(MBEDTLS_PEM_PARSE_C)
    detail::pem_cursor blocks(text);
    for (detail::pem_block found; blocks.next(found);) {
        if (found.label != "CERTIFICATE") {
            continue;
        }
        std::size_t const size = detail::decoded_size(found);
        if (size == 0) {
            return std::unexpected(error(errc::malformed, reason::certificate_malformed));
        }
        auto block = detail::certificate_ref::make_with_room(size);
        if (!block) {
            return detail::no_memory();
        }
        return finish(block, detail::decode(found, block->room(), size));
    }
#endif
    return std::unexpected(error(errc::malformed, reason::no_pem));
}

inline result<certificate> certificate::parse(bytes data) noexcept {
    if constexpr (detail::build::pem) {
        if (detail::pem_cursor::looks_like_pem(data) && detail::der_object_size(data) != data.size()) {
            return from_pem<detail::build::pem>(data);
        }
    }
    return from_der(data);
}

inline x509::authority_key_identifier certificate::authority_key_identifier() const noexcept {
    x509::authority_key_identifier out;
    auto fields =
        detail::der_reader(extension_value(x509::oids::authority_key_identifier)).enter(detail::der_tag::sequence);
    detail::der_element field;
    if (fields.optional(detail::der_tag::context(0), field)) {
        out.key_identifier = field.content;
    }
    if (fields.optional(detail::der_tag::constructed_context(1), field)) {
        out.issuer = x509::general_names(x509::general_name_cursor(field.content), block_);
    }
    if (fields.optional(detail::der_tag::context(2), field)) {
        out.serial_number = field.content;
    }
    return out;
}

template <bool Use>
result<std::size_t> certificate::to_pem([[maybe_unused]] std::span<char> out) const noexcept {
#if defined(MBEDTLS_PEM_WRITE_C)
    std::size_t size = 0;
    int const code =
        mbedtls_pem_write_buffer("-----BEGIN CERTIFICATE-----\n", "-----END CERTIFICATE-----\n", der().uchars(),
                                 der().size(), reinterpret_cast<unsigned char*>(out.data()), out.size(), &size);
    if (code != 0) {
        return std::unexpected(
            error(detail::is_out_of_memory(code) ? errc::out_of_memory : errc::invalid_argument, reason::none, code));
    }
    return size - 1;
#else
    static_assert(!Use, "writing PEM needs MBEDTLS_PEM_WRITE_C in the Mbed TLS configuration");
    return 0;
#endif
}
} // namespace tlspp::inline TLSPP_ABI
#endif
