// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/context.hpp>

#include <tlspp/detail/mutex.hpp>

namespace tlspp::inline TLSPP_ABI {

/// A place for the current context of a program that goes on running: a reload of certificates, trust or CRLs makes a
/// new context and puts it here. What is connected keeps the context that it began with, whose memory goes with the
/// last such connection; what connects afterwards takes the new one.
///
///     context_slot slot{std::move(context)};
///     auto conn = slot.get().wrap(std::move(socket));   // in any thread
///     (void)slot.set(std::move(renewed));               // in any other
///
/// \par Thread safety All members may be called by several threads at once where `thread_safe`; without threads it is
/// for one thread. A thread that gets waits no longer than it takes to copy or swap a handle.
/// \par Lifetime Neither copied nor moved, so that threads may keep references to it.
template <role R>
class context_slot {
public:
    /// Holds the context until another one is set.
    explicit context_slot(context<R> first) noexcept : current_(std::move(first)) {}
    context_slot(const context_slot&) = delete;
    context_slot& operator=(const context_slot&) = delete;

    /// The context put in last, whole: never a mixture of two. Empty, so that `wrap` answers `errc::misuse`, only where
    /// the slot was made from an empty one, or the target could not make a mutex.
    context<R> get() const noexcept {
        detail::locked const held{mutex_};
        return held ? current_ : context<R>{};
    }
    /// Puts `next` in the place of the current one.
    /// \return `errc::invalid_argument` for an empty or moved-from context: the current one stays.
    result<void> set(context<R> next) noexcept {
        if (!next) {
            return std::unexpected(error{errc::invalid_argument, reason::empty_handle});
        }
        detail::locked const held{mutex_};
        if (!held) {
            return std::unexpected(error{errc::internal});
        }
        std::swap(current_, next);
        return {}; // the old one goes after the mutex was given back: parameters outlive local variables
    }

private:
    mutable detail::mutex mutex_;
    context<R> current_;
};
template <role R>
context_slot(context<R>) -> context_slot<R>;
} // namespace tlspp::inline TLSPP_ABI
