// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/mbedtls.hpp>

namespace tlspp::inline TLSPP_ABI::detail {

/// Something that a constant object makes when it is first asked for. Several threads may make it at once: the first to
/// finish is kept by all, the others free theirs. `Free` takes what is not null.
template <class T, void (*Free)(T*) noexcept>
class published {
public:
    published() noexcept = default;
    published(const published&) = delete;
    published& operator=(const published&) = delete;
    ~published() {
        if (value_ != nullptr) {
            Free(value_);
        }
    }

    /// Null before something was published.
    T* get() const noexcept {
        if constexpr (build::threads) {
            return __atomic_load_n(&value_, __ATOMIC_ACQUIRE);
        } else {
            return value_;
        }
    }
    /// Takes `made`, which is not null, and returns what was published first.
    T* publish(T* made) const noexcept {
        T* before = nullptr;
        if constexpr (build::threads) {
            if (__atomic_compare_exchange_n(&value_, &before, made, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
                return made;
            }
        } else if (value_ == nullptr) {
            value_ = made;
            return made;
        } else {
            before = value_;
        }
        Free(made);
        return before;
    }

private:
    mutable T* value_ = nullptr;
};
} // namespace tlspp::inline TLSPP_ABI::detail
