// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/asio_flavour.hpp>
#include <tlspp/error_code.hpp>

#include <asio/associated_executor.hpp>
#include <asio/async_result.hpp>
#include <asio/basic_waitable_timer.hpp>
#include <asio/bind_executor.hpp>
#include <asio/buffer.hpp>
#include <asio/compose.hpp>
#include <asio/detail/throw_error.hpp>
#include <asio/error.hpp>
#include <asio/execution/context.hpp>
#include <asio/execution_context.hpp>
#include <asio/post.hpp>
#include <asio/query.hpp>
#include <asio/version.hpp>
#if ASIO_VERSION >= 101900
#include <asio/cancellation_state.hpp>
#endif

#include <chrono>
#include <concepts>

namespace tlspp::inline TLSPP_ABI::detail {

/// What asio_stream needs of stand-alone Asio. asio_boost.hpp says the same of Boost's.
struct standalone_asio {
    using error_code = ::asio::error_code;
    using mutable_buffer = ::asio::mutable_buffer;
    using const_buffer = ::asio::const_buffer;
    using clock = std::chrono::steady_clock;
    template <class Executor>
    using timer = ::asio::basic_waitable_timer<clock, ::asio::wait_traits<clock>, Executor>;
    template <class Executor>
    using default_token = typename ::asio::default_completion_token<Executor>::type;

    static error_code end_of_stream() noexcept { return ::asio::error::eof; }
    static error_code aborted() noexcept { return ::asio::error::operation_aborted; }
    static error_code make(errc code) noexcept { return make_error_code(code); }
    static bool is_broken(const error_code& ec) noexcept {
        return ec == ::asio::error::connection_reset || ec == ::asio::error::broken_pipe;
    }
    static bool would_block(const error_code& ec) noexcept {
        return ec == ::asio::error::would_block || ec == ::asio::error::try_again;
    }
    static void check(const error_code& ec, const char* what) { ::asio::detail::throw_error(ec, what); }

    template <class Buffers>
    static auto begin(const Buffers& buffers) noexcept {
        return ::asio::buffer_sequence_begin(buffers);
    }
    template <class Buffers>
    static auto end(const Buffers& buffers) noexcept {
        return ::asio::buffer_sequence_end(buffers);
    }

    template <class Signature, class Token, class Operation, class Executor>
    static auto compose(Operation&& operation, Token& token, const Executor& executor) {
        return ::asio::async_compose<Token, Signature>(std::forward<Operation>(operation), token, executor);
    }
    template <class Handler>
    static void post(Handler&& handler) {
        ::asio::post(std::forward<Handler>(handler));
    }
    template <class Executor, class Handler>
    static auto bind(const Executor& executor, Handler&& handler) {
        return ::asio::bind_executor(executor, std::forward<Handler>(handler));
    }

    /// Every cancellation is heard, since the connection stays usable after it.
    template <class Self>
    static void hear_cancellation([[maybe_unused]] Self& self, [[maybe_unused]] bool leaves_no_trace) {
#if ASIO_VERSION >= 101900
        if (leaves_no_trace) {
            self.reset_cancellation_state(::asio::enable_total_cancellation());
        } else {
            self.reset_cancellation_state(::asio::enable_partial_cancellation());
        }
#endif
    }
    template <class Self>
    static bool is_cancelled([[maybe_unused]] Self& self) {
#if ASIO_VERSION >= 101900
        return self.get_cancellation_state().cancelled() != ::asio::cancellation_type::none;
#else
        return false;
#endif
    }
};

template <class Executor>
concept executor_of_standalone_asio =
    ::asio::can_query<const Executor&, const ::asio::execution::context_t&>::value || requires(const Executor& e) {
        { e.context() } -> std::convertible_to<::asio::execution_context&>;
    };
template <executor_of_standalone_asio Executor>
struct asio_flavour<Executor> {
    using type = standalone_asio;
};
} // namespace tlspp::inline TLSPP_ABI::detail
