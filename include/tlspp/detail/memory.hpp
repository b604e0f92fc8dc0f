// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/mbedtls.hpp>

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

/// \file
/// Owners over Mbed TLS's allocator: all memory of the core comes from `mbedtls_calloc`, so that one pool bounds a
/// device. Nothing here throws; failure is a null pointer.
namespace tlspp::inline TLSPP_ABI::detail {

/// Constructs a T in zeroed memory of Mbed TLS's; null where there is none. `extra` bytes follow the object.
template <class T, class... Arguments>
T* create_object(std::size_t extra, Arguments&&... arguments) noexcept {
    static_assert(std::is_nothrow_constructible_v<T, Arguments...>);
    void* memory = mbedtls_calloc(1, sizeof(T) + extra);
    return memory == nullptr ? nullptr : ::new (memory) T(std::forward<Arguments>(arguments)...);
}

template <class T>
void destroy_object(T* object) noexcept {
    if (object != nullptr) {
        object->~T();
        mbedtls_free(const_cast<std::remove_const_t<T>*>(object));
    }
}

/// A reference count; atomic through compiler builtins where the library has threads (no `<atomic>`: its price in
/// compile time, and its missing functions on small cores). It knows how its object is destroyed: handles do not, so that
/// whoever may hold an object links what destroys it only where one is made.
class ref_count {
public:
    using destroyer = void (*)(const void* object) noexcept;

    void destroyed_by(destroyer how) noexcept { destroy_ = how; }
    /// One reference less to the object that this count belongs to.
    [[gnu::noinline]] void release(const void* object) noexcept {
        if (drop()) {
            destroy_(object);
        }
    }
    void add() noexcept {
        if constexpr (build::threads) {
            __atomic_fetch_add(&count_, 1U, __ATOMIC_RELAXED);
        } else {
            ++count_;
        }
    }
    /// True where the last reference went.
    bool drop() noexcept {
        if constexpr (build::threads) {
            return __atomic_sub_fetch(&count_, 1U, __ATOMIC_ACQ_REL) == 0;
        } else {
            return --count_ == 0;
        }
    }

private:
    destroyer destroy_ = nullptr;
    unsigned count_ = 1;
};

/// A shared, reference-counted object. T has a member `ref_count references` and is made by `ref<T>::make`.
template <class T>
class ref {
public:
    ref() noexcept = default;
    ref(const ref& other) noexcept : object_(other.object_) {
        if (object_ != nullptr) {
            object_->references.add();
        }
    }
    ref(ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
    /// From a reference that may change the object to one that may not.
    ref(ref<std::remove_const_t<T>>&& other) noexcept
        requires std::is_const_v<T>
        : object_(std::exchange(other.object_, nullptr)) {}
    ref& operator=(ref other) noexcept {
        std::swap(object_, other.object_);
        return *this;
    }
    ~ref() {
        if (object_ != nullptr) {
            object_->references.release(object_);
        }
    }

    template <class... Arguments>
    static ref make(Arguments&&... arguments) noexcept {
        return make_with_room(0, std::forward<Arguments>(arguments)...);
    }

    /// The same with `extra` bytes behind the object.
    template <class... Arguments>
    static ref make_with_room(std::size_t extra, Arguments&&... arguments) noexcept {
        ref made;
        made.object_ = create_object<T>(extra, std::forward<Arguments>(arguments)...);
        if (made.object_ != nullptr) {
            made.object_->references.destroyed_by(
                [](const void* object) noexcept { destroy_object(static_cast<const T*>(object)); });
        }
        return made;
    }

    /// Takes over the one reference to an object that knows how it is destroyed.
    static ref adopt(T* object) noexcept {
        ref made;
        made.object_ = object;
        return made;
    }

    T* get() const noexcept { return object_; }
    T* operator->() const noexcept { return object_; }
    T& operator*() const noexcept { return *object_; }
    explicit operator bool() const noexcept { return object_ != nullptr; }
    friend bool operator==(const ref&, const ref&) = default;

private:
    template <class>
    friend class ref;
    T* object_ = nullptr;
};

/// A block of bytes of Mbed TLS's allocator, zeroised before it is freed.
class secure_buffer {
public:
    secure_buffer() noexcept = default;
    secure_buffer(secure_buffer&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    secure_buffer& operator=(secure_buffer&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~secure_buffer() { reset(); }

    /// False where there is no memory; the old content is gone in any case.
    bool allocate(std::size_t size) noexcept {
        reset();
        data_ = static_cast<unsigned char*>(mbedtls_calloc(1, size == 0 ? 1 : size));
        size_ = data_ == nullptr ? 0 : size;
        return data_ != nullptr;
    }
    void reset() noexcept {
        if (data_ != nullptr) {
            mbedtls_platform_zeroize(data_, size_);
            mbedtls_free(data_);
        }
        data_ = nullptr;
        size_ = 0;
    }
    /// Forgets all but the first `size` bytes, which are zeroised now; the block keeps its memory.
    void shrink(std::size_t size) noexcept {
        if (size < size_) {
            mbedtls_platform_zeroize(data_ + size, size_ - size);
            size_ = size;
        }
    }
    unsigned char* data() const noexcept { return data_; }
    std::size_t size() const noexcept { return size_; }

private:
    unsigned char* data_ = nullptr;
    std::size_t size_ = 0;
};
} // namespace tlspp::inline TLSPP_ABI::detail
