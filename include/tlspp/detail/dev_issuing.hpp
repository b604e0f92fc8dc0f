// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/dev_encoding.hpp>
#include <tlspp/dev/options.hpp>
#include <tlspp/x509/oid.hpp>

#include <ctime>
#include <memory>

/// \file
/// Keys, certificates and CRLs of the development authority.
#if TLSPP_HAS_ISSUER
namespace tlspp::inline TLSPP_ABI::detail::dev_ca {

/// What was issued, with its key; authorities sign with it.
struct issued {
    issued() noexcept { mbedtls_pk_init(&key); }
    issued(const issued&) = delete;
    issued& operator=(const issued&) = delete;
    ~issued() {
        mbedtls_pk_free(&key);
        mbedtls_platform_zeroize(key_pem.data(), key_pem.size());
    }

    mutable mbedtls_pk_context key;
    std::string subject; // as Mbed TLS reads it
    octets subject_der;  // as it stands in the certificate
    octets key_identifier;
    octets certificate_der;
    std::string certificate_pem;
    std::string key_pem;
    std::string chain_pem; // what follows its certificate, up to the root and without it
    std::string root_pem;
};

inline error issuing_error(int code) noexcept {
    return is_out_of_memory(code)                              ? error(errc::out_of_memory, reason::none, code)
           : code == static_cast<int>(PSA_ERROR_NOT_SUPPORTED) ? error(errc::unsupported, reason::none, code)
                                                               : error(errc::invalid_argument, reason::none, code);
}

/// True where Mbed TLS's code is 0 or above.
inline bool done(int code, failure_slot& failure) {
    if (code < 0) {
        failure.fail(issuing_error(code));
    }
    return code >= 0;
}

/// Both lines tell the size of a key, one only its type: no curve is as long as the shortest RSA key.
inline bool is_rsa(const mbedtls_pk_context& key) noexcept { return mbedtls_pk_get_bitlen(&key) > 600; }

struct signature_kind {
    mbedtls_md_type_t type;
    psa_algorithm_t algorithm;
    octets identifier; // AlgorithmIdentifier: RFC 5758 §3.2 without, RFC 4055 §5 with NULL
};

inline signature_kind signature_of(const mbedtls_pk_context& issuer, dev::hash hash) {
    auto const bits = mbedtls_pk_get_bitlen(&issuer);
    bool const rsa = is_rsa(issuer);
    if (hash == dev::hash::by_key) {
        hash = rsa || bits <= 256 ? dev::hash::sha256 : bits <= 384 ? dev::hash::sha384 : dev::hash::sha512;
    }
    mbedtls_md_type_t type = MBEDTLS_MD_SHA256;
    psa_algorithm_t algorithm = PSA_ALG_SHA_256;
    char rsa_arc = 11;
    char ecdsa_arc = 2;
    if (hash == dev::hash::sha384) {
        type = MBEDTLS_MD_SHA384, algorithm = PSA_ALG_SHA_384, rsa_arc = 12, ecdsa_arc = 3;
    } else if (hash == dev::hash::sha512) {
        type = MBEDTLS_MD_SHA512, algorithm = PSA_ALG_SHA_512, rsa_arc = 13, ecdsa_arc = 4;
    } else if (hash == dev::hash::insecure_sha1) {
        type = MBEDTLS_MD_SHA1, algorithm = PSA_ALG_SHA_1, rsa_arc = 5;
    }
    // 1.2.840.113549.1.1.x; 1.2.840.10045.4.3.x, and 1.2.840.10045.4.1 for SHA-1
    std::string const oid = rsa                       ? std::string("\x2A\x86\x48\x86\xF7\x0D\x01\x01") + rsa_arc
                            : type == MBEDTLS_MD_SHA1 ? std::string("\x2A\x86\x48\xCE\x3D\x04\x01")
                                                      : std::string("\x2A\x86\x48\xCE\x3D\x04\x03") + ecdsa_arc;
    auto const parameters = rsa ? der(0x05) : octets();
    return {type, algorithm, der(der_tag::sequence, der(der_tag::oid, oid), parameters)};
}

/// SEQUENCE { to be signed, algorithm, signature }.
inline octets sign(const octets& tbs, const issued& issuer, const signature_kind& kind, failure_slot& failure) {
    unsigned char digest[PSA_HASH_MAX_SIZE];
    std::size_t digest_size = 0;
    auto const status =
        psa_hash_compute(kind.algorithm, bytes(tbs).uchars(), tbs.size(), digest, sizeof digest, &digest_size);
    std::vector<unsigned char> signature(MBEDTLS_PK_SIGNATURE_MAX_SIZE);
    std::size_t size = 0;
    if (!done(static_cast<int>(status), failure) ||
        !done(sign_hash(issuer.key, kind.type, digest, digest_size, signature.data(), size), failure)) {
        return {};
    }
    return der(der_tag::sequence, tbs, kind.identifier,
               der(der_tag::bit_string, std::string_view("\0", 1), bytes(signature.data(), size)));
}

inline std::string to_pem(std::string_view label, const octets& content, failure_slot& failure) {
    std::string const begin = "-----BEGIN " + std::string(label) + "-----\n";
    std::string const end = "-----END " + std::string(label) + "-----\n";
    std::string out(begin.size() + end.size() + content.size() * 2 + 64, '\0');
    std::size_t size = 0; // with NUL
    int const code = mbedtls_pem_write_buffer(begin.c_str(), end.c_str(), bytes(content).uchars(), content.size(),
                                              reinterpret_cast<unsigned char*>(out.data()), out.size(), &size);
    out.resize(done(code, failure) ? size - 1 : 0);
    return out;
}

inline octets random_octets(std::size_t size, failure_slot& failure) {
    octets out(size);
    if (psa_generate_random(reinterpret_cast<unsigned char*>(out.data()), size) != PSA_SUCCESS) {
        return failure.fail(error(errc::random));
    }
    return out;
}

/// What the options ask for, in the order of adding: a later one of the same type replaces the earlier.
class extension_list {
public:
    void add(x509::oid type, bool critical, octets content) {
        octets name;
        append(name, bytes(type.der()));
        put({std::move(name), std::move(content), critical});
    }
    void add(const std::vector<dev::extension>& more, failure_slot& failure) {
        for (auto const& one : more) {
            put({oid_content(one.oid, failure), one.der, one.critical});
        }
    }
    void remove(const std::vector<std::string>& oids, failure_slot& failure) {
        for (auto const& dotted : oids) {
            auto const type = oid_content(dotted, failure);
            std::erase_if(list_, [&type](const entry& one) { return one.type == type; });
        }
    }

