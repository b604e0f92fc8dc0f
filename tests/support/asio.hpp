// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// The Asio that a unit of the tests is for: the stand-alone one, or Boost's where TLSPP_TEST_BOOST_ASIO is defined. A
/// test is written once, with `net`; `ASIO_CASE` tells the two apart.
#if defined(TLSPP_TEST_BOOST_ASIO)
#include <utility> // which Boost 1.74 forgets
// in this order
#include <boost/asio.hpp>
namespace net = boost::asio;
using asio_error = boost::system::error_code;
using asio_failure = boost::system::system_error;
#define ASIO_CASE(text) TEST_CASE("Boost.Asio: " text)
#if defined(BOOST_ASIO_HAS_CO_AWAIT)
#define ASIO_COROUTINES 1
#endif
#define ASIO_NUMBER BOOST_ASIO_VERSION
#else
#include <asio.hpp>
namespace net = asio;
using asio_error = asio::error_code;
using asio_failure = asio::system_error;
#define ASIO_CASE(text) TEST_CASE("Asio: " text)
#if defined(ASIO_HAS_CO_AWAIT)
#define ASIO_COROUTINES 1
#endif
#define ASIO_NUMBER ASIO_VERSION
#endif
#include <tlspp/asio.hpp>

#include "support/certificates.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_all.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace {
using tcp = net::ip::tcp;
using local = net::local::stream_protocol;
using tlspp::asio_stream;
using tlspp::errc;
using tlspp::or_throw;

constexpr auto patience = std::chrono::seconds(30);

inline tlspp::client_context client_of(tlspp::version v, tlspp::client_options options = {}) {
    if (!options.trust) {
        options.trust = test::shared_certificates().trust;
    }
    options.minimum_version = options.maximum_version = v;
    return or_throw(tlspp::client_context::create(options));
}
inline tlspp::server_context server_of(tlspp::version v, tlspp::server_options options = {}) {
    if (options.identities.empty()) {
        options.identities = {test::shared_certificates().localhost.identity};
    }
    options.minimum_version = options.maximum_version = v;
    return or_throw(tlspp::server_context::create(options));
}
inline constexpr tlspp::version both_versions[] = {tlspp::version::tls1_2, tlspp::version::tls1_3};

/// Runs until nothing is left to do, which must not take long.
inline void run(net::io_context& io) {
    io.restart();
    io.run_for(patience);
    REQUIRE(io.stopped());
}

/// Keeps what an operation ended with; given to it as its handler by reference.
struct ended {
    std::optional<asio_error> code;
    std::size_t size = 0;
    unsigned calls = 0;

    auto handler() {
        return [this](asio_error ec, std::size_t n = 0) {
            code = ec;
            size = n;
            ++calls;
        };
    }
    bool well() const { return code && !*code; }
    /// What it ended with; a test that asks before is wrong.
    asio_error why() const {
        REQUIRE(calls == 1);
        return *code;
    }
};

/// A stream that a test can disturb.
template <class Inner>
class disturbed {
public:
    using executor_type = typename Inner::executor_type;
    using lowest_layer_type = typename Inner::lowest_layer_type;

    struct faults {
        std::size_t step = SIZE_MAX; ///< most bytes read at once
        std::size_t write_step = SIZE_MAX;
        std::size_t writes_left = SIZE_MAX; ///< then they fail
        asio_error write_error = net::error::broken_pipe;
        bool stuck = false;         ///< no write ends before the stream is closed
        std::size_t most_reads = 0; ///< that were under way at once
        std::size_t most_writes = 0;
        std::size_t reads = 0;
        std::size_t writes = 0;
    };

    explicit disturbed(Inner inner) : inner_(std::move(inner)) {}

    executor_type get_executor() { return inner_.get_executor(); }
    lowest_layer_type& lowest_layer() { return inner_.lowest_layer(); }
    Inner& inner() { return inner_; }
    faults& fault() { return *faults_; }

