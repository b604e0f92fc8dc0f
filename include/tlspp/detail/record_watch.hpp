// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/inspector.hpp>

namespace tlspp::inline TLSPP_ABI::detail {

/// Follows the record headers (RFC 8446 §5.1) that pass through the transport. Mbed TLS tells neither whether it sent
/// an alert before it gave up, nor bounds what a peer can send without ever saying anything. During the handshake it
/// shows the inspector what is in the clear.
class record_watch {
public:
    enum content : std::uint8_t { change_cipher_spec = 20, alert_record = 21, handshake = 22, application_data = 23 };

    explicit record_watch(role own = role::client) noexcept
        : inspector_(own), own_(own), peer_(own == role::client ? role::server : role::client) {}

    /// Records in a row that carry nothing for the application, and warning alerts in a row, before the peer is
    /// taken for hostile.
    static constexpr unsigned idle_limit = 32;
    static constexpr unsigned warning_limit = 4;
    /// Records of one handshake; 16 KiB of messages cut into single bytes stay below.
    static constexpr unsigned handshake_limit = 40000;

    /// Before Mbed TLS's bytes are sent. False: they must not be, see `inspector::flaw`.
    bool sending(const std::byte* data, std::size_t size) noexcept {
        return !handshaking_ || out_unsent_ != 0 || show_sent(data, size);
    }
    /// Bytes that Mbed TLS asked to send, and how many of them went.
    void sent(const std::byte* data, std::size_t asked, std::size_t taken) noexcept {
        if (out_unsent_ == 0) { // a new record starts
            last_sent_type_ = static_cast<std::uint8_t>(data[0]);
            last_sent_size_ = static_cast<std::uint16_t>(asked);
            sent_since_receive_ = true;
        }
        out_unsent_ = asked - taken;
    }

    /// Bytes that the transport delivered. False: the peer floods us, or a record or its hello has a flaw, see `inspector::flaw`.
    bool received(const std::byte* data, std::size_t size) noexcept {
        sent_since_receive_ = false;
        if (TLSPP_FAST_PATHS != 0 && size <= in_body_) { // the usual case: the body of one record
            in_body_ -= size;
            return !follows_body_ || follow_body(data, size);
        }
        if (TLSPP_FAST_PATHS != 0 && size == 5 && in_body_ == 0 && header_size_ == 0) { // and its header
            return begin_record(data);
        }
        return received_slowly(data, size);
    }

    /// The application got data.
    void progress() noexcept {
        idle_ = warnings_ = 0;
        progressed_ = true;
    }
    void handshake_over() noexcept {
        handshaking_ = false;
        inspector_.handshake_over();
        idle_ = warnings_ = 0;
    }
    /// It got some before.
    bool progressed() const noexcept { return progressed_; }

    /// Bytes that Mbed TLS holds back because the transport took less than it was given.
    std::size_t unsent() const noexcept { return out_unsent_; }
    /// Some of them belong to a record of this type.
    bool holds_back(content type) const noexcept { return out_unsent_ != 0 && last_sent_type_ == type; }

    /// Whether the last thing sent, after all that was received, was an alert. In TLS 1.3 its type is encrypted: the
    /// size tells (two bytes of alert and one of type, padded, and the 16-byte tag).
    bool ended_with_alert(bool tls1_3) const noexcept {
        if (!sent_since_receive_) {
            return false;
        }
        return last_sent_type_ == alert_record ||
               (tls1_3 && last_sent_type_ == application_data && last_sent_size_ <= 5 + 16 + 16);
    }

    /// Something arrived, and its first bytes were no TLS record.
    bool not_tls() const noexcept { return not_tls_; }
    bool anything_received() const noexcept { return seen_first_; }
    /// True where a fatal alert came in the clear; then `alert_description()` is its number.
    bool saw_fatal_alert() const noexcept { return alert_[0] == 2 && alert_size_ == 2; }
    std::uint8_t alert_description() const noexcept { return alert_[1]; }

    inspector& inside() noexcept { return inspector_; }
    const inspector& inside() const noexcept { return inspector_; }

private:
    [[gnu::noinline]] bool received_slowly(const std::byte* data, std::size_t size) noexcept {
        while (size != 0) {
            if (in_body_ == 0) {
                header_[header_size_++] = *data++;
                --size;
                if (header_size_ == 5 && !begin_record(header_)) {
                    return false;
                }
            } else {
                auto const part = size < in_body_ ? size : in_body_;
                if (follows_body_ && !follow_body(data, part)) {
                    return false;
                }
                in_body_ -= part;
                data += part;
                size -= part;
            }
        }
        return true;
    }

