// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <tlspp/detail/asio_operation.hpp>
#include <tlspp/detail/asio_shutdown.hpp>

#include <tlspp/context.hpp>

namespace tlspp::inline TLSPP_ABI {

/// TLS over a stream of Asio's (a socket, Beast's `tcp_stream`, another TLS stream, or a reference to one), in the shape
/// of `asio::ssl::stream`: SyncReadStream, SyncWriteStream, AsyncReadStream and AsyncWriteStream. What works on those
/// (`async_read_until`, Beast) works on it, with every completion token.
///
///     tlspp::asio_stream<asio::ip::tcp::socket> conn{std::move(socket), context, "example.org"};
///     co_await conn.async_handshake(asio::use_awaitable);
///
/// \par Errors `asio::error::eof` is the peer's close_notify. Its end without one is `errc::truncated`; so are all other
/// errors of TLS those of `errc`, and `last_error()` has their whole story. Errors of the next layer come as they are.
/// \par Operations At most one read and one write (or shutdown) at a time, and both may be under way at once. All of
/// them begin and end in one strand: that of a single thread, or of the executors that belong to their handlers.
/// \par Cancellation Per operation, where Asio has it (1.19; Boost 1.77). The connection stays usable: a handshake is
/// called again; what a write has taken, as its size tells, is sent before anything else by the next operation that
/// sends.
/// \par Lifetime May be destroyed under operations, which then end with `operation_aborted`; the buffers given to them
/// are not used any more. Must not be moved under operations.
/// \par Memory Of TLS: `mbedtls_calloc`, a failure of which is `errc::out_of_memory`. Of the operations: the handlers'
/// allocators, as always with Asio.
template <class NextLayer>
class asio_stream {
    using layer = std::remove_reference_t<NextLayer>;
    using state = detail::asio_state<layer>;
    using flavour = typename state::flavour;

    template <class Next>
    struct lowest {
        using type = Next;
    };
    template <class Next>
        requires requires(Next& n) { n.lowest_layer(); }
    struct lowest<Next> {
        using type = std::remove_reference_t<decltype(std::declval<Next&>().lowest_layer())>;
    };

public:
    using next_layer_type = layer;
    using lowest_layer_type = typename lowest<layer>::type;
    using executor_type = typename state::executor_type;
    using error_code = typename state::error_code;
    using default_token = typename flavour::template default_token<executor_type>;

    /// For programs that come from `asio::ssl::stream`: the role is the context's, and the other one is `errc::misuse`.
    enum handshake_type { client, server };

    /// How long `async_shutdown` waits for the peer where it is not told.
    static constexpr timeout default_shutdown_timeout = 5000;

    /// `next` makes the next layer; what follows is what `context::wrap` takes: a server name for a client, nothing for a
    /// server. What fails here (a name that is none, no memory) is told by the first operation.
    template <class Next, role R, class... Peer>
        requires requires(const context<R>& c, Peer&&... peer) {
            c.wrap(memory_transport{}, std::forward<Peer>(peer)...);
        }
    asio_stream(Next&& next, const context<R>& context, Peer&&... peer)
        : next_layer_(std::forward<Next>(next)),
          state_(
              std::make_shared<state>(next_layer_, R, context.wrap(memory_transport{}, std::forward<Peer>(peer)...))) {}
    asio_stream(asio_stream&& other) noexcept(std::is_nothrow_constructible_v<NextLayer, NextLayer&&>)
        : next_layer_(std::forward<NextLayer>(other.next_layer_)), state_(std::move(other.state_)) {
        adopt();
    }
    asio_stream& operator=(asio_stream&& other) noexcept(std::is_nothrow_move_assignable_v<layer>)
        requires(!std::is_reference_v<NextLayer> && std::is_move_assignable_v<layer>)
    {
        if (this != &other) {
            abandon();
            next_layer_ = std::move(other.next_layer_);
            state_ = std::move(other.state_);
            adopt();
        }
        return *this;
    }
    /// Sends nothing.
    ~asio_stream() { abandon(); }

    executor_type get_executor() noexcept { return next_layer_.get_executor(); }
    /// What is sent or received through it directly is not TLS.
    next_layer_type& next_layer() noexcept { return next_layer_; }
    const next_layer_type& next_layer() const noexcept { return next_layer_; }
    lowest_layer_type& lowest_layer() noexcept { return lowest_of(next_layer_); }
    const lowest_layer_type& lowest_layer() const noexcept { return lowest_of(next_layer_); }

    /// The connection, for questions (`version`, `alpn`, `peer_certificate` ...) and for `resume`; its own operations must
    /// not be called. False, and not to be asked, where none could be made.
    connection& tls() noexcept { return state_->conn(); }
    const connection& tls() const noexcept { return state_->conn(); }
    /// What failed last in TLS, with names, flags and numbers; empty where nothing has.
    const std::optional<error>& last_error() const noexcept { return state_->last; }
    mbedtls_ssl_context* native_handle() noexcept { return tls().native_handle(); }

