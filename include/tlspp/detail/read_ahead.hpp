// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/mbedtls.hpp>

#include <cstddef>
#include <cstring>
#include <span>
#include <utility>

/// `TLSPP_READ_AHEAD`: how many bytes a connection over a `bsd_socket` may read ahead; they are part of its one block
/// of memory. Default: the largest record that this Mbed TLS takes in (RFC 8446 §5.2: 256 bytes more than its content,
/// after a header of 5), so that no record costs two system calls; with less, long ones do. 0 turns it off, and is
/// the default with lwIP, where a call is no system call and memory is short.
#ifndef TLSPP_READ_AHEAD
#if defined(TLSPP_LWIP_SOCKETS)
#define TLSPP_READ_AHEAD 0
#else
#define TLSPP_READ_AHEAD (5 + MBEDTLS_SSL_IN_CONTENT_LEN + 256)
#endif
#endif

namespace tlspp::inline TLSPP_ABI::detail {

/// Bytes that were read before they were asked for, in memory that is lent by the connection's block. When it moves
/// out of there, what is left of them moves to memory of its own.
class read_ahead_buffer {
public:
    read_ahead_buffer() noexcept = default;
    read_ahead_buffer& operator=(read_ahead_buffer&& other) noexcept {
        if (this == &other) {
            return *this;
        }
        release();
        lost_ = std::exchange(other.lost_, false);
        if (other.owned_) {
            data_ = std::exchange(other.data_, nullptr);
            begin_ = std::exchange(other.begin_, 0);
            end_ = std::exchange(other.end_, 0);
            owned_ = std::exchange(other.owned_, false);
        } else if (other.size() != 0) {
            data_ = static_cast<std::byte*>(mbedtls_calloc(1, other.size()));
            owned_ = data_ != nullptr;
            lost_ = !owned_;
            if (owned_) {
                std::memcpy(data_, other.data_ + other.begin_, other.size());
                end_ = other.size();
            }
            other.clear();
        }
        return *this;
    }
    ~read_ahead_buffer() { release(); }

    std::size_t size() const noexcept { return end_ - begin_; }
    /// True where there was no memory for bytes that had to move: the stream has a gap.
    bool lost() const noexcept { return lost_; }

    void lend(std::span<std::byte> room) noexcept {
        if (size() > room.size()) { // they are read first, and nothing ahead of them
            return;
        }
        std::size_t const held = size();
        if (held != 0) {
            std::memmove(room.data(), data_ + begin_, held);
        }
        release();
        data_ = room.data();
        end_ = held;
        capacity_ = room.size();
    }
    /// Where to read ahead to, once all was taken; nothing where nothing is lent.
    std::span<std::byte> room() const noexcept { return {data_, capacity_}; }
    void filled(std::size_t count) noexcept {
        begin_ = 0;
        end_ = count;
    }
    std::size_t take(std::span<std::byte> in) noexcept {
        std::size_t const count = in.size() < size() ? in.size() : size();
        std::memcpy(in.data(), data_ + begin_, count);
        begin_ += count;
        return count;
    }
    void clear() noexcept { begin_ = end_ = 0; }

private:
    void release() noexcept {
        if (owned_) {
            mbedtls_free(data_);
        }
        data_ = nullptr;
        begin_ = end_ = capacity_ = 0;
        owned_ = false;
    }

    std::byte* data_ = nullptr;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::size_t capacity_ = 0; // of what is lent
    bool owned_ = false;
    bool lost_ = false;
};
} // namespace tlspp::inline TLSPP_ABI::detail
