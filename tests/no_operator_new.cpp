// SPDX-License-Identifier: BSL-1.0
// The core takes memory from Mbed TLS's allocator only. This program replaces the global operators new, and
// counts their calls while the library runs. Mind that Catch2 allocates too: no assertion inside of a watched
// part.
#include <tlspp/tlspp.hpp>

#include "../benchmarks/overhead/credentials.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <cstdlib>
#include <new>
#include <optional>

namespace {
bool watching = false;
unsigned calls = 0;

void* allocate(std::size_t size) noexcept {
    calls += watching ? 1 : 0;
    return std::malloc(size == 0 ? 1 : size);
}

void* allocate(std::size_t size, std::align_val_t alignment) noexcept {
    calls += watching ? 1 : 0;
    auto const a = static_cast<std::size_t>(alignment);
    return std::aligned_alloc(a, (size + a - 1) / a * a);
}

void* or_bad_alloc(void* memory) { return memory != nullptr ? memory : throw std::bad_alloc{}; }
} // namespace

// GCC would see malloc and delete, or new and free, side by side and warn.
#define NOT_INLINED [[gnu::noinline]]
NOT_INLINED void* operator new(std::size_t size) { return or_bad_alloc(allocate(size)); }
NOT_INLINED void* operator new[](std::size_t size) { return or_bad_alloc(allocate(size)); }
NOT_INLINED void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return allocate(size); }
NOT_INLINED void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return allocate(size); }
NOT_INLINED void* operator new(std::size_t size, std::align_val_t a) { return or_bad_alloc(allocate(size, a)); }
NOT_INLINED void* operator new[](std::size_t size, std::align_val_t a) { return or_bad_alloc(allocate(size, a)); }
NOT_INLINED void* operator new(std::size_t size, std::align_val_t a, const std::nothrow_t&) noexcept {
    return allocate(size, a);
}
NOT_INLINED void* operator new[](std::size_t size, std::align_val_t a, const std::nothrow_t&) noexcept {
    return allocate(size, a);
}
NOT_INLINED void operator delete(void* memory) noexcept { std::free(memory); }
NOT_INLINED void operator delete[](void* memory) noexcept { std::free(memory); }
NOT_INLINED void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
NOT_INLINED void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
NOT_INLINED void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
NOT_INLINED void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
NOT_INLINED void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
NOT_INLINED void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace {
using namespace tlspp;

/// Counts while it lives.
struct watch {
    watch() noexcept {
        calls = 0;
        watching = true;
    }
    ~watch() { watching = false; }
};

/// One direction of a pipe; may cut what passes, refuse every second call, or end.
struct channel {
    std::byte bytes[40000];
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t at_most = sizeof bytes;
    bool stumbles = false;
    bool ended = false;
    bool skip = false;

    io_result put(std::span<const std::byte> out) noexcept {
        if (stumbles && (skip = !skip)) {
            return std::unexpected(would_block);
        }
        std::size_t n = 0;
        while (n != out.size() && n != at_most && end != sizeof bytes) {
            bytes[end++] = out[n++];
        }
        return n;
    }
    io_result take(std::span<std::byte> in) noexcept {
        if (begin == end) {
            begin = end = 0;
            return ended ? io_result{std::size_t{0}} : io_result{std::unexpected(would_block)};
        }
        std::size_t n = 0;
        while (n != in.size() && n != at_most && begin != end) {
            in[n++] = bytes[begin++];
        }
        return n;
    }
};

channel to_server;
channel to_client;

auto make_link(channel& out, channel& in) {
    return callbacks{[&out](std::span<const std::byte> data) { return out.put(data); },
                     [&in](std::span<std::byte> data) { return in.take(data); }};
}
using piped = stream<decltype(make_link(to_server, to_client))>;

template <class Stream>
result<Stream> client_of(const client_context& context, std::string_view name) {
    if constexpr (std::is_same_v<Stream, engine>) {
        return context.wrap(memory_transport{}, name);
    } else {
        return context.wrap(make_link(to_server, to_client), name);
    }
}

template <class Stream>
result<Stream> server_of(const server_context& context) {
    if constexpr (std::is_same_v<Stream, engine>) {
        return context.wrap(memory_transport{});
    } else {
        return context.wrap(make_link(to_client, to_server));
    }
}

void carry(engine& from, engine& to) {
    to.transport().feed(from.transport().outgoing());
    from.transport().consume(from.transport().outgoing().size());
}
void carry(piped&, piped&) {}

void end_of_stream(engine& at) { at.transport().feed_end(); }
void end_of_stream(piped&) { to_client.ended = to_server.ended = true; }

void feed(engine& at, bytes data) { at.transport().feed(data); }
void feed(piped&, bytes data) { (void)to_client.put({data.data(), data.size()}); }

bool waits(const error& e) { return e == errc::want_read || e == errc::want_write; }

/// How one conversation went: where it stopped and why.
struct outcome {
    const char* step = "nothing";
    std::optional<error> why;
    bool operator()(const char* now) noexcept {
        step = now;
        return true;
    }
    bool fails(const error& e) noexcept {
        why = e;
        return false;
    }
};

template <class Stream>
bool shake_hands(outcome& went, Stream& client, Stream& server) {
    for (int turns = 0; turns != 100000; ++turns) {
        auto const c = client.handshake();
        carry(client, server);
        if (!c && !waits(c.error())) {
            (void)server.handshake(); // the alert
            return went.fails(c.error());
        }
        auto const s = server.handshake();
        carry(server, client);
        if (!s && !waits(s.error())) {
            return went.fails(s.error());
        }
        if (c && s) {
            return true;
        }
    }
    return went.fails(errc::internal);
}

template <class Stream>
bool send_across(outcome& went, Stream& from, Stream& to, std::size_t size) {
    static char out[20000] = {1, 2, 3};
    static char in[20000];
    std::size_t read = 0;
    bool written = false;
    while (!written || read != size) {
        if (!written) {
            auto const w = from.write_all({out, size});
            if (!w && !waits(w.error())) {
                return went.fails(w.error());
            }
            written = w.has_value();
        }
        carry(from, to);
        auto const r = to.read_some({in + read, sizeof in - read});
        if (!r && !waits(r.error())) {
            return went.fails(r.error());
        }
        read += r ? *r : 0;
    }
    return true;
}

/// Everything that a client and a server do with each other when nothing is wrong, and the questions that can
/// be asked.
template <class Stream>
outcome converse(version v, std::string_view name, std::string_view root) {
    outcome went;
    to_server.begin = to_server.end = to_client.begin = to_client.end = 0;
    to_server.ended = to_client.ended = false;
    went("certificates");
    auto const trust = trust_store::from_pem(root);
    auto const own = identity::from_pem(credentials_leaf, credentials_leaf_key);
    if (!trust || !own) {
        went.fails(!trust ? trust.error() : own.error());
        return went;
    }
    went("contexts");
    auto const clients = client_context::create(
        {.trust = *trust, .minimum_version = v, .maximum_version = v, .alpn = {"h2", "http/1.1"}});
    auto const servers = server_context::create(
        {.identities = {*own, *own}, .minimum_version = v, .maximum_version = v, .alpn = {"http/1.1"}});
    if (!clients || !servers) {
        went.fails(!clients ? clients.error() : servers.error());
        return went;
    }
    went("streams");
    auto client = client_of<Stream>(*clients, name);
    auto server = server_of<Stream>(*servers);
    if (!client || !server) {
        went.fails(!client ? client.error() : server.error());
        return went;
    }
    Stream moved = std::move(*client);
    went("handshake");
    if (!shake_hands(went, moved, *server)) {
        (void)moved.read_some(to_client.bytes); // again, and with a sentence
        (void)went.why->message();
        return went;
    }
    went("questions");
    if (moved.version() != v || moved.alpn() != "http/1.1" || moved.peer_status() != peer_status::verified ||
        moved.cipher().id == 0 || server->server_name() != name || !moved.peer_certificate()) {
        went.fails(errc::internal);
        return went;
    }
    went("data");
    for (std::size_t const size : {std::size_t{1}, std::size_t{64}, std::size_t{16384}, std::size_t{20000}}) {
        if (!send_across(went, moved, *server, size) || !send_across(went, *server, moved, size)) {
            return went;
        }
    }
    went("shutdown");
    char rest[16];
    result<void> down;
    while (!(down = moved.shutdown()) && waits(down.error())) {
    }
    carry(moved, *server);
    auto const end = server->read_some(rest);
    if (!down || !end || *end != 0) {
        went.fails(!down ? down.error() : !end ? end.error() : error{errc::internal});
        return went;
    }
    went("truncation");
    end_of_stream(moved);
    auto const cut = moved.read_some(rest);
    if (cut || cut.error() != errc::truncated) {
        went.fails(cut ? error{errc::internal} : cut.error());
        return went;
    }
    went("the end");
    return went;
}

/// A server that does not speak TLS.
template <class Stream>
outcome meet_garbage(std::string_view garbage) {
    outcome went;
    to_server.begin = to_server.end = to_client.begin = to_client.end = 0;
    to_server.ended = to_client.ended = false;
    auto const clients = client_context::create({.trust = *trust_store::from_pem(credentials_root)});
    auto client = client_of<Stream>(*clients, "localhost");
    feed(*client, garbage);
    auto const done = client->handshake();
    if (!done) {
        went.fails(done.error());
        (void)went.why->message();
        (void)client->shutdown();
        (void)client->write_some("late");
    }
    return went;
}

void pace(std::size_t at_most, bool stumbles) {
    for (auto* c : {&to_server, &to_client}) {
        c->at_most = at_most;
        c->stumbles = stumbles;
    }
}

template <class F>
auto watched(F&& f) {
    watch const on;
    return f();
}

constexpr std::string_view no_root = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
} // namespace

