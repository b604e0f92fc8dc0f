// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test {

/// A JSON value (RFC 8259), read-only; enough to read files of test cases. What is missing is null.
class json {
public:
    enum class kind { null, boolean, number, string, array, object };

    static json parse(std::string_view text) {
        reader r{text};
        json value = r.value();
        r.space();
        if (!r.rest.empty()) {
            throw std::runtime_error("JSON: text behind the end");
        }
        return value;
    }

    bool is_null() const noexcept { return kind_ == kind::null; }
    explicit operator bool() const noexcept { return !is_null(); }
    const std::string& text() const noexcept { return text_; }
    std::int64_t number() const { return std::strtoll(text_.c_str(), nullptr, 10); }
    const std::vector<json>& elements() const noexcept { return elements_; }
    const json& operator[](std::string_view key) const {
        static const json nothing;
        for (std::size_t i = 0; i != keys_.size(); ++i) {
            if (keys_[i] == key) {
                return elements_[i];
            }
        }
        return nothing;
    }

private:
    struct reader {
        std::string_view rest;

        void space() {
            auto const n = rest.find_first_not_of(" \t\r\n");
            rest.remove_prefix(n == std::string_view::npos ? rest.size() : n);
        }
        char take() {
            if (rest.empty()) {
                throw std::runtime_error("JSON: cut");
            }
            char const c = rest.front();
            rest.remove_prefix(1);
            return c;
        }
        bool take_if(char c) {
            space();
            bool const found = !rest.empty() && rest.front() == c;
            rest.remove_prefix(found ? 1 : 0);
            return found;
        }
        json value() {
            space();
            json out;
            if (take_if('{')) {
                out.kind_ = kind::object;
                for (bool first = true; !take_if('}'); first = false) {
                    if (!first && !take_if(',')) {
                        throw std::runtime_error("JSON: no comma");
                    }
                    space();
                    out.keys_.push_back(string());
                    if (!take_if(':')) {
                        throw std::runtime_error("JSON: no colon");
                    }
                    out.elements_.push_back(value());
                }
            } else if (take_if('[')) {
                out.kind_ = kind::array;
                for (bool first = true; !take_if(']'); first = false) {
                    if (!first && !take_if(',')) {
                        throw std::runtime_error("JSON: no comma");
                    }
                    out.elements_.push_back(value());
                }
            } else if (!rest.empty() && rest.front() == '"') {
                out.kind_ = kind::string;
                out.text_ = string();
            } else {
                auto const n = rest.find_first_of(",]} \t\r\n");
                out.text_ = std::string(rest.substr(0, n));
                rest.remove_prefix(out.text_.size());
                out.kind_ = out.text_ == "null"                           ? kind::null
                            : out.text_ == "true" || out.text_ == "false" ? kind::boolean
                                                                          : kind::number;
            }
            return out;
        }
        std::string string() {
            if (take() != '"') {
                throw std::runtime_error("JSON: no string");
            }
            std::string out;
            for (char c = take(); c != '"'; c = take()) {
                if (c != '\\') {
                    out += c;
                    continue;
                }
                switch (c = take()) {
                case 'n':
                    out += '\n';
                    break;
                case 't':
                    out += '\t';
                    break;
                case 'r':
                    out += '\r';
                    break;
                case 'b':
                    out += '\b';
                    break;
                case 'f':
                    out += '\f';
                    break;
                case 'u':
                    escape(out);
                    break;
                default:
                    out += c;
                }
            }
            return out;
        }
        void escape(std::string& out) {
            unsigned code = 0;
            for (int i = 0; i != 4; ++i) {
                code = code * 16 + static_cast<unsigned>(std::strtoul(std::string(1, take()).c_str(), nullptr, 16));
            }
            if (code < 0x80) {
                out += static_cast<char>(code);
            } else {
                if (code >= 0x800) {
                    out += static_cast<char>(0xE0U | (code >> 12));
                    out += static_cast<char>(0x80U | ((code >> 6) & 0x3FU));
                } else {
                    out += static_cast<char>(0xC0U | (code >> 6));
                }
                out += static_cast<char>(0x80U | (code & 0x3FU));
            }
        }
    };

    kind kind_ = kind::null;
    std::string text_;
    std::vector<std::string> keys_;
    std::vector<json> elements_;
};
} // namespace test
