// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/memory.hpp>

#include <concepts>
#include <initializer_list>
#include <span>

namespace tlspp::inline TLSPP_ABI {

/// The type of list fields in options: owns its elements, in Mbed TLS's memory, and takes braces, spans, vectors and
/// arrays. A list of `std::string_view` owns the views, not the texts; `create` copies these.
/// Running out of memory does not throw: the list remembers it, and `create` answers `errc::out_of_memory`.
template <class T>
class option_list {
public:
    option_list() noexcept = default;
    /// `.alpn = {"h2", "http/1.1"}`.
    option_list(std::initializer_list<T> elements) noexcept { assign(elements.begin(), elements.size()); }
    /// The elements of any contiguous range.
    template <class R>
        requires(!std::is_same_v<R, option_list> &&
                 requires(const R& r) {
                     { *r.data() } -> std::convertible_to<T>;
                     r.size();
                 })
    option_list(const R& range) noexcept {
        assign(range.data(), range.size());
    }
    option_list(const option_list& other) noexcept {
        assign(other.data_, other.size_);
        failed_ |= other.failed_;
    }
    option_list(option_list&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)), failed_(other.failed_) {}
    option_list& operator=(option_list other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        failed_ = other.failed_;
        return *this;
    }
    ~option_list() {
        for (std::size_t i = 0; i != size_; ++i) {
            data_[i].~T();
        }
        mbedtls_free(data_);
    }

    const T* data() const noexcept { return data_; }
    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    const T* begin() const noexcept { return data_; }
    const T* end() const noexcept { return data_ + size_; }
    const T& operator[](std::size_t i) const noexcept { return data_[i]; }

    /// True where there was no memory for the elements.
    bool failed() const noexcept { return failed_; }

private:
    template <class U>
    void assign(const U* elements, std::size_t count) noexcept {
        if (count == 0) {
            return;
        }
        data_ = static_cast<T*>(mbedtls_calloc(count, sizeof(T)));
        if (data_ == nullptr) {
            failed_ = true;
            return;
        }
        for (; size_ != count; ++size_) {
            ::new (static_cast<void*>(data_ + size_)) T(elements[size_]);
        }
    }

    T* data_ = nullptr;
    std::size_t size_ = 0;
    bool failed_ = false;
};
} // namespace tlspp::inline TLSPP_ABI
