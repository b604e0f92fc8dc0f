// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/context.hpp>

#include <tlspp/deadline.hpp>
#include <tlspp/transport/bsd_socket.hpp>

namespace tlspp::inline TLSPP_ABI {

/// How `connect` gets to the server. Times are milliseconds or any duration.
struct connect_options {
    /// For finding the address and opening the TCP connection, together.
    timeout connect_timeout = 30'000;
    /// For the whole handshake, however many steps it takes.
    timeout handshake_timeout = 30'000;
    /// Where to connect to, a host name or a numeric address; empty: the host itself. The certificate must still carry
    /// the host's name, which is sent as SNI. Needs to live until `connect` returns.
    std::string_view address = {};
    /// A session of this server's to resume: see `connection::resume`.
    std::optional<tlspp::session> session = {};
};

namespace detail {
/// A handshake on a blocking socket that ends when `limit` is over, whatever the peer does.
inline result<void> handshake_within(stream<bsd_socket>& stream, timeout limit) noexcept {
    stream.transport().set_deadline(deadline{limit});
    auto done = stream.handshake();
    while (!done && (done.error() == errc::want_read || done.error() == errc::want_write)) {
        done = stream.handshake();
    }
    stream.transport().clear_deadline();
    if (!done && done.error() == errc::timed_out) {
        return std::unexpected(error{errc::timed_out, reason::handshake_deadline});
    }
    return done;
}
} // namespace detail

/// Makes a verified connection: resolves `host`, opens a TCP connection to one of its addresses, and shakes hands; the
/// certificate must be good for `host`, a name or an IP address.
///
/// Afterwards the socket blocks without a limit; `transport().set_timeout` gives reads and writes one.
/// \par Errors A name that is none fails before anything is sent (`errc::invalid_name`); then as
/// `bsd_socket::connect`, then as `connection::handshake`, with `errc::timed_out` (`reason::connect_deadline`,
/// `reason::handshake_deadline`) where time ran out.
/// \par Thread safety May be called by several threads at once where `thread_safe`.
[[nodiscard]] inline result<stream<bsd_socket>> connect(const client_context& context, std::string_view host,
                                                        std::uint16_t port, connect_options options = {}) noexcept {
    auto const name = server_name::parse(host);
    if (!name) {
        return std::unexpected(name.error());
    }
    auto socket =
        bsd_socket::connect(options.address.empty() ? name->text() : options.address, port, options.connect_timeout);
    if (!socket) {
        return std::unexpected(socket.error());
    }
    auto stream = context.wrap<bsd_socket, false>(std::move(*socket), *name); // sockets do not throw
    if (!stream) {
        return stream;
    }
    if (options.session) {
        if (auto const taken = stream->resume(std::move(*options.session)); !taken) {
            return std::unexpected(taken.error());
        }
    }
    if (auto const done = detail::handshake_within(*stream, options.handshake_timeout); !done) {
        auto const why = done.error();
        return std::unexpected(why.subject().empty() ? detail::about_host(why, host, port) : why);
    }
    return stream;
}
} // namespace tlspp::inline TLSPP_ABI
