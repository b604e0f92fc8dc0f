// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/deadline.hpp>
#include <tlspp/detail/context_state.hpp>
#include <tlspp/detail/hello_gate_state.hpp>
#include <tlspp/detail/record_watch.hpp>
#include <tlspp/error.hpp>
#include <tlspp/transport.hpp>

namespace tlspp::inline TLSPP_ABI::detail {

/// What the transport last said when it did not say "here are bytes".
struct io_trouble {
    enum class kind : std::uint8_t { none, timed_out, reset, system, no_memory, threw, flood, flaw } what = kind::none;
    int system = 0;
};

/// Travels through Mbed TLS as the return code of a callback that failed; the cause is in `core::trouble`. Far outside
/// of the ranges of Mbed TLS's and PSA's codes.
inline constexpr int code_trouble = -0x10000001;

/// The same where `on_client_hello` ended the handshake; `hello_gate_state::why` has the cause.
inline constexpr int code_hello_ended = -0x10000003;

#if TLSPP_HAS_X509
/// \param search other paths than Mbed TLS's are looked for, too.
inline chain_verifier verifier_for(const context_state& context, const peer_name& peer, bool search) noexcept {
    return chain_verifier(context.verification, peer,
                          !context.is_client() && context.client_auth == client_auth::optional,
                          search && context.trust ? &*context.trust : nullptr);
}
#else
/// Nobody has a certificate to be judged.
struct chain_verifier {
    static constexpr bool ran() noexcept { return false; }
};
inline chain_verifier verifier_for(const context_state&, const peer_name&, bool) noexcept { return {}; }
#endif

struct core;

/// What a connection needs of its transport besides sending and receiving.
struct transport_functions {
    void (*destroy)(core*) noexcept;
    void (*close_gracefully)(core*) noexcept;
    std::size_t (*buffered)(const core*) noexcept;
    deadline (*exchange_deadline)(core*, deadline) noexcept;
};

/// The state of one connection. Lives in one block with its transport and never moves, since Mbed TLS keeps pointers
/// into it; the host name's text follows the block.
struct core {
    enum class stage : std::uint8_t { fresh, open, failed };

    core(ref<const context_state> shared, const transport_functions& functions, const peer_name& peer) noexcept
        : context(std::move(shared)), transport(&functions), verifier(verifier_for(*context, peer, true)),
          watch(context->role) {
        mbedtls_ssl_init(&ssl);
    }
    core(const core&) = delete;
    core& operator=(const core&) = delete;
    ~core() {
        mbedtls_ssl_free(&ssl);
        if (has_gate()) {
            destroy_object(gate);
        }
    }

    /// Goes on under another context, before Mbed TLS has seen or said anything; it is to be set up again.
    void change_context(const ref<const context_state>& other) noexcept {
        mbedtls_ssl_free(&ssl);
        mbedtls_ssl_init(&ssl);
        context = other;
        verifier = verifier_for(*context, {}, false);
    }

    /// A build without servers has no use for it, nor for the code behind it.
    bool has_gate() const noexcept { return build::server && build::sni && gate != nullptr; }

