// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/asio_flavour.hpp>
#include <tlspp/error_code.hpp>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/detail/throw_error.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/version.hpp>
#if BOOST_ASIO_VERSION >= 101900
#include <boost/asio/cancellation_state.hpp>
#endif

#include <boost/system/error_code.hpp>

#include <chrono>
#include <concepts>

namespace tlspp::inline TLSPP_ABI::detail {

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor" // Boost's own class has none, and nobody deletes one
#endif
/// `detail::error_category` once more: Boost has an `error_code` of its own.
class boost_error_category final : public ::boost::system::error_category {
public:
    const char* name() const noexcept override { return category_name; }
    std::string message(int value) const override { return category_message(value); }
    ::boost::system::error_condition default_error_condition(int value) const noexcept override {
        int const generic = generic_errno(static_cast<errc>(value));
        return generic != 0 ? ::boost::system::error_condition{generic, ::boost::system::generic_category()}
                            : ::boost::system::error_condition{value, *this};
    }
    static const boost_error_category& the() noexcept {
        static boost_error_category const the_category;
        return the_category;
    }
};
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

/// What asio_stream needs of Boost.Asio. asio_standalone.hpp says the same of the other one.
struct boost_asio {
    using error_code = ::boost::system::error_code;
    using mutable_buffer = ::boost::asio::mutable_buffer;
    using const_buffer = ::boost::asio::const_buffer;
    using clock = std::chrono::steady_clock;
    template <class Executor>
    using timer = ::boost::asio::basic_waitable_timer<clock, ::boost::asio::wait_traits<clock>, Executor>;
    template <class Executor>
    using default_token = typename ::boost::asio::default_completion_token<Executor>::type;

    static error_code end_of_stream() noexcept { return ::boost::asio::error::eof; }
    static error_code aborted() noexcept { return ::boost::asio::error::operation_aborted; }
    static error_code make(errc code) noexcept { return {static_cast<int>(code), boost_error_category::the()}; }
    static bool is_broken(const error_code& ec) noexcept {
        return ec == ::boost::asio::error::connection_reset || ec == ::boost::asio::error::broken_pipe;
    }
    static bool would_block(const error_code& ec) noexcept {
        return ec == ::boost::asio::error::would_block || ec == ::boost::asio::error::try_again;
    }
    static void check(const error_code& ec, const char* what) { ::boost::asio::detail::throw_error(ec, what); }

    template <class Buffers>
    static auto begin(const Buffers& buffers) noexcept {
        return ::boost::asio::buffer_sequence_begin(buffers);
    }
    template <class Buffers>
    static auto end(const Buffers& buffers) noexcept {
        return ::boost::asio::buffer_sequence_end(buffers);
    }

    template <class Signature, class Token, class Operation, class Executor>
    static auto compose(Operation&& operation, Token& token, const Executor& executor) {
        return ::boost::asio::async_compose<Token, Signature>(std::forward<Operation>(operation), token, executor);
    }
    template <class Handler>
    static void post(Handler&& handler) {
        ::boost::asio::post(std::forward<Handler>(handler));
    }
    template <class Executor, class Handler>
    static auto bind(const Executor& executor, Handler&& handler) {
        return ::boost::asio::bind_executor(executor, std::forward<Handler>(handler));
    }

    /// Every cancellation is heard, since the connection stays usable after it.
    template <class Self>
    static void hear_cancellation([[maybe_unused]] Self& self, [[maybe_unused]] bool leaves_no_trace) {
#if BOOST_ASIO_VERSION >= 101900
        if (leaves_no_trace) {
            self.reset_cancellation_state(::boost::asio::enable_total_cancellation());
        } else {
            self.reset_cancellation_state(::boost::asio::enable_partial_cancellation());
        }
#endif
    }
    template <class Self>
    static bool is_cancelled([[maybe_unused]] Self& self) {
#if BOOST_ASIO_VERSION >= 101900
        return self.get_cancellation_state().cancelled() != ::boost::asio::cancellation_type::none;
#else
        return false;
#endif
    }
};

template <class Executor>
concept executor_of_boost_asio =
    ::boost::asio::can_query<const Executor&, const ::boost::asio::execution::context_t&>::value ||
    requires(const Executor& e) {
        { e.context() } -> std::convertible_to<::boost::asio::execution_context&>;
    };
template <executor_of_boost_asio Executor>
struct asio_flavour<Executor> {
    using type = boost_asio;
};
} // namespace tlspp::inline TLSPP_ABI::detail

namespace boost::beast {
enum class role_type; // nothing else of Beast's is named
} // namespace boost::beast

namespace tlspp::inline TLSPP_ABI {
/// `code == tlspp::errc::truncated` for Boost's codes. (An enumeration becomes an `error_code` of its own accord in one
/// of the two only.)
inline bool operator==(const ::boost::system::error_code& code, errc what) noexcept {
    return code == detail::boost_asio::make(what);
}

/// What Beast's WebSockets call behind their own closing handshake.
template <class NextLayer>
void teardown(boost::beast::role_type, asio_stream<NextLayer>& stream, boost::system::error_code& ec) {
    stream.shutdown(ec);
}
template <class NextLayer, class Handler>
void async_teardown(boost::beast::role_type, asio_stream<NextLayer>& stream, Handler&& handler) {
    stream.async_shutdown(std::forward<Handler>(handler));
}
} // namespace tlspp::inline TLSPP_ABI
