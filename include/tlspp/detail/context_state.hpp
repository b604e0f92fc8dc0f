// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/fault.hpp>
#include <tlspp/detail/policy_hash.hpp>
#include <tlspp/detail/psk_store.hpp>
#include <tlspp/detail/replay_list.hpp>
#include <tlspp/detail/text_part.hpp>
#include <tlspp/options.hpp>
#include <tlspp/session_stats.hpp>
#include <tlspp/x509/verify.hpp>

namespace tlspp::inline TLSPP_ABI::detail {

/// The ALPN list in the form that Mbed TLS keeps by pointer: texts and pointers in one block.
class protocol_list {
public:
    protocol_list() noexcept = default;
    protocol_list(const protocol_list&) = delete;
    protocol_list& operator=(const protocol_list&) = delete;
    ~protocol_list() { mbedtls_free(static_cast<void*>(names_)); }

    fault assign(const option_list<std::string_view>& protocols) noexcept {
        std::size_t text = 0;
        for (auto const& p : protocols) {
            if (p.empty() || p.find('\0') != std::string_view::npos) {
                return refused{errc::invalid_argument, reason::alpn_empty_name};
            }
            text += p.size() + 1;
            if (p.size() > 255 || text > 65535) {
                return refused{errc::invalid_argument, reason::alpn_too_long}.about(p);
            }
        }
        if (protocols.empty()) {
            return {};
        }
        auto const pointers = (protocols.size() + 1) * sizeof(const char*);
        names_ = static_cast<const char**>(mbedtls_calloc(1, pointers + text));
        if (names_ == nullptr) {
            return refused{errc::out_of_memory};
        }
        char* at = reinterpret_cast<char*>(names_) + pointers;
        for (std::size_t i = 0; i != protocols.size(); ++i) {
            names_[i] = at;
            copy_text(at, protocols[i]);
            at += protocols[i].size() + 1;
        }
        return {};
    }
    const char** names() const noexcept { return names_; }

private:
    const char** names_ = nullptr;
};

/// The most that a server's tickets may permit.
inline constexpr std::uint32_t largest_early_data = 1 << 20;

/// What pre-shared keys are for in a context.
enum class psk_use : std::uint8_t { none, beside_certificates, only };

/// What a random source of the user's answers on failure, whatever it returned; outside of Mbed TLS's ranges.
inline constexpr int code_random_failed = -0x10000002;

/// What a context of the server's has besides.
struct server_state {
    client_hello_hook on_client_hello;
    psk_store psk;
    ref<ticket_key_ring> ticket_ring;  ///< null: no tickets
    std::uint32_t ticket_lifetime = 0; ///< in seconds
    bool tickets_rotate = false;       ///< by themselves
    replay_guard early_guard;
    ref<replay_list> early_used; ///< where there is no guard, and replay is not accepted
};

/// Whether sessions can be kept and taken up at all.
inline constexpr bool keeps_sessions = TLSPP_INSPECTOR != 0 && build::x509 && build::psa;

/// Where they cannot, nothing is kept of those who would.
struct no_sessions {
    constexpr no_sessions() noexcept = default;
    constexpr no_sessions(const session_cache&) noexcept {} // NOLINT: it stands for one
    static constexpr std::size_t size() noexcept { return 0; }
    static constexpr std::uint64_t evictions() noexcept { return 0; }
    static constexpr session_store* store() noexcept { return nullptr; }
    static constexpr std::uint32_t lifetime() noexcept { return 0; }
    constexpr explicit operator bool() const noexcept { return false; }
};

/// All that the connections of one context share; complete before the first of them, constant ever after.
struct context_state {
    context_state() noexcept { mbedtls_ssl_config_init(&config); }
    context_state(const context_state&) = delete;
    context_state& operator=(const context_state&) = delete;
    ~context_state() {
        mbedtls_ssl_config_free(&config);
        if constexpr (build::server) {
            destroy_object(server);
        }
    }
    bool is_client() const noexcept { return !build::server || (build::client && role == tlspp::role::client); }

    /// The random function of a configuration whose user brought a source.
    static int draw(void* self, unsigned char* out, std::size_t size) noexcept {
        auto const& source = static_cast<context_state*>(self)->random;
        return source.function(source.context, out, size) == 0 ? 0 : code_random_failed;
    }

    /// Random bytes for what is not Mbed TLS's. \return 0 or a code.
    int fill(unsigned char* out, std::size_t size) const noexcept {
        if (random.function != nullptr) {
            return draw(const_cast<context_state*>(this), out, size);
        }
#if TLSPP_HAS_PSA
        return psa_random(nullptr, out, size);
#else
        return code_random_failed;
#endif
    }

    mutable ref_count references;
    mbedtls_ssl_config config;
    verify_policy verification;
#if TLSPP_HAS_X509
    std::optional<trust_store> trust;
    option_list<identity> identities;
#endif
    option_list<int> suites; ///< this and the next two: as Mbed TLS keeps them by pointer, with a 0 at the end
    option_list<std::uint16_t> groups;
    option_list<std::uint16_t> schemes;
#if TLSPP_HAS_X509
    mbedtls_x509_crt_profile strength{}; ///< where `signature_algorithms` asks for more than the profile
#endif
    random_source random;
    keylog_hook keylog;
    trace_hook trace;
    mutable handshake_counters counters;
    protocol_list protocols;
    server_state* server = nullptr; ///< null on clients
    secure_buffer psk_identity;     ///< client
    psk_use psk_for = psk_use::none;
    bool psk_insecure_no_forward_secrecy = false;
    bool require_alpn = false;
    bool has_signer = false; ///< an identity signs by a callback
    bool insecure_legacy_server = false;
    tlspp::role role = tlspp::role::client;
    version lowest = version::tls1_2;
    version highest = version::tls1_3;
    verify_mode verify = verify_mode::required;
    tlspp::client_auth client_auth = tlspp::client_auth::none;
    [[no_unique_address]] std::conditional_t<keeps_sessions, session_cache, no_sessions> sessions;
    const cache_functions* cache = nullptr; ///< client: what is done with `sessions`; null: nothing
    bool early_data = false;
    published_policy policy;
};
} // namespace tlspp::inline TLSPP_ABI::detail

#include <tlspp/detail/context_parameters.hpp> // after what it needs, whichever of the three is included first
