// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/config.hpp>

#if TLSPP_INSPECTOR
#include <tlspp/detail/handshake_reader.hpp>
#else
#include <tlspp/detail/handshake_facts.hpp>
#include <tlspp/protocol.hpp>
#endif

namespace tlspp::inline TLSPP_ABI::detail {

/// Content types of records (RFC 8446 §5.1).
enum class content_type : std::uint8_t {
    change_cipher_spec = 20,
    alert = 21,
    handshake = 22,
    application_data = 23,
};

/// The reader of what a handshake says in the clear, for one connection: Mbed TLS keeps to itself which group and which
/// signature were used, whether a session was resumed, and whether the master secret is bound to the handshake (RFC
/// 7627), and lets pass what hello messages must not have. It is fed by `record_watch`, record by record; it changes
/// nothing, allocates nothing, and ignores what it does not understand. `TLSPP_INSPECTOR=0` leaves an empty one.
class inspector {
public:
#if TLSPP_INSPECTOR
    static constexpr bool exists = true;

    explicit inspector(role own) noexcept : own_(own) { facts_.session_offered = own == role::server; }

    /// A record of `sender` begins. True where its body is to be shown, in whatever pieces it comes.
    bool begin_record(role sender, content_type content) noexcept {
        auto& flow = flow_of(sender);
        if (content == content_type::change_cipher_spec && facts_.is_tls1_2()) {
            flow.clear = false;
            facts_.abbreviated = facts_.abbreviated || (sender == role::server && !facts_.full);
        }
        return content == content_type::handshake && flow.clear;
    }
    void body(role sender, const std::byte* data, std::size_t size) noexcept {
        flow_of(sender).reader.read(facts_, data, size, [](const handshake_reader::seen&) {});
    }

    const handshake_facts& facts() const noexcept { return facts_; }
    /// What is wrong with the messages so far: the peer's, and on servers a resumption of our own that must not be.
    hello_flaw flaw() const noexcept {
        auto const theirs = flow_of(peer()).reader.flaw();
        auto const ours = flow_of(own_).reader.flaw();
        return ours == hello_flaw::resumption_without_extended_master_secret ? ours : theirs;
    }
    /// A client is about to offer a session of TLS 1.2: the server may take up its id.
    void session_offered() noexcept { facts_.session_offered = true; }

private:
    struct one_flow {
        handshake_reader reader;
        bool clear = true; ///< not encrypted yet
    };

    role peer() const noexcept { return own_ == role::client ? role::server : role::client; }
    one_flow& flow_of(role sender) noexcept { return flows_[static_cast<std::size_t>(sender)]; }
    const one_flow& flow_of(role sender) const noexcept { return flows_[static_cast<std::size_t>(sender)]; }

    handshake_facts facts_;
    one_flow flows_[2] = {{handshake_reader(role::client)}, {handshake_reader(role::server)}};
    role own_;
#else
    static constexpr bool exists = false;

    explicit inspector(role) noexcept {}
    static bool begin_record(role, content_type) noexcept { return false; }
    static void body(role, const std::byte*, std::size_t) noexcept {}
    static handshake_facts facts() noexcept { return {}; }
    static hello_flaw flaw() noexcept { return hello_flaw::none; }
    static void session_offered() noexcept {}
#endif
};
} // namespace tlspp::inline TLSPP_ABI::detail