    template <class Buffers>
    std::size_t read_some(const Buffers& to, asio_error& ec) {
        return inner_.read_some(net::buffer(net::mutable_buffer(to), faults_->step), ec);
    }
    template <class Buffers>
    std::size_t write_some(const Buffers& from, asio_error& ec) {
        if (faults_->writes_left == 0) {
            ec = faults_->write_error;
            return 0;
        }
        --faults_->writes_left;
        return inner_.write_some(net::buffer(net::const_buffer(from), faults_->write_step), ec);
    }
    template <class Buffers, class Token>
    auto async_read_some(const Buffers& to, Token&& token) {
        faults_->most_reads = std::max(faults_->most_reads, ++faults_->reads);
        return inner_.async_read_some(net::buffer(net::mutable_buffer(to), faults_->step),
                                      counted(std::forward<Token>(token), faults_->reads));
    }
    template <class Buffers, class Token>
    void async_write_some(const Buffers& from, Token&& token) {
        if (faults_->writes_left == 0) {
            auto const executor = net::get_associated_executor(token, get_executor());
            return net::post(net::bind_executor(
                executor, [token = std::forward<Token>(token), ec = faults_->write_error]() mutable { token(ec, 0); }));
        }
        --faults_->writes_left;
        faults_->most_writes = std::max(faults_->most_writes, ++faults_->writes);
        if (faults_->stuck) { // never writable: what would be, is not tried
            return inner_.async_read_some(net::buffer(hole_), counted(std::forward<Token>(token), faults_->writes));
        }
        inner_.async_write_some(net::buffer(net::const_buffer(from), faults_->write_step),
                                counted(std::forward<Token>(token), faults_->writes));
    }

private:
    /// The handler, which keeps its executor and its cancellation slot; the operation ends with it.
    template <class Token>
    auto counted(Token&& token, std::size_t& counter) {
        auto const executor = net::get_associated_executor(token, get_executor());
#if ASIO_NUMBER >= 101900
        auto const slot = net::get_associated_cancellation_slot(token);
#endif
        auto handler = [token = std::forward<Token>(token), &counter, keep = faults_](asio_error ec,
                                                                                      std::size_t n) mutable {
            --counter;
            token(ec, n);
        };
#if ASIO_NUMBER >= 101900
        return net::bind_cancellation_slot(slot, net::bind_executor(executor, std::move(handler)));
#else
        return net::bind_executor(executor, std::move(handler));
#endif
    }

    Inner inner_;
    std::shared_ptr<faults> faults_ = std::make_shared<faults>();
    std::array<char, 1> hole_{};
};

/// Two ends of a connection in this process.
template <class Layer>
std::pair<Layer, Layer> connected(net::io_context& io) {
    local::socket a(io);
    local::socket b(io);
    net::local::connect_pair(a, b);
    return {Layer(std::move(a)), Layer(std::move(b))};
}

/// A client and a server on both of them.
template <class Layer = local::socket>
struct couple {
    explicit couple(net::io_context& io, tlspp::client_context const& c, tlspp::server_context const& s,
                    std::string_view name = "localhost")
        : couple(connected<Layer>(io), c, s, name) {}
    couple(std::pair<Layer, Layer> ends, tlspp::client_context const& c, tlspp::server_context const& s,
           std::string_view name)
        : client(std::move(ends.first), c, name), server(std::move(ends.second), s) {}

    /// Both handshakes to their ends.
    std::pair<asio_error, asio_error> shake(net::io_context& io) {
        ended c;
        ended s;
        client.async_handshake(c.handler());
        server.async_handshake(s.handler());
        run(io);
        return {c.why(), s.why()};
    }

    asio_stream<Layer> client;
    asio_stream<Layer> server;
};

/// Bytes that are different wherever something is lost, doubled or swapped.
inline std::string pattern_of(std::size_t size) {
    std::string out(size, '\0');
    for (std::size_t i = 0; i != size; ++i) {
        out[i] = static_cast<char>((i * 7 + (i >> 8) * 13) & 0xFF);
    }
    return out;
}
} // namespace
