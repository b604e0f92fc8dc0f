// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/session_store.hpp>

namespace tlspp::inline TLSPP_ABI {

/// How much a `session_cache` holds.
struct session_cache_limits {
    /// Sessions, at most. The table takes about 80 bytes for each, at once.
    std::size_t entries = 100;
    /// Bytes of all sessions together, at most: about 1 KiB for each, more with long certificates.
    std::size_t bytes = 256 * 1024;
    /// Servers: seconds after which a session of TLS 1.2 cannot be resumed any more; at most 7 days.
    std::uint32_t lifetime = 7200;
};

/// Where contexts keep the sessions that can be resumed: `.session_cache` of a client, for whatever servers it calls,
/// and of a server, for session ids of TLS 1.2. It may be shared by several contexts, of both roles: sessions are found
/// only by contexts with the same options for trust and verification, and clients find them by the server's name too.
/// Bounded; what was used longest ago goes first. What lies in it is zeroised before it is freed.
///
/// A cheap, reference-counted handle. Without PSA or the inspector (`TLSPP_INSPECTOR`) contexts refuse it at `create`.
/// \par Thread safety May be used by several threads at once where `thread_safe`.
class session_cache {
public:
    session_cache() noexcept = default;
    /// \return `errc::invalid_argument` where a limit is zero; `errc::out_of_memory`.
    [[nodiscard]] static result<session_cache> create(session_cache_limits limits = {}) noexcept {
        if (limits.entries == 0 || limits.bytes == 0 || limits.lifetime == 0 || limits.entries > most_entries) {
            return std::unexpected(error{errc::invalid_argument, reason::session_cache_limits});
        }
        session_cache made;
        made.lifetime_ = limits.lifetime < longest ? limits.lifetime : longest;
        made.store_ = detail::ref<detail::session_store>::make_with_room(
            limits.entries * sizeof(detail::session_store::entry), limits.entries, limits.bytes);
        if (!made.store_) {
            return std::unexpected(error{errc::out_of_memory});
        }
        return made;
    }

    explicit operator bool() const noexcept { return static_cast<bool>(store_); } ///< false: empty or moved from
    /// Sessions in it, those included that expired without having been looked for.
    std::size_t size() const noexcept { return store_ ? store_->size() : 0; }
    /// How often a session was found, and how often none was.
    std::uint64_t hits() const noexcept { return store_ ? store_->hits() : 0; }
    /// How often it was asked in vain.
    std::uint64_t misses() const noexcept { return store_ ? store_->misses() : 0; }
    /// How many sessions had to leave it because it was full.
    std::uint64_t evictions() const noexcept { return store_ ? store_->evictions() : 0; }
    /// Forgets all sessions, after a key was compromised for example.
    void clear() noexcept {
        if (store_) {
            store_->remove_all();
        }
    }

    /// \cond
    detail::session_store* store() const noexcept { return store_.get(); }
    std::uint32_t lifetime() const noexcept { return lifetime_; }
    /// \endcond

private:
    static constexpr std::uint32_t longest = 7 * 86400;
    static constexpr std::size_t most_entries = 1'000'000;
    detail::ref<detail::session_store> store_;
    std::uint32_t lifetime_ = 7200;
};
} // namespace tlspp::inline TLSPP_ABI
