// SPDX-License-Identifier: BSL-1.0

// An echo server with one thread for thousands of clients: nothing blocks, and epoll (or poll) waits for what
// `connection::wants()` says. This is how tlspp goes into an event loop of one's own.
#include <tlspp/tlspp.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/epoll.h>
#endif
using namespace tlspp;
using namespace std::chrono_literals;
using ticks = std::chrono::steady_clock;

namespace {

constexpr std::string_view usage = R"(usage: poll_server PORT CERT KEY [--poll]

Sends back what its clients send. CERT and KEY are PEM files; PORT 0 is the system's choice, and is printed.
--poll uses poll(2) where epoll would be taken. Runs until a signal ends it.
)";

/// Which descriptors wait for what.
class waiter {
public:
    virtual ~waiter() = default;
    /// Adds a descriptor, or changes what it waits for.
    virtual void watch(int fd, want what) = 0;
    /// To be called before it is closed.
    virtual void forget(int fd) = 0;
    virtual void wait(std::chrono::milliseconds limit, std::vector<int>& ready) = 0;
};

class poll_waiter final : public waiter {
public:
    void watch(int fd, want what) override {
        auto const events = static_cast<short>(what == want::write ? POLLOUT : POLLIN);
        auto const at = place_.try_emplace(fd, entries_.size());
        if (at.second) {
            entries_.push_back({fd, events, 0});
        }
        entries_[at.first->second].events = events;
    }
    void forget(int fd) override {
        auto const at = place_.find(fd)->second;
        entries_[at] = entries_.back(); // the last one moves into the gap
        place_[entries_[at].fd] = at;
        entries_.pop_back();
        place_.erase(fd);
    }
    void wait(std::chrono::milliseconds limit, std::vector<int>& ready) override {
        ready.clear();
        if (::poll(entries_.data(), entries_.size(), static_cast<int>(limit.count())) > 0) {
            for (auto const& entry : entries_) {
                if (entry.revents != 0) { // errors, too: the next operation tells which
                    ready.push_back(entry.fd);
                }
            }
        }
    }

private:
    std::vector<pollfd> entries_;
    std::unordered_map<int, std::size_t> place_;
};

#if defined(__linux__)
class epoll_waiter final : public waiter {
public:
    epoll_waiter() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}
    epoll_waiter(const epoll_waiter&) = delete;
    epoll_waiter& operator=(const epoll_waiter&) = delete;
    ~epoll_waiter() override { ::close(epoll_); }

    void watch(int fd, want what) override {
        auto const known = watched_.find(fd);
        if (known != watched_.end() && known->second == what) { // the usual case costs no system call
            return;
        }
        epoll_event event{};
        event.events = what == want::write ? EPOLLOUT : EPOLLIN;
        event.data.fd = fd;
        ::epoll_ctl(epoll_, known == watched_.end() ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event);
        watched_[fd] = what;
    }
    void forget(int fd) override {
        ::epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
        watched_.erase(fd);
    }
    void wait(std::chrono::milliseconds limit, std::vector<int>& ready) override {
        std::array<epoll_event, 256> events;
        int const count =
            ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), static_cast<int>(limit.count()));
        ready.clear();
        for (int i = 0; i < count; ++i) {
            ready.push_back(events[static_cast<std::size_t>(i)].data.fd);
        }
    }

private:
    int epoll_;
    std::unordered_map<int, want> watched_;
};
#endif

/// One client, which does what can be done without waiting each time it is called.
class client {
public:
    explicit client(stream<bsd_socket> conn) : conn_(std::move(conn)) {}

    enum class next { wait, close };
    next go_on() {
        last_ = ticks::now();
        for (int turns = 0; turns != 16; ++turns) { // the others want their turns, too
            if (size_ != 0) {
                if (auto const done = conn_.write_all(std::string_view(buffer_.data(), size_)); !done) {
                    return after(done.error());
                }
                size_ = 0;
            }
            auto const got = closing_ ? result<std::size_t>{0} : conn_.read_some(buffer_);
            if (!got) {
                return after(got.error());
            }
            size_ = *got;
            if (*got == 0) {
                closing_ = true; // the peer has said close_notify
                auto const done = conn_.shutdown();
                return done ? next::close : after(done.error());
            }
        }
        return next::wait;
    }
    /// What to wait for; `nothing` where it can go on at once.
    want wants() const { return conn_.wants() == want::nothing && conn_.pending() == 0 ? want::read : conn_.wants(); }
    int fd() { return conn_.transport().native_handle(); }
    /// Nobody keeps a place for nothing: 10 seconds for the handshake, a minute for everything else.
    bool is_late(ticks::time_point now) const {
        return now - (conn_.is_handshake_complete() ? last_ : began_) >
               (conn_.is_handshake_complete() ? std::chrono::seconds(60) : std::chrono::seconds(10));
    }

private:
    static next after(const error& why) {
        if (why == errc::want_read || why == errc::want_write) {
            return next::wait;
        }
        std::cerr << why.message().view() << '\n';
        return next::close;
    }

