// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/connect.hpp>

#include <tlspp/transport/bsd_listener.hpp>

namespace tlspp::inline TLSPP_ABI {

/// How long `accept` waits. Milliseconds or any duration.
struct accept_options {
    /// For a client to come. Default: without end.
    timeout accept_timeout = timeout::none;
    /// For the whole handshake, so that a client that says nothing does not stop the server.
    timeout handshake_timeout = 10'000;
};

/// Takes the next client and shakes hands with it. A server with several clients at a time takes them apart, by
/// `listener.accept()`, `context.wrap()` and `handshake()` in a thread or task of each client, so that a slow one holds
/// up itself only.
///
/// Afterwards the socket blocks without a limit; `transport().set_timeout` gives reads and writes one.
/// \par Errors As `bsd_listener::accept` (`reason::accept_failed`; `errc::timed_out` with `reason::io_deadline`) where
/// no client came; as `connection::handshake` where one came and failed: then the listener is good for the next.
/// `errc::timed_out` with `reason::handshake_deadline` means a client that was too slow.
/// \par Thread safety Several threads may take clients from one listener at once where `thread_safe`.
[[nodiscard]] inline result<stream<bsd_socket>> accept(const server_context& context, bsd_listener& listener,
                                                       accept_options options = {}) noexcept {
    auto socket = listener.accept(options.accept_timeout);
    if (!socket) {
        return std::unexpected(socket.error());
    }
    auto stream = context.wrap<bsd_socket, false>(std::move(*socket)); // sockets do not throw
    if (!stream) {
        return stream;
    }
    if (auto const done = detail::handshake_within(*stream, options.handshake_timeout); !done) {
        auto const why = done.error();
        auto const client = stream->transport().peer_endpoint();
        return std::unexpected(why.subject().empty() && client.port() != 0
                                   ? detail::about_host(why, client.address(), client.port())
                                   : why);
    }
    return stream;
}
} // namespace tlspp::inline TLSPP_ABI