    /// Agrees on keys and judges the peer. Reading and writing do it by themselves where it has not been done.
    void handshake(error_code& ec) { ec = detail::run_blocking(*state_, detail::handshake_step{}).code; }
    void handshake() {
        error_code ec;
        handshake(ec);
        flavour::check(ec, "handshake");
    }
    void handshake(handshake_type type, error_code& ec) { ec = detail::run_blocking(*state_, as(type)).code; }
    void handshake(handshake_type type) {
        error_code ec;
        handshake(type, ec);
        flavour::check(ec, "handshake");
    }
    template <class Token = default_token>
        requires(!std::is_same_v<std::remove_cvref_t<Token>, handshake_type>)
    auto async_handshake(Token&& token = Token()) {
        return start<void(error_code)>(detail::handshake_step{}, token);
    }
    template <class Token = default_token>
    auto async_handshake(handshake_type type, Token&& token = Token()) {
        return start<void(error_code)>(as(type), token);
    }

    /// At least one byte, unless the buffers are empty; more records than one where they have arrived and there is room.
    template <class MutableBuffers>
    std::size_t read_some(const MutableBuffers& buffers, error_code& ec) {
        auto const done = detail::run_blocking(*state_, detail::read_step<MutableBuffers>{buffers});
        ec = done.code;
        return done.size;
    }
    template <class MutableBuffers>
    std::size_t read_some(const MutableBuffers& buffers) {
        error_code ec;
        auto const size = read_some(buffers, ec);
        flavour::check(ec, "read_some");
        return size;
    }
    template <class MutableBuffers, class Token = default_token>
    auto async_read_some(const MutableBuffers& buffers, Token&& token = Token()) {
        return start<void(error_code, std::size_t)>(detail::read_step<MutableBuffers>{buffers}, token);
    }

    /// One record, of as many buffers as it holds.
    template <class ConstBuffers>
    std::size_t write_some(const ConstBuffers& buffers, error_code& ec) {
        auto const done = detail::run_blocking(*state_, detail::write_step<ConstBuffers>{buffers});
        ec = done.code;
        return done.size;
    }
    template <class ConstBuffers>
    std::size_t write_some(const ConstBuffers& buffers) {
        error_code ec;
        auto const size = write_some(buffers, ec);
        flavour::check(ec, "write_some");
        return size;
    }
    template <class ConstBuffers, class Token = default_token>
    auto async_write_some(const ConstBuffers& buffers, Token&& token = Token()) {
        return start<void(error_code, std::size_t)>(detail::write_step<ConstBuffers>{buffers}, token);
    }

    /// Says close_notify, and waits until the peer has said so too; what it sends before is thrown away. The blocking form
    /// waits as long as the next layer does.
    void shutdown(error_code& ec) { ec = detail::run_blocking(*state_, detail::shutdown_step{deadline::never}).code; }
    void shutdown() {
        error_code ec;
        shutdown(ec);
        flavour::check(ec, "shutdown");
    }
    /// The same, no longer than `limit`: then it ends with `errc::timed_out`, whatever the peer and the next layer do. A
    /// read of the next layer may be left behind; closing that ends it.
    template <class Token = default_token>
    auto async_shutdown(timeout limit, Token&& token = Token()) {
        return flavour::template compose<void(error_code)>(detail::asio_shutdown<state>{state_, limit}, token,
                                                           get_executor());
    }
    template <class Token = default_token>
        requires(!std::is_convertible_v<Token, timeout>)
    auto async_shutdown(Token&& token = Token()) {
        return async_shutdown(default_shutdown_timeout, std::forward<Token>(token));
    }

private:
    detail::handshake_step as(handshake_type type) const noexcept {
        return {(type == server) == (state_->side == role::server)};
    }
    template <class Signature, class Step, class Token>
    auto start(Step step, Token& token) {
        return flavour::template compose<Signature>(detail::asio_operation<state, Step>{state_, std::move(step)}, token,
                                                    get_executor());
    }
    template <class Next>
    static auto& lowest_of(Next& next) noexcept {
        if constexpr (requires { next.lowest_layer(); }) {
            return next.lowest_layer();
        } else {
            return next;
        }
    }
    void adopt() noexcept {
        if (state_) {
            state_->next = &next_layer_;
        }
    }
    void abandon() {
        if (state_) {
            state_->abandon();
        }
    }

    NextLayer next_layer_;
    std::shared_ptr<state> state_;
};

template <class Next, role R, class... Peer>
asio_stream(Next, const context<R>&, Peer&&...) -> asio_stream<Next>;
} // namespace tlspp::inline TLSPP_ABI
