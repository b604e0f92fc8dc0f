// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>

/// What the programs here read their arguments with.
namespace command_line {

/// Ends the program with a sentence and an exit status.
struct stop {
    int status;
    std::string text;
};
inline constexpr int wrong_usage = 2;

struct host_and_port {
    std::string host; ///< IPv6 addresses without their brackets
    std::uint16_t port = 443;
};

/// `HOST`, `HOST:PORT` or `[IPV6]:PORT`.
inline host_and_port parse_authority(std::string_view text, std::uint16_t default_port) {
    host_and_port out{{}, default_port};
    std::string_view port;
    if (text.starts_with('[')) {
        auto const end = text.find(']');
        if (end == std::string_view::npos || (end + 1 != text.size() && text[end + 1] != ':')) {
            throw stop{wrong_usage, "an IPv6 address must stand in brackets: " + std::string(text)};
        }
        out.host = text.substr(1, end - 1);
        port = end + 1 == text.size() ? std::string_view() : text.substr(end + 1);
    } else {
        auto const colon = text.find(':');
        out.host = text.substr(0, colon);
        port = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
    }
    if (port.size() > 1) {
        auto const [end, failure] = std::from_chars(port.data() + 1, port.data() + port.size(), out.port);
        if (failure != std::errc{} || end != port.data() + port.size() || out.port == 0) {
            throw stop{wrong_usage, "not a port: " + std::string(port.substr(1))};
        }
    }
    if (out.host.empty()) {
        throw stop{wrong_usage, "there is no host in: " + std::string(text)};
    }
    return out;
}

/// Whole or not at all, so that who waits for the file never reads half of it.
inline void write_file(const std::string& path, std::string_view content) {
    std::string const unfinished = path + ".part";
    std::ofstream out(unfinished);
    out << content;
    out.close();
    if (!out || std::rename(unfinished.c_str(), path.c_str()) != 0) {
        throw stop{1, "cannot write " + path};
    }
}
} // namespace command_line
