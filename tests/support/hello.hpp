// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Hello messages taken apart and put together again, for tests that want them wrong.
namespace test {

inline std::string big_endian(std::size_t value, int bytes) {
    std::string out;
    while (bytes-- > 0) {
        out += static_cast<char>(value >> (8 * bytes) & 0xFF);
    }
    return out;
}
inline std::string as_text(std::span<const std::byte> data) {
    return {reinterpret_cast<const char*>(data.data()), data.size()};
}
inline std::span<const std::byte> as_data(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}
/// A record around `body`.
inline std::string record(int type, std::string_view body) {
    return std::string{static_cast<char>(type), 3, 3} + big_endian(body.size(), 2).append(body);
}
/// Cuts a flow of whole records.
inline std::vector<std::string> records(std::string_view flow) {
    std::vector<std::string> all;
    while (flow.size() >= 5) {
        auto const size = static_cast<std::size_t>(static_cast<unsigned char>(flow[3])) << 8 |
                          static_cast<std::size_t>(static_cast<unsigned char>(flow[4]));
        all.emplace_back(flow.substr(0, 5 + size));
        flow.remove_prefix(std::min(flow.size(), 5 + size));
    }
    return all;
}

struct hello {
    int type = 1; ///< 1 ClientHello, 2 ServerHello
    std::string version{3, 3};
    std::string random = std::string(32, 'r');
    std::string session_id = {};
    std::string suites{'\x13', '\x01'}; ///< or the one suite chosen
    std::string compressions{'\0'};
    std::vector<std::pair<int, std::string>> extensions = {};

    /// From a record that holds one.
    static hello parse(std::string_view record) {
        record.remove_prefix(5);
        auto const take = [&](std::size_t n) {
            std::string part{record.substr(0, n)};
            record.remove_prefix(std::min(n, record.size()));
            return part;
        };
        auto const take_number = [&](std::size_t bytes) {
            std::size_t n = 0;
            for (char const c : take(bytes)) {
                n = n << 8 | static_cast<unsigned char>(c);
            }
            return n;
        };
        hello h;
        h.type = static_cast<int>(take_number(1));
        take(3);
        h.version = take(2);
        h.random = take(32);
        h.session_id = take(take_number(1));
        h.suites = h.type == 1 ? take(take_number(2)) : take(2);
        h.compressions = h.type == 1 ? take(take_number(1)) : take(1);
        take(2);
        while (!record.empty()) {
            auto const id = static_cast<int>(take_number(2));
            h.extensions.emplace_back(id, take(take_number(2)));
        }
        return h;
    }

    std::string* find(int id) {
        for (auto& [known, body] : extensions) {
            if (known == id) {
                return &body;
            }
        }
        return nullptr;
    }
    hello& without(int id) {
        std::erase_if(extensions, [&](auto const& e) { return e.first == id; });
        return *this;
    }
    hello& with(int id, std::string body) {
        extensions.emplace_back(id, std::move(body));
        return *this;
    }

    std::string message() const {
        std::string all;
        for (auto const& [id, body] : extensions) {
            all += big_endian(static_cast<std::size_t>(id), 2) + big_endian(body.size(), 2) + body;
        }
        std::string m = version + random + big_endian(session_id.size(), 1) + session_id;
        m += type == 1 ? big_endian(suites.size(), 2) + suites : suites;
        m += type == 1 ? big_endian(compressions.size(), 1) + compressions : compressions;
        m += big_endian(all.size(), 2) + all;
        return big_endian(static_cast<std::size_t>(type), 1) + big_endian(m.size(), 3) + m;
    }
    std::string record() const { return test::record(22, message()); }
};
} // namespace test
