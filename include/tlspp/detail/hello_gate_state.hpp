// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/context_state.hpp>
#include <tlspp/detail/hello_verdict.hpp>
#include <tlspp/transport/memory.hpp>

namespace tlspp::inline TLSPP_ABI::detail {

/// Puts the pieces of one plaintext handshake message together out of the records that it came in (RFC 8446 §5.1).
class message_collector {
public:
    enum class progress : std::uint8_t { more, complete, foreign, no_memory };

    /// How many bytes at most may be read now without reading more than the record that is needed.
    std::size_t wanted() const noexcept { return body_left_ != 0 ? body_left_ : sizeof header_ - header_size_; }

    /// Takes bytes as they come from the wire. `foreign`: a record of another type has begun, or the message is larger
    /// than one that Mbed TLS takes; no more is collected before `start_again`.
    progress take(const unsigned char* data, std::size_t size) noexcept {
        progress now = at_;
        while (size != 0) {
            if (body_left_ == 0) {
                header_[header_size_++] = *data++;
                --size;
                if (header_size_ == sizeof header_) {
                    header_size_ = 0;
                    body_left_ = static_cast<std::size_t>(header_[3]) << 8 | header_[4];
                    if (header_[0] != handshake && !pass_others_) {
                        at_ = now = progress::foreign;
                    }
                }
                continue;
            }
            auto const part = size < body_left_ ? size : body_left_;
            if (at_ == progress::more && header_[0] == handshake) {
                at_ = now = collect(data, part);
            }
            data += part;
            size -= part;
            body_left_ -= part;
        }
        return now;
    }
    /// For the next message; records of other types are passed over from now on.
    void start_again() noexcept {
        message_.pop(message_.size());
        at_ = progress::more;
        pass_others_ = true;
    }
    /// The message with its header, once it is complete; else nothing.
    bytes message() const noexcept {
        return at_ == progress::complete ? bytes{message_.data(), whole_size()} : bytes{};
    }

private:
    static constexpr unsigned char handshake = 22;
    static constexpr std::size_t largest = 4 + 16384;

    std::size_t whole_size() const noexcept {
        auto const* const at = reinterpret_cast<const unsigned char*>(message_.data());
        return 4 + (static_cast<std::size_t>(at[1]) << 16 | static_cast<std::size_t>(at[2]) << 8 | at[3]);
    }
    progress collect(const unsigned char* data, std::size_t size) noexcept {
        if (message_.size() + size > largest) {
            return progress::foreign;
        }
        if (!message_.push(reinterpret_cast<const std::byte*>(data), size)) {
            return progress::no_memory;
        }
        if (message_.size() < 4) {
            return progress::more;
        }
        if (whole_size() > largest) {
            return progress::foreign;
        }
        return message_.size() >= whole_size() ? progress::complete : progress::more;
    }

    byte_queue message_;
    std::size_t body_left_ = 0;
    unsigned char header_[5] = {};
    std::uint8_t header_size_ = 0;
    progress at_ = progress::more;
    bool pass_others_ = false;
};

struct core;

/// What a server connection remembers of the ClientHello that `on_client_hello` sees before Mbed TLS does.
struct hello_gate_state {
    ref<const context_state> asked; ///< whose `on_client_hello` it is
    mbedtls_ssl_send_t* send = nullptr;
    mbedtls_ssl_recv_t* receive = nullptr; ///< from the transport
    byte_queue records;                    ///< read already, as they came, for Mbed TLS
    message_collector collector;
    hello_verdict verdict;
    error why{errc::internal};               ///< what the callback ended the handshake with
    std::optional<alert> say;                ///< and what the client is told
    int (*set_up)(core&) noexcept = nullptr; ///< under the context that the connection has now
    bool read = false;                       ///< the first ClientHello is here, or something that is none
    bool passed = false;                     ///< it was shown
    bool answered = false;                   ///< the callback has decided about the ClientHello that Mbed TLS looks at
    bool second = false;                     ///< Mbed TLS has looked at the first one
};
} // namespace tlspp::inline TLSPP_ABI::detail
