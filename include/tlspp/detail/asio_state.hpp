// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/asio_flavour.hpp>

#include <tlspp/engine.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace tlspp::inline TLSPP_ABI::detail {

/// What questions are asked of where no connection could be made.
class no_connection final : public connection {
public:
    no_connection() noexcept : connection(nullptr) {}
};

/// What an asio_stream and its operations share: the engine, and who is moving its bytes. Operations keep it alive, so
/// that one that outlives the stream finds out.
///
/// Of each direction one operation moves the bytes at a time; the others wait on a timer that never expires, and are
/// woken by cancelling it. (What Asio's own TLS stream does: it needs nothing but timers, and each waiter keeps its
/// executor, allocator and cancellation slot.)
template <class Next>
class asio_state {
public:
    using executor_type = std::remove_cvref_t<decltype(std::declval<Next&>().get_executor())>;
    using flavour = typename asio_flavour<executor_type>::type;
    using error_code = typename flavour::error_code;
    using timer = typename flavour::template timer<executor_type>;

    asio_state(Next& layer, role own, result<engine> made)
        : next(&layer), side(own), reader(layer.get_executor(), never()), writer(layer.get_executor(), never()),
          closing(layer.get_executor(), never()) {
        if (made) {
            tls.emplace(std::move(*made));
        } else {
            fault = made.error();
        }
    }

    static auto never() noexcept { return (timer::time_point::max)(); }

    connection& conn() noexcept { return tls ? static_cast<connection&>(*tls) : none_; }

    /// A failure as a code; what it was in full is kept.
    error_code fail(const error& why) noexcept {
        last = why;
        return flavour::make(why.code());
    }

    /// All bytes that TLS has ever given to be sent; `flushed` of them are with the next layer.
    std::uint64_t produced() const noexcept { return tls ? tls->bytes_written() : 0; }

    /// What is to be sent next; stays where it is until `sent`.
    typename flavour::const_buffer to_send() noexcept {
        if (flight.size() == 0) {
            tls->transport().take_outgoing(flight);
        }
        return {flight.data(), flight.size()};
    }
    void sent(std::size_t count) noexcept {
        flight.pop(count);
        flushed += count;
    }

    /// Room for what the next layer receives; empty where there is no memory, as the next operation will tell.
    typename flavour::mutable_buffer room() noexcept {
        auto const room = tls->transport().prepare(read_size_);
        return {room.data(), room.size()};
    }
    /// True where the operation goes on: bytes came, or the end, which is the engine's to judge.
    bool received(const error_code& ec, std::size_t count) noexcept {
        tls->transport().commit(count);
        if (count == read_size_ && read_size_ < largest_read) {
            read_size_ *= 2;
        }
        if (ec == flavour::end_of_stream()) {
            tls->transport().feed_end();
            return true;
        }
        return !ec;
    }

    bool end_read(const error_code& ec, std::size_t count) {
        reading = false;
        reader.cancel();
        closing.cancel();
        return received(ec, count);
    }
    void end_write(std::size_t count) {
        writing = false;
        sent(count);
        writer.cancel();
        closing.cancel();
    }
    /// The stream is gone.
    void abandon() {
        next = nullptr;
        reader.cancel();
        writer.cancel();
        closing.cancel();
    }

    /// A server of TLS 1.3 that has all it needs, and only tickets to send: a client that is gone loses nothing.
    bool sends_tickets_only() noexcept {
        return side == role::server && tls->is_handshake_complete() && tls->version() == version::tls1_3;
    }

    Next* next; ///< null once the stream is gone
    role side;
    std::optional<engine> tls;
    error fault{errc::misuse}; ///< why there is none
    std::optional<error> last; ///< what failed last
    byte_queue flight;         ///< what the next layer is sending
    secure_buffer gathered;    ///< small buffers on their way into one record
    std::uint64_t flushed = 0; ///< bytes that the next layer has taken
    timer reader;              ///< who waits for another one's read
    timer writer;              ///< who waits for another one's write
    timer closing;             ///< the shutdown that waits
    error_code read_failure{}; ///< of what was done for the shutdown
    error_code write_failure{};
    bool reading = false;
    bool writing = false;

private:
    // An idle connection has room for little; where much comes, a record of full size is read in one go.
    static constexpr std::size_t largest_read = 32768;
    std::size_t read_size_ = 4096;
    no_connection none_;
};
} // namespace tlspp::inline TLSPP_ABI::detail
