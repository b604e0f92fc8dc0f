// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/mbedtls.hpp>

#if defined(MBEDTLS_THREADING_C)
#include <mbedtls/threading.h>
#if defined(TLSPP_MUTEX_OF_PTHREADS)
#include <pthread.h>
#endif
#endif

namespace tlspp::inline TLSPP_ABI::detail {

/// A mutex from Mbed TLS's threading layer, whatever the target has made of it; nothing where the build has no threads.
/// `lock` fails only where the target could not make one.
class mutex {
public:
#if !defined(MBEDTLS_THREADING_C)
    mutex() noexcept = default;
    bool lock() noexcept { return true; }
    void unlock() noexcept {}
#elif defined(TLSPP_MUTEX_OF_MBEDTLS)
    mutex() noexcept { mbedtls_mutex_init(&mutex_); }
    ~mutex() { mbedtls_mutex_free(&mutex_); }
    bool lock() noexcept { return mbedtls_mutex_lock(&mutex_) == 0; }
    void unlock() noexcept { (void)mbedtls_mutex_unlock(&mutex_); }
#elif defined(TLSPP_MUTEX_OF_PTHREADS)
    mutex() noexcept : made_(pthread_mutex_init(&mutex_, nullptr) == 0) {}
    ~mutex() {
        if (made_) {
            pthread_mutex_destroy(&mutex_);
        }
    }
    bool lock() noexcept { return made_ && pthread_mutex_lock(&mutex_) == 0; }
    void unlock() noexcept { (void)pthread_mutex_unlock(&mutex_); }
#else
    mutex() noexcept = default;
    bool lock() noexcept {
        while (__atomic_test_and_set(&taken_, __ATOMIC_ACQUIRE)) { // sections are short
        }
        return true;
    }
    void unlock() noexcept { __atomic_clear(&taken_, __ATOMIC_RELEASE); }
#endif
    mutex(const mutex&) = delete;
    mutex& operator=(const mutex&) = delete;

private:
#if !defined(MBEDTLS_THREADING_C)
#elif defined(TLSPP_MUTEX_OF_MBEDTLS)
    mbedtls_threading_mutex_t mutex_;
#elif defined(TLSPP_MUTEX_OF_PTHREADS)
    pthread_mutex_t mutex_;
    bool made_;
#else
    bool taken_ = false;
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
