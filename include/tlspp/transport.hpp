// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/config.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <type_traits>

namespace tlspp::inline TLSPP_ABI {

/// How a transport's send or receive ended without moving a byte.
class io_error {
public:
    /// What happened.
    enum class kind : std::uint8_t {
        would_block, ///< nothing can be done now: not a failure
        timed_out,   ///< the transport's own deadline passed
        reset,       ///< the peer broke the connection off
        no_memory,   ///< the transport has no memory for the bytes
        system,      ///< anything else; `system()` has the number
    };

    static const io_error would_block; ///< nothing can be moved now; not an error
    static const io_error timed_out;   ///< its deadline passed: `errc::timed_out`, and the operation may be repeated
    static const io_error reset;       ///< the peer broke the connection off; fatal
    static const io_error no_memory;   ///< no room for what has to be kept; fatal, ends as `errc::out_of_memory`

    /// A system error number (errno, WSAGetLastError); fatal.
    constexpr explicit io_error(int system_number) noexcept : system_(system_number), kind_(kind::system) {}
    /// `system_number`: errno or its like, for `kind::system`.
    constexpr io_error(kind k, int system_number = 0) noexcept : system_(system_number), kind_(k) {}

    /// What kind of failure it is.
    constexpr kind what() const noexcept { return kind_; }
    /// The system's number, or 0.
    constexpr int system() const noexcept { return system_; }
    friend constexpr bool operator==(io_error, io_error) noexcept = default;

private:
    int system_;
    kind kind_;
};

inline constexpr io_error io_error::would_block{io_error::kind::would_block};
inline constexpr io_error io_error::timed_out{io_error::kind::timed_out};
inline constexpr io_error io_error::reset{io_error::kind::reset};
inline constexpr io_error io_error::no_memory{io_error::kind::no_memory};

/// Nothing can be moved now; not an error.
inline constexpr io_error would_block = io_error::would_block;

/// Bytes moved, or why none were.
using io_result = std::expected<std::size_t, io_error>;

/// Has `send`, as the table of `transport` wants it.
template <class T>
concept sends_bytes = requires(T& t, std::span<const std::byte> out) {
    { t.send(out) } -> std::same_as<io_result>;
};
/// Has `receive`, as the table of `transport` wants it.
template <class T>
concept receives_bytes = requires(T& t, std::span<std::byte> in) {
    { t.receive(in) } -> std::same_as<io_result>;
};
/// Can be moved into a connection.
template <class T>
concept moves_without_throwing = std::is_nothrow_move_constructible_v<T> && std::is_object_v<T> && !std::is_const_v<T>;

/// What carries the bytes of a connection. Required:
///
/// | expression | result | meaning |
/// |---|---|---|
/// | `t.send(span<const std::byte>)` | `io_result` | bytes taken, 1 to size (0 counts as `would_block`); never called with an empty span |
/// | `t.receive(span<std::byte>)` | `io_result` | bytes put, 1 to size; 0 is the end of the stream |
/// | move construction | noexcept | before the connection is made only; then the transport stays where it is |
///
/// Optional, used where present:
///
/// | expression | result | meaning |
/// |---|---|---|
/// | `t.close_gracefully()` | `void`, noexcept | sending is over: half-close and throw away what arrives, so that a last alert is not lost to a reset; it may wait for the peer's end where `receive` may block, for a bounded time. May be called more than once |
/// | `t.buffered()` | `std::size_t`, noexcept | bytes that the transport has read ahead and holds |
/// | `t.lend_buffer(span<std::byte>)`, `T::read_ahead` | `void`, noexcept; a constant | room of that size, in the block of the connection, to read ahead in; valid until the transport is moved out of it |
/// | `t.exchange_deadline(deadline)` | `deadline`, noexcept | from that moment on `send` and `receive` end with `timed_out`; what it was before. `connection::shutdown(deadline)` uses it |
/// | `t.check()` | `result<void>`, noexcept, const | asked when a connection is made; an error refuses the transport |
///
/// `send` and `receive` may block, or answer `would_block` at any time. Bytes given to `send` must be copied before it
/// returns, since a retry may come from another address. What they throw ends the operation with `errc::callback`.
/// A transport is used by one thread at a time, that of the connection.
template <class T>
concept transport = moves_without_throwing<T> && sends_bytes<T> && receives_bytes<T>;
} // namespace tlspp::inline TLSPP_ABI
