// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/memory.hpp>
#include <tlspp/stream.hpp>
#include <tlspp/transport/memory.hpp>

#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

/// \file
/// For the tests of programs that use the library: two ends of a connection in one process, and between them a wire that
/// goes wrong when the test says so. Not part of `tlspp.hpp`. What goes wrong is the same in each run.
/// ```cpp
/// auto ends   = or_throw(test_transport::pair());
/// auto client = or_throw(client_context.wrap(std::move(ends.first), "localhost"));
/// auto server = or_throw(server_context.wrap(std::move(ends.second)));
/// client.transport().faults() = {.most_received = 1, .resets_after_received = 100};
/// auto const done = test_handshake(client, server); // done.client: errc::transport
/// ```
namespace tlspp::inline TLSPP_ABI {

/// What goes wrong at one end; by default nothing does. It may be changed at any time. Calls of `send` and `receive` are
/// counted together, from 0, and bytes for each direction, both since the end was made.
struct test_faults {
    /// For the fields below: at no call, after no number of bytes.
    static constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();
    /// For the fields below: whatever is given or wanted.
    static constexpr std::size_t whole = std::numeric_limits<std::size_t>::max();

    std::size_t most_sent = whole;     ///< the most bytes that one send takes, 1 or more
    std::size_t most_received = whole; ///< the most bytes that one receive gives, 1 or more
    /// Of so many calls the last answers `would_block` (2: every other one); 0: none does.
    std::uint32_t blocks_every = 0;
    /// Not 0: every other call on average answers `would_block`, and the rest moves some of the bytes, all by chance that
    /// begins with this number: one direction is ready before the other, late, or without need.
    std::uint32_t seed = 0;
    bool holds_sent = false;     ///< sends answer `would_block`, whatever there is room for
    bool holds_received = false; ///< receives answer `would_block`, whatever has arrived
    /// The call that ends with `failure`: `would_block` and `timed_out` once, anything else from then on. No error at all
    /// is the end of the stream; sending ends with a reset then.
    std::uint64_t fails_at = never;
    std::optional<io_error> failure = io_error::reset; ///< of `fails_at`
    /// The connection is reset, for both ends, when so many bytes were sent or received in all. What had arrived at the
    /// other end can still be read there.
    std::uint64_t resets_after_sent = never;
    std::uint64_t resets_after_received = never; ///< the same, of bytes received
    /// Receives answer 0, the end of the stream, when so many bytes were received in all.
    std::uint64_t ends_after_received = never;
};

/// One end of a connection in memory, as a transport. An end that is destroyed or closed is the end of the stream for the
/// other one, after what was sent. The bytes on their way are in Mbed TLS's memory; where there is none left, sending
/// ends with `io_error::no_memory`.
/// \par Thread safety Both ends belong to one thread.
class test_transport {
public:
    struct both_ends;

    /// Two ends that are connected.
    /// \param capacity bytes, 1 or more, that each direction holds before sending blocks. Default: any number. In TLS
    /// 1.3 a server's handshake is not over before its tickets are sent: where they do not fit in, the client must read.
    /// \return `errc::out_of_memory`.
    [[nodiscard]] static result<both_ends> pair(std::size_t capacity = test_faults::whole) noexcept;

    /// The end goes over; what is left of it answers `io_error::reset`.
    test_transport(test_transport&&) noexcept = default;
    test_transport& operator=(test_transport&&) = delete;
    ~test_transport() {
        close();
        if (wire_) {
            incoming().abandoned = true;
        }
    }

    /// What goes wrong from now on.
    test_faults& faults() noexcept { return faults_; }
    /// What goes wrong now.
    const test_faults& faults() const noexcept { return faults_; }

    std::uint64_t calls() const noexcept { return calls_; }       ///< of `send` and `receive` so far
    std::uint64_t sent() const noexcept { return sent_; }         ///< bytes
    std::uint64_t received() const noexcept { return received_; } ///< bytes
    /// How often a call failed, blocked or ended because of `faults()`: a test that asks for a fault and meets none has
    /// shown nothing.
    std::uint64_t met() const noexcept { return met_; }
    /// Bytes that have arrived and were not received.
    std::size_t arrived() const noexcept { return wire_ ? incoming().queue.size() : 0; }

    /// Nothing more is sent: the other end gets what was sent, and then the end of the stream.
    void close() noexcept {
        if (wire_) {
            outgoing().ended = true;
        }
    }
    /// Breaks the connection off for both ends.
    void reset() noexcept {
        if (wire_) {
            wire_->reset = true;
        }
    }

    /// As transport.hpp says.
    io_result send(std::span<const std::byte> out) noexcept {
        if (auto const now = before(faults_.holds_sent, sent_, faults_.resets_after_sent); now) {
            return now->has_value() ? std::unexpected(io_error::reset) : *now;
        }
        if (wire_->reset || outgoing().ended || outgoing().abandoned) {
            return std::unexpected(io_error::reset);
        }
        std::size_t const room = wire_->capacity - outgoing().queue.size();
        std::size_t const count =
            some_of(smallest(out.size(), faults_.most_sent, room, faults_.resets_after_sent - sent_));
        if (count == 0) {
            return std::unexpected(would_block);
        }
        if (!outgoing().queue.push(out.data(), count)) {
            return std::unexpected(io_error::no_memory);
        }
        sent_ += count;
        return count;
    }