    bool begin_record(const std::byte* header) noexcept {
        auto const type = static_cast<std::uint8_t>(header[0]);
        header_size_ = 0;
        in_body_ = static_cast<std::size_t>(header[3]) << 8 | static_cast<std::size_t>(header[4]);
        follows_body_ = false;
        ++idle_;
        if (type == application_data && !handshaking_ && inspector_.fits(in_body_)) [[likely]] {
            return idle_ <= idle_limit;
        }
        return begin_other_record(type, header[1] == std::byte{3});
    }

    [[gnu::noinline]] bool begin_other_record(std::uint8_t type, bool known_version) noexcept {
        if (type == alert_record) {
            ++warnings_;
            if (in_body_ == 2) { // else it is encrypted
                alert_size_ = 0;
                follows_body_ = true;
            }
        }
        follows_inside_ = handshaking_ && inspector_.begin_record(peer_, static_cast<record_type>(type), in_body_);
        follows_body_ = follows_body_ || follows_inside_;
        if (!seen_first_) {
            seen_first_ = true;
            not_tls_ = type < change_cipher_spec || type > application_data || !known_version;
        }
        if (!not_tls_ && !inspector_.accepts(static_cast<record_type>(type), in_body_, handshaking_, follows_inside_)) {
            return false;
        }
        bool const carries_handshake = handshaking_ && type >= handshake;
        if (carries_handshake && ++handshake_records_ <= handshake_limit) {
            idle_ = 0;
        }
        return idle_ <= idle_limit && warnings_ <= warning_limit;
    }

    [[gnu::noinline]] bool follow_body(const std::byte* data, std::size_t size) noexcept {
        if (follows_inside_) {
            inspector_.body(peer_, data, size);
            return inspector_.flaw() == hello_flaw::none;
        }
        for (std::size_t i = 0; alert_size_ < 2 && i != size; ++i) {
            alert_[alert_size_++] = static_cast<std::uint8_t>(data[i]);
            if (alert_size_ == 2 && handshaking_) {
                inspector_.alert(peer_, alert_[1]);
            }
        }
        return true;
    }

    /// Mbed TLS hands over whole records. An alert may always be sent.
    [[gnu::noinline]] bool show_sent(const std::byte* data, std::size_t size) noexcept {
        bool good = true;
        if constexpr (inspector::exists) {
            while (size >= 5) {
                auto const length = static_cast<std::size_t>(data[3]) << 8 | static_cast<std::size_t>(data[4]);
                auto const part = length < size - 5 ? length : size - 5;
                auto const type = static_cast<record_type>(data[0]);
                if (type == record_type::alert && part == 2) {
                    inspector_.alert(own_, static_cast<std::uint8_t>(data[6]));
                }
                if (inspector_.begin_record(own_, type, length)) {
                    inspector_.body(own_, data + 5, part);
                    good = inspector_.flaw() == hello_flaw::none;
                }
                data += 5 + part;
                size -= 5 + part;
            }
        }
        return good;
    }

    [[no_unique_address]] inspector inspector_;
    std::size_t in_body_ = 0;
    std::size_t out_unsent_ = 0;
    std::uint16_t idle_ = 0;
    std::uint16_t warnings_ = 0;
    std::uint16_t handshake_records_ = 0;
    std::uint16_t last_sent_size_ = 0;
    std::uint8_t last_sent_type_ = 0;
    std::byte header_[5] = {};
    std::uint8_t header_size_ = 0;
    std::uint8_t alert_[2] = {};
    std::uint8_t alert_size_ = 0;
    role own_;
    role peer_;
    bool follows_body_ = false;   ///< the body of this record is looked at
    bool follows_inside_ = false; ///< by the inspector; otherwise it is an alert in the clear
    bool handshaking_ = true;
    bool sent_since_receive_ = false;
    bool seen_first_ = false;
    bool not_tls_ = false;
    bool progressed_ = false;
};
} // namespace tlspp::inline TLSPP_ABI::detail
