// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/context_setup.hpp>
#include <tlspp/detail/start.hpp>
#include <tlspp/options.hpp>
#include <tlspp/server_name.hpp>
#include <tlspp/starttls.hpp>
#include <tlspp/stream.hpp>

namespace tlspp::inline TLSPP_ABI {
template <role>
class context_slot;

/// What connections of one role are made from: trust, identity and parameters, fixed once and for all by `create`.
/// A cheap, reference-counted handle; connections keep what it stands for alive.
/// \par Thread safety May be shared between threads where `thread_safe`; it never changes.
template <role R>
class context {
public:
    /// What `create` takes: `client_options` or `server_options`.
    using options = std::conditional_t<R == role::client, client_options, server_options>;

    /// Checks the options and copies what it keeps.
    /// \return what is wrong with them: `no_trust`, `no_identity`, `invalid_argument`, `unsupported`,
    /// `library_mismatch`, `out_of_memory`, or what loading the system's certificates said.
    [[nodiscard]] static result<context> create(const options& given = {}) noexcept {
        static_assert(R != role::client || detail::build::client,
                      "this build of Mbed TLS has no client: MBEDTLS_SSL_CLI_C is off");
        static_assert(R != role::server || detail::build::server,
                      "this build of Mbed TLS has no server: MBEDTLS_SSL_SRV_C is off");
        detail::fault why = detail::check_library();
        if (!why) {
            auto state = detail::ref<detail::context_state>::make();
            why = state ? set_up(*state, given) : detail::refused{errc::out_of_memory};
            if (!why) {
                return context{detail::ref<const detail::context_state>{std::move(state)}};
            }
        }
        return detail::passed_on{why.what()};
    }

    /// False after it was moved from; `wrap` then answers `errc::misuse`.
    explicit operator bool() const noexcept { return static_cast<bool>(state_); }

    /// A client connection over `transport` to the server of this name: sent as SNI where it is a host name, and the
    /// certificate must carry it. No I/O takes place yet. `errc::misuse` (`reason::plaintext_before_tls`) where the
    /// transport has read ahead, since a TLS server never speaks first.
    template <transport T, bool Exceptions = TLSPP_EXCEPTIONS != 0>
        requires(R == role::client)
    [[nodiscard]] result<stream<T>> wrap(T transport, std::string_view name) const noexcept {
        auto const parsed = server_name::parse(name);
        if (!parsed) {
            return detail::passed_on{parsed.error()};
        }
        return wrap<T, Exceptions>(std::move(transport), *parsed);
    }
    /// The same, with a name that is parsed already.
    template <transport T, bool Exceptions = TLSPP_EXCEPTIONS != 0>
        requires(R == role::client)
    [[nodiscard]] result<stream<T>> wrap(T transport, server_name_view name) const noexcept {
        return start<T, Exceptions>(std::move(transport), detail::wanted_peer{name});
    }
    /// The same in the middle of a plaintext protocol (STARTTLS), of which nothing may be left over: see `starttls.hpp`.
    template <transport T, bool Exceptions = TLSPP_EXCEPTIONS != 0>
        requires(R == role::client)
    [[nodiscard]] result<stream<T>> wrap(T transport, std::string_view name, after_plaintext before) const noexcept {
        if (auto const clean = detail::refuse_plaintext(transport, before); !clean) {
            return detail::passed_on{clean.error()};
        }
        return wrap<T, Exceptions>(std::move(transport), name);
    }
    /// The same, with a name that is parsed already.
    template <transport T, bool Exceptions = TLSPP_EXCEPTIONS != 0>
        requires(R == role::client)
    [[nodiscard]] result<stream<T>> wrap(T transport, server_name_view name, after_plaintext before) const noexcept {
        if (auto const clean = detail::refuse_plaintext(transport, before); !clean) {
            return detail::passed_on{clean.error()};
        }
        return wrap<T, Exceptions>(std::move(transport), name);
    }
    /// The same without looking at the name in the certificate: whoever holds any certificate of a trusted CA can be
    /// the server. `insecure_any_name("example.org")` still sends that name as SNI.
    template <transport T, bool Exceptions = TLSPP_EXCEPTIONS != 0>
        requires(R == role::client)
    [[nodiscard]] result<stream<T>> wrap(T transport, insecure_any_name_t any) const noexcept {
        if (any.sni.empty()) {
            return start<T, Exceptions>(std::move(transport), detail::wanted_peer{});
        }
        auto const parsed = server_name::parse(any.sni);
        if (!parsed) {
            return detail::passed_on{parsed.error()};
        }
        return start<T, Exceptions>(std::move(transport), detail::wanted_peer::insecure_with_sni(*parsed));
    }

