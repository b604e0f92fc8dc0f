// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

extern char** environ; // NOLINT: POSIX declares it in no header

namespace test {

/// The path of a program that the shell would find; nothing where there is none.
inline std::optional<std::string> find_program(std::string_view name) {
    const char* const list = std::getenv("PATH");
    std::string_view rest = list == nullptr ? "/usr/local/bin:/usr/bin:/bin" : list;
    while (!rest.empty()) {
        auto const end = rest.find(':');
        std::string path(rest.substr(0, end));
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        path += "/";
        path += name;
        if (::access(path.c_str(), X_OK) == 0) {
            return path;
        }
    }
    return std::nullopt;
}

/// Another program, with pipes to its three streams. It is killed where it still runs at the end.
class process {
public:
    using clock = std::chrono::steady_clock;
    static constexpr std::chrono::seconds default_limit{60};

    /// Starts `arguments[0]`, found by PATH; `environment` holds "NAME=value" to add.
    explicit process(const std::vector<std::string>& arguments, const std::vector<std::string>& environment = {}) {
        start(arguments, environment);
    }
    process(const process&) = delete;
    process& operator=(const process&) = delete;
    ~process() {
        kill();
        for (int fd : {in_, out_, err_, life_}) {
            close_fd(fd);
        }
    }

    bool started() const noexcept { return pid_ > 0; }
    pid_t pid() const noexcept { return pid_; }
    const std::string& out() const noexcept { return out_text_; }
    const std::string& err() const noexcept { return err_text_; }

    /// Gives it input; what does not fit yet goes out while waiting.
    void write(std::string_view text) { input_ += text; }
    /// Ends its input, after what is still to be written.
    void close_input() noexcept { input_ends_ = true; }

    /// Waits until `text` has come on one of its output streams; false where it ended, or time did, before.
    bool wait_for(std::string_view text, clock::duration limit = default_limit) {
        auto const there = [&] {
            return out_text_.find(text) != std::string::npos || err_text_.find(text) != std::string::npos;
        };
        pump(clock::now() + limit, there);
        return there();
    }
    /// Waits for its end and returns its exit status, 128 + number where a signal ended it, and -1 where it had to be
    /// killed because the time was over.
    int wait(clock::duration limit = default_limit) {
        pump(clock::now() + limit, [] { return false; });
        if (life_ >= 0) {
            kill();
            return -1;
        }
        return reap();
    }
    void kill() noexcept {
        if (pid_ > 0 && !status_) {
            ::kill(pid_, SIGKILL);
            reap();
        }
    }

private:
    static void close_fd(int& fd) noexcept {
        if (fd >= 0) {
            ::close(std::exchange(fd, -1));
        }
    }

    void start(const std::vector<std::string>& arguments, const std::vector<std::string>& environment) {
        std::array<int, 2> in{-1, -1};
        std::array<int, 2> out{-1, -1};
        std::array<int, 2> err{-1, -1};
        std::array<int, 2> life{-1, -1}; // closes with the process, whatever it does to its streams
        bool const good = ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in.data()) == 0 && // no SIGPIPE
                          ::pipe2(out.data(), O_CLOEXEC) == 0 && ::pipe2(err.data(), O_CLOEXEC) == 0 &&
                          ::pipe2(life.data(), O_CLOEXEC) == 0;
        if (good) {
            posix_spawn_file_actions_t actions;
            posix_spawn_file_actions_init(&actions);
            // first out of the way of the numbers that are taken below
            std::array<int, 4> sources{in[1], out[1], err[1], life[1]};
            for (int& fd : sources) {
                fd = ::fcntl(fd, F_DUPFD_CLOEXEC, 10);
            }
            for (int target = 0; target != 4; ++target) {
                posix_spawn_file_actions_adddup2(&actions, sources[static_cast<std::size_t>(target)], target);
            }
            auto const argv = pointers(arguments);
            std::vector<std::string> variables = environment;
            for (char** variable = environ; *variable != nullptr; ++variable) {
                variables.emplace_back(*variable);
            }
            auto const envp = pointers(variables);
            if (::posix_spawnp(&pid_, argv[0], &actions, nullptr, argv.data(), envp.data()) != 0) {
                pid_ = -1;
            }
            posix_spawn_file_actions_destroy(&actions);
            for (int& fd : sources) {
                close_fd(fd);
            }
        }
        for (auto* ends : {&in, &out, &err, &life}) {
            close_fd((*ends)[1]);
        }
        in_ = in[0];
        out_ = out[0];
        err_ = err[0];
        life_ = life[0];
    }

    static std::vector<char*> pointers(const std::vector<std::string>& texts) {
        std::vector<char*> out;
        for (auto const& text : texts) {
            out.push_back(const_cast<char*>(text.c_str())); // exec changes nothing
        }
        out.push_back(nullptr);
        return out;
    }

    template <class Done>
    void pump(clock::time_point deadline, Done done) {
        while (!done()) {
            if (input_ends_ && input_.empty()) {
                close_fd(in_);
            }
            bool const writing = in_ >= 0 && !input_.empty();
            std::array<pollfd, 4> set{pollfd{out_, POLLIN, 0}, pollfd{err_, POLLIN, 0}, pollfd{life_, POLLIN, 0},
                                      pollfd{writing ? in_ : -1, POLLOUT, 0}};
            if (out_ < 0 && err_ < 0 && life_ < 0) {
                return;
            }
            auto const left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - clock::now()).count();
            int const ready = ::poll(set.data(), set.size(), left < 0 ? 0 : static_cast<int>(left) + 1);
            if (ready == 0 || (ready < 0 && errno != EINTR)) {
                return;
            }
            if (ready < 0) {
                continue;
            }
            read_some(set[0], out_, out_text_);
            read_some(set[1], err_, err_text_);
            std::string nothing;
            read_some(set[2], life_, nothing);
            if (set[3].revents != 0) {
                auto const n = ::send(in_, input_.data(), input_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
                if (n > 0) {
                    input_.erase(0, static_cast<std::size_t>(n));
                } else if (n < 0 && errno != EAGAIN && errno != EINTR) {
                    input_.clear();
                    close_fd(in_);
                }
            }
        }
    }
    static void read_some(const pollfd& ready, int& fd, std::string& text) {
        if (ready.revents == 0) {
            return;
        }
        std::array<char, 4096> buffer;
        auto const n = ::read(fd, buffer.data(), buffer.size());
        if (n > 0) {
            text.append(buffer.data(), static_cast<std::size_t>(n));
        } else if (n == 0 || errno != EINTR) {
            close_fd(fd);
        }
    }

    int reap() noexcept {
        if (pid_ > 0 && !status_) {
            int status = 0;
            while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
            }
            status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
        return status_.value_or(-1);
    }

    pid_t pid_ = -1;
    int in_ = -1;
    int out_ = -1;
    int err_ = -1;
    int life_ = -1;
    std::string input_;
    bool input_ends_ = false;
    std::string out_text_;
    std::string err_text_;
    std::optional<int> status_;
};

struct process_result {
    int status = -1; ///< as `process::wait` tells it
    std::string out;
    std::string err;
};

/// Runs a program to its end.
inline process_result run(const std::vector<std::string>& arguments, std::string_view input = {},
                          process::clock::duration limit = process::default_limit,
                          const std::vector<std::string>& environment = {}) {
    process program(arguments, environment);
    if (!program.started()) {
        return {-1, "", "cannot start " + arguments.at(0)};
    }
    program.write(input);
    program.close_input();
    int const status = program.wait(limit);
    return {status, program.out(), program.err()};
}
} // namespace test
