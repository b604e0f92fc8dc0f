// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/dev_issuing.hpp>

/// \file
/// A certificate from `dev::certificate_options`, over Mbed TLS's writer.
#if TLSPP_HAS_ISSUER
namespace tlspp::inline TLSPP_ABI::detail::dev_ca {

inline void make_key(issued& made, const dev::certificate_options& options, failure_slot& failure) {
    if (!options.key_pem.empty()) {
        int const code = parse_key(made.key, bytes(options.key_pem).uchars(), options.key_pem.size() + 1, nullptr, 0,
                                   psa_random, nullptr);
        if (code != 0) {
            failure.fail(error(is_out_of_memory(code) ? errc::out_of_memory : errc::malformed, reason::none, code)
                             .about("key_pem"));
            return;
        }
    } else {
        auto const type = options.key_type;
        bool const rsa = type >= dev::key_type::rsa_2048;
        std::size_t const bits = type == dev::key_type::ec_p256    ? 256
                                 : type == dev::key_type::ec_p384  ? 384
                                 : type == dev::key_type::ec_p521  ? 521
                                 : type == dev::key_type::rsa_2048 ? 2048
                                 : type == dev::key_type::rsa_3072 ? 3072
                                                                   : 1024;
        if (!done(generate_key(made.key,
                               rsa ? PSA_KEY_TYPE_RSA_KEY_PAIR : PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1),
                               bits),
                  failure)) {
            return;
        }
    }
    std::vector<unsigned char> buffer(16384);
    int const size = mbedtls_pk_write_pubkey_der(&made.key, buffer.data(), buffer.size());
    if (!done(size, failure)) {
        return;
    }
    // RFC 7093 §2, method 4: needs no SHA-1
    unsigned char digest[32];
    std::size_t digest_size = 0;
    auto const written = static_cast<std::size_t>(size);
    auto const status = psa_hash_compute(PSA_ALG_SHA_256, buffer.data() + buffer.size() - written, written, digest,
                                         sizeof digest, &digest_size);
    if (done(static_cast<int>(status), failure)) {
        append(made.key_identifier, bytes(digest, 20));
    }
    if (done(mbedtls_pk_write_key_pem(&made.key, buffer.data(), buffer.size()), failure)) {
        made.key_pem = reinterpret_cast<const char*>(buffer.data());
    }
    mbedtls_platform_zeroize(buffer.data(), buffer.size());
}

/// A value of a subject's text, with what could mean something in it as hexadecimal pairs (RFC 4514 §2.4).
inline std::string escaped(std::string_view value) {
    std::string out;
    for (char c : value) {
        auto const octet = static_cast<unsigned char>(c);
        bool const plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == ' ' ||
                           c == '.' || c == '-' || c == '*' || c == '_' || c == ':' || c == '@';
        if (plain) {
            out += c;
        } else {
            out += {'\\', "0123456789ABCDEF"[octet >> 4], "0123456789ABCDEF"[octet & 0xF]};
        }
    }
    return out;
}

inline std::string subject_text(const dev::certificate_options& options, bool authority, failure_slot& failure) {
    if (options.subject) {
        return *options.subject;
    }
    std::string name = options.common_name;
    if (name.empty() && authority) {
        name = "tlspp development CA ";
        for (std::byte b : random_octets(4, failure)) {
            auto const octet = std::to_integer<unsigned>(b);
            name += {"0123456789ABCDEF"[octet >> 4], "0123456789ABCDEF"[octet & 0xF]};
        }
    }
    for (auto const* list : {&options.dns_names, &options.ip_addresses, &options.email_addresses}) {
        if (name.empty() && !list->empty()) {
            name = list->front();
        }
    }
    if (name.empty()) {
        name = "tlspp development certificate";
    }
    auto const& organisation = options.organisation;
    return (organisation.empty() ? "" : "O=" + escaped(organisation) + ",") + "CN=" + escaped(name);
}

inline octets subtrees(unsigned char tag, const std::vector<std::string>& names, failure_slot& failure) {
    octets all;
    for (auto const& name : names) {
        append(all, der(der_tag::sequence, general_name(name, true, failure)));
    }
    return names.empty() ? octets() : der(tag, all);
}

