// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/memory.hpp>

#include <cstddef>
#include <expected>
#include <type_traits>
#include <utility>

namespace tlspp::inline TLSPP_ABI::detail {

/// What a call of `function` ends in where the callable threw.
struct callable_threw {};

template <class Signature>
class function;

/// A callable of the user's, as options hold one: shared and reference-counted, in Mbed TLS's memory (`std::function`
/// takes `operator new`, throws, and costs compile time). Copies call the same object.
///
/// Whether what the callable throws is caught is decided where it is put in, by a template argument of the constructor:
/// units built with and without exceptions can be linked together.
template <class R, class... Arguments>
class function<R(Arguments...)> {
public:
    function() noexcept = default;
    /// Takes a callable over. A null function pointer leaves it empty.
    template <class F, bool Exceptions = TLSPP_EXCEPTIONS != 0>
        requires(!std::is_same_v<std::remove_cvref_t<F>, function> &&
                 std::is_invocable_r_v<R, std::decay_t<F>&, Arguments...>)
    function(F&& callable) noexcept { // NOLINT: options are filled with lambdas
        using held = holder<std::decay_t<F>, Exceptions>;
        static_assert(alignof(held) <= alignof(std::max_align_t));
        if constexpr (std::is_pointer_v<std::remove_cvref_t<F>>) { // a function by its name is never null
            if (callable == nullptr) {
                return;
            }
        }
        object_ = ref<base>::adopt(held::make(std::forward<F>(callable)));
        failed_ = object_.get() == nullptr;
    }

    /// Calls it, where there is one: see `operator bool`.
    std::expected<R, callable_threw> operator()(Arguments... arguments) const noexcept {
        return object_->call(object_.get(), std::forward<Arguments>(arguments)...);
    }
    explicit operator bool() const noexcept { return object_.get() != nullptr; }
    /// True where there was no memory for the callable.
    bool failed() const noexcept { return failed_; }

private:
    struct base {
        ref_count references;
        std::expected<R, callable_threw> (*call)(base*, Arguments...) noexcept;
    };

    template <class F, bool Exceptions>
    struct holder final : base {
        template <class G>
        explicit holder(G&& f) noexcept(std::is_nothrow_constructible_v<F, G>)
            : base{{}, &holder::invoke}, callable(std::forward<G>(f)) {}

        /// Null where there is no memory, and where the callable threw as it was copied.
        template <class G>
        static holder* make(G&& f) noexcept {
            auto* const made = construct(std::forward<G>(f));
            if (made != nullptr) {
                made->references.destroyed_by(
                    [](const void* held) noexcept { destroy_object(static_cast<const holder*>(held)); });
            }
            return made;
        }

        template <class G>
        static holder* construct(G&& f) noexcept {
            void* const memory = mbedtls_calloc(1, sizeof(holder));
            if (memory == nullptr) {
                return nullptr;
            }
#if TLSPP_EXCEPTIONS
            if constexpr (Exceptions) {
                try {
                    return ::new (memory) holder(std::forward<G>(f));
                } catch (...) {
                    mbedtls_free(memory);
                    return nullptr;
                }
            }
#endif
            return ::new (memory) holder(std::forward<G>(f));
        }

        static std::expected<R, callable_threw> invoke(base* self, Arguments... arguments) noexcept {
#if TLSPP_EXCEPTIONS
            if constexpr (Exceptions) {
                try {
                    return run(self, std::forward<Arguments>(arguments)...);
                } catch (...) {
                    return std::unexpected(callable_threw{});
                }
            }
#endif
            return run(self, std::forward<Arguments>(arguments)...);
        }
        static std::expected<R, callable_threw> run(base* self, Arguments... arguments) {
            auto& f = static_cast<holder*>(self)->callable;
            if constexpr (std::is_void_v<R>) {
                static_cast<void>(f(std::forward<Arguments>(arguments)...));
                return {};
            } else {
                return static_cast<R>(f(std::forward<Arguments>(arguments)...));
            }
        }

        F callable;
    };

    ref<base> object_;
    bool failed_ = false;
};
} // namespace tlspp::inline TLSPP_ABI::detail
