// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/bytes.hpp>

#include <cstddef>

namespace tlspp::inline TLSPP_ABI {

/// What binds an authentication above TLS to this connection (RFC 5056): up to 64 bytes. Converts to `bytes`.
class channel_binding_data {
public:
    const std::byte* data() const noexcept { return data_; }
    std::size_t size() const noexcept { return size_; }
    const std::byte* begin() const noexcept { return data_; }
    const std::byte* end() const noexcept { return data_ + size_; }

    /// \cond
    static constexpr std::size_t capacity = 64;
    unsigned char* room(std::size_t size) noexcept {
        size_ = size;
        return reinterpret_cast<unsigned char*>(data_);
    }
    /// \endcond

private:
    std::byte data_[capacity] = {};
    std::size_t size_ = 0;
};
} // namespace tlspp::inline TLSPP_ABI
