// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/socket_api.hpp>

#include <expected>

namespace tlspp::inline TLSPP_ABI::detail {

/// How long an address may be alone before the next one is tried beside it (RFC 8305 §5).
inline constexpr timeout head_start{250};

/// Connections being attempted; what is left when it goes is closed.
class dial_attempts {
public:
    dial_attempts() noexcept = default;
    dial_attempts(const dial_attempts&) = delete;
    dial_attempts& operator=(const dial_attempts&) = delete;
    ~dial_attempts() { close_all(); }

    bool empty() const noexcept { return count_ == 0; }
    bool full() const noexcept { return count_ == capacity; }
    /// Of the attempts that failed, the error that tells most: "unreachable" is what a machine without IPv6 says of
    /// every IPv6 address.
    int failure() const noexcept { return failure_; }
    unsigned failed() const noexcept { return failed_; }

    /// Begins one; false where it failed at once.
    bool begin(const addrinfo& to) noexcept {
        auto const s = net::make(to.ai_family);
        if (s == net::no_handle) {
            note(net::last_error());
            return false;
        }
        if (!net::set_blocking(s, false) ||
            (net::connect(s, to.ai_addr, to.ai_addrlen) != 0 && !net::is_in_progress(net::last_error()))) {
            note(net::last_error());
            net::close(s);
            return false;
        }
        pending_[count_] = {};
        pending_[count_].fd = s;
        pending_[count_++].events = POLLOUT;
        return true;
    }

    /// Waits for a change. The socket that got through, or `no_handle`; those that failed are gone then.
    net::handle wait(timeout limit) noexcept {
        if (int const ready = net::poll(pending_, count_, net::poll_time(limit)); ready <= 0) {
            if (ready < 0 && !net::is_interrupted(net::last_error())) {
                note(net::last_error());
                close_all();
            }
            return net::no_handle;
        }
        for (std::size_t i = 0; i != count_;) {
            if (pending_[i].revents == 0) {
                ++i;
                continue;
            }
            auto const s = pending_[i].fd;
            auto const events = pending_[i].revents;
            int const e = net::pending_error(s);
            pending_[i] = pending_[--count_];
            if (e == 0 && (events & POLLOUT) != 0) {
                return s;
            }
            note(e == 0 ? net::refused : e);
            net::close(s);
        }
        return net::no_handle;
    }

private:
    static constexpr std::size_t capacity = 8;

    void note(int e) noexcept {
        if (failure_ == 0 || net::is_unreachable(failure_)) {
            failure_ = e;
        }
        ++failed_;
    }
    void close_all() noexcept {
        while (count_ != 0) {
            net::close(pending_[--count_].fd);
        }
    }

    net::poll_entry pending_[capacity] = {};
    std::size_t count_ = 0;
    int failure_ = 0;
    unsigned failed_ = 0;
};

/// Connects to the first address that answers: they are tried in turn, each after the one before it failed or had its
/// head start, all within one deadline. The socket comes back non-blocking. The error is the system's, or 0 for the
/// deadline.
inline std::expected<net::handle, int> dial(const addrinfo* next, deadline until) noexcept {
    dial_attempts attempts;
    deadline turn = deadline::never;
    for (;;) {
        while (next != nullptr && !attempts.full() && (attempts.empty() || turn.passed())) {
            bool const begun = attempts.begin(*next);
            next = next->ai_next;
            turn = deadline{begun ? head_start : timeout{0}};
        }
        if (attempts.empty()) {
            return std::unexpected(attempts.failure());
        }
        auto const left = until.remaining();
        auto const failed_before = attempts.failed();
        auto const more = next != nullptr && !attempts.full();
        auto const s = attempts.wait(more ? shorter(left, turn.remaining()) : left);
        if (s != net::no_handle) {
            return s;
        }
        if (until.passed() && !attempts.empty()) {
            return std::unexpected(0);
        }
        if (attempts.failed() != failed_before) {
            turn = deadline{timeout{0}};
        }
    }
}
} // namespace tlspp::inline TLSPP_ABI::detail
