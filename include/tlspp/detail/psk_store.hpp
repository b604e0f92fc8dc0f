// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/memory.hpp>
#include <tlspp/error.hpp>
#include <tlspp/psk.hpp>

#include <cstring>

namespace tlspp::inline TLSPP_ABI::detail {

inline result<void> check_psk(std::string_view identity, bytes key) noexcept {
    auto const refuse = [&](reason why) noexcept { return refused{errc::invalid_argument, why}.about(identity); };
    if (identity.empty()) {
        return refuse(reason::psk_identity_empty);
    }
    if (identity.size() > psk_longest_identity) {
        return refuse(reason::psk_identity_too_long);
    }
    if (key.empty()) {
        return refuse(reason::psk_empty);
    }
    if (key.size() > psk_longest_key) {
        return refuse(reason::psk_too_long);
    }
    return {};
}

/// The keys that a server accepts.
class psk_store {
public:
    result<void> assign(const server_psk& given) noexcept {
        if (given.keys.failed() || given.lookup.failed()) {
            return refused{errc::out_of_memory};
        }
        if (given.keys.empty() && !given.lookup) {
            return refused{errc::invalid_argument, reason::psk_nothing};
        }
        std::size_t size = 0;
        for (auto const& one : given.keys) {
            if (auto const good = check_psk(one.identity, one.key); !good) {
                return passed_on{good.error()};
            }
            size += 4 + one.identity.size() + one.key.size();
        }
        if (!block_.allocate(size)) {
            return refused{errc::out_of_memory};
        }
        unsigned char* out = block_.data();
        for (auto const& one : given.keys) {
            std::size_t n = 0;
            if (find_row(one.identity, n) != nullptr) {
                return refused{errc::invalid_argument, reason::psk_identity_twice}.about(one.identity);
            }
            out = put(out, one.identity.data(), one.identity.size());
            out = put(out, one.key.data(), one.key.size());
            filled_ = static_cast<std::size_t>(out - block_.data());
        }
        lookup_ = given.lookup;
        return {};
    }

    /// Writes the key, and returns its length; 0: nobody knows this identity.
    std::expected<std::size_t, callable_threw> find(std::string_view identity,
                                                    std::span<std::byte, psk_longest_key> room) const noexcept {
        std::size_t size = 0;
        if (const unsigned char* const key = find_row(identity, size); key != nullptr) {
            std::memcpy(room.data(), key, size);
            return size;
        }
        if (!lookup_) {
            return 0;
        }
        return lookup_(identity, std::span<std::byte>{room});
    }

private:
    static unsigned char* put(unsigned char* out, const void* data, std::size_t size) noexcept {
        *out++ = static_cast<unsigned char>(size >> 8);
        *out++ = static_cast<unsigned char>(size & 0xFF);
        std::memcpy(out, data, size);
        return out + size;
    }
    static std::size_t size_at(const unsigned char* at) noexcept {
        return static_cast<std::size_t>(at[0]) << 8 | at[1];
    }
    const unsigned char* find_row(std::string_view identity, std::size_t& size) const noexcept {
        const unsigned char* at = block_.data();
        for (const unsigned char* const end = at + filled_; at != end;) {
            auto const identity_size = size_at(at);
            const unsigned char* const name = at + 2;
            const unsigned char* const key = name + identity_size;
            size = size_at(key);
            if (identity_size == identity.size() && std::memcmp(name, identity.data(), identity_size) == 0) {
                return key + 2;
            }
            at = key + 2 + size;
        }
        return nullptr;
    }

    secure_buffer block_; ///< of each: length and identity, length and key
    std::size_t filled_ = 0;
    psk_lookup lookup_;
};

/// What became of the pre-shared key of one connection of a server.
struct psk_trace {
    enum class state : std::uint8_t { not_asked, unknown, found, threw, bad_size, no_memory } at = state::not_asked;
    secure_buffer identity; ///< of the key that was found
};
} // namespace tlspp::inline TLSPP_ABI::detail