    mbedtls_ssl_context ssl;
    ref<const context_state> context;
    const transport_functions* transport;
    chain_verifier verifier;
    record_watch watch;
    psk_trace psk;
    io_trouble trouble;
    std::uint64_t bytes_read = 0;    ///< that the transport delivered
    std::uint64_t bytes_written = 0; ///< that it took
    std::size_t pending_write = 0;   ///< bytes of the record that waits for the transport; 0: none does
    std::size_t all_written = 0;     ///< of the write_all that waits to go on
    std::size_t all_read = 0;        ///< of the read_exactly that waits to go on
    std::string_view name;           ///< client: as the user gave it; server: as SNI asked
    char* name_storage = nullptr;    ///< server: room for `name`
#if defined(MBEDTLS_SSL_EARLY_DATA)
    mbedtls_ssl_send_t* send = nullptr;
    mbedtls_ssl_recv_t* receive = nullptr;
    std::size_t early_pending = 0; ///< client: bytes of the record of early data that waits for the transport
    std::uint32_t early_left = 0;  ///< what the session still permits
    bool early_over = false;       ///< client: no more early data can be sent
    bool early_wanted = false;     ///< server: the first operation was read_early
    bool early_waiting = false;    ///< server: there is some, to be read next
#endif
    hello_gate_state* gate = nullptr;         ///< server: where somebody wants to see the ClientHello
    mbedtls_ssl_config* own_config = nullptr; ///< server: room for it, where the context resumes sessions
    secure_buffer session;                    ///< the record of the session offered, accepted or resumed
    secure_buffer ticket;                     ///< client: what Mbed TLS gave for the last ticket of TLS 1.3
    stage at = stage::fresh;
    bool begun = false;        ///< the handshake has
    bool ticket_lost = false;  ///< there was no memory for it
    bool session_late = false; ///< one that was offered, or in the client's cache, had expired
    bool writing_all = false;  ///< a write_all has begun and is to be called again
    bool named = false;        ///< the peer's certificate must carry `name`
    bool hook_threw = false;   ///< a callback that cannot stop Mbed TLS by itself
    bool handshake_complete = false;
    bool close_sent = false;   ///< our close_notify is on its way
    bool close_wanted = false; ///< shutdown() has begun
    bool peer_closed = false;  ///< the peer's close_notify has arrived
    bool end_seen = false;     ///< the transport has ended
    bool blocked = false;      ///< the transport answered would_block in this call
    bool writing = false;      ///< what the last operation waits for
    bool reading = false;
    error last{errc::internal}; ///< why `at` is failed
};

/// A connection's block: the core, then the transport it drives.
template <class T>
struct block final : core {
    block(ref<const context_state> shared, const peer_name& peer, T&& given) noexcept
        : core(std::move(shared), functions, peer), carrier(std::move(given)) {}
    T carrier;

