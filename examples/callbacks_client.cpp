// SPDX-License-Identifier: BSL-1.0

// A client over a link of one's own: two functions that move bytes, nothing that blocks, no exceptions (this file is
// built with -fno-exceptions -fno-rtti). The link here is a modem that takes 64 bytes at a time; at its far end stands
// a broker, in the same program, so that there is something to talk to.
//
//     callbacks_client
#include <tlspp/dev.hpp>
#include <tlspp/tlspp.hpp>

#include <array>
#include <cstdio>
#include <deque>
using namespace tlspp;

namespace {

/// What the driver of a modem looks like: bytes go in and out in small portions, or not at all right now.
class modem {
public:
    io_result send(std::span<const std::byte> out) { return move(to_far_end_, out); }
    io_result receive(std::span<std::byte> in) { return take(to_us_, in); }

    // the far end of the line
    io_result far_send(std::span<const std::byte> out) { return move(to_us_, out); }
    io_result far_receive(std::span<std::byte> in) { return take(to_far_end_, in); }

private:
    static constexpr std::size_t portion = 64;
    using line = std::deque<std::byte>;

    static io_result move(line& to, std::span<const std::byte> out) {
        if (to.size() >= 4 * portion) {
            return std::unexpected(would_block); // the modem's buffer is full
        }
        auto const part = out.first(out.size() < portion ? out.size() : portion);
        to.insert(to.end(), part.begin(), part.end());
        return part.size();
    }
    static io_result take(line& from, std::span<std::byte> in) {
        std::size_t n = 0;
        while (n < in.size() && n < portion && !from.empty()) {
            in[n++] = from.front();
            from.pop_front();
        }
        return n != 0 ? io_result(n) : std::unexpected(would_block); // 0 would be the end of the stream
    }

    line to_us_;
    line to_far_end_;
};

int fail(const error& why) {
    std::fprintf(stderr, "callbacks_client: %s\n", why.message().c_str());
    return 1;
}
bool is_waiting(const error& why) { return why == errc::want_read || why == errc::want_write; }

/// A transport as a type of its own, for the broker: needed where a stream is a member.
struct far_link {
    modem* line;
    io_result send(std::span<const std::byte> out) { return line->far_send(out); }
    io_result receive(std::span<std::byte> in) { return line->far_receive(in); }
};

/// The broker at the far end: greets who says something, then closes.
class broker {
public:
    broker(const server_context& context, modem& line) : conn_(context.wrap(far_link{&line})) {}

    void run() {
        if (!conn_) {
            return;
        }
        std::array<char, 256> buffer;
        if (!greeting_) {
            auto const n = conn_->read_some(buffer);
            greeting_ = n && *n != 0;
        }
        if (greeting_ && !written_) {
            written_ = conn_->write_all("welcome to broker.example\n").has_value();
        }
        if (written_) {
            (void)conn_->shutdown(); // goes on where it was until it is done
        }
    }

private:
    result<stream<far_link>> conn_;
    bool greeting_ = false;
    bool written_ = false;
};
} // namespace

int main() {
    // What a device has in its flash; made here for the moment.
    auto const ca = dev::authority::create();
    if (!ca) {
        return fail(ca.error());
    }
    auto const trust = ca->trust();
    auto const site = ca->issue({.dns_names = {"broker.example"}});
    if (!trust || !site) {
        return fail(!trust ? trust.error() : site.error());
    }
    auto const server = server_context::create({.identities = {*site}});
    auto const context = client_context::create({.trust = *trust});
    if (!server || !context) {
        return fail(!server ? server.error() : context.error());
    }

    modem line;
    broker far_end(*server, line);
    std::size_t waits = 0;
    auto const wait_for_modem = [&] { // a device would sleep until the modem's interrupt
        ++waits;
        far_end.run();
    };

    // The client. No memory is taken but Mbed TLS's, nothing blocks, nothing throws.
    auto link = callbacks{[&](std::span<const std::byte> out) -> io_result { return line.send(out); },
                          [&](std::span<std::byte> in) -> io_result { return line.receive(in); }};
    auto conn = context->wrap(std::move(link), "broker.example"); // no I/O yet
    if (!conn) {
        return fail(conn.error());
    }
    for (auto done = conn->handshake(); !done; done = conn->handshake()) {
        if (!is_waiting(done.error())) {
            return fail(done.error());
        }
        wait_for_modem();
    }
    auto const version = name(conn->version());
    std::printf("connected to %.*s with %.*s after waiting %zu times\n", static_cast<int>(conn->server_name().size()),
                conn->server_name().data(), static_cast<int>(version.size()), version.data(), waits);

    for (auto done = conn->write_all("hello\n"); !done; done = conn->write_all("hello\n")) {
        if (!is_waiting(done.error())) {
            return fail(done.error());
        }
        wait_for_modem();
    }
    for (std::array<char, 256> buffer;;) {
        auto const n = conn->read_some(buffer);
        if (n && *n == 0) {
            break; // the broker closed, and nothing is missing
        }
        if (n) {
            std::printf("broker: %.*s", static_cast<int>(*n), buffer.data());
        } else if (is_waiting(n.error())) {
            wait_for_modem();
        } else {
            return fail(n.error());
        }
    }
    for (auto done = conn->shutdown(); !done; done = conn->shutdown()) {
        if (!is_waiting(done.error())) {
            return fail(done.error());
        }
        wait_for_modem();
    }
    return 0;
}
