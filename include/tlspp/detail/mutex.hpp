// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/mbedtls.hpp>

#if defined(MBEDTLS_THREADING_C)
#include <mbedtls/threading.h>
#endif

namespace tlspp::inline TLSPP_ABI::detail {

/// A mutex from Mbed TLS's threading layer, whatever the target has made it of; nothing where the build has no threads.
/// `lock` fails only where the target could not make one.
class mutex {
public:
#if defined(MBEDTLS_THREADING_C)
    mutex() noexcept { mbedtls_mutex_init(&mutex_); }
    ~mutex() { mbedtls_mutex_free(&mutex_); }
    bool lock() noexcept { return mbedtls_mutex_lock(&mutex_) == 0; }
    void unlock() noexcept { (void)mbedtls_mutex_unlock(&mutex_); }
#else
    mutex() noexcept = default;
    bool lock() noexcept { return true; }
    void unlock() noexcept {}
#endif
    mutex(const mutex&) = delete;
    mutex& operator=(const mutex&) = delete;

private:
#if defined(MBEDTLS_THREADING_C)
    mbedtls_threading_mutex_t mutex_;
#endif
};

/// Holds a mutex while it lives; false where it could not be had.
class locked {
public:
    explicit locked(mutex& m) noexcept : mutex_(m.lock() ? &m : nullptr) {}
    locked(const locked&) = delete;
    locked& operator=(const locked&) = delete;
    ~locked() {
        if (mutex_ != nullptr) {
            mutex_->unlock();
        }
    }
    explicit operator bool() const noexcept { return mutex_ != nullptr; }

private:
    mutex* mutex_;
};
} // namespace tlspp::inline TLSPP_ABI::detail