    /// A server connection over `transport`. No I/O takes place yet.
    /// Clients have it, too, in a build without X.509: there a pre-shared key tells who the server is, and no name.
    template <transport T, bool Exceptions = TLSPP_EXCEPTIONS != 0>
        requires(R == role::server || !detail::build::x509)
    [[nodiscard]] result<stream<T>> wrap(T transport) const noexcept {
        return start<T, Exceptions>(std::move(transport), detail::wanted_peer{});
    }

    /// The same in the middle of a plaintext protocol (STARTTLS), of which nothing may be left over: see `starttls.hpp`.
    template <transport T, bool Exceptions = TLSPP_EXCEPTIONS != 0>
        requires(R == role::server || !detail::build::x509)
    [[nodiscard]] result<stream<T>> wrap(T transport, after_plaintext before) const noexcept {
        if (auto const clean = detail::refuse_plaintext(transport, before); !clean) {
            return detail::passed_on{clean.error()};
        }
        return wrap<T, Exceptions>(std::move(transport));
    }

    /// What this context has enabled, after its defaults were clamped to the build and the versions.
    version minimum_version() const noexcept { return state_->lowest; }
    /// The highest version that it offers or accepts.
    version maximum_version() const noexcept { return state_->highest; }
    /// The suites that it offers or accepts, in order.
    suite_list cipher_suites() const noexcept {
        return detail::enabled<detail::suite_table, cipher_suite, detail::suite_count>(*state_, state_->suites);
    }
    /// The groups that it offers or accepts, in order.
    group_list groups() const noexcept {
        return detail::enabled<detail::group_table, named_group, detail::group_count>(*state_, state_->groups);
    }
    /// The signature algorithms that it offers or accepts, in order.
    scheme_list signature_algorithms() const noexcept {
        return detail::enabled<detail::scheme_table, signature_scheme, detail::scheme_count>(*state_, state_->schemes);
    }

    /// The handshakes of this context so far, the running ones too. Callable at any time by any thread.
    session_counts session_stats() const noexcept {
        auto const& c = state_->counters;
        bool const client = R == role::client;
        auto const begun = c.begun.get();
        auto const good = c.good.get();
        return {.connect = client ? begun : 0,
                .connect_good = client ? good : 0,
                .accept = client ? 0 : begun,
                .accept_good = client ? 0 : good,
                .hits = c.hits.get(),
                .misses = c.misses.get(),
                .timeouts = c.timeouts.get(),
                .number = state_->sessions.size(),
                .cache_full = static_cast<std::size_t>(state_->sessions.evictions())};
    }
    /// What the trust of this context holds; nothing where it has none. Certificates that were not parsed yet are parsed
    /// for it.
    /// \return `errc::out_of_memory`
    [[nodiscard]] result<cert_store_counts> cert_store_stats() const noexcept {
        cert_store_counts counts;
#if TLSPP_HAS_X509
        counts.crl = state_->verification.crls.size();
        if (state_->trust) {
            auto const walked = state_->trust->for_each([&](const certificate& one) {
                ++counts.x509;
                counts.x509_ca += one.is_ca() ? 1U : 0U;
            });
            if (!walked) {
                return detail::passed_on{walked.error()};
            }
        }
#endif
        return counts;
    }

    /// The way out: Mbed TLS's own configuration, which must not be changed. Lives as long as the context.
    const mbedtls_ssl_config* native_handle() const noexcept { return &state_->config; }

private:
    template <role>
    friend class context_slot;
    friend class client_hello;
    context() noexcept = default;
    explicit context(detail::ref<const detail::context_state> state) noexcept : state_(std::move(state)) {}

    static detail::fault set_up(detail::context_state& state, const client_options& given) noexcept {
        return detail::set_up_client(state, given);
    }
    static detail::fault set_up(detail::context_state& state, const server_options& given) noexcept {
        return detail::set_up_server(state, given, &detail::on_client_hello);
    }

    template <class T, bool Exceptions>
    result<stream<T>> start(T&& transport, const detail::wanted_peer& peer) const noexcept {
        auto core = detail::start_connection<T, Exceptions>(state_, peer, std::move(transport));
        if (!core) {
            return detail::passed_on{core.error()};
        }
        return stream<T>{*core};
    }

    detail::ref<const detail::context_state> state_;
};

/// What clients connect with.
using client_context = context<role::client>;
/// What servers accept with.
using server_context = context<role::server>;

inline void client_hello::use(const context<role::server>& other) noexcept {
    if (other) {
        verdict_->context = other.state_;
    } else {
        verdict_->fault = reason::empty_handle;
    }
}
} // namespace tlspp::inline TLSPP_ABI
