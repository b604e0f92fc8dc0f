// SPDX-License-Identifier: BSL-1.0

// A client whose only way out is a serial line: two ring buffers lie between the interrupt handler of the line and the
// program, which never blocks. No heap but Mbed TLS's, no exceptions (built with -fno-exceptions -fno-rtti).
//
//     uart_client PORT CA_FILE [NAME]
//
// Here the line ends at a TCP port of this machine, where a TLS server listens, and goes 16 bytes at a time as through
// the FIFO of a UART. On a device everything down to `line_to_server` is the same; that one is the driver.
#include <tlspp/tlspp.hpp>

#include <poll.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <utility>
using namespace tlspp;

namespace {

/// Bytes on their way between two sides of which one only puts and the other only takes; either may be an interrupt
/// handler: each moves its own index alone.
template <std::size_t Size>
class ring_buffer {
    static_assert((Size & (Size - 1)) == 0, "the indices run on past the end of their type");

public:
    /// As many as there is room for.
    std::size_t put(std::span<const std::byte> from) noexcept {
        std::size_t const at = put_.load(std::memory_order_relaxed);
        std::size_t const count = std::min(from.size(), Size - (at - taken_.load(std::memory_order_acquire)));
        for (std::size_t i = 0; i != count; ++i) {
            bytes_[(at + i) % Size] = from[i];
        }
        put_.store(at + count, std::memory_order_release);
        return count;
    }
    /// As many as there are.
    std::size_t take(std::span<std::byte> into) noexcept {
        std::size_t const at = taken_.load(std::memory_order_relaxed);
        std::size_t const count = std::min(into.size(), put_.load(std::memory_order_acquire) - at);
        for (std::size_t i = 0; i != count; ++i) {
            into[i] = bytes_[(at + i) % Size];
        }
        taken_.store(at + count, std::memory_order_release);
        return count;
    }
    std::size_t size() const noexcept { return put_.load() - taken_.load(); }
    std::size_t room() const noexcept { return Size - size(); }

private:
    std::array<std::byte, Size> bytes_;
    std::atomic<std::size_t> put_ = 0;
    std::atomic<std::size_t> taken_ = 0;
};

/// The serial line as the program sees it, which is a transport, and as the interrupt handler does.
struct uart {
    ring_buffer<256> sending;
    ring_buffer<512> received;
    std::atomic<bool> carrier = true; ///< false: the modem has hung up

    io_result send(std::span<const std::byte> out) noexcept {
        if (!carrier) {
            return std::unexpected(io_error::reset);
        }
        std::size_t const count = sending.put(out);
        return count != 0 ? io_result(count) : std::unexpected(would_block);
    }
    io_result receive(std::span<std::byte> in) noexcept {
        bool const more_may_come = carrier; // before the ring is looked at: the handler fills it first
        std::size_t const count = received.take(in);
        return count != 0 || !more_may_come ? io_result(count) : std::unexpected(would_block); // 0: the end
    }
};

/// What a device has in hardware and driver. `wait_for_interrupt` is its WFI: it returns when the handler has run.
class line_to_server {
public:
    line_to_server(uart& line, bsd_socket socket) noexcept : line_(line), socket_(std::move(socket)) {
        socket_.set_blocking(false);
    }

    /// What was written has left, or never will.
    void flush() noexcept {
        while (line_.carrier && (unsent_ != 0 || line_.sending.size() != 0)) {
            wait_for_interrupt();
        }
    }

    void wait_for_interrupt() noexcept {
        short wanted = 0;
        if (line_.received.room() >= fifo) { // else the line stands still: RTS is off
            wanted |= POLLIN;
        }
        if (unsent_ != 0 || line_.sending.size() != 0) {
            wanted |= POLLOUT;
        }
        pollfd entry = {socket_.native_handle(), wanted, 0};
        (void)::poll(&entry, 1, 30'000);
        if (entry.revents == 0) {
            line_.carrier = false; // nothing moved for half a minute
        }
        handle_interrupt();
    }

private:
    static constexpr std::size_t fifo = 16;

    void handle_interrupt() noexcept {
        if (unsent_ == 0) {
            unsent_ = line_.sending.take(out_);
        }
        if (unsent_ != 0) {
            if (auto const n = socket_.send(std::span(out_).first(unsent_))) {
                unsent_ -= *n;
                std::copy_n(out_.begin() + *n, unsent_, out_.begin());
            } else if (n.error() != would_block) {
                line_.carrier = false;
            }
        }
        if (line_.received.room() >= fifo) {
            std::array<std::byte, fifo> in;
            if (auto const n = socket_.receive(in); n && *n != 0) {
                (void)line_.received.put(std::span(in).first(*n));
            } else if (n || n.error() != would_block) {
                line_.carrier = false;
            }
        }
    }

    uart& line_;
    bsd_socket socket_;
    std::array<std::byte, fifo> out_ = {};
    std::size_t unsent_ = 0;
};

int fail(const char* what, const error& why) {
    std::fprintf(stderr, "uart_client: %s: %s\n", what, why.message().c_str());
    return 1;
}

/// Does `operation` until it is neither reading nor writing that is waited for.
template <class Operation>
auto finish(line_to_server& line, Operation&& operation) -> decltype(operation()) {
    while (true) {
        auto done = operation();
        if (done || (done.error() != errc::want_read && done.error() != errc::want_write)) {
            return done;
        }
        line.wait_for_interrupt();
    }
}

int talk(const client_context& context, uart& line, line_to_server& driver, const char* name) {
    auto conn = context.wrap(callbacks([&](std::span<const std::byte> out) noexcept { return line.send(out); },
                                       [&](std::span<std::byte> in) noexcept { return line.receive(in); }),
                             name);
    if (!conn) {
        return fail("wrap", conn.error());
    }
    if (auto const done = finish(driver, [&] { return conn->handshake(); }); !done) {
        return fail("handshake", done.error());
    }
    if (auto const done = finish(driver, [&] { return conn->write_all("GET / HTTP/1.0\r\n\r\n"); }); !done) {
        return fail("write", done.error());
    }
    for (std::array<char, 64> buffer;;) {
        auto const n = finish(driver, [&] { return conn->read_some(buffer); });
        if (!n) {
            return fail("read", n.error()); // errc::truncated where the line was cut: what came is not the whole
        }
        if (*n == 0) {
            break; // the server closed, and nothing is missing
        }
        std::fwrite(buffer.data(), 1, *n, stdout);
    }
    auto const done = finish(driver, [&] { return conn->shutdown(); });
    driver.flush();
    // who has said all may hang up without waiting for our farewell
    return done || done.error() == errc::transport ? 0 : fail("shutdown", done.error());
}
} // namespace

int main(int argc, char** argv) {
    if (argc < 3 || argc > 4) {
        std::fputs("usage: uart_client PORT CA_FILE [NAME]\n", stderr);
        return 2;
    }
    auto trust = trust_store::from_file(argv[2]);
    if (!trust) {
        return fail("trust", trust.error());
    }
    auto const context = client_context::create({.trust = std::move(*trust)});
    if (!context) {
        return fail("context", context.error());
    }
    auto socket = bsd_socket::connect("127.0.0.1", static_cast<std::uint16_t>(std::atoi(argv[1])), 30'000);
    if (!socket) {
        return fail("line", socket.error());
    }
    static uart line;
    line_to_server driver(line, std::move(*socket));
    return talk(*context, line, driver, argc > 3 ? argv[3] : "localhost");
}
