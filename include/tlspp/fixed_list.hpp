// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/config.hpp>

#include <cstddef>

namespace tlspp::inline TLSPP_ABI {

/// A list with room for N elements inside itself: what functions of this library return lists of values in, without
/// a heap. A range like any other.
template <class T, std::size_t N>
class fixed_list {
public:
    /// Appends; what no longer fits is left out.
    constexpr void add(const T& element) noexcept {
        if (size_ != N) {
            elements_[size_++] = element;
        }
    }

    constexpr const T* data() const noexcept { return elements_; }
    constexpr std::size_t size() const noexcept { return size_; }
    constexpr bool empty() const noexcept { return size_ == 0; }
    constexpr const T* begin() const noexcept { return elements_; }
    constexpr const T* end() const noexcept { return elements_ + size_; }
    constexpr const T& operator[](std::size_t i) const noexcept { return elements_[i]; }
    constexpr bool contains(const T& element) const noexcept {
        for (auto const& e : *this) {
            if (e == element) {
                return true;
            }
        }
        return false;
    }

private:
    T elements_[N] = {};
    std::size_t size_ = 0;
};
} // namespace tlspp::inline TLSPP_ABI