    static block& of(core* c) noexcept { return static_cast<block&>(*c); }

private:
    static void destroy(core* c) noexcept { destroy_object(&of(c)); }
    static void close_gracefully(core* c) noexcept {
        if constexpr (requires(T& t) { t.close_gracefully(); }) {
            of(c).carrier.close_gracefully();
        }
    }
    static std::size_t buffered(const core* c) noexcept {
        if constexpr (requires(const T& t) { t.buffered(); }) {
            return static_cast<const block*>(c)->carrier.buffered();
        } else {
            return 0;
        }
    }
    static deadline exchange_deadline(core* c, deadline until) noexcept {
        if constexpr (requires(T& t) { t.exchange_deadline(until); }) {
            return of(c).carrier.exchange_deadline(until);
        } else {
            return deadline::never;
        }
    }
    static constexpr transport_functions functions{&destroy, &close_gracefully, &buffered, &exchange_deadline};
};

/// Runs a callback of the user's; what it throws stays here. A template of its own for each setting, so that units
/// built with and without exceptions can be linked together.
template <bool Exceptions>
struct guard;
template <>
struct guard<false> {
    template <class F>
    static io_result call(io_trouble&, F&& f) noexcept {
        return f();
    }
};
#if TLSPP_EXCEPTIONS
template <>
struct guard<true> {
    template <class F>
    static io_result call(io_trouble& trouble, F&& f) noexcept {
        try {
            return f();
        } catch (...) {
            trouble.what = io_trouble::kind::threw;
            return std::unexpected(io_error{0});
        }
    }
};
#endif

/// Turns what a transport answered into what Mbed TLS expects of `f_send` and `f_recv`. Apart from the functions below,
/// so that they stay short.
[[gnu::noinline]] inline int trouble_code(core& c, io_error why, int want) noexcept {
    using kind = io_trouble::kind;
    switch (why.what()) {
    case io_error::kind::would_block:
        c.blocked = true;
        return want;
    case io_error::kind::timed_out:
        c.blocked = true;
        c.trouble.what = kind::timed_out;
        return want;
    case io_error::kind::reset:
        c.trouble.what = kind::reset;
        break;
    case io_error::kind::no_memory:
        c.trouble.what = kind::no_memory;
        break;
    case io_error::kind::system:
        if (c.trouble.what != kind::threw) {
            c.trouble.what = kind::system;
        }
        break;
    }
    c.trouble.system = why.system();
    return code_trouble;
}

/// After the peer broke off: what it had said before may still lie in the transport, an alert that tells why among it.
/// What is read is followed by the watch only, since the connection is over.
template <class T, bool Exceptions>
[[gnu::noinline]] void hear_last_words(core& c) noexcept {
    std::byte buffer[512];
    for (int i = 0; i != 64; ++i) {
        io_trouble ignored;
        auto const put = guard<Exceptions>::call(
            ignored, [&] { return block<T>::of(&c).carrier.receive(std::span<std::byte>{buffer}); });
        if (!put.has_value() || *put == 0 || *put > sizeof buffer || !c.watch.received(buffer, *put)) {
            return;
        }
    }
}

/// A TLS 1.3 server has all it needs, and sends tickets. A client that has said what it had to say and is gone loses
/// nothing with them; what it said can still be read. (Mbed TLS counts tickets to the handshake.)
inline bool sends_tickets_only(core& c) noexcept {
    return !c.context->is_client() && !c.handshake_complete && mbedtls_ssl_is_handshake_over(&c.ssl) != 0;
}

template <class T, bool Exceptions>
int send_function(void* context, const unsigned char* data, std::size_t size) noexcept {
    auto& c = *static_cast<core*>(context);
    std::span<const std::byte> const out{reinterpret_cast<const std::byte*>(data), size};
    if (!c.watch.sending(out.data(), size)) [[unlikely]] {
        c.trouble.what = io_trouble::kind::flaw;
        return code_trouble;
    }
    auto const taken = guard<Exceptions>::call(c.trouble, [&] { return block<T>::of(&c).carrier.send(out); });
    // Sizes are those of Mbed TLS's buffers, far below INT_MAX. A 0 would reach the caller as success (ssl_msg.c,
    // flush_output), a number above size as corruption.
    if (taken.has_value() && *taken != 0) {
        auto const n = *taken < out.size() ? *taken : out.size();
        c.watch.sent(out.data(), size, n);
        c.bytes_written += n;
        return static_cast<int>(n);
    }
    auto const why = taken.has_value() ? would_block : taken.error();
    if (why.what() == io_error::kind::reset && sends_tickets_only(c)) [[unlikely]] {
        c.watch.sent(out.data(), size, size);
        return static_cast<int>(size);
    }
    c.watch.sent(out.data(), size, 0);
    if (why.what() == io_error::kind::reset) [[unlikely]] {
        hear_last_words<T, Exceptions>(c);
    }
    return trouble_code(c, why, MBEDTLS_ERR_SSL_WANT_WRITE);
}

template <class T, bool Exceptions>
int receive_function(void* context, unsigned char* data, std::size_t size) noexcept {
    auto& c = *static_cast<core*>(context);
    std::span<std::byte> const in{reinterpret_cast<std::byte*>(data), size};
    auto const put = guard<Exceptions>::call(c.trouble, [&] { return block<T>::of(&c).carrier.receive(in); });
    if (!put.has_value()) {
        return trouble_code(c, put.error(), MBEDTLS_ERR_SSL_WANT_READ);
    }
    auto const n = *put < in.size() ? *put : in.size();
    if (n == 0) {
        c.end_seen = true;
        return 0;
    }
    c.bytes_read += n;
    if (!c.watch.received(in.data(), n)) {
        c.trouble.what = c.watch.inside().flaw() == hello_flaw::none ? io_trouble::kind::flood : io_trouble::kind::flaw;
        return code_trouble;
    }
    return static_cast<int>(n);
}
} // namespace tlspp::inline TLSPP_ABI::detail
