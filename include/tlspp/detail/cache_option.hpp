// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/session_cache.hpp>

#include <optional>

namespace tlspp::inline TLSPP_ABI::detail {

struct core;
class secure_buffer;

/// What a client's connection does with a cache of sessions.
struct cache_functions {
    /// Before the first message: offers a session out of the cache, where there is one.
    result<void> (*offer)(core& c) noexcept;
    /// A ticket of TLS 1.3 has come: keeps the session in it. False where this connection has no place in the cache.
    bool (*keep_ticket)(core& c, const secure_buffer& native) noexcept;
    /// After a handshake of TLS 1.2: keeps its session.
    void (*keep_session)(core& c) noexcept;
};

/// These functions, in resumption.hpp.
template <class Core>
struct client_cache {
    static const cache_functions& functions() noexcept;
};

/// The option `session_cache` of clients. What uses the cache is known to those that were given one only: a program
/// without does not link it.
class cache_option {
public:
    cache_option() noexcept = default;
    cache_option(session_cache cache) noexcept // NOLINT: options are filled with what they hold
        : cache_(std::move(cache)), functions_(&client_cache<core>::functions) {}
    cache_option(std::optional<session_cache> cache) noexcept { // NOLINT
        if (cache) {
            *this = cache_option(std::move(*cache));
        }
    }

    explicit operator bool() const noexcept { return functions_ != nullptr; }
    const session_cache& operator*() const noexcept { return cache_; }
    const cache_functions& functions() const noexcept { return functions_(); }

private:
    session_cache cache_;
    const cache_functions& (*functions_)() noexcept = nullptr;
};
} // namespace tlspp::inline TLSPP_ABI::detail
