// SPDX-License-Identifier: BSL-1.0
// The same work as plain.c, through tlspp: over callbacks on the same pipe, and as engines.
#include "credentials.h"
#include "pipe.h"
#include "side.h"

#include <tlspp/context.hpp>
#include <tlspp/engine.hpp>
#include <tlspp/transport/callbacks.hpp>

#include <optional>

namespace {
using namespace tlspp;

// or_throw says more, but a program that counts should not carry what it does not use.
template <class Result>
void check(const char* what, const Result& r) {
    if (!r) {
        give_up("tlspp", what, r.error().mbedtls_code());
    }
}

template <class Result>
auto take(const char* what, Result&& r) {
    check(what, r);
    return *std::move(r);
}

// ---- settings -------------------------------------------------------------------------------------------

std::optional<client_context> client_settings;
std::optional<server_context> server_settings;

void prepare(int tls1_3) {
    version const only = tls1_3 != 0 ? version::tls1_3 : version::tls1_2;
    option_list<cipher_suite> const suites{cipher_suite::TLS_AES_128_GCM_SHA256,
                                           cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256};
    client_settings = take("client context", client_context::create({
                                                 .trust = take("root", trust_store::from_pem(credentials_root)),
                                                 .minimum_version = only,
                                                 .maximum_version = only,
                                                 .cipher_suites = suites,
                                             }));
    server_settings = take("server context",
                           server_context::create({
                               .identities = {take("leaf", identity::from_pem(credentials_leaf, credentials_leaf_key))},
                               .minimum_version = only,
                               .maximum_version = only,
                               .cipher_suites = suites,
                               .tickets = {.count = 0}, // as in plain.c
                           }));
}

void finish() {
    client_settings.reset();
    server_settings.reset();
}

// ---- the two transports ---------------------------------------------------------------------------------

pipe_buffer to_server, to_client;

auto make_pipe(pipe_buffer& out, pipe_buffer& in) {
    return callbacks{
        [&out](std::span<const std::byte> data) noexcept -> io_result {
            auto const n = pipe_put(&out, reinterpret_cast<const unsigned char*>(data.data()), data.size());
            return n == 0 ? io_result{std::unexpected(would_block)} : io_result{n};
        },
        [&in](std::span<std::byte> data) noexcept -> io_result {
            auto const n = pipe_take(&in, reinterpret_cast<unsigned char*>(data.data()), data.size());
            return n == 0 ? io_result{std::unexpected(would_block)} : io_result{n};
        },
    };
}
using piped = stream<decltype(make_pipe(to_server, to_client))>;

/// Carries what `from` wants to send to `to`, where that is the program's business.
void carry(piped&, piped&) {}
void carry(engine& from, engine& to) {
    if (auto const out = from.transport().outgoing(); !out.empty()) {
        to.transport().feed(out);
        from.transport().consume(out.size());
    }
}

// ---- the work -------------------------------------------------------------------------------------------

template <class Stream>
struct pair {
    static inline std::optional<Stream> client;
    static inline std::optional<Stream> server;

    static void open() {
        if constexpr (std::is_same_v<Stream, engine>) {
            client = take("wrap", client_settings->wrap(memory_transport{}, "localhost"));
            server = take("wrap", server_settings->wrap(memory_transport{}));
        } else {
            client = take("wrap", client_settings->wrap(make_pipe(to_server, to_client), "localhost"));
            server = take("wrap", server_settings->wrap(make_pipe(to_client, to_server)));
        }
    }

    static bool handshake_step(Stream& end) {
        auto const done = end.handshake();
        if (!done && done.error() != errc::want_read && done.error() != errc::want_write) {
            check("handshake", done);
        }
        return done.has_value();
    }

    static void handshake() {
        bool client_done = false;
        bool server_done = false;
        while (!client_done || !server_done) {
            if (!client_done) {
                client_done = handshake_step(*client);
                carry(*client, *server);
            }
            if (!server_done) {
                server_done = handshake_step(*server);
                carry(*server, *client);
            }
        }
    }

    static void transfer(std::size_t size) {
        check("write", client->write_all({message, size}));
        carry(*client, *server);
        check("read", server->read_exactly({answer, size}));
    }

    static void round_trip(std::size_t size) {
        transfer(size);
        check("write", server->write_all({message, size}));
        carry(*server, *client);
        check("read", client->read_exactly({answer, size}));
    }

    static void expect_end(Stream& end) {
        auto const n = end.read_some(answer);
        check("end of stream", n);
        if (*n != 0) {
            give_up("tlspp", "end of stream", static_cast<int>(*n));
        }
    }

    static void shutdown() {
        check("shutdown", client->shutdown());
        carry(*client, *server);
        expect_end(*server);
        check("shutdown", server->shutdown());
        carry(*server, *client);
        expect_end(*client);
    }

    static void close() {
        client.reset();
        server.reset();
    }

    static constexpr side table(const char* name) {
        return {name, prepare, open, handshake, round_trip, transfer, shutdown, close, finish};
    }
};
} // namespace

extern "C" {
const side tlspp_callbacks = pair<piped>::table("callbacks");
const side tlspp_engine = pair<engine>::table("engine");
}