inline extension_list make_extensions(const dev::certificate_options& options, const issued& made, const issued& issuer,
                                      bool authority, failure_slot& failure) {
    extension_list list;
    bool const ca = options.is_ca.value_or(authority);
    octets basic = ca ? der(der_tag::boolean, "\xFF") : octets();
    if (options.path_length) {
        if (*options.path_length > 127) {
            failure.fail(error(errc::invalid_argument).about("path_length"));
        }
        append(basic, der(der_tag::integer, octets{static_cast<std::byte>(*options.path_length)}));
    }
    list.add(x509::oids::basic_constraints, ca, der(der_tag::sequence, basic));

    namespace usage = dev::usage;
    unsigned const leaf_usage = usage::digital_signature | (is_rsa(made.key) ? usage::key_encipherment : 0U);
    unsigned const ca_usage = usage::key_cert_sign | usage::crl_sign | usage::digital_signature;
    if (unsigned const bits = options.key_usage.value_or(authority ? ca_usage : leaf_usage); bits != 0) {
        list.add(x509::oids::key_usage, true, key_usage(bits));
    }
    octets purposes;
    for (auto const& dotted : options.extended_key_usage.value_or(
             authority ? std::vector<std::string>()
                       : std::vector<std::string>{dev::purpose::server_auth, dev::purpose::client_auth})) {
        append(purposes, der(der_tag::oid, oid_content(dotted, failure)));
    }
    if (!purposes.empty()) {
        list.add(x509::oids::extended_key_usage, false, der(der_tag::sequence, purposes));
    }

    octets names;
    for (auto const& name : options.dns_names) {
        append(names, general_name("DNS:" + name, false, failure));
    }
    for (auto const& name : options.ip_addresses) {
        append(names, general_name("IP:" + name, false, failure));
    }
    for (auto const& name : options.email_addresses) {
        append(names, general_name("email:" + name, false, failure));
    }
    for (auto const& name : options.uris) {
        append(names, general_name("URI:" + name, false, failure));
    }
    for (auto const& name : options.alternative_names) {
        append(names, general_name(name, false, failure));
    }
    if (!names.empty()) { // critical where there is no subject (RFC 5280 §4.2.1.6)
        list.add(x509::oids::subject_alt_name, made.subject.empty(), der(der_tag::sequence, names));
    }
    list.add(x509::oids::subject_key_identifier, false, der(der_tag::octet_string, made.key_identifier));
    list.add(x509::oids::authority_key_identifier, false, key_identifier_extension(issuer.key_identifier));
    if (!options.permitted.empty() || !options.excluded.empty()) {
        list.add(x509::oids::name_constraints, options.name_constraints_critical,
                 der(der_tag::sequence, subtrees(der_tag::constructed_context(0), options.permitted, failure),
                     subtrees(der_tag::constructed_context(1), options.excluded, failure)));
    }
    octets points;
    for (auto const& uri : options.crl_distribution_points) {
        auto const full_name = der(der_tag::constructed_context(0), general_name("URI:" + uri, false, failure));
        append(points, der(der_tag::sequence, der(der_tag::constructed_context(0), full_name)));
    }
    if (!points.empty()) {
        list.add(x509::oids::crl_distribution_points, false, der(der_tag::sequence, points));
    }
    list.add(options.extensions, failure);
    list.remove(options.without_extensions, failure);
    return list;
}

/// Mbed TLS's writer; its own errors go to the slot.
class certificate_writer {
public:
    certificate_writer() noexcept { mbedtls_x509write_crt_init(&native_); }
    certificate_writer(const certificate_writer&) = delete;
    certificate_writer& operator=(const certificate_writer&) = delete;
    ~certificate_writer() { mbedtls_x509write_crt_free(&native_); }

