// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/transport.hpp>

#include <type_traits>
#include <utility>

namespace tlspp::inline TLSPP_ABI {

/// A transport made of two callables:
/// `send(span<const std::byte>) -> io_result` and `receive(span<std::byte>) -> io_result`, with the meaning of the
/// table in `transport.hpp`. They are held by value; what they capture by reference must outlive the connection.
///
/// They are called by the operations of the connection, in the thread that calls these. One that throws ends the
/// connection with `errc::callback`.
template <class Send, class Receive>
class callbacks {
    static_assert(std::is_invocable_r_v<io_result, Send&, std::span<const std::byte>>,
                  "the first callable must take std::span<const std::byte> and return io_result: the bytes taken, or "
                  "std::unexpected(would_block)");
    static_assert(std::is_invocable_r_v<io_result, Receive&, std::span<std::byte>>,
                  "the second callable must take std::span<std::byte> and return io_result: the bytes put, 0 at the "
                  "end of the stream, or std::unexpected(would_block)");
    static_assert(std::is_nothrow_move_constructible_v<Send> && std::is_nothrow_move_constructible_v<Receive>,
                  "the callables must move without throwing; a lambda that captures a const string or vector by value "
                  "copies it instead: capture by reference, or a copy that is not const");

public:
    /// Takes the two callables.
    callbacks(Send to_send, Receive to_receive) noexcept : send_(std::move(to_send)), receive_(std::move(to_receive)) {}

    /// Calls the first one.
    io_result send(std::span<const std::byte> out) { return send_(out); }
    /// Calls the second one.
    io_result receive(std::span<std::byte> in) { return receive_(in); }

private:
    Send send_;
    Receive receive_;
};
template <class Send, class Receive>
callbacks(Send, Receive) -> callbacks<Send, Receive>;
} // namespace tlspp::inline TLSPP_ABI
