// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/cipher_suite.hpp>
#include <tlspp/client_hello.hpp>
#include <tlspp/clock.hpp>
#include <tlspp/detail/cache_option.hpp>
#include <tlspp/detail/chosen.hpp>
#include <tlspp/early_data.hpp>
#include <tlspp/error.hpp>
#include <tlspp/keylog.hpp>
#include <tlspp/named_group.hpp>
#include <tlspp/option_list.hpp>
#include <tlspp/psk.hpp>
#include <tlspp/record_size.hpp>
#include <tlspp/signature_scheme.hpp>
#include <tlspp/ticket_keys.hpp>
#include <tlspp/trace.hpp>
#include <tlspp/x509/crl_list.hpp>
#include <tlspp/x509/identity.hpp>
#include <tlspp/x509/on_verify.hpp>
#include <tlspp/x509/pin.hpp>
#include <tlspp/x509/profile.hpp>
#include <tlspp/x509/trust_store.hpp>

#include <optional>

namespace tlspp::inline TLSPP_ABI {

/// How a client judges its server.
enum class verify_mode : std::uint8_t {
    required,             ///< chain and name must hold, or the handshake fails
    insecure_report_only, ///< the handshake goes on whatever comes; `peer_status()` and `peer_flags()` tell
    insecure_none,        ///< the certificate is not looked at: anybody can be the server
};

/// What a server asks of its clients.
enum class client_auth : std::uint8_t {
    none,     ///< no certificate is asked for
    optional, ///< none is fine, a bad one is refused (Python's CERT_OPTIONAL)
    required, ///< a good one must be sent
};

/// A source of randomness for builds of Mbed TLS without PSA; there it must be given.
struct random_source {
    /// Fills the buffer and returns 0, or a negative number on failure.
    int (*function)(void* context, unsigned char* out, std::size_t size) = nullptr;
    /// Passed to `function`; must outlive the contexts made with it.
    void* context = nullptr;
};

namespace detail {
#if !TLSPP_HAS_PSA
/// An option that must be given: without it, the program does not compile.
struct random_option : random_source {
    template <bool Given = false>
    random_option() noexcept {
        static_assert(Given,
                      "this build of Mbed TLS has no PSA crypto and so no random source of its own: set .random");
    }
    random_option(const random_source& given) noexcept : random_source(given) {}
    random_option(int (*draw)(void*, unsigned char*, std::size_t), void* passed = nullptr) noexcept
        : random_source{draw, passed} {}
};
#endif
} // namespace detail

/// What a client context is made from. Views in it need to live until `create` returns.
struct client_options {
    /// Who may issue server certificates. Default: the system's CA certificates (`trust_store::system()`).
    detail::certificate_option<std::optional<trust_store>> trust = {};
    /// Default: required.
    detail::certificate_option<verify_mode> verify = {};
    /// Which rules a chain must keep; `profile::webpki` is stricter, for servers with certificates of public CAs.
    /// Default: rfc5280.
    detail::certificate_option<tlspp::profile> profile = {};
    /// Which certificates of the server's chain are looked up in `crls`; whatever cannot be looked up is refused.
    /// Default: none.
    detail::certificate_option<tlspp::revocation> revocation = {};
    /// The CRLs for it. Default: none.
    detail::certificate_option<crl_list> crls = {};
    /// Public keys of which the chain must have at least one, the anchor's included (RFC 7469 §2.6): have a spare one
    /// in it whose private key lies elsewhere. Default: any chain that is good.
    detail::certificate_option<detail::pin_list> pins = {};
    /// Default: TLS 1.2, or what the build has.
    std::optional<version> minimum_version = {};
    /// Default: TLS 1.3, or what the build has; TLS 1.2 with an identity that signs by a callback.
    std::optional<version> maximum_version = {};
    /// For all versions, in order of preference; a version of which there is none is not offered. Default: those with
    /// AEAD and forward secrecy that the build has. By their names: `cipher_suites_from`.
    detail::chosen<cipher_suite> cipher_suites = {};
    /// For key agreement, in order of preference; in TLS 1.2 the keys of ECDSA certificates have to be on one of them,
    /// too (RFC 8422 §5.1). Default: all of `named_group` that the build has. By their names: `groups_from`.
    detail::chosen<named_group> groups = {};
    /// For signatures in handshakes, in order of preference; chains may then have no hash that is weaker than the
    /// weakest of these. Default: all of `signature_scheme` that the build has. By their names:
    /// `signature_algorithms_from`.
    detail::chosen<signature_scheme> signature_algorithms = {};
    /// Protocols offered by ALPN (RFC 7301), most wanted first. Default: none.
    option_list<std::string_view> alpn = {};
    /// A server that agrees on none of them is refused, with no_application_protocol. Default: it may go on without.
    bool require_alpn = false;
    /// The client's own certificate and key. Default: none is sent.
    detail::certificate_option<std::optional<tlspp::identity>> identity = {};
    /// A key that the server shares, and that stands in for its certificate. Where `trust` is not set, nothing but this
    /// key is offered, and no certificate is taken. Default: none.
    std::optional<client_psk> psk = {};
    /// Where sessions are kept, and taken from for the next connection to the same name (docs/sessions.md). Default:
    /// nowhere: every handshake is a full one, but for sessions given to `connection::resume`.
    detail::cache_option session_cache = {};
    /// Whether data may be sent with the first message, for a session that permits it (docs/early_data.md). Default: off.
    tlspp::early_data early_data = tlspp::early_data::off;
    /// Sees the chain after all checks, and may refuse it. Default: nobody is asked.
    detail::certificate_option<verify_hook> on_verify = {};
    /// Gets the secrets of each handshake, for Wireshark and its like: who has them can read the connection. Default:
    /// nobody; the environment variable `SSLKEYLOGFILE` is looked at by `keylog_from_environment` only.
    keylog_hook keylog = {};
    /// Sees the messages of each handshake pass: their kinds, lengths and times. Default: nobody.
    trace_hook trace = {};
    /// Default: Mbed TLS's time; without `MBEDTLS_HAVE_TIME_DATE` it must be given.
    clock_source clock = {};
    /// Default: PSA's random generator. Mbed TLS 4 knows no other: `create` refuses what is given here.
#if TLSPP_HAS_PSA
    random_source random = {};
#else
    detail::random_option random;
#endif
    /// Public keys that no chain may have, the anchor's included. Default: none.
    detail::certificate_option<detail::pin_list> distrusted = {};
    /// TLS 1.2: also talks to servers without RFC 5746. An attacker in between can put a request of their own before the
    /// client's first one, in the client's name (CVE-2009-3555). Default: they are refused.
    bool insecure_legacy_server_connect = false;
    /// TLS 1.2: asks the server for records with no more plaintext than this, and sends none; for buffers that are too
    /// small for others. Servers may ignore it: `connection::largest_incoming_record` tells. Default: not asked.
    detail::fragment_option<> max_fragment_length = {};
};

/// What a server context is made from. Views in it need to live until `create` returns.
struct server_options {
    /// Certificates and keys; with several, the one whose names match the client's SNI is taken, else the first that
    /// the client can use.
    detail::certificate_option<option_list<identity>> identities = {};
    /// Default: none.
    detail::certificate_option<tlspp::client_auth> client_auth = {};
    /// Who may issue client certificates; needed where `client_auth` asks for them. There is no default.
    detail::certificate_option<std::optional<trust_store>> trust = {};
    /// Which rules a client's chain must keep; those of `profile::webpki` for servers' certificates are not among them.
    /// Default: rfc5280.
    detail::certificate_option<tlspp::profile> profile = {};
    /// Which certificates of a client's chain are looked up in `crls`; whatever cannot be looked up is refused.
    /// Default: none.
    detail::certificate_option<tlspp::revocation> revocation = {};
    /// The CRLs for it. Default: none.
    detail::certificate_option<crl_list> crls = {};
    /// Default: TLS 1.2, or what the build has.
    std::optional<version> minimum_version = {};
    /// Default: TLS 1.3, or what the build has; TLS 1.2 with an identity that signs by a callback.
    std::optional<version> maximum_version = {};
    /// For all versions, in order of preference; a version of which there is none is not offered. Default: those with
    /// AEAD and forward secrecy that the build has. By their names: `cipher_suites_from`.
    detail::chosen<cipher_suite> cipher_suites = {};
    /// For key agreement, in order of preference; in TLS 1.2 the keys of ECDSA certificates have to be on one of them,
    /// too (RFC 8422 §5.1). Default: all of `named_group` that the build has. By their names: `groups_from`.
    detail::chosen<named_group> groups = {};
    /// For signatures in handshakes, in order of preference; chains may then have no hash that is weaker than the
    /// weakest of these. Default: all of `signature_scheme` that the build has. By their names:
    /// `signature_algorithms_from`.
    detail::chosen<signature_scheme> signature_algorithms = {};
    /// Protocols accepted by ALPN (RFC 7301), most wanted first. A client that offers others only is refused.
    option_list<std::string_view> alpn = {};
    /// A client that offers none at all is refused, too. Default: it is served without.
    bool require_alpn = false;
    /// Keys that clients share with this server, and that stand in for certificates. Where `identities` is empty,
    /// clients without a key are refused. Default: none.
    std::optional<server_psk> psk = {};
    /// Tickets, by which clients resume sessions that the server does not keep. Default: as Python's, two behind a full
    /// handshake of TLS 1.3, and one in TLS 1.2, under random keys; none where the build cannot.
    ticket_options tickets = {};
    /// Where sessions of TLS 1.2 are kept for clients that have no tickets. Default: nowhere.
    std::optional<tlspp::session_cache> session_cache = {};
    /// Whether data is taken that clients send with their first message, by `connection::read_early`
    /// (docs/early_data.md). Default: none.
    server_early_data early_data = {};
    /// Sees what a client offers before anything is decided, and may choose an identity or another context for it, or
    /// refuse it. Default: nobody is asked.
    client_hello_hook on_client_hello = {};
    /// Sees a client's chain after all checks, and may refuse it. Default: nobody is asked.
    detail::certificate_option<verify_hook> on_verify = {};
    /// Gets the secrets of each handshake, for Wireshark and its like: who has them can read the connection. Default:
    /// nobody; the environment variable `SSLKEYLOGFILE` is looked at by `keylog_from_environment` only.
    keylog_hook keylog = {};
    /// Sees the messages of each handshake pass: their kinds, lengths and times. Default: nobody.
    trace_hook trace = {};
    /// Default: Mbed TLS's time; without `MBEDTLS_HAVE_TIME_DATE` it must be given.
    clock_source clock = {};
    /// Default: PSA's random generator. Mbed TLS 4 knows no other: `create` refuses what is given here.
#if TLSPP_HAS_PSA
    random_source random = {};
#else
    detail::random_option random;
#endif
    /// Public keys that no chain may have, the anchor's included. Default: none.
    detail::certificate_option<detail::pin_list> distrusted = {};
    /// TLS 1.2: tells clients whose certificates are taken, where `client_auth` asks for one, by the names of the CAs in
    /// `trust`; some clients choose their certificate by them. (Mbed TLS has the names of a parsed store only, and never
    /// sends any in TLS 1.3.) Default: yes.
    bool send_ca_names = true;
};
} // namespace tlspp::inline TLSPP_ABI

#include <tlspp/detail/context_state.hpp> // and with it what a list of suites, groups or algorithms brings