    struct entry {
        octets type;
        octets content;
        bool critical;
    };
    const std::vector<entry>& entries() const noexcept { return list_; }
    /// Extensions (RFC 5280 §4.1); no bytes where there is none.
    octets encode() const {
        octets all;
        for (auto const& one : list_) {
            append(all, der(der_tag::sequence, der(der_tag::oid, one.type),
                            one.critical ? der(der_tag::boolean, "\xFF") : octets(),
                            der(der_tag::octet_string, one.content)));
        }
        return all.empty() ? octets() : der(der_tag::sequence, all);
    }

private:
    void put(entry one) {
        for (auto& old : list_) {
            if (old.type == one.type) {
                old = std::move(one);
                return;
            }
        }
        list_.push_back(std::move(one));
    }

    std::vector<entry> list_;
};

inline octets key_identifier_extension(const octets& identifier) {
    return der(der_tag::sequence, der(der_tag::context(0), identifier));
}

/// A CRL of version 2 (RFC 5280 §5.1).
inline octets make_crl(const issued& issuer, const std::vector<std::string>& revoked, const dev::crl_options& options,
                       failure_slot& failure) {
    auto const now = static_cast<std::int64_t>(std::time(nullptr));
    auto const kind = signature_of(issuer.key, options.hash);
    auto const this_update = der_time(options.this_update.value_or(now - 3600), failure);
    extension_list of_entry;
    of_entry.add(options.entry_extensions, failure);
    octets entries;
    for (auto const& serial : revoked) {
        append(entries, der(der_tag::sequence, der(der_tag::integer, hex_integer(serial, failure)), this_update,
                            of_entry.encode()));
    }
    extension_list of_list;
    of_list.add(x509::oids::authority_key_identifier, false, key_identifier_extension(issuer.key_identifier));
    constexpr auto crl_number = x509::oid(std::string_view("\x55\x1D\x14"));
    of_list.add(crl_number, false, der(der_tag::integer, hex_integer(options.number, failure)));
    of_list.add(options.extensions, failure);
    of_list.remove(options.without_extensions, failure);
    auto const extensions = of_list.encode();
    auto const next_update = options.next_update.value_or(now + 30 * 86400);
    auto tbs = der(der_tag::sequence, der(der_tag::integer, "\x01"), kind.identifier, issuer.subject_der, this_update,
                   options.has_next_update ? der_time(next_update, failure) : octets(),
                   entries.empty() ? octets() : der(der_tag::sequence, entries),
                   extensions.empty() ? octets() : der(der_tag::constructed_context(0), extensions));
    if (options.tamper_before_signing) {
        options.tamper_before_signing(tbs);
    }
    auto crl = sign(tbs, issuer, kind, failure);
    if (options.tamper) {
        options.tamper(crl);
    }
    return crl;
}
} // namespace tlspp::inline TLSPP_ABI::detail::dev_ca
#endif
