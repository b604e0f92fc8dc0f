// SPDX-License-Identifier: BSL-1.0

// Coroutines of C++20 without a library for them: a small scheduler resumes whoever waits when there is what
// `connection::wants()` says. Here it runs an echo server and three clients in one thread.
//
//     coroutines
#include <tlspp/dev.hpp>
#include <tlspp/tlspp.hpp>

#include <array>
#include <coroutine>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <poll.h>
using namespace tlspp;

namespace {

/// A coroutine that runs by itself until it is done; what it throws ends the program.
struct task {
    struct promise_type {
        task get_return_object() noexcept { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() noexcept {}
        void unhandled_exception() noexcept { std::terminate(); }
    };
};

/// Runs the operations of many coroutines, each when its socket is ready for it.
class scheduler {
public:
    /// `co_await` it: what the operation ends with, however often it has to wait for `connection::wants()`.
    template <class Operation>
    auto finish(stream<bsd_socket>& conn, Operation operation) {
        return awaiting<Operation>(*this, conn, std::move(operation));
    }

    /// Until nobody waits any more.
    void run() {
        while (!waiting_.empty()) {
            std::vector<pollfd> entries;
            for (auto const* one : waiting_) {
                entries.push_back({one->fd(), static_cast<short>(one->wants() == want::write ? POLLOUT : POLLIN), 0});
            }
            if (::poll(entries.data(), entries.size(), -1) < 0) {
                continue; // a signal
            }
            std::vector<operation_base*> ready;
            std::vector<operation_base*> others;
            for (std::size_t i = 0; i != entries.size(); ++i) {
                (entries[i].revents != 0 ? ready : others).push_back(waiting_[i]);
            }
            waiting_ = std::move(others);
            for (auto* const one : ready) {
                if (one->is_done()) {
                    one->resume();
                } else {
                    waiting_.push_back(one);
                }
            }
        }
    }

private:
    /// It lies in its coroutine's frame while that waits.
    class operation_base {
    public:
        explicit operation_base(stream<bsd_socket>& conn) : conn_(conn) {}
        virtual bool is_done() = 0; ///< tries it once more
        int fd() const { return conn_.transport().native_handle(); }
        want wants() const { return conn_.wants(); }
        void resume() const { who_.resume(); }

    protected:
        ~operation_base() = default;
        std::coroutine_handle<> who_;

    private:
        stream<bsd_socket>& conn_;
    };

    template <class Operation>
    class awaiting final : public operation_base {
    public:
        awaiting(scheduler& on, stream<bsd_socket>& conn, Operation operation)
            : operation_base(conn), on_(on), operation_(std::move(operation)) {}
        bool await_ready() { return is_done(); }
        void await_suspend(std::coroutine_handle<> who) {
            who_ = who;
            on_.waiting_.push_back(this);
        }
        auto await_resume() { return std::move(result_); }
        bool is_done() override {
            result_ = operation_();
            return result_ || (result_.error() != errc::want_read && result_.error() != errc::want_write);
        }

    private:
        scheduler& on_;
        Operation operation_;
        decltype(std::declval<Operation&>()()) result_;
    };

    std::vector<operation_base*> waiting_;
};

/// Echoes until the client closes.
task serve(scheduler& on, stream<bsd_socket> conn) {
    std::array<char, 1024> buffer;
    for (;;) {
        auto const got = co_await on.finish(conn, [&] { return conn.read_some(buffer); }); // shakes hands on the way
        if (!got) {
            std::cerr << "server: " << got.error().message().view() << '\n';
            co_return;
        }
        if (*got == 0) {
            break;
        }
        or_throw(co_await on.finish(conn, [&] { return conn.write_all(std::string_view(buffer.data(), *got)); }));
    }
    or_throw(co_await on.finish(conn, [&] { return conn.shutdown(); }));
}

task call(scheduler& on, stream<bsd_socket> conn, std::string text, int& answered) {
    if (auto const done = co_await on.finish(conn, [&] { return conn.handshake(); }); !done) {
        std::cerr << "client: " << done.error().message().view() << '\n';
        co_return;
    }
    or_throw(co_await on.finish(conn, [&] { return conn.write_all(text); }));
    std::string answer(text.size(), '\0');
    or_throw(co_await on.finish(conn, [&] { return conn.read_exactly(answer); }));
    std::cout << "client: " << answer << " over " << conn.cipher().protocol << '\n';
    or_throw(co_await on.finish(conn, [&] { return conn.shutdown(); }));
    auto const end = or_throw(co_await on.finish(conn, [&] { return conn.read_some(answer); }));
    answered += end == 0 ? 1 : 0;
}

bsd_socket without_blocking(result<bsd_socket> socket) {
    bsd_socket out = or_throw(std::move(socket));
    or_throw(out.set_blocking(false));
    return out;
}
} // namespace

int main() try {
    auto const ca = or_throw(dev::authority::create());
    auto const trusting = or_throw(client_context::create({.trust = or_throw(ca.trust())}));
    auto const serving =
        or_throw(server_context::create({.identities = {or_throw(ca.issue({.dns_names = {"localhost"}}))}}));
    auto listener = or_throw(bsd_listener::bind("127.0.0.1", 0));

    scheduler loop;
    int answered = 0;
    for (const char* text : {"one", "two", "three"}) {
        auto socket = without_blocking(bsd_socket::connect("127.0.0.1", listener.port()));
        call(loop, or_throw(trusting.wrap(std::move(socket), "localhost")), text, answered);
        serve(loop, or_throw(serving.wrap(without_blocking(listener.accept()))));
    }
    loop.run();
    return answered == 3 ? 0 : 1;
} catch (const failure& e) {
    std::cerr << "coroutines: " << e.what() << '\n';
    return 1;
}