TEST_CASE("operator new is replaced and seen", "[no_operator_new]") {
    auto* const p = watched([] {
        auto* volatile made = new int(1);
        return made;
    });
    CHECK(calls == 1);
    delete p;
}

TEST_CASE("handshake, data and shutdown never call operator new", "[no_operator_new]") {
    auto const v = GENERATE(version::tls1_2, version::tls1_3);
    INFO(name(v));
    SECTION("over callbacks") {
        pace(sizeof to_server.bytes, false);
        auto const went = watched([&] { return converse<piped>(v, "localhost", credentials_root); });
        CHECK(std::string_view{went.step} == "the end");
        CHECK(calls == 0);
    }
    SECTION("over callbacks that take 1,000 bytes at most and often none") {
        pace(1000, true);
        auto const went = watched([&] { return converse<piped>(v, "localhost", credentials_root); });
        CHECK(std::string_view{went.step} == "the end");
        CHECK(calls == 0);
    }
    SECTION("in memory") {
        auto const went = watched([&] { return converse<engine>(v, "localhost", credentials_root); });
        CHECK(std::string_view{went.step} == "the end");
        CHECK(calls == 0);
    }
}

TEST_CASE("errors never call operator new", "[no_operator_new]") {
    pace(sizeof to_server.bytes, false);
    auto const v = GENERATE(version::tls1_2, version::tls1_3);
    INFO(name(v));
    SECTION("a wrong name") {
        auto const went = watched([&] { return converse<piped>(v, "example.org", credentials_root); });
        CHECK(std::string_view{went.step} == "handshake");
        REQUIRE(went.why);
        CHECK(*went.why == errc::certificate_rejected);
        CHECK(calls == 0);
    }
    SECTION("an unknown CA, in memory") {
        auto const went = watched([&] { return converse<engine>(v, "localhost", credentials_leaf); });
        CHECK(std::string_view{went.step} == "handshake");
        REQUIRE(went.why);
        CHECK(*went.why == errc::certificate_rejected);
        CHECK(calls == 0);
    }
    SECTION("no name at all") {
        auto const went = watched([&] { return converse<engine>(v, "", credentials_root); });
        CHECK(std::string_view{went.step} == "streams");
        CHECK(calls == 0);
    }
    SECTION("a broken root") {
        auto const went = watched([&] { return converse<engine>(v, "localhost", no_root); });
        CHECK(std::string_view{went.step} == "certificates");
        CHECK(calls == 0);
    }
}