    octets write(const dev::certificate_options& options, issued& made, const issued& issuer, bool authority,
                 failure_slot& failure) {
        auto const now = static_cast<std::int64_t>(std::time(nullptr));
        auto const not_before = time_digits(options.not_before.value_or(now - 3600), failure);
        auto const not_after = time_digits(options.not_after.value_or(now + 365 * 86400), failure);
        auto const kind = signature_of(issuer.key, options.hash);
        auto serial = options.serial.empty() ? random_octets(16, failure) : hex_integer(options.serial, failure);
        if (options.serial.empty() && !serial.empty()) {
            serial[0] = (serial[0] & std::byte{0x3F}) | std::byte{0x40}; // positive, and 16 octets long
        } else if (serial.size() > 1 && serial[0] == std::byte{0}) {
            serial.erase(serial.begin()); // Mbed TLS adds it
        }
        auto const extensions = make_extensions(options, made, issuer, authority, failure);
        if (options.version != 3 && options.version != 1) {
            failure.fail(error(errc::invalid_argument).about("version"));
        }
        if (failure.first) {
            return {};
        }
        std::size_t room = 8192 + 4 * (made.subject.size() + issuer.subject.size());
        mbedtls_x509write_crt_set_version(&native_, options.version - 1);
        mbedtls_x509write_crt_set_md_alg(&native_, kind.type);
        mbedtls_x509write_crt_set_subject_key(&native_, &made.key);
        mbedtls_x509write_crt_set_issuer_key(&native_, &issuer.key);
        auto* const serial_data = reinterpret_cast<unsigned char*>(serial.data());
        int const dated = mbedtls_x509write_crt_set_validity(&native_, not_before.c_str(), not_after.c_str());
        bool good = done(dated, failure) &&
                    done(mbedtls_x509write_crt_set_serial_raw(&native_, serial_data, serial.size()), failure);
        if (good && !made.subject.empty()) {
            good = done(mbedtls_x509write_crt_set_subject_name(&native_, made.subject.c_str()), failure);
        }
        if (good && !issuer.subject.empty()) {
            good = done(mbedtls_x509write_crt_set_issuer_name(&native_, issuer.subject.c_str()), failure);
        }
        for (auto const& one : extensions.entries()) {
            room += one.content.size() + one.type.size() + 32;
            good = good && done(mbedtls_x509write_crt_set_extension(
                                    &native_, reinterpret_cast<const char*>(one.type.data()), one.type.size(),
                                    one.critical ? 1 : 0, bytes(one.content).uchars(), one.content.size()),
                                failure);
        }
        octets out(room);
        auto* const buffer = reinterpret_cast<unsigned char*>(out.data());
        int const size = good ? write_certificate(native_, buffer, out.size()) : -1;
        if (!good || !done(size, failure)) {
            return {};
        }
        out.erase(out.begin(), out.end() - size);
        return tampered(std::move(out), options, issuer, kind, failure);
    }

private:
    static octets tampered(octets certificate, const dev::certificate_options& options, const issued& issuer,
                           const signature_kind& kind, failure_slot& failure) {
        if (options.tamper_before_signing) {
            der_element tbs;
            der_reader(bytes(certificate)).enter(der_tag::sequence).next(tbs);
            octets changed(tbs.whole.begin(), tbs.whole.end());
            options.tamper_before_signing(changed);
            certificate = sign(changed, issuer, kind, failure);
        }
        if (options.tamper) {
            options.tamper(certificate);
        }
        return certificate;
    }

    mbedtls_x509write_cert native_;
};

/// Null with the reason in the slot. Without an issuer the certificate signs itself.
inline std::shared_ptr<const issued> issue(const dev::certificate_options& options, const issued* issuer,
                                           bool authority, failure_slot& failure) {
    if (int const code = psa_start(); code != 0) {
        failure.fail(error(is_out_of_memory(code) ? errc::out_of_memory : errc::random, reason::none, code));
        return nullptr;
    }
    auto made = std::make_shared<issued>();
    make_key(*made, options, failure);
    made->subject = subject_text(options, authority, failure);
    if (failure.first) {
        return nullptr;
    }
    const issued& signer = issuer == nullptr ? *made : *issuer;
    made->certificate_der = certificate_writer().write(options, *made, signer, authority, failure);
    if (failure.first) {
        return nullptr;
    }
    made->certificate_pem = to_pem("CERTIFICATE", made->certificate_der, failure);
    made->root_pem = issuer == nullptr ? made->certificate_pem : issuer->root_pem;
    if (issuer != nullptr && issuer->root_pem != issuer->certificate_pem) {
        made->chain_pem = issuer->certificate_pem + issuer->chain_pem;
    }
    // the subject as it was written, for CRLs
    auto fields = der_reader(made->certificate_der).enter(der_tag::sequence).enter(der_tag::sequence);
    der_element field;
    fields.optional(der_tag::constructed_context(0), field);
    bool found = true;
    for (int i = 0; i != 5; ++i) { // serial, signature, issuer, validity, subject
        found = found && fields.next(field);
    }
    if (found) {
        append(made->subject_der, field.whole);
    }
    return failure.first ? nullptr : made;
}
} // namespace tlspp::inline TLSPP_ABI::detail::dev_ca
#endif
