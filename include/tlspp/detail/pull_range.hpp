// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/config.hpp>

#include <cstddef>
#include <utility>

namespace tlspp::inline TLSPP_ABI::detail {

struct range_end {};

/// An input range over what a cursor yields. A cursor is copyable, names `value_type`, and has
/// `bool next(value_type&) noexcept`. `Owner` keeps alive what the values view: as long as the range lives, the values
/// taken from it are valid.
template <class Cursor, class Owner>
class pull_range {
public:
    using value_type = typename Cursor::value_type;

    class iterator {
    public:
        using value_type = typename Cursor::value_type;
        using difference_type = std::ptrdiff_t;

        iterator() noexcept = default;
        explicit iterator(Cursor cursor) noexcept : cursor_(cursor) { ++*this; }

        const value_type& operator*() const noexcept { return value_; }
        const value_type* operator->() const noexcept { return &value_; }
        iterator& operator++() noexcept {
            live_ = cursor_.next(value_);
            return *this;
        }
        void operator++(int) noexcept { ++*this; }
        friend bool operator==(const iterator& i, range_end) noexcept { return !i.live_; }

    private:
        Cursor cursor_{};
        value_type value_{};
        bool live_ = false;
    };

    pull_range() noexcept = default;
    explicit pull_range(Cursor cursor, Owner owner = {}) noexcept : cursor_(cursor), owner_(std::move(owner)) {}

    iterator begin() const noexcept { return iterator(cursor_); }
    range_end end() const noexcept { return {}; }
    bool empty() const noexcept { return begin() == end(); }
    /// Counts them: linear.
    std::size_t size() const noexcept {
        std::size_t n = 0;
        for (auto i = begin(); !(i == end()); ++i) {
            ++n;
        }
        return n;
    }

private:
    Cursor cursor_{};
    Owner owner_{};
};
} // namespace tlspp::inline TLSPP_ABI::detail
