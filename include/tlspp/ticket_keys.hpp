// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/hasher.hpp>
#include <tlspp/detail/memory.hpp>
#include <tlspp/detail/mutex.hpp>

#include <optional>

namespace tlspp::inline TLSPP_ABI {
namespace detail {

inline constexpr std::size_t ticket_name_size = 16;

/// One key of tickets: what it is called on the wire, and the key itself.
struct ticket_key {
    std::array<unsigned char, ticket_name_size> name{};
    std::array<unsigned char, 32> secret{};
    std::int64_t made = -1; ///< seconds since 1970
    bool present = false;

    ticket_key() noexcept = default;
    ticket_key(const ticket_key&) noexcept = default;
    ticket_key& operator=(const ticket_key&) noexcept = default;
    ~ticket_key() { mbedtls_platform_zeroize(secret.data(), secret.size()); }

    /// Both by hashes of one secret, so that servers agree on the name, too.
    static result<ticket_key> derive(bytes secret) noexcept {
        auto name = hasher{}.text("tlspp ticket name").part(secret).finish();
        auto key = hasher{}.text("tlspp ticket key").part(secret).finish();
        if (!name || !key) {
            return std::unexpected(!name ? name.error() : key.error());
        }
        ticket_key made;
        for (std::size_t i = 0; i != made.name.size(); ++i) {
            made.name[i] = static_cast<unsigned char>((*name)[i]);
        }
        for (std::size_t i = 0; i != made.secret.size(); ++i) {
            made.secret[i] = static_cast<unsigned char>((*key)[i]);
        }
        mbedtls_platform_zeroize(key->data(), key->size());
        made.made = system_seconds();
        made.present = true;
        return made;
    }
};

/// The current key and the one before it.
class ticket_key_ring {
public:
    ticket_key_ring(const ticket_key& current, const ticket_key& previous) noexcept
        : current_(current), previous_(previous) {}

    bool rotate(const ticket_key& next) noexcept {
        locked const held{mutex_};
        if (held) {
            previous_ = current_;
            current_ = next;
        }
        return static_cast<bool>(held);
    }
    /// Rotates with `next` only where the current key is still `seen`: another thread may have been faster.
    void rotate_from(const ticket_key& seen, const ticket_key& next, bool drop_old) noexcept {
        locked const held{mutex_};
        if (held && current_.name == seen.name) {
            previous_ = drop_old ? ticket_key() : current_;
            current_ = next;
        }
    }
    ticket_key current() noexcept {
        locked const held{mutex_};
        return held ? current_ : ticket_key();
    }
    /// The one of this name; `present` is false where there is none.
    ticket_key find(bytes name) noexcept {
        locked const held{mutex_};
        for (const ticket_key* key : {&current_, &previous_}) {
            if (held && key->present && bytes(key->name).text() == name.text()) {
                return *key;
            }
        }
        return {};
    }

    ref_count references;

private:
    mutex mutex_;
    ticket_key current_;
    ticket_key previous_;
};
} // namespace detail

/// The keys that a server encrypts session tickets with, set from outside: servers that are given the same secrets
/// resume each other's sessions. Tickets are made under the current one; those of the previous one are still accepted.
/// Whoever has a secret can read what TLS 1.2 sessions said that were resumed, or began, with its tickets, and can
/// pretend to be clients that were verified by certificate: rotate, and forget.
///
/// A reference-counted handle: contexts that were made with it see `rotate` at once, with no new context.
/// \code
/// auto keys = or_throw(ticket_keys::create(secret_of_today, secret_of_yesterday));
/// auto context = or_throw(server_context::create({.identities = {site}, .tickets = {.keys = keys}}));
/// or_throw(keys.rotate(secret_of_tomorrow)); // a day later
/// \endcode
/// \par Thread safety May be used by several threads at once where `thread_safe`.
class ticket_keys {
public:
    /// The least length of a secret, in bytes. They must be random, not a password.
    static constexpr std::size_t secret_size = 32;

    ticket_keys() noexcept = default;
    /// \param previous accepted, not used for new tickets; empty: there is none.
    /// \return `errc::invalid_argument` where a secret is shorter than 32 bytes; `errc::out_of_memory`.
    [[nodiscard]] static result<ticket_keys> create(bytes current, bytes previous = {}) noexcept {
        auto const now = derive(current);
        if (!now) {
            return std::unexpected(now.error());
        }
        detail::ticket_key before;
        if (!previous.empty()) {
            auto const old = derive(previous);
            if (!old) {
                return std::unexpected(old.error());
            }
            before = *old;
        }
        ticket_keys made;
        made.ring_ = detail::ref<detail::ticket_key_ring>::make(*now, before);
        if (!made.ring_) {
            return std::unexpected(error{errc::out_of_memory});
        }
        return made;
    }
    /// Makes `next` the current secret, the current one the previous, and forgets the one before it.
    [[nodiscard]] result<void> rotate(bytes next) noexcept {
        if (!ring_) {
            return std::unexpected(error{errc::misuse, reason::moved_from});
        }
        auto const key = derive(next);
        if (!key) {
            return std::unexpected(key.error());
        }
        if (!ring_->rotate(*key)) {
            return std::unexpected(error{errc::internal});
        }
        return {};
    }

    explicit operator bool() const noexcept { return static_cast<bool>(ring_); } ///< false: empty or moved from

    /// \cond
    const detail::ref<detail::ticket_key_ring>& ring() const noexcept { return ring_; }
    /// \endcond

private:
    static result<detail::ticket_key> derive(bytes secret) noexcept {
        if (secret.size() < secret_size) {
            return std::unexpected(error{errc::invalid_argument, reason::ticket_secret_short});
        }
        return detail::ticket_key::derive(secret);
    }

    detail::ref<detail::ticket_key_ring> ring_;
};

/// How a server lets clients resume sessions that it does not keep: it gives them tickets that only it can read.
struct ticket_options {
    /// Tickets behind a full handshake of TLS 1.3 (after a resumption one is sent), and whether TLS 1.2 sends its one.
    /// 0: no tickets, in no version. Default: 2, where the build can make them.
    std::optional<std::uint8_t> count = {};
    /// Seconds that a ticket can be used; at most 7 days (RFC 8446 §4.6.1), more is taken for that.
    std::uint32_t lifetime = 7200;
    /// Default: random ones, known to this context only; a new one each `lifetime`, and the last one still accepted.
    std::optional<ticket_keys> keys = {};
};
} // namespace tlspp::inline TLSPP_ABI
