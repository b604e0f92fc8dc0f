// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/config.hpp>

#if TLSPP_INSPECTOR
#include <tlspp/detail/handshake_reader.hpp>
#include <tlspp/detail/monotonic_clock.hpp>
#else
#include <tlspp/detail/handshake_facts.hpp>
#endif
#include <tlspp/trace_record.hpp>

namespace tlspp::inline TLSPP_ABI::detail {

/// The reader of what a handshake says in the clear, for one connection: Mbed TLS keeps to itself which group and which
/// signature were used, whether a session was resumed, and whether the master secret is bound to the handshake (RFC
/// 7627), and lets pass what hello messages must not have. It is fed by `record_watch`, record by record; it changes
/// nothing, allocates nothing, and ignores what it does not understand. `TLSPP_INSPECTOR=0` leaves an empty one.
class inspector {
public:
#if TLSPP_INSPECTOR
    static constexpr bool exists = true;

    using observer = void (*)(void* context, const trace_record&) noexcept;

    explicit inspector(role own) noexcept : own_(own) {}

    /// Who is told of each message, and must outlive the handshake.
    void observe(observer told, void* context) noexcept {
        observer_ = told;
        observed_ = context;
    }

    /// A record of `sender` begins, `size` bytes without its header. True where its body is to be shown, in whatever
    /// pieces it comes.
    bool begin_record(role sender, record_type type, std::size_t size) noexcept {
        auto& flow = flow_of(sender);
        bool const was_clear = flow.clear;
        if (type == record_type::change_cipher_spec && facts_.is_tls1_2()) {
            flow.clear = false;
            facts_.abbreviated = facts_.abbreviated || (sender == role::server && !facts_.full);
        }
        if (type == record_type::handshake && was_clear) {
            return true;
        }
        bool const encrypted = type != record_type::change_cipher_spec;
        if (type != record_type::alert || !was_clear) { // an alert in the clear is told by `alert`
            auto const finished = static_cast<std::uint8_t>(handshake_type::finished);
            tell(sender, type, type == record_type::handshake ? finished : std::uint8_t{0}, size, encrypted);
        }
        return false;
    }
    void body(role sender, const std::byte* data, std::size_t size) noexcept {
        flow_of(sender).reader.read(facts_, data, size, [&](const handshake_reader::seen& m) {
            tell(sender, record_type::handshake, static_cast<std::uint8_t>(m.type), m.length, false);
        });
    }
    /// The body of an alert in the clear.
    void alert(role sender, std::uint8_t description) noexcept {
        if (flow_of(sender).clear) {
            tell(sender, record_type::alert, description, 2, false);
        }
    }

    /// Whether a record of the peer's may have this size.
    bool fits(std::size_t size) const noexcept { return size <= largest_; }
    /// The same of a record that is not application data behind the handshake, and whether it may come now. Remembers
    /// the flaw. \param clear a handshake record that is not encrypted.
    bool accepts(record_type type, std::size_t size, bool handshaking, bool clear) noexcept {
        if (!fits(size) || (clear && size > largest_plaintext)) {
            record_flaw_ = hello_flaw::record_too_long;
        } else if (!handshaking && facts_.is_tls1_3() &&
                   (type == record_type::handshake || type == record_type::change_cipher_spec)) {
            record_flaw_ = hello_flaw::record_too_late;
        }
        return record_flaw_ == hello_flaw::none;
    }
    void handshake_over() noexcept {
        if (facts_.is_tls1_3()) {
            largest_ = largest_plaintext + 1 + 16; // its type, and the longest tag of all suites
        }
    }

    const handshake_facts& facts() const noexcept { return facts_; }
    /// What is wrong with the messages so far: the peer's, and on servers a resumption of our own that must not be.
    hello_flaw flaw() const noexcept {
        if (record_flaw_ != hello_flaw::none) {
            return record_flaw_;
        }
        auto const theirs = flow_of(peer()).reader.flaw();
        auto const ours = flow_of(own_).reader.flaw();
        return ours == hello_flaw::resumption_without_extended_master_secret ? ours : theirs;
    }
    /// A client of TLS 1.3 too offers a session of TLS 1.2 that has no ticket, only an id: the server may take it up.
    void session_offered() noexcept { facts_.session_offered = true; }

private:
    struct one_flow {
        handshake_reader reader;
        bool clear = true; ///< not encrypted yet
    };

    role peer() const noexcept { return own_ == role::client ? role::server : role::client; }
    one_flow& flow_of(role sender) noexcept { return flows_[static_cast<std::size_t>(sender)]; }
    const one_flow& flow_of(role sender) const noexcept { return flows_[static_cast<std::size_t>(sender)]; }

    void tell(role sender, record_type record, std::uint8_t type, std::size_t length, bool encrypted) noexcept {
        if (observer_ != nullptr) [[unlikely]] {
            auto const way = sender == own_ ? direction::sent : direction::received;
            observer_(observed_, {own_, way, record, type, encrypted, static_cast<std::uint32_t>(length),
                                  monotonic_milliseconds(), observed_});
        }
    }

    static constexpr std::uint16_t largest_plaintext = 16384;

    handshake_facts facts_;
    one_flow flows_[2] = {{handshake_reader(role::client)}, {handshake_reader(role::server)}};
    role own_;
    hello_flaw record_flaw_ = hello_flaw::none;
    std::uint16_t largest_ = largest_plaintext + 2048; ///< bytes of an encrypted record
    observer observer_ = nullptr;
    void* observed_ = nullptr;
#else
    static constexpr bool exists = false;
    using observer = void (*)(void* context, const trace_record&) noexcept;

    explicit inspector(role) noexcept {}
    static bool begin_record(role, record_type, std::size_t) noexcept { return false; }
    static bool fits(std::size_t) noexcept { return true; }
    static bool accepts(record_type, std::size_t, bool, bool) noexcept { return true; }
    static void handshake_over() noexcept {}
    static void alert(role, std::uint8_t) noexcept {}
    static void observe(observer, void*) noexcept {}
    static void body(role, const std::byte*, std::size_t) noexcept {}
    static handshake_facts facts() noexcept { return {}; }
    static hello_flaw flaw() noexcept { return hello_flaw::none; }
    static void session_offered() noexcept {}
#endif
};
} // namespace tlspp::inline TLSPP_ABI::detail
