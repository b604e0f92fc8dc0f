// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/trace.hpp>

#include <tlspp/alert.hpp>

#include <string>

/// \file
/// A recorded handshake as a ladder: the client on the left, the server on the right, and between them the messages in
/// the order of time. `std::string`, so not in the umbrella header.
namespace tlspp::inline TLSPP_ABI {

namespace detail {
/// What the message is there for; empty for those that explain themselves.
constexpr std::string_view purpose_of(const trace_record& r) noexcept {
    if (r.record == record_type::change_cipher_spec) {
        return "from here on encrypted (TLS 1.2); nothing (TLS 1.3)";
    }
    if (r.record == record_type::application_data) {
        return "TLS 1.3 encrypts the kind of message, too";
    }
    if (r.record == record_type::alert) {
        return {};
    }
    switch (r.type) {
    case 1:
        return "suites, versions and groups offered, client random";
    case 2:
        return "suite and version chosen, server random";
    case 6:
        return "another group, please";
    case 11:
        return "certificate chain";
    case 12:
        return "Diffie-Hellman share of the server, signature";
    case 16:
        return "Diffie-Hellman share of the client";
    case 20:
        return "MAC of all handshake messages";
    default:
        return {};
    }
}

inline std::string label_of(const trace_record& r) {
    std::string text(name(r));
    if (r.record == record_type::alert && !r.encrypted) {
        auto const what = name(static_cast<alert>(r.type));
        text.append(" ").append(what.empty() ? std::to_string(r.type) : std::string(what));
    }
    if (r.encrypted && text != "encrypted") {
        text += ", encrypted";
    }
    return text.append(", ").append(std::to_string(r.length)).append(r.length == 1 ? " byte" : " bytes");
}
inline std::string time_of(std::span<const trace_record> all, const trace_record& r) {
    return std::to_string(r.milliseconds - all.front().milliseconds) + " ms";
}
} // namespace detail

/// For a terminal, 80 columns wide.
inline std::string ladder_text(std::span<const trace_record> records) {
    constexpr std::size_t width = 60;
    std::string out = "client" + std::string(width - 4, ' ') + "server\n";
    for (auto const& r : records) {
        auto const label = ' ' + detail::label_of(r) + ' ';
        std::string const line(width > label.size() + 4 ? width - label.size() - 4 : 1, '-');
        bool const from_client = r.sender() == role::client;
        out += from_client ? "  |--" + label + line + "->|" : "  |<-" + line + label + "--|";
        auto const time = detail::time_of(records, r);
        out += std::string(time.size() < 10 ? 10 - time.size() : 1, ' ') + time + '\n';
        if (auto const purpose = detail::purpose_of(r); !purpose.empty()) {
            std::string const gap(width > purpose.size() + 2 ? width - purpose.size() - 2 : 0, ' ');
            out += from_client ? "  |  " + std::string(purpose) + gap + "|\n"
                               : "  |" + gap + std::string(purpose) + "  |\n";
        }
    }
    return out;
}

/// A sequence diagram for Mermaid.
inline std::string ladder_mermaid(std::span<const trace_record> records) {
    std::string out = "sequenceDiagram\n    participant C as client\n    participant S as server\n";
    for (auto const& r : records) {
        bool const from_client = r.sender() == role::client;
        out += from_client ? "    C" : "    S";
        out += r.encrypted ? "-->>" : "->>";
        out += from_client ? "S: " : "C: ";
        out += detail::label_of(r) + " (" + detail::time_of(records, r) + ")\n";
        if (auto const purpose = detail::purpose_of(r); !purpose.empty()) {
            std::string text(purpose);
            for (char& c : text) {
                c = c == ';' ? ',' : c; // ends a statement there
            }
            out += std::string("    Note ") + (from_client ? "left of C: " : "right of S: ") + text + '\n';
        }
    }
    return out;
}

/// A drawing by itself.
inline std::string ladder_svg(std::span<const trace_record> records) {
    constexpr int left = 130;
    constexpr int right = 630;
    constexpr int step = 46;
    auto const number = [](int n) { return '"' + std::to_string(n) + '"'; };
    auto const line = [&](int x1, int y1, int x2, int y2, std::string_view more) {
        return "<line x1=" + number(x1) + " y1=" + number(y1) + " x2=" + number(x2) + " y2=" + number(y2) +
               " stroke=\"black\"" + std::string(more) + "/>\n";
    };
    auto const text = [&](int x, int y, std::string_view anchor, int size, std::string_view what) {
        return "<text x=" + number(x) + " y=" + number(y) + " text-anchor=\"" + std::string(anchor) +
               "\" font-size=" + number(size) + ">" + std::string(what) + "</text>\n";
    };
    int const height = 60 + step * static_cast<int>(records.size());
    std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"760\" height=" + number(height) +
                      " font-family=\"sans-serif\">\n<defs><marker id=\"head\" markerWidth=\"9\" markerHeight=\"6\" "
                      "refX=\"9\" refY=\"3\" orient=\"auto\"><path d=\"M0,0 L9,3 L0,6 z\"/></marker></defs>\n";
    out += text(left, 24, "middle", 16, "client") + text(right, 24, "middle", 16, "server");
    out += line(left, 34, left, height - 10, "") + line(right, 34, right, height - 10, "");
    int y = 34;
    for (auto const& r : records) {
        y += step;
        bool const from_client = r.sender() == role::client;
        std::string const style =
            std::string(r.encrypted ? " stroke-dasharray=\"6 4\"" : "") + " marker-end=\"url(#head)\"";
        out += from_client ? line(left, y, right, y, style) : line(right, y, left, y, style);
        out += text((left + right) / 2, y - 6, "middle", 14, detail::label_of(r));
        out += text((left + right) / 2, y + 14, "middle", 11, detail::purpose_of(r));
        out += text(right + 12, y + 4, "start", 11, detail::time_of(records, r));
    }
    return out + "</svg>\n";
}
} // namespace tlspp::inline TLSPP_ABI
