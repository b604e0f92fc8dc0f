// SPDX-License-Identifier: BSL-1.0
#pragma once
#include "command_line.hpp"

#include <tlspp/connection.hpp>
#include <tlspp/psk.hpp>
#include <tlspp/security_policy.hpp>
#include <tlspp/text.hpp>

#include <array>
#include <charconv>
#include <cstddef>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace command_line {

/// The options about TLS that `server` and `get` have in common.
class tls_arguments {
public:
    /// For the help texts.
    static constexpr std::string_view usage =
        R"(  --policy P          modern (the default) or compatible, which adds what old peers need: ECDHE with CBC
  --min-version V     1.2 (the default) or 1.3
  --max-version V     1.2 or 1.3 (the default)
  --suites NAMES      cipher suites in place of the policy's, most wanted first, with colons in between
  --groups NAMES      groups for key agreement, the same way
  --psk FILE          pre-shared keys, a line "IDENTITY:KEY" for each, the key in hexadecimal digits
  --export LABEL:N    print N bytes of keying material that this connection exports under the label (RFC 5705)
)";

    /// Takes an option with its value where it is one of these.
    bool take(std::string_view name, std::string_view value) {
        if (name == "--policy") {
            policy_ = value == "modern"       ? &tlspp::policy::modern_2026
                      : value == "compatible" ? &tlspp::policy::compatible_2026
                                              : throw stop{wrong_usage, "no policy: " + std::string(value)};
        } else if (name == "--min-version") {
            minimum_ = to_version(value);
        } else if (name == "--max-version") {
            maximum_ = to_version(value);
        } else if (name == "--suites") {
            suites_ = value;
        } else if (name == "--groups") {
            groups_ = value;
        } else if (name == "--psk") {
            read_keys(std::string(value));
        } else if (name == "--export") {
            parse_export(value);
        } else {
            return false;
        }
        return true;
    }

    bool has_keys() const { return !keys_.empty(); }

    /// Fills in what all this is about, but for the keys; what is wrong with a name is thrown.
    template <class Options>
    Options applied_to(Options options) const {
        options.minimum_version = minimum_;
        options.maximum_version = maximum_;
        if (!suites_.empty()) {
            options.cipher_suites = tlspp::or_throw(tlspp::cipher_suites_from(suites_));
        }
        if (!groups_.empty()) {
            options.groups = tlspp::or_throw(tlspp::groups_from(groups_));
        }
        return policy_ == nullptr ? options : tlspp::apply(*policy_, std::move(options));
    }
    /// The first key; live as long as this object.
    tlspp::client_psk client_keys() const { return {.identity = keys_.front().identity, .key = keys_.front().key}; }
    tlspp::server_psk server_keys() const {
        std::vector<tlspp::psk_entry> list;
        for (auto const& one : keys_) {
            list.push_back({.identity = one.identity, .key = one.key});
        }
        return {.keys = list};
    }

    /// A line for --export, or nothing.
    std::string exported(tlspp::connection& conn) const {
        if (label_.empty()) {
            return {};
        }
        std::vector<std::byte> out(export_size_);
        tlspp::or_throw(conn.export_keying_material(out, label_));
        return "exported: " + tlspp::to_hex(out);
    }

private:
    struct key {
        std::string identity;
        std::vector<std::byte> key;
    };

    static tlspp::version to_version(std::string_view text) {
        return text == "1.2"   ? tlspp::version::tls1_2
               : text == "1.3" ? tlspp::version::tls1_3
                               : throw stop{wrong_usage, "no version: " + std::string(text)};
    }
    static std::vector<std::byte> from_hex(std::string_view digits) {
        std::vector<std::byte> out;
        for (; digits.size() > 1; digits.remove_prefix(2)) {
            unsigned char value = 0;
            if (std::from_chars(digits.data(), digits.data() + 2, value, 16).ptr != digits.data() + 2) {
                return {};
            }
            out.push_back(std::byte{value});
        }
        return digits.empty() ? out : std::vector<std::byte>();
    }
    void read_keys(const std::string& path) {
        std::ifstream in(path);
        for (std::string line; std::getline(in, line);) {
            auto const colon = line.rfind(':');
            key one{line.substr(0, colon),
                    colon == std::string::npos ? std::vector<std::byte>() : from_hex(line.substr(colon + 1))};
            if (one.key.empty()) {
                throw stop{wrong_usage, path + " has a line that is not IDENTITY:KEY, the key in hexadecimal digits"};
            }
            keys_.push_back(std::move(one));
        }
        if (keys_.empty()) {
            throw stop{wrong_usage, "there are no keys in " + path};
        }
    }
    void parse_export(std::string_view text) {
        auto const colon = text.rfind(':');
        char const* const end = text.data() + text.size();
        if (colon == std::string_view::npos || colon == 0 ||
            std::from_chars(text.data() + colon + 1, end, export_size_).ptr != end || export_size_ == 0) {
            throw stop{wrong_usage, "not LABEL:N: " + std::string(text)};
        }
        label_ = text.substr(0, colon);
    }

    const tlspp::security_policy* policy_ = nullptr;
    std::optional<tlspp::version> minimum_;
    std::optional<tlspp::version> maximum_;
    std::string suites_;
    std::string groups_;
    std::vector<key> keys_;
    std::string label_;
    std::uint16_t export_size_ = 0;
};
} // namespace command_line
