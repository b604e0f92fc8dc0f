// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

/// What the demo prints: steps, sessions as in an interpreter, and the table at the end.
class report {
public:
    void title(std::string_view text) { std::cout << bold(text) << '\n'; }
    void step(std::string_view text) {
        std::cout << '\n' << bold(std::to_string(++steps_) + ". " + std::string(text)) << '\n';
    }
    /// A line of a program, as the talk shows them.
    void code(std::string_view text) { std::cout << colour("36", "   >>> " + std::string(text)) << '\n'; }
    /// What it gave, each line of it.
    void result(std::string_view text) {
        while (!text.empty()) {
            auto const end = text.find('\n');
            auto line = text.substr(0, end);
            if (line.ends_with('\r')) {
                line.remove_suffix(1);
            }
            std::cout << "   " << line << '\n';
            text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        }
    }

    /// One connection of the table; `as_it_should` is what the exit status depends on.
    struct connection {
        std::string peer;
        std::string version = "-";
        std::string suite = "-";
        std::string outcome;
        double milliseconds = 0;
        bool as_it_should = false;
    };
    void add(connection c) { connections_.push_back(std::move(c)); }
    /// A part that cannot be shown here, and why.
    void left_out(std::string_view why) { result(colour("33", why)); }

    /// Prints the table; false where a connection did not go as it should.
    bool finish() {
        std::cout << '\n' << bold("The connections") << '\n';
        std::size_t peer = 4;
        std::size_t suite = 5;
        std::size_t outcome = 6;
        for (auto const& c : connections_) {
            peer = std::max(peer, c.peer.size());
            suite = std::max(suite, c.suite.size());
            outcome = std::max(outcome, c.outcome.size());
        }
        bool good = true;
        std::cout << "   " << padded("peer", peer) << "  version  " << padded("suite", suite) << "  "
                  << padded("result", outcome) << "        ms\n";
        for (auto const& c : connections_) {
            std::array<char, 32> time;
            std::snprintf(time.data(), time.size(), "%10.1f", c.milliseconds);
            bool const verified = c.outcome == "verified";
            std::cout << "   " << padded(c.peer, peer) << "  " << padded(c.version, 7) << "  " << padded(c.suite, suite)
                      << "  "
                      << colour(!c.as_it_should ? "31"
                                : verified      ? "32"
                                                : "33",
                                padded(c.outcome, outcome))
                      << time.data() << (c.as_it_should ? "" : colour("31", "   NOT AS IT SHOULD BE")) << '\n';
            good = good && c.as_it_should;
        }
        auto const count = std::to_string(connections_.size());
        std::cout << '\n'
                  << (good ? "All " + count + " connections went as they should."
                           : colour("31", "Something went wrong: see the lines marked above."))
                  << '\n';
        return good;
    }

private:
    static std::string padded(std::string text, std::size_t width) {
        text.resize(std::max(width, text.size()), ' ');
        return text;
    }
    static bool wants_colour() {
        const char* const no = std::getenv("NO_COLOR"); // https://no-color.org
        const char* const terminal = std::getenv("TERM");
        return ::isatty(STDOUT_FILENO) == 1 && (no == nullptr || *no == '\0') && terminal != nullptr &&
               std::string_view(terminal) != "dumb";
    }
    std::string colour(std::string_view code, std::string_view text) const {
        return coloured_ ? "\033[" + std::string(code) + "m" + std::string(text) + "\033[0m" : std::string(text);
    }
    std::string bold(std::string_view text) const { return colour("1", text); }

    bool coloured_ = wants_colour();
    int steps_ = 0;
    std::vector<connection> connections_;
};
