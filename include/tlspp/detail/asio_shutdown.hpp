// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/asio_steps.hpp>

namespace tlspp::inline TLSPP_ABI::detail {

/// Reads and writes of the next layer that nobody waits for by name: they outlive the shutdown whose time is over.
template <class State>
struct asio_pump {
    std::shared_ptr<State> state;
    bool writes;

    void operator()(typename State::error_code ec, std::size_t count) {
        auto& s = *state;
        if (writes) {
            s.write_failure = ec;
            s.end_write(count);
        } else {
            bool const good = s.end_read(ec, count);
            s.read_failure = good ? typename State::error_code{} : ec;
        }
    }
};

/// close_notify and the wait for the peer's, bounded; for `async_compose`. All its waits are on one timer, that of the
/// deadline, which whoever moves bytes cancels: so it ends in time, although the next layer may have no cancellation.
template <class State>
class asio_shutdown {
public:
    using error_code = typename State::error_code;
    using flavour = typename State::flavour;

    asio_shutdown(std::shared_ptr<State> state, timeout limit)
        : state_(std::move(state)), step_{deadline{limit}}, limit_(limit) {}

    template <class Self>
    void operator()(Self& self, error_code ec = {}, std::size_t = 0) {
        auto& s = *state_;
        auto const was = std::exchange(at_, stage::waiting);
        switch (was) {
        case stage::fresh:
            flavour::hear_cancellation(self, false);
            s.read_failure = s.write_failure = {};
            start_clock(s);
            break;
        case stage::waiting:
            late_ = !ec;
            break;
        case stage::over:
            return complete(self);
        }
        if (go_on(self, s)) {
            return s.closing.async_wait(std::move(self));
        }
        if (was == stage::fresh) {
            at_ = stage::over;
            flavour::post(std::move(self));
        } else {
            complete(self);
        }
    }

private:
    enum class stage : std::uint8_t { fresh, waiting, over };

    void start_clock(State& s) {
        std::int64_t const longest = 1'000'000'000'000; // 31 years: what is longer does not fit into nanoseconds
        bool const endless = limit_.milliseconds() > longest;
        s.closing.expires_at(endless ? State::never()
                                     : flavour::clock::now() + std::chrono::milliseconds(limit_.milliseconds()));
    }

    /// True where there is something to wait for.
    template <class Self>
    bool go_on(Self& self, State& s) {
        if (s.next == nullptr) {
            return stop(flavour::aborted());
        }
        done_ = done_ || step_.run(s, answer_);
        if (done_ &&
            (s.flushed == s.produced() || (s.write_failure && (answer_.code || flavour::is_broken(s.write_failure))))) {
            return false;
        }
        if (s.write_failure || s.read_failure) {
            return stop(s.write_failure ? s.write_failure : s.read_failure);
        }
        if (late_) {
            return stop(s.fail({errc::timed_out, reason::io_deadline}));
        }
        if (flavour::is_cancelled(self)) {
            return stop(flavour::aborted());
        }
        if (s.flushed < s.produced() && !s.writing) {
            s.writing = true;
            s.next->async_write_some(s.to_send(), pump(self, true));
        }
        if (!done_ && !s.reading) {
            auto const room = s.room();
            if (room.size() == 0) {
                done_ = step_.run(s, answer_); // there is no memory, which it is the engine's to say
                return false;
            }
            s.reading = true;
            s.next->async_read_some(room, pump(self, false));
        }
        return true;
    }

    template <class Self>
    auto pump(Self& self, bool writes) {
        return flavour::bind(self.get_executor(), asio_pump<State>{state_, writes});
    }
    bool stop(const error_code& ec) {
        answer_.code = ec;
        return false;
    }
    template <class Self>
    void complete(Self& self) {
        auto const code = answer_.code;
        state_.reset();
        self.complete(code);
    }

    std::shared_ptr<State> state_;
    shutdown_step step_;
    asio_answer<State> answer_;
    timeout limit_;
    stage at_ = stage::fresh;
    bool done_ = false;
    bool late_ = false;
};
} // namespace tlspp::inline TLSPP_ABI::detail
