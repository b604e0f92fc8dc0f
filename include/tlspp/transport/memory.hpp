// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/transport.hpp>

#include <tlspp/bytes.hpp>
#include <tlspp/detail/mbedtls.hpp>

#include <cstring>
#include <limits>
#include <utility>

namespace tlspp::inline TLSPP_ABI {
namespace detail {

/// Bytes in, in order, bytes out; grows on `mbedtls_calloc`. The space of bytes taken is used again only when the end
/// is reached, so a message that comes and goes is copied once in and once out, never within.
class byte_queue {
public:
    byte_queue() noexcept = default;
    byte_queue(byte_queue&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), begin_(std::exchange(other.begin_, 0)),
          end_(std::exchange(other.end_, 0)), capacity_(std::exchange(other.capacity_, 0)) {}
    byte_queue& operator=(byte_queue&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(begin_, other.begin_);
        std::swap(end_, other.end_);
        std::swap(capacity_, other.capacity_);
        return *this;
    }
    ~byte_queue() { mbedtls_free(data_); }

    const std::byte* data() const noexcept { return data_ + begin_; }
    std::size_t size() const noexcept { return end_ - begin_; }

    /// False where there is no memory; nothing was added then.
    bool push(const std::byte* bytes, std::size_t count) noexcept {
        if (capacity_ - end_ < count && !make_room(count)) {
            return false;
        }
        if (count != 0) { // an empty queue has no address to copy to
            std::memcpy(data_ + end_, bytes, count);
            end_ += count;
        }
        return true;
    }
    /// Where `count` more bytes may be put; null where there is no memory.
    std::byte* prepare(std::size_t count) noexcept {
        return capacity_ - end_ < count && !make_room(count) ? nullptr : data_ + end_;
    }
    /// So many were put there.
    void commit(std::size_t count) noexcept { end_ += count; }
    void pop(std::size_t count) noexcept {
        begin_ += count;
        if (begin_ == end_) {
            begin_ = end_ = 0;
            if (capacity_ > kept_when_empty) {
                give_back();
            }
        }
    }

private:
    // The first allocation holds a flight of a usual handshake. A large burst does not stay for the life of the
    // connection.
    static constexpr std::size_t first_capacity = 4096;
    static constexpr std::size_t kept_when_empty = 65536;

    [[gnu::noinline]] bool make_room(std::size_t count) noexcept {
        std::size_t const used = size();
        if (capacity_ - used >= count && begin_ >= used) { // moving is cheap against what was taken since
            std::memcpy(data_, data_ + begin_, used);
            begin_ = 0;
            end_ = used;
            return true;
        }
        if (count > std::numeric_limits<std::size_t>::max() / 2 - used) {
            return false;
        }
        std::size_t capacity = used + count;
        if (capacity < first_capacity) {
            capacity = first_capacity;
        } else if (capacity_ != 0 && capacity < 2 * capacity_) {
            capacity = 2 * capacity_;
        }
        auto* const larger = static_cast<std::byte*>(mbedtls_calloc(1, capacity));
        if (larger == nullptr) {
            return false;
        }
        if (used != 0) {
            std::memcpy(larger, data_ + begin_, used);
        }
        mbedtls_free(data_);
        data_ = larger;
        begin_ = 0;
        end_ = used;
        capacity_ = capacity;
        return true;
    }
    [[gnu::noinline]] void give_back() noexcept {
        mbedtls_free(data_);
        data_ = nullptr;
        capacity_ = 0;
    }

    std::byte* data_ = nullptr;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::size_t capacity_ = 0;
};
} // namespace detail

/// A transport without any I/O: the program carries the bytes, as with Python's `MemoryBIO`. Operations answer
/// `want_read` where more bytes have to be fed first.
///
/// Both directions hold as much as is put in, in Mbed TLS's memory. `feed` is the program's own doing; for what the
/// connection writes the constructor takes a limit.
/// \par Thread safety One thread at a time, that of the connection.
class memory_transport {
public:
    /// Without limit: a write is taken whole.
    memory_transport() noexcept = default;
    /// Back pressure: once `outgoing_limit` bytes (1 or more) wait to be sent, writes answer `want_write`.
    explicit memory_transport(std::size_t outgoing_limit) noexcept : limit_(outgoing_limit == 0 ? 1 : outgoing_limit) {}

    /// The bytes to send to the peer, oldest first; empty where there are none. Valid until the next `consume` or the
    /// next operation on the connection.
    std::span<const std::byte> outgoing() const noexcept { return {out_.data(), out_.size()}; }
    /// Takes all of them out, into a queue whose own bytes were all sent: they stay where they are while they are sent,
    /// whatever the connection does.
    void take_outgoing(detail::byte_queue& taken) noexcept { std::swap(out_, taken); }
    /// The first `count` bytes of `outgoing()` are on their way; more than there are counts as all.
    void consume(std::size_t count) noexcept { out_.pop(count < out_.size() ? count : out_.size()); }

    /// Hands over bytes that came from the peer; they are copied. Where there is no memory for them, the next operation
    /// and all later ones fail with `errc::out_of_memory`, since a gap in the stream cannot be mended.
    void feed(bytes received) noexcept {
        if (!ended_ && !in_.push(received.data(), received.size())) {
            failed_ = true;
        }
    }
    /// The same without the copy: room for `most` bytes (1 or more) to receive into, and how many of them came. The room
    /// stays until bytes are fed or read; it is empty, and nothing can come any more, where there is no memory for it.
    std::span<std::byte> prepare(std::size_t most) noexcept {
        auto* const room = failed_ ? nullptr : in_.prepare(most);
        failed_ = room == nullptr;
        return {room, failed_ ? 0 : most};
    }
    /// Says how many bytes of the room that `prepare` gave have come.
    void commit(std::size_t count) noexcept {
        if (!ended_) {
            in_.commit(count);
        }
    }
    /// The peer's end of stream; what is fed after it is dropped.
    void feed_end() noexcept { ended_ = true; }

    /// Bytes fed and not yet read.
    std::size_t buffered() const noexcept { return in_.size(); }

    /// For the connection: puts bytes into `outgoing`.
    io_result send(std::span<const std::byte> out) noexcept {
        if (failed_) [[unlikely]] {
            return std::unexpected(io_error::no_memory);
        }
        std::size_t count = out.size();
        if (count > limit_ - out_.size()) [[unlikely]] {
            count = limit_ - out_.size();
            if (count == 0) {
                return std::unexpected(would_block);
            }
        }
        if (!out_.push(out.data(), count)) [[unlikely]] {
            return std::unexpected(io_error::no_memory);
        }
        return count;
    }
    /// For the connection: takes bytes that were fed.
    io_result receive(std::span<std::byte> in) noexcept {
        std::size_t const count = in.size() < in_.size() ? in.size() : in_.size();
        if (count == 0 || failed_) [[unlikely]] {
            return nothing_to_receive();
        }
        std::memcpy(in.data(), in_.data(), count);
        in_.pop(count);
        return count;
    }

private:
    io_result nothing_to_receive() const noexcept {
        if (failed_) {
            return std::unexpected(io_error::no_memory);
        }
        if (ended_ && in_.size() == 0) {
            return std::size_t{0};
        }
        return std::unexpected(would_block);
    }

    detail::byte_queue in_;
    detail::byte_queue out_;
    std::size_t limit_ = std::numeric_limits<std::size_t>::max();
    bool ended_ = false;
    bool failed_ = false;
};
} // namespace tlspp::inline TLSPP_ABI
