// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/bytes.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tlspp::inline TLSPP_ABI::detail {

/// Reads the presentation language of RFC 8446 §3: big-endian numbers, and vectors with their length in front. What
/// is too short makes it bad, and everything after that empty.
class vector_reader {
public:
    explicit vector_reader(bytes data) noexcept : rest_(data) {}

    bytes take(std::size_t size) noexcept {
        if (size > rest_.size()) {
            good_ = false;
            rest_ = {};
            return {};
        }
        bytes const taken = rest_.first(size);
        rest_ = rest_.without_first(size);
        return taken;
    }
    std::size_t number(std::size_t size) noexcept {
        std::size_t value = 0;
        for (std::byte const b : take(size)) {
            value = value << 8 | static_cast<std::size_t>(b);
        }
        return value;
    }
    /// A vector whose length takes `length_size` bytes.
    bytes vector(std::size_t length_size) noexcept { return take(number(length_size)); }
    bytes rest() const noexcept { return rest_; }
    bool empty() const noexcept { return rest_.empty(); }
    bool good() const noexcept { return good_; }
    /// Nothing is left, and all was there.
    bool done() const noexcept { return good_ && rest_.empty(); }

private:
    bytes rest_;
    bool good_ = true;
};

/// The fields of a ClientHello (RFC 8446 §4.1.2, RFC 5246 §7.4.1.2) that somebody may ask for: views into the message.
struct hello_fields {
    bytes versions; ///< of supported_versions, else the one in the message
    bytes suites;
    bytes groups;
    bytes schemes;
    bytes protocols; ///< ALPN, each with its length in front
    bytes extensions;
    std::string_view name;

    static constexpr std::size_t server_name = 0, supported_groups = 10, signature_algorithms = 13, alpn = 16,
                                 supported_versions = 43;

    /// From a handshake message, with its header. False where it is malformed, or has an extension twice.
    bool parse(bytes message) noexcept {
        vector_reader in{message};
        if (in.number(1) != 1) {
            return false;
        }
        vector_reader body{in.vector(3)};
        versions = body.take(2);
        (void)body.take(32);
        bytes const session_id = body.vector(1);
        suites = body.vector(2);
        bytes const compressions = body.vector(1);
        if (!in.done() || !body.good() || session_id.size() > 32 || suites.empty() || suites.size() % 2 != 0 ||
            compressions.empty()) {
            return false;
        }
        if (body.empty()) { // TLS 1.2 without extensions
            return true;
        }
        extensions = body.vector(2);
        return body.done() && take_extensions();
    }

    /// The content of an extension; false where there is none.
    static bool find(bytes extensions, std::size_t id, bytes& content) noexcept {
        for (vector_reader in{extensions}; !in.empty();) {
            auto const type = in.number(2);
            auto const found = in.vector(2);
            if (type == id) {
                content = found;
                return in.good();
            }
        }
        return false;
    }

private:
    bool take_extensions() noexcept {
        for (vector_reader in{extensions}; !in.empty();) {
            auto const id = in.number(2);
            vector_reader const content{in.vector(2)};
            bytes twice;
            if (!in.good() || find(in.rest(), id, twice) || !take_extension(id, content)) {
                return false;
            }
        }
        return true;
    }

    bool take_extension(std::size_t id, vector_reader content) noexcept {
        switch (id) {
        case server_name: {
            vector_reader list{content.vector(2)};
            if (list.number(1) != 0) {
                return list.good() && content.done(); // another kind of name, which nobody has defined
            }
            name = list.vector(2).text();
            return list.good() && content.done() && !name.empty();
        }
        case supported_groups:
            groups = content.vector(2);
            return content.done() && is_list_of_numbers(groups);
        case signature_algorithms:
            schemes = content.vector(2);
            return content.done() && is_list_of_numbers(schemes);
        case alpn:
            protocols = content.vector(2);
            for (vector_reader list{protocols}; !list.empty();) {
                if (list.vector(1).empty()) {
                    return false;
                }
            }
            return content.done() && !protocols.empty();
        case supported_versions:
            versions = content.vector(1);
            return content.done() && is_list_of_numbers(versions);
        default:
            return true;
        }
    }
    static bool is_list_of_numbers(bytes list) noexcept { return !list.empty() && list.size() % 2 == 0; }
};
} // namespace tlspp::inline TLSPP_ABI::detail
