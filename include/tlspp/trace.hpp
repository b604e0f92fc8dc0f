// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/error.hpp>
#include <tlspp/trace_record.hpp>

#include <tlspp/detail/function.hpp>

#include <span>

namespace tlspp::inline TLSPP_ABI {

/// The type of the option `trace`: made from any callable that takes a `const trace_record&`, such as a
/// `trace_recorder`. It is called for each message of each handshake, in the order in which they pass, by whatever
/// thread drives the connection, and must not touch the connection. What it throws ends the handshake with
/// `errc::callback`.
using trace_hook = detail::function<void(const trace_record&)>;

/// Keeps what it is called with, up to a bound: for the option `trace`. A handle; copies share what was recorded.
/// It records one connection: the first that shows itself after it was made or cleared.
/// \code
/// auto recorder = or_throw(trace_recorder::create());
/// auto context = or_throw(client_context::create({.trace = recorder}));
/// // … a handshake …
/// std::cout << ladder_text(recorder.records());     // trace_text.hpp
/// \endcode
/// \par Thread safety The option may be shared by contexts and threads. `records` and `clear` while no handshake of the
/// recorded connection is running.
class trace_recorder {
public:
    /// More than any handshake has, unless it is cut into tiny pieces.
    static constexpr std::size_t default_capacity = 64;

    /// \param capacity records to keep at most; `trace_record` has some 40 bytes
    /// \return `errc::out_of_memory`
    [[nodiscard]] static result<trace_recorder> create(std::size_t capacity = default_capacity) noexcept {
        static_assert(alignof(state) >= alignof(trace_record));
        if (capacity > (SIZE_MAX >> 1) / sizeof(trace_record)) {
            return std::unexpected(error{errc::out_of_memory});
        }
        trace_recorder made;
        made.state_ = detail::ref<state>::make_with_room(capacity * sizeof(trace_record));
        if (!made.state_) {
            return std::unexpected(error{errc::out_of_memory});
        }
        made.state_->capacity = capacity;
        return made;
    }

    /// Keeps one record; the oldest one gives way.
    void operator()(const trace_record& one) const noexcept {
        auto& s = *state_;
        if (!s.is_of(one.connection)) {
            return;
        }
        if (s.size == s.capacity) {
            ++s.dropped;
            return;
        }
        s.records()[s.size++] = one;
    }
    /// In the order in which they passed. Valid as long as a handle lives and nothing is recorded.
    std::span<const trace_record> records() const noexcept { return {state_->records(), state_->size}; }
    /// Messages that there was no room for.
    std::size_t dropped() const noexcept { return state_->dropped; }
    /// Forgets everything, and takes the next connection.
    void clear() noexcept {
        state_->size = state_->dropped = 0;
        state_->connection = nullptr;
    }

private:
    struct alignas(trace_record) state {
        detail::ref_count references;
        std::size_t capacity = 0;
        std::size_t size = 0;
        std::size_t dropped = 0;
        const void* connection = nullptr;

        trace_record* records() noexcept { return reinterpret_cast<trace_record*>(this + 1); }
        bool is_of(const void* one) noexcept {
            if constexpr (detail::build::threads) {
                const void* nobody = nullptr;
                return __atomic_compare_exchange_n(&connection, &nobody, one, false, __ATOMIC_ACQ_REL,
                                                   __ATOMIC_ACQUIRE) ||
                       nobody == one;
            } else {
                connection = connection == nullptr ? one : connection;
                return connection == one;
            }
        }
    };

    trace_recorder() noexcept = default;
    detail::ref<state> state_;
};
} // namespace tlspp::inline TLSPP_ABI