    /// As transport.hpp says.
    io_result receive(std::span<std::byte> in) noexcept {
        if (auto const now = before(faults_.holds_received, received_, faults_.resets_after_received); now) {
            return *now;
        }
        if (received_ >= faults_.ends_after_received) {
            ++met_;
            return 0;
        }
        auto& from = incoming();
        if (from.queue.size() == 0) {
            if (wire_->reset) {
                return std::unexpected(io_error::reset);
            }
            return from.ended ? io_result(0) : std::unexpected(would_block);
        }
        std::size_t const count =
            some_of(smallest(in.size(), faults_.most_received, from.queue.size(),
                             faults_.resets_after_received - received_, faults_.ends_after_received - received_));
        std::memcpy(in.data(), from.queue.data(), count);
        from.queue.pop(count);
        received_ += count;
        return count;
    }

    /// Half-closes.
    void close_gracefully() noexcept { close(); }

private:
    struct direction {
        detail::byte_queue queue;
        bool ended = false;     ///< nothing follows
        bool abandoned = false; ///< nobody is there who would receive
    };
    struct wire {
        explicit wire(std::size_t most) noexcept : capacity(most == 0 ? 1 : most) {}
        detail::ref_count references;
        direction ways[2];
        std::size_t capacity;
        bool reset = false;
    };

    test_transport(detail::ref<wire> shared, bool second) noexcept : wire_(std::move(shared)), second_(second) {}

    direction& outgoing() const noexcept { return wire_->ways[second_ ? 1 : 0]; }
    direction& incoming() const noexcept { return wire_->ways[second_ ? 0 : 1]; }

    template <class... Others>
    static constexpr std::size_t smallest(std::uint64_t one, Others... others) noexcept {
        ((one = static_cast<std::uint64_t>(others) < one ? static_cast<std::uint64_t>(others) : one), ...);
        return static_cast<std::size_t>(one);
    }

    /// What a call ends with before it moves anything, if it does.
    std::optional<io_result> before(bool held, std::uint64_t moved, std::uint64_t resets_after) noexcept {
        auto const call = calls_++;
        if (!wire_) { // moved from
            return std::unexpected(io_error::reset);
        }
        if (call >= faults_.fails_at) {
            auto const how = faults_.failure;
            bool const passing = how == would_block || how == io_error::timed_out;
            if (!passing || call == faults_.fails_at) {
                ++met_;
                wire_->reset = wire_->reset || (how && !passing);
                return how ? io_result(std::unexpected(*how)) : io_result(0);
            }
        }
        if (moved >= resets_after) {
            ++met_;
            wire_->reset = true;
            return std::unexpected(io_error::reset);
        }
        if (held || (faults_.blocks_every != 0 && call % faults_.blocks_every == faults_.blocks_every - 1U) ||
            (faults_.seed != 0 && (chance() & 1U) != 0)) {
            ++met_;
            return std::unexpected(would_block);
        }
        return std::nullopt;
    }
    /// 1 to `most`, or 0 where that is.
    std::size_t some_of(std::size_t most) noexcept {
        return faults_.seed == 0 || most == 0 ? most : 1 + static_cast<std::size_t>(chance() % most);
    }
    /// A linear congruential generator (Knuth's MMIX), of which the upper half is good.
    std::uint32_t chance() noexcept {
        state_ = (state_ ^ (state_ == 0 ? faults_.seed : 0U)) * 6364136223846793005U + 1442695040888963407U;
        return static_cast<std::uint32_t>(state_ >> 32U);
    }

    detail::ref<wire> wire_;
    test_faults faults_;
    std::uint64_t calls_ = 0;
    std::uint64_t sent_ = 0;
    std::uint64_t received_ = 0;
    std::uint64_t met_ = 0;
    std::uint64_t state_ = 0;
    bool second_;
};

/// The two ends of one wire.
struct test_transport::both_ends {
    test_transport first;  ///< one end
    test_transport second; ///< the other
};

inline result<test_transport::both_ends> test_transport::pair(std::size_t capacity) noexcept {
    auto shared = detail::ref<wire>::make(capacity);
    if (!shared) {
        return std::unexpected(error(errc::out_of_memory));
    }
    test_transport first(shared, false);
    return both_ends{std::move(first), test_transport(std::move(shared), true)};
}

/// How a handshake ended at both ends.
struct test_outcome {
    result<void> client; ///< of the client's end
    result<void> server; ///< of the server's
    /// Both succeeded.
    explicit operator bool() const noexcept { return client.has_value() && server.has_value(); }
};

/// Runs both handshakes in turn, until each has succeeded or failed. An end that fails is closed, as a program would, so
/// that the other one does not wait for it.
/// \param rounds after so many turns it is given up; an end that is not done then has `want_read`, `want_write` or
/// `timed_out`.
[[nodiscard]] inline test_outcome test_handshake(stream<test_transport>& client, stream<test_transport>& server,
                                                 std::uint32_t rounds = 100'000) noexcept {
    auto const goes_on = [](const result<void>& r) {
        return !r && (r.error() == errc::want_read || r.error() == errc::want_write || r.error() == errc::timed_out);
    };
    test_outcome done{std::unexpected(error(errc::want_write)), std::unexpected(error(errc::want_read))};
    for (; rounds != 0 && (goes_on(done.client) || goes_on(done.server)); --rounds) {
        for (auto const& [end, how] : {std::pair{&client, &done.client}, {&server, &done.server}}) {
            if (goes_on(*how)) {
                *how = end->handshake();
                if (!*how && !goes_on(*how)) {
                    end->transport().close();
                }
            }
        }
    }
    return done;
}
} // namespace tlspp::inline TLSPP_ABI
