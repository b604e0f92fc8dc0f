// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/error.hpp>

#include <tlspp/detail/text_writer.hpp>
#if TLSPP_SENTENCES
#include <tlspp/detail/sentences_of_codes.hpp>
#include <tlspp/detail/system_text.hpp>
#include <tlspp/detail/text_part.hpp>
#endif

/// \file
/// The sentences of errors: what failed, on what, what to do.
namespace tlspp::inline TLSPP_ABI {
#if TLSPP_SENTENCES
namespace detail {

/// Replaces what the code alone would say; empty parts fall back to it.
constexpr sentence sentence_of(tlspp::reason why) noexcept {
    using enum tlspp::reason;
    switch (why) {
    case none:
    case last_of_core:
        break;
    case name_empty:
        return {"the server name is empty", "give the host name or IP address that the certificate must carry"};
    case name_too_long:
        return {"the server name {} is longer than 253 characters", "check the string that was passed"};
    case name_label_length:
        return {"the server name {} has an empty label or one of more than 63 characters", "check the dots in it"};
    case name_hyphen:
        return {"the server name {} has a label that begins or ends with a hyphen", "check the string that was passed"};
    case name_character:
        return {"the server name {} has a character that host names cannot have",
                "use letters, digits, hyphens and dots only"};
    case name_nul:
        return {"the server name has a NUL character in it", "check the length of the string that was passed"};
    case name_leading_dot:
        return {"the server name {} begins with a dot", "leave the dot out"};
    case name_not_ascii:
        return {"the server name {} is not ASCII", "give internationalised names as A-labels (xn--…)"};
    case name_numeric_last_label:
        return {"the server name {} ends in a number but is not an IPv4 address",
                "write IPv4 addresses as four decimal numbers"};
    case name_address:
        return {"{} is not an IP address",
                "write IPv4 as four decimal numbers and IPv6 as in RFC 4291, without brackets or zone"};
    case empty_buffer:
        return {"the buffer to read into is empty",
                "give room for one byte at least; a read of 0 means that the peer closed"};
    case shorter_retry:
        return {"a write was retried with fewer bytes than are on their way",
                "after want_write call again with the same data"};
    case write_in_progress:
        return {"another write is not finished", "call the write that returned want_write again first"};
    case moved_from:
        return {"the object was moved from", "use the object that it was moved to"};
    case empty_handle:
        return {"an option holds an empty or moved-from handle", "pass a trust store or identity that was made"};
    case not_connected:
        return {"the handshake is not complete", "call handshake() first"};
    case already_closed:
        return {"this side has already closed the connection", "do not write after shutdown()"};
    case asynchronous_operation:
        return {"an asynchronous operation of this stream has not ended", "do not mix blocking operations with it"};
    case other_role:
        return {"the handshake was asked for in the other role",
                "a client needs a client_context, a server a server_context"};
    case empty_file:
        return {"{} is empty", "give a file with a PEM or DER object in it"};
    case no_pem:
        return {"{} holds no PEM block of the right kind", "check that it is the right file"};
    case no_certificate_in_file:
        return {"{} holds no certificate", "check that it is the right file"};
    case trailing_bytes:
        return {"{} has bytes after the end of the DER object", "give one object without anything behind it"};
    case is_directory:
        return {"{} is a directory", "name a file, or use from_directory"};
    case password_missing:
        return {"the private key {} is encrypted", "give the password as the last argument"};
    case password_wrong:
        return {"the password does not decrypt the private key {}", "check the password"};
    case no_usable_certificates:
        return {"{} holds no certificate that could be used", "check that it is a bundle of CA certificates"};
    case client_ca_missing:
        return {"client certificates are asked for, and no CA is trusted to issue them",
                "set .trust to the CA of the clients"};
    case version_range:
        return {"minimum_version is above maximum_version", "swap them"};
    case version_not_built:
        return {"this build of Mbed TLS lacks a TLS version that was asked for",
                "enable it in the Mbed TLS configuration"};
    case no_common_suite:
        return {"no cipher suite asked for fits the versions asked for",
                "add suites of that version (TLS 1.3 and TLS 1.2 have their own)"};
    case suite_unknown:
        return {"a cipher suite asked for is not one that tlspp offers", "see cipher_suite.hpp for the list"};
    case suite_not_built:
        return {"a cipher suite asked for is not in this build of Mbed TLS", "enable it in the Mbed TLS configuration"};
    case alpn_empty_name:
        return {"an ALPN protocol name is empty", "remove it from the list"};
    case alpn_too_long:
        return {"an ALPN protocol name is longer than 255 bytes, or the list than 65535", "shorten it"};
    case other_version:
        return {"the headers of Mbed TLS are of another version than the library linked",
                "build against the headers that were installed with the library"};
    case other_threading:
        return {"the headers of Mbed TLS and the library linked were configured differently (MBEDTLS_THREADING_C)",
                "use one configuration for both: structures differ in size"};
    case other_configuration:
        return {"the headers of Mbed TLS and the library linked were configured differently",
                "use one configuration for both: structures differ in size"};
    case too_many_records:
        return {"the peer sent too many records that carry nothing", "the other side is broken or hostile"};
    case not_tls:
        return {"the peer does not speak TLS", "check the port: this looks like another protocol"};
    case key_update:
        return {"the peer asked for new traffic keys, which Mbed TLS cannot do in TLS 1.3",
                "make a new connection; a maximum version of TLS 1.2 avoids it"};
    case undecipherable_answer:
        return {"the client's answer could not be decrypted, most likely because it refused the handshake",
                "see the client's log: it may not trust this server's certificate"};
    case duplicate_extension:
        return {"the peer's hello message carries an extension twice", "the other side is broken or hostile"};
    case unsolicited_extension:
        return {"the server answered an extension that was not asked for", "the other side is broken or hostile"};
    case compressed_point:
        return {"the peer uses compressed points of elliptic curves, which TLS no longer has (RFC 8422)",
                "the other side is broken or very old"};
    case no_null_compression:
        return {"the client wants compression, and TLS has none", "the other side is broken or hostile"};
    case resumption_without_extended_master_secret:
        return {"a session of TLS 1.2 was to be resumed without extended master secret (RFC 7627)",
                "connect without a session; the other side has changed, or someone is in between"};
    case session_id_echo:
        return {"the server took up a session that was not offered", "the other side is broken or hostile"};
    case key_share_wrong:
        return {"the client sent two key shares of one group, or not the one that it was asked for",
                "the other side is broken or hostile"};
    case hello_trailing_bytes:
        return {"a hello message has bytes behind its extensions", "the other side is broken or hostile"};
    case record_too_long:
        return {"the peer sent a record that is longer than TLS permits", "the other side is broken or hostile"};
    case record_too_late:
        return {"the peer sent a record in the clear behind the handshake", "the other side is broken or hostile"};
    case inspector_left_out:
        return {"the reader of handshake messages is left out of this build", "set TLSPP_INSPECTOR to 1"};
    case export_not_bound:
        return {"without extended master secret (RFC 7627) exported keys and bindings may be another connection's too",
                "use TLS 1.3, or a peer that has it"};
    case export_argument:
        return {"not a label, context or size that keys can be exported with",
                "labels have up to 249 bytes and are none of TLS's own, keys up to 8160 bytes"};
    case binding_hash:
        return {"the signature of the server's certificate has no hash that a channel can be bound by",
                "use tls-exporter"};
    case binding_unique:
        return {"tls-unique cannot be had: TLS 1.3 does not have it, and TLS 1.2 with MBEDTLS_SSL_RENEGOTIATION only",
                "use tls-exporter"};
    case binding_unknown:
        return {"not a channel binding", "there are tls-exporter, tls-server-end-point and tls-unique"};
    case binding_identities:
        return {"Mbed TLS does not tell which of several certificates this server used", "use tls-exporter"};
    case no_secure_renegotiation:
        return {"the server is from before secure renegotiation (RFC 5746)",
                "have it updated; .insecure_legacy_server_connect would take it as it is"};
    case refused_afterwards:
        return {
            "the first record behind the handshake could not be decrypted, most likely an alert: the server refused "
            "the client's certificate, or that there was none",
            "see the server's log; in TLS 1.3 the client is done before its certificate was looked at"};
    case silent_end:
        return {"the peer closed the connection during the handshake",
                "see the peer's log; it may have refused what it was offered"};
    case handshake_deadline:
        return {"the handshake took longer than its deadline", "try again, or allow more time"};
    case connect_deadline:
        return {"connecting to {} took longer than its deadline",
                "check address, port and firewall, or allow more time"};
    case io_deadline:
        return {"the peer took longer than the deadline", "call again to go on waiting, or give the connection up"};
    case name_service:
        return {"the name service did not answer for {}",
                "check the network and the resolver's settings, or try again"};
    case connect_failed:
        return {"cannot connect to {}", "check that a server listens there, and that no firewall is between"};
    case listen_failed:
        return {
            "cannot listen on {}",
            "check that the address is one of this machine's, that the port is free, and that this user may have it"};
    case accept_failed:
        return {"cannot accept a connection", "check the listener, and the limit of open descriptors"};
    case port_zero:
        return {"port 0 cannot be connected to", "give the port that the server listens on"};
    case connection_reset:
        return {"the peer broke the connection off", "see the peer's log, then make a new connection"};
    case client_sent_none:
        return {"the client sent no certificate", "give the client a certificate, or make client_auth optional"};
    case short_stream:
        return {"the peer closed the connection before all that was expected had arrived",
                "use the bytes that came, or ask again"};
    case certificate_malformed:
        return {"a certificate cannot be parsed",
                "check that it is a whole X.509 certificate with a key that Mbed TLS supports"};
    case peer_certificate_unreadable:
        return {"a certificate that the peer sent cannot be read by Mbed TLS: it is malformed, or has a critical "
                "extension such as name constraints, or a key that Mbed TLS does not know",
                "judge the peer's chain with x509::verify to see which, and have it replaced or made an anchor"};
    case key_malformed:
        return {"the private key cannot be parsed", "check that it is a whole RSA or EC key in PEM or DER"};
    case key_unsupported:
        return {"the private key {} is encrypted in a way that this build of Mbed TLS does not know",
                "convert it to PKCS#8 with PBES2 and AES (openssl pkcs8 -topk8 -v2 aes-256-cbc)"};
    case key_type_unsupported:
        return {"the private key {} is of a type or on a curve that Mbed TLS does not support",
                "use RSA, or EC on P-256, P-384 or P-521"};
    case no_key_in_file:
        return {"{} holds no private key", "check that it is the right file"};
    case file_too_large:
        return {"{} is too large for a file of certificates or keys", "check that it is the right file"};
    case not_a_directory:
        return {"{} is not a directory", "name a directory, or use from_file"};
    case no_system_store:
        return {"no CA certificates of the system were found",
                "install them (package ca-certificates), or name a bundle in SSL_CERT_FILE"};
    case bad_path:
        return {"the path is empty, too long, or has a NUL character in it", "check the string that was passed"};
    case crl_malformed:
        return {"a CRL cannot be parsed", "check that it is a whole X.509 CRL, version 2"};
    case crl_without_number:
        return {"the CRL {} has no cRLNumber, which RFC 5280 (5.2.3) demands", "ask its issuer for a conforming one"};
    case crl_without_next_update:
        return {"the CRL {} has no nextUpdate, which RFC 5280 (5.1.2.5) demands",
                "ask its issuer for a conforming one"};
    case crl_delta:
        return {"the CRL {} is a delta CRL, which tlspp does not use", "give the complete CRL of the issuer"};
    case crl_indirect:
        return {"the CRL {} is an indirect one, for certificates of other issuers, which tlspp does not use",
                "give the CRL that the CA itself signs"};
    case crl_partial:
        return {"the CRL {} is for some of its issuer's certificates, or some reasons, only",
                "give the complete CRL of the issuer"};
    case crl_critical:
        return {"the CRL {} has a critical extension that is not understood", "give a CRL without it"};
    case no_crl_in_file:
        return {"{} holds no CRL", "check that it is the right file"};
    case revocation_without_crls:
        return {"revocation is on, and there is no CRL", "set .crls, or leave .revocation off"};
    case crls_without_revocation:
        return {"there are CRLs, and nothing says to use them",
                "set .revocation to revocation::leaf or revocation::chain"};
    case check_without_verification:
        return {"the option {} needs the peer's certificate to be verified, and it will not be",
                "remove it, or turn verification on"};
    case clock_missing:
        return {"this build of Mbed TLS does not know the time, so it cannot tell whether certificates are valid",
                "set .clock; .clock = insecure_no_clock goes without"};
    case pin_malformed:
        return {"{} is not a pin", "write sha256/ and the 44 characters of base64 of the hash of SubjectPublicKeyInfo"};
    case client_hello_refused:
        return {"on_client_hello refused the client", "the client was told by the alert that it chose"};
    case too_many_identities:
        return {"on_client_hello chose more than 4 identities", "choose one for each kind of key"};
    case other_context_too_late:
        return {"on_client_hello chose another context after the HelloRetryRequest than before",
                "choose it at the first ClientHello, and the same again"};
    case no_psa_key:
        return {"PSA knows no key of that number", "give the number of a key that was made or opened in this process"};
    case time_malformed:
        return {"{} is not a time as certificates print it", "write it like Jan  5 09:34:43 2018 GMT"};
    case plaintext_before_tls:
        return {"plain bytes were received where TLS is to begin, and whoever is on the path may have put them there",
                "close the connection; a peer that follows its protocol waits before it starts TLS"};
    case name_idna:
        return {"the server name {} cannot be converted to A-labels", "check its spelling (IDNA 2008)"};
    case suite_needs_warning:
        return {"the cipher suite {} gives up forward secrecy or half of its tag",
                "write the name as the enumerator in cipher_suite.hpp, with the word insecure, or choose another one"};
    case suite_needs_psk:
        return {"the cipher suite {} needs a pre-shared key", "set .psk, or choose another one"};
    case psk_identity_empty:
        return {"the identity of a pre-shared key is empty", "give the name that the server knows the key by"};
    case psk_identity_too_long:
        return {"the identity {} of a pre-shared key is too long", "give at most 1024 bytes"};
    case psk_identity_twice:
        return {"there are two pre-shared keys for the identity {}", "leave one of them out"};
    case psk_empty:
        return {"the pre-shared key of {} is empty", "give at least 16 random bytes"};
    case psk_too_long:
        return {"the pre-shared key of {} is longer than this build of Mbed TLS takes",
                "shorten it, or build Mbed TLS with a larger MBEDTLS_PSK_MAX_LEN"};
    case psk_nothing:
        return {".psk has neither keys nor a lookup", "set one of them, or leave .psk out"};
    case psk_unknown_identity:
        return {"the client has no pre-shared key that this server knows", "compare the identities on both sides"};
    case psk_wrong_key:
        return {"the client's pre-shared key is not the one that belongs to its identity",
                "compare the keys on both sides"};
    case psk_refused:
        return {"the server ended the handshake, most likely because it could not use the pre-shared key",
                "compare identity and key on both sides"};
    case psk_bad_lookup:
        return {"the lookup of pre-shared keys returned more bytes than there was room for",
                "return the length of the key, or 0 where there is none"};
    case alpn_required_of_none:
        return {".require_alpn is set, and .alpn has no protocols", "set .alpn"};
    case alpn_none_agreed:
        return {"the two sides agreed on no application protocol, and .require_alpn is set",
                "compare .alpn with what the peer has"};
    case nothing_selected:
        return {"no name in the list can be selected in this build of Mbed TLS", "name one without ?"};
    case group_unknown:
        return {"{} is not a group that tlspp offers", "see named_group.hpp for the list"};
    case group_not_built:
        return {"the group {} is not in this build of Mbed TLS", "enable it in the Mbed TLS configuration"};
    case no_common_group:
        return {"no group asked for fits the versions asked for",
                "Brainpool's are for TLS 1.2, the finite fields for TLS 1.3 only"};
    case scheme_unknown:
        return {"{} is not a signature algorithm that tlspp offers", "see signature_scheme.hpp for the list"};
    case scheme_not_built:
        return {"the signature algorithm {} is not in this build of Mbed TLS",
                "enable it in the Mbed TLS configuration"};
    case no_common_scheme:
        return {"no signature algorithm asked for fits the versions asked for",
                "Mbed TLS uses rsa_pkcs1 in TLS 1.2, rsa_pss in TLS 1.3"};
    case not_a_stream:
        return {"the socket is no stream socket", "TLS needs SOCK_STREAM, as TCP has it; DTLS is not offered"};
    case session_cache_limits:
        return {"a limit of the session cache is zero, or more than a million entries were asked for",
                "give limits that can be meant"};
    case session_empty:
        return {"the session is empty", "it was moved from, or used: a session can be used once"};
    case session_expired:
        return {"the session has expired", "connect without it"};
    case session_in_cache:
        return {"the session went into the context's session cache",
                "leave .session_cache out to keep sessions oneself"};
    case session_key_size:
        return {"the key for sealing is not 32 bytes long", "give 32 random bytes"};
    case session_name_differs:
        return {"the session was made with the server {}, which is not the one to be connected to",
                "use it for the same name only"};
    case session_not_bound:
        return {"the handshake was made without extended master secret (RFC 7627), so its session cannot be resumed "
                "safely",
                "update the other side, or use TLS 1.3"};
    case session_not_portable:
        return {"the session was judged by an on_verify callback, which another process cannot be told to have",
                "do not seal sessions of contexts with on_verify"};
    case session_of_other_library:
        return {"the session was made by another version or configuration of tlspp or Mbed TLS", "connect without it"};
    case session_policy_differs:
        return {
            "the session was made under other options: trust, verification, versions, suites, ALPN or identity differ",
            "use it with the same options only"};
    case session_seal_broken:
        return {"the sealed session was made with another key, or changed since", "connect without it"};
    case session_seal_malformed:
        return {"this is no sealed session", "check where the bytes come from"};
    case session_too_late:
        return {"the handshake has begun already", "give the session before the first handshake, read or write"};
    case session_unverified:
        return {"the session was made with a server that was not verified", "connect without it"};
    case ticket_secret_short:
        return {"a secret of ticket_keys is shorter than 32 bytes", "give 32 random bytes or more"};
    case tickets_with_psk:
        return {"sessions are not resumed where there are pre-shared keys",
                "leave it out: a handshake with a pre-shared key costs no more than a resumption"};
    case tickets_not_built:
        return {"resuming sessions needs {}, which this build does not have",
                "enable it in the configuration, or leave the option out"};
    case signer_key_kind:
        return {"this build of Mbed TLS lets no callback sign with a key of the kind {}",
                "RSA and, with MBEDTLS_SSL_ASYNC_PRIVATE, EC keys can be used"};
    case signer_on_client:
        return {
            "this client's identity signs by a callback, which Mbed TLS takes from clients only with RSA keys, and in "
            "version 3.6 with MBEDTLS_PK_RSA_ALT_SUPPORT",
            "let PSA keep the key, see private_key::from_psa"};
    case signer_needs_tls1_2:
        return {"TLS 1.3 was asked for, and an identity signs by a callback, which Mbed TLS has for TLS 1.2 only",
                "leave the versions out, or let PSA keep the key, see private_key::from_psa"};
    case signer_needs_context:
        return {"on_client_hello chose an identity that signs by a callback, under a context that has none",
                "choose another context that has it in .identities"};
    case signer_failed:
        return {"the signer of the own identity returned an error", "see what the callback has to say about it"};
    case signer_length:
        return {"the signer of the own identity returned a signature of a wrong length",
                "an RSA signature is as long as the modulus, an ECDSA signature fits into the room given"};
    case signer_wrong:
        return {"the signer of the own identity returned a signature that its certificate does not verify",
                "check that key and certificate belong together; RSA signs by PKCS #1 v1.5, ECDSA returns DER"};
    case record_damaged:
        return {"a record could not be decrypted: it was changed, repeated or lost a part on its way",
                "make a new connection; if it happens again, look at what carries the bytes"};
    case fragment_length:
        return {"the fragment length is none of RFC 6066, or larger than this build's buffers",
                "see MBEDTLS_SSL_IN_CONTENT_LEN"};
    case check_left_out:
        return {"this program was built without the check that the option asks for",
                "see TLSPP_INSECURE_CHAIN_AND_NAME_ONLY and TLSPP_INSECURE_LEFT_OUT in config.hpp"};
    case certificates_not_built:
        return {"this build of Mbed TLS has no certificates, and there is no pre-shared key",
                "set .psk, or enable MBEDTLS_X509_CRT_PARSE_C in the configuration"};
    case random_from_psa_only:
        return {"Mbed TLS 4 takes random numbers from PSA alone, and .random brings others",
                "leave .random out, or give PSA that source (MBEDTLS_PSA_CRYPTO_EXTERNAL_RNG)"};
    case early_data_not_built:
        return {"0-RTT needs {}, which this build does not have",
                "enable it in the configuration, or leave .early_data out"};
    case early_data_needs_tls1_3:
        return {"0-RTT is for TLS 1.3, which this context does not offer", "leave the versions out, or .early_data"};
    case early_data_without_tickets:
        return {"0-RTT needs tickets, and this server gives none", "set .tickets.count, or leave .early_data out"};
    case early_data_without_guard:
        return {"the ticket keys come from outside, so another server may take the same early data once more",
                "set .early_data.first_use, one for all servers"};
    case early_data_off:
        return {"early data can be written by clients with .early_data, and read by servers",
                "see the options, or write and read ordinary data"};
    case early_data_waits:
        return {"early data of the client waits to be read", "call read_early until it returns 0"};
    case early_data_too_much:
        return {"the client sent more early data than its ticket permits", "it is broken, or wants to do harm"};
    case early_data_alpn:
        return {"the server took early data under another application protocol than that of the session",
                "the server is broken, connect without .early_data"};
    case callback_threw:
        return {"a callback of the application threw an exception", "callbacks must report through their return value"};
    }
    return {};
}

inline void write_with_subject(text_writer& out, std::string_view pattern, std::string_view subject) noexcept {
    auto const at = pattern.find("{}");
    if (at == std::string_view::npos) {
        out << pattern;
        return;
    }
    if (subject.empty()) { // "the key {} is" becomes "the key is"
        out << (at == 0 ? std::string_view("the input") : part(pattern, 0, at - 1));
    } else {
        out << part(pattern, 0, at) << "'" << subject << "'";
    }
    out << part(pattern, at + 2);
}
} // namespace detail

inline std::size_t error::describe(std::span<char> out) const noexcept {
    detail::text_writer text{out};
    auto const fine = detail::sentence_of(reason_);
    auto const coarse = detail::sentence_of(code_);
    auto const what = fine.what.empty() ? coarse.what : fine.what;
    detail::write_with_subject(text, what, subject());
    if (subject_size_ != 0 && what.find("{}") == std::string_view::npos) {
        text << " (" << subject() << ")";
    }
    bool first = true;
    for (unsigned bit = 0; bit != 64; ++bit) {
        auto const flag = static_cast<verify_flag>(std::uint64_t{1} << bit);
        if (flags().has(flag) && (flag != verify_flag::other || flags().without(verify_flag::other).empty())) {
            text << (first ? ": " : "; ") << tlspp::describe(flag);
            first = false;
        }
    }
    if (has_alert_) {
        text << ": " << name(alert_);
    }
    if (system_ != 0 && code_ != errc::resolve) {
        text << ": ";
        detail::write_system_text(text, system_);
    }
    if (mbedtls_code_ != 0) {
        text << " [Mbed TLS -0x";
        text.hex(static_cast<std::uint64_t>(-static_cast<std::int64_t>(mbedtls_code_)), 4) << "]";
    }
    auto const about_chain = code_ == errc::certificate_rejected && fine.advice.empty() && !flags().empty();
    auto const advice = about_chain ? detail::advice_for(flags()) : fine.advice.empty() ? coarse.advice : fine.advice;
    if (!advice.empty()) {
        text << "; " << advice;
    }
    return text.size();
}
#else
inline std::size_t error::describe(std::span<char> out) const noexcept {
    detail::text_writer text{out};
    text << "tlspp error ";
    text.decimal(static_cast<int>(code_)) << ".";
    text.decimal(static_cast<int>(reason_)) << " (Mbed TLS ";
    text.decimal(mbedtls_code_) << ", system ";
    text.decimal(system_) << ")";
    return text.size();
}
#endif
} // namespace tlspp::inline TLSPP_ABI