    stream<bsd_socket> conn_;
    std::array<char, 4096> buffer_;
    std::size_t size_ = 0;
    bool closing_ = false;
    ticks::time_point began_ = ticks::now();
    ticks::time_point last_ = began_;
};

class server {
public:
    server(server_context context, bsd_listener listener, std::unique_ptr<waiter> waits)
        : context_(std::move(context)), listener_(std::move(listener)), waiter_(std::move(waits)) {
        listener_.set_blocking(false);
        waiter_->watch(listener_.native_handle(), want::read);
    }

    [[noreturn]] void run() {
        std::vector<int> ready;
        for (auto swept = ticks::now();;) {
            waiter_->wait(hurried_.empty() ? 1000ms : 0ms, ready);
            ready.insert(ready.end(), hurried_.begin(), hurried_.end());
            hurried_.clear();
            for (int const fd : ready) {
                if (fd == listener_.native_handle()) {
                    welcome();
                } else if (auto const found = clients_.find(fd); found != clients_.end()) {
                    serve(found->second);
                }
            }
            if (auto const now = ticks::now(); now - swept > 1s) {
                swept = now;
                sweep(now);
            }
        }
    }

private:
    void welcome() {
        for (int i = 0; i != 64; ++i) {
            auto socket = listener_.accept();
            if (!socket) { // there is none, or too many files are open: whoever leaves makes room
                return;
            }
            if (!socket->set_blocking(false)) {
                continue;
            }
            int const fd = socket->native_handle();
            auto conn = context_.wrap(std::move(*socket));
            if (!conn) {
                std::cerr << conn.error().message().view() << '\n';
                continue;
            }
            serve(clients_.try_emplace(fd, std::move(*conn)).first->second);
            if (clients_.size() > most_) {
                most_ = clients_.size();
                if (most_ % 100 == 0) {
                    std::cout << most_ << " clients at once" << std::endl;
                }
            }
        }
    }
    void serve(client& one) {
        int const fd = one.fd();
        if (one.go_on() == client::next::close) {
            close(fd);
            return;
        }
        if (one.wants() == want::nothing) { // it has more to do, and nothing to wait for
            hurried_.push_back(fd);
        }
        waiter_->watch(fd, one.wants() == want::write ? want::write : want::read);
        known_.insert_or_assign(fd, true);
    }
    void close(int fd) {
        if (known_.erase(fd) != 0) {
            waiter_->forget(fd);
        }
        std::erase(hurried_, fd);
        clients_.erase(fd);
    }
    void sweep(ticks::time_point now) {
        std::vector<int> late;
        for (auto const& [fd, one] : clients_) {
            if (one.is_late(now)) {
                late.push_back(fd);
            }
        }
        for (int const fd : late) {
            close(fd);
        }
    }

    server_context context_;
    bsd_listener listener_;
    std::unique_ptr<waiter> waiter_;
    std::unordered_map<int, client> clients_;
    std::unordered_map<int, bool> known_; ///< to the waiter
    std::vector<int> hurried_;
    std::size_t most_ = 0;
};

/// As many files as the system permits.
void permit_many_files() {
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &files);
    }
}

std::unique_ptr<waiter> make_waiter([[maybe_unused]] bool poll) {
#if defined(__linux__)
    if (!poll) {
        return std::make_unique<epoll_waiter>();
    }
#endif
    return std::make_unique<poll_waiter>();
}
} // namespace

int main(int argc, char** argv) try {
    std::vector<std::string_view> given(argv + 1, argv + argc);
    bool const poll = std::erase(given, "--poll") != 0;
    std::uint16_t port = 0;
    if (given.size() != 3 ||
        std::from_chars(given[0].data(), given[0].data() + given[0].size(), port).ec != std::errc{}) {
        std::cerr << usage;
        return 2;
    }
    permit_many_files();
    auto context =
        or_throw(server_context::create({.identities = {or_throw(identity::from_files(given[1], given[2]))}}));
    auto listener = or_throw(bsd_listener::bind("127.0.0.1", port, {.backlog = 1024}));
    std::cout << "listening on port " << listener.port() << std::endl;
    server(std::move(context), std::move(listener), make_waiter(poll)).run();
} catch (const failure& e) {
    std::cerr << "poll_server: " << e.what() << '\n';
    return 1;
}
