// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/config.hpp>

#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>

namespace tlspp::inline TLSPP_ABI {
namespace detail {
template <class T>
concept byte_like = std::is_same_v<std::remove_cv_t<T>, char> || std::is_same_v<std::remove_cv_t<T>, unsigned char> ||
                    std::is_same_v<std::remove_cv_t<T>, signed char> ||
                    std::is_same_v<std::remove_cv_t<T>, std::byte> || std::is_same_v<std::remove_cv_t<T>, char8_t>;

template <class R>
concept byte_range = requires(R& r) {
    requires byte_like<std::remove_pointer_t<decltype(r.data())>>;
    r.size();
};

template <class R>
concept writable_byte_range =
    byte_range<R> && !std::is_const_v<std::remove_pointer_t<decltype(std::declval<R&>().data())>>;
} // namespace detail

/// A view of bytes to read from: made from a string literal (without its NUL), or from any contiguous range of
/// `char`, `unsigned char`, `std::byte` or `char8_t` (string, string_view, span, vector, array).
/// It owns nothing; what it views must live through the call it is passed to.
/// A writable `char` array does not convert, since nothing says where its text ends: pass a `std::string_view` or a
/// `std::span` of the part you mean.
class bytes {
public:
    constexpr bytes() noexcept = default;
    /// The characters of a literal, without its NUL.
    template <std::size_t N>
    bytes(const char (&literal)[N]) noexcept : bytes(literal, literal[N - 1] == '\0' ? N - 1 : N) {}
    template <std::size_t N>
    bytes(char (&text)[N]) = delete;
    /// All of an array.
    template <detail::byte_like T, std::size_t N>
        requires(!std::is_same_v<std::remove_const_t<T>, char>)
    bytes(T (&array)[N]) noexcept : bytes(array, N) {}
    /// All of a contiguous range: `std::string`, `std::vector`, `std::span` and their like.
    template <detail::byte_range R>
    bytes(const R& range) noexcept : bytes(range.data(), range.size()) {}
    /// `size` bytes from `data` on.
    bytes(const void* data, std::size_t size) noexcept : data_(static_cast<const std::byte*>(data)), size_(size) {}

    const std::byte* data() const noexcept { return data_; }
    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    /// Where it begins, as C libraries want it.
    const unsigned char* uchars() const noexcept { return reinterpret_cast<const unsigned char*>(data_); }
    /// The same bytes as characters.
    std::string_view text() const noexcept { return {reinterpret_cast<const char*>(data_), size_}; }
    const std::byte* begin() const noexcept { return data_; }
    const std::byte* end() const noexcept { return data_ + size_; }

    /// The same without its first `n` bytes; `n` must not exceed `size()`.
    bytes without_first(std::size_t n) const noexcept { return {data_ + n, size_ - n}; }
    /// The first `n` bytes, or all where there are fewer.
    bytes first(std::size_t n) const noexcept { return {data_, n < size_ ? n : size_}; }

private:
    const std::byte* data_ = nullptr;
    std::size_t size_ = 0;
};

/// A view of bytes to write into: any contiguous, writable range of byte-sized elements, whole arrays included.
class writable_bytes {
public:
    constexpr writable_bytes() noexcept = default;
    /// All of an array.
    template <detail::byte_like T, std::size_t N>
        requires(!std::is_const_v<T>)
    writable_bytes(T (&array)[N]) noexcept : writable_bytes(array, N) {}
    /// All of a contiguous range, which must outlive the call.
    template <class R>
        requires detail::writable_byte_range<std::remove_reference_t<R>>
    writable_bytes(R&& range) noexcept : writable_bytes(range.data(), range.size()) {}
    /// `size` bytes from `data` on.
    writable_bytes(void* data, std::size_t size) noexcept : data_(static_cast<std::byte*>(data)), size_(size) {}

    std::byte* data() const noexcept { return data_; }
    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    /// Where it begins, as C libraries want it.
    unsigned char* uchars() const noexcept { return reinterpret_cast<unsigned char*>(data_); }
    /// The same bytes as a span.
    operator std::span<std::byte>() const noexcept { return {data_, size_}; }

    /// The same without its first `n` bytes; `n` must not exceed `size()`.
    writable_bytes without_first(std::size_t n) const noexcept { return {data_ + n, size_ - n}; }

private:
    std::byte* data_ = nullptr;
    std::size_t size_ = 0;
};
} // namespace tlspp::inline TLSPP_ABI
