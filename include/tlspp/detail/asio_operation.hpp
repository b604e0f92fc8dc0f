// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/asio_steps.hpp>

/// \file
/// How the steps get their bytes: by a blocking next layer, or by an asynchronous one.
namespace tlspp::inline TLSPP_ABI::detail {

/// Sends what is to be sent, up to the byte of that number.
template <class State>
void flush_blocking(State& s, std::uint64_t mark, typename State::error_code& ec) {
    while (s.flushed < mark && !ec) {
        s.sent(s.next->write_some(s.to_send(), ec));
    }
}

/// Runs a step to its end with the next layer's blocking functions.
template <class State, class Step>
asio_answer<State> run_blocking(State& s, Step step) {
    using flavour = typename State::flavour;
    asio_answer<State> out;
    if (s.reading || s.writing) {
        out.code = s.fail({errc::misuse, reason::asynchronous_operation});
        return out;
    }
    std::uint64_t mark = Step::flushes ? s.produced() : 0;
    flush_blocking(s, mark, out.code);
    while (!out.code) {
        auto const before = s.produced();
        bool const done = step.run(s, out);
        mark = s.produced() != before ? s.produced() : mark;
        typename State::error_code ec;
        flush_blocking(s, mark, ec);
        if (done && (out.code || (out.size != 0 && flavour::would_block(ec)) ||
                     (flavour::is_broken(ec) && Step::may_lose_the_rest(s)))) {
            break; // what was written is TLS's now, and goes out before anything else
        }
        out.code = ec;
        if (done || ec) {
            break;
        }
        if (auto const room = s.room(); room.size() != 0) {
            auto const count = s.next->read_some(room, ec);
            if (!s.received(ec, count)) {
                out.code = ec;
            }
        }
    }
    return out;
}

/// Runs a step to its end with the next layer's asynchronous functions; for `async_compose`.
template <class State, class Step>
class asio_operation {
public:
    using error_code = typename State::error_code;
    using flavour = typename State::flavour;

    asio_operation(std::shared_ptr<State> state, Step step) : state_(std::move(state)), step_(std::move(step)) {}

    template <class Self>
    void operator()(Self& self, error_code ec = {}, std::size_t count = 0) {
        auto& s = *state_;
        auto const was = std::exchange(at_, stage::running);
        switch (was) {
        case stage::fresh:
            flavour::hear_cancellation(self, Step::leaves_no_trace);
            mark_ = Step::flushes ? s.produced() : 0;
            break;
        case stage::reading:
            if (!s.end_read(ec, count)) {
                return end(self, broken_ ? broken_ : ec);
            }
            break;
        case stage::writing:
            s.end_write(count);
            if (ec) {
                return write_failed(self, ec);
            }
            break;
        case stage::over:
            return complete(self);
        case stage::waiting:
        case stage::running:
            break;
        }
        go_on(self, was == stage::fresh);
    }

private:
    enum class stage : std::uint8_t { fresh, running, reading, writing, waiting, over };

    template <class Self>
    void go_on(Self& self, bool at_once) {
        auto& s = *state_;
        while (s.next != nullptr) {
            bool const flushing = s.flushed < mark_;
            if (!flushing) {
                if (done_) {
                    return finish(self, at_once);
                }
                if (step(s)) {
                    continue;
                }
            }
            if (flavour::is_cancelled(self)) {
                break;
            }
            if (flushing ? s.writing : s.reading) { // by another operation
                at_ = stage::waiting;
                (flushing ? s.writer : s.reader).async_wait(std::move(self));
                return;
            }
            if (flushing) {
                at_ = stage::writing;
                s.writing = true;
                s.next->async_write_some(s.to_send(), std::move(self));
                return;
            }
            if (auto const room = s.room(); room.size() != 0) {
                at_ = stage::reading;
                s.reading = true;
                s.next->async_read_some(room, std::move(self));
                return;
            }
        }
        answer_.code = flavour::aborted();
        finish(self, at_once);
    }

    /// True where the step is done, or has something to send first.
    bool step(State& s) {
        auto const before = s.produced();
        done_ = step_.run(s, answer_);
        if (broken_) { // nothing can be sent any more; an alert says more than that
            if (done_ && s.last && *s.last == errc::truncated) {
                answer_.code = broken_;
            }
            return done_;
        }
        if (s.produced() != before) {
            mark_ = s.produced();
        }
        return done_ || s.flushed < mark_;
    }

    template <class Self>
    void write_failed(Self& self, const error_code& ec) {
        auto& s = *state_;
        bool const broken = s.next != nullptr && flavour::is_broken(ec);
        if (done_ && (answer_.code || (broken && Step::may_lose_the_rest(s)))) {
            return complete(self);
        }
        if (!done_ && broken && !s.tls->is_handshake_complete()) { // the peer may have said why
            broken_ = ec;
            mark_ = 0;
            return go_on(self, false);
        }
        end(self, ec);
    }

    template <class Self>
    void end(Self& self, const error_code& ec) {
        answer_.code = ec;
        complete(self);
    }
    /// No handler is called from within the function that begins its operation.
    template <class Self>
    void finish(Self& self, bool at_once) {
        if (!at_once) {
            return complete(self);
        }
        at_ = stage::over;
        flavour::post(std::move(self));
    }
    template <class Self>
    void complete(Self& self) {
        auto const [code, size] = answer_;
        state_.reset(); // what the handler does finds nothing of this operation
        if constexpr (requires { step_.buffers; }) {
            self.complete(code, size);
        } else {
            self.complete(code);
        }
    }

    std::shared_ptr<State> state_;
    Step step_;
    asio_answer<State> answer_;
    error_code broken_{};    ///< the next layer sends nothing any more, and may still have an alert
    std::uint64_t mark_ = 0; ///< what must be sent before anything else is done
    stage at_ = stage::fresh;
    bool done_ = false;
};
} // namespace tlspp::inline TLSPP_ABI::detail