TEST_CASE("a peer that does not speak TLS makes nobody call operator new", "[no_operator_new]") {
    pace(sizeof to_server.bytes, false);
    auto const in_memory = GENERATE(false, true);
    auto const went = watched([&] {
        constexpr std::string_view garbage = "HTTP/1.1 400 Bad Request\r\n\r\n";
        return in_memory ? meet_garbage<engine>(garbage) : meet_garbage<piped>(garbage);
    });
    REQUIRE(went.why);
    CHECK(*went.why == errc::protocol_violation);
    CHECK(calls == 0);
}

#if TLSPP_EXCEPTIONS
TEST_CASE("a callback that throws never makes the library call operator new", "[no_operator_new]") {
    auto const went = watched([]() -> std::optional<error> {
        auto const clients = client_context::create({.trust = *trust_store::from_pem(credentials_root)});
        auto client = clients->wrap(callbacks{[](std::span<const std::byte>) -> io_result { throw 1; },
                                              [](std::span<std::byte>) -> io_result { throw 2; }},
                                    "localhost");
        auto const done = client->handshake();
        return done ? std::nullopt : std::optional{done.error()};
    });
    REQUIRE(went);
    CHECK(*went == errc::callback);
    CHECK(calls == 0); // the exception itself does not come from operator new
}
#endif
