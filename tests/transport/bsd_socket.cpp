// SPDX-License-Identifier: BSL-1.0
#include "../support/sockets.hpp"

#include <tlspp/transport/bsd_socket.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#if !defined(_WIN32)
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>
#endif

using namespace tlspp;
using namespace std::chrono_literals;
namespace net = detail::net;

static_assert(transport<bsd_socket>);
static_assert(std::is_nothrow_move_assignable_v<bsd_socket>);

namespace {
std::string digits(std::size_t size) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i != size; ++i) {
        text[i] = static_cast<char>('0' + i % 10);
    }
    return text;
}

auto since(std::chrono::steady_clock::time_point start) { return std::chrono::steady_clock::now() - start; }

/// Addresses as the resolver would list them.
class addresses {
public:
    void add(const char* text, std::uint16_t port) {
        auto& entry = entries_[count_];
        bool const v6 = std::strchr(text, ':') != nullptr;
        if (v6) {
            sockaddr_in6 at{};
            at.sin6_family = AF_INET6;
            at.sin6_port = htons(port);
            REQUIRE(::inet_pton(AF_INET6, text, &at.sin6_addr) == 1);
            std::memcpy(&storage_[count_], &at, sizeof at);
        } else {
            sockaddr_in at{};
            at.sin_family = AF_INET;
            at.sin_port = htons(port);
            REQUIRE(::inet_pton(AF_INET, text, &at.sin_addr) == 1);
            std::memcpy(&storage_[count_], &at, sizeof at);
        }
        entry.ai_family = v6 ? AF_INET6 : AF_INET;
        entry.ai_addr = reinterpret_cast<sockaddr*>(&storage_[count_]);
        entry.ai_addrlen = v6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
        if (count_ != 0) {
            entries_[count_ - 1].ai_next = &entry;
        }
        ++count_;
    }
    const addrinfo* first() const { return &entries_[0]; }

private:
    addrinfo entries_[20] = {};
    sockaddr_storage storage_[20] = {};
    std::size_t count_ = 0;
};
} // namespace

TEST_CASE("a connected socket sends and receives both ways, and is set up well") {
    test::connected pair;
    CHECK(pair.client);
    CHECK(test::send_all(pair.client, "question"));
    CHECK(test::receive_exactly(pair.server, 8) == "question");
    CHECK(test::send_all(pair.server, "answer"));
    CHECK(test::receive_exactly(pair.client, 6) == "answer");
    for (auto const* s : {&pair.client, &pair.server}) {
        CHECK(net::option(s->native_handle(), IPPROTO_TCP, TCP_NODELAY, 0) != 0);
        CHECK_FALSE(test::is_inherited(s->native_handle()));
#if !defined(_WIN32)
        CHECK(test::blocks(s->native_handle()));
#endif
    }
}

TEST_CASE("connecting to nobody says to whom and why, and leaves nothing open") {
    test::closed_port const port;
    auto const before = test::open_descriptors();
    auto const refused = bsd_socket::connect("127.0.0.1", port.number(), 5s);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error() == errc::transport);
    CHECK(refused.error().why() == reason::connect_failed);
    CHECK(refused.error().system() == net::refused);
    CHECK(refused.error().subject() == "127.0.0.1:" + std::to_string(port.number()));
    CHECK(test::are_open_beside(before));
}

TEST_CASE("what cannot be an address or a port is refused before anything is sent") {
    CHECK(bsd_socket::connect("127.0.0.1", 0).error() == errc::invalid_argument);
    CHECK(bsd_socket::connect("127.0.0.1", 0).error().why() == reason::port_zero);
    CHECK(bsd_socket::connect("", 443).error().why() == reason::name_empty);
    CHECK(bsd_socket::connect(std::string(300, 'a'), 443).error().why() == reason::name_too_long);
    CHECK(bsd_socket::connect(std::string_view{"local\0host", 10}, 443).error().why() == reason::name_nul);
}

TEST_CASE("a name without an address is an error of resolving") {
    auto const unknown = bsd_socket::connect("no address has a space", 443, 5s);
    REQUIRE_FALSE(unknown.has_value());
    CHECK(unknown.error() == errc::resolve);
    CHECK(unknown.error().system() != 0);
    CHECK(unknown.error().subject() == "no address has a space");
}

TEST_CASE("a name is connected to at whichever of its addresses listens") {
    auto const v4 = or_throw(bsd_listener::bind("127.0.0.1", 0));
    CHECK(bsd_socket::connect("localhost", v4.port(), 5s).has_value());

    addresses several;
    test::closed_port const closed;
    several.add("127.0.0.2", v4.port());
    several.add("::1", closed.number());
    several.add("127.0.0.1", closed.number());
    several.add("127.0.0.1", v4.port());
    auto const before = test::open_descriptors();
    auto const found = detail::dial(several.first(), deadline{5s});
    REQUIRE(found.has_value());
    auto const socket = bsd_socket::adopt(*found);
    CHECK(socket.peer_endpoint() == v4.local_endpoint());
    CHECK(test::are_open_beside(before, 1));
}

TEST_CASE("an address that does not answer does not hold up the others") {
    test::silent_port const silent;
    auto const v4 = or_throw(bsd_listener::bind("127.0.0.1", 0));
    addresses several;
    for (int i = 0; i != 3; ++i) {
        several.add("127.0.0.1", silent.number());
    }
    several.add("127.0.0.1", v4.port());
    auto const before = test::open_descriptors();
    auto const start = std::chrono::steady_clock::now();
    auto const found = detail::dial(several.first(), deadline{60s});
    REQUIRE(found.has_value());
    CHECK(since(start) >= 740ms); // three head starts
    CHECK(since(start) < 30s);
    auto const socket = bsd_socket::adopt(*found);
    CHECK(socket.peer_endpoint().port() == v4.port());
    CHECK(test::are_open_beside(before, 1));
}

TEST_CASE("of several failures the one that tells most is reported") {
    test::closed_port const closed;
    addresses several;
    several.add("127.0.0.1", closed.number());
    several.add("255.255.255.255", 1); // EACCES or ENETUNREACH, at once
    auto const failed = detail::dial(several.first(), deadline{5s});
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error() == net::refused);
}

TEST_CASE("connecting ends at its deadline") {
    test::silent_port const silent;
    auto const before = test::open_descriptors();
    auto const start = std::chrono::steady_clock::now();
    auto const late = bsd_socket::connect("127.0.0.1", silent.number(), 300ms);
    REQUIRE_FALSE(late.has_value());
    CHECK(late.error() == errc::timed_out);
    CHECK(late.error().why() == reason::connect_deadline);
    CHECK(late.error().subject() == "127.0.0.1:" + std::to_string(silent.number()));
    CHECK(since(start) >= 300ms - test::tick);
    CHECK(since(start) < 30s);
    CHECK(test::are_open_beside(before));
}

TEST_CASE("the deadline holds for all addresses together") {
    test::silent_port const silent;
    addresses several;
    for (int i = 0; i != 12; ++i) { // more than are tried at a time
        several.add("127.0.0.1", silent.number());
    }
    auto const before = test::open_descriptors();
    auto const start = std::chrono::steady_clock::now();
    auto const late = detail::dial(several.first(), deadline{600ms});
    REQUIRE_FALSE(late.has_value());
    CHECK(late.error() == 0);
    CHECK(since(start) < 30s);
    CHECK(test::are_open_beside(before));
}

TEST_CASE("without room to read ahead in, a read takes what it asks for and no more") {
    test::connected pair;
    CHECK(test::send_all(pair.client, "abcdef"));
    test::wait_for_arrival(pair.server, 6);
    CHECK(test::receive_once(pair.server, 2) == "ab");
    CHECK(pair.server.buffered() == 0);
    auto same = bsd_socket::adopt(pair.server.release());
    CHECK(test::receive_once(same, 100) == "cdef");
}

TEST_CASE("a small read takes along what follows, and loses nothing") {
    std::vector<std::byte> room(bsd_socket::read_ahead);
    test::connected pair;
    pair.server.lend_buffer(room);
    auto const sent = digits(105);
    CHECK(test::send_all(pair.client, sent));
    test::wait_for_arrival(pair.server, sent.size());
    CHECK(test::receive_once(pair.server, 5) == sent.substr(0, 5));
    CHECK(pair.server.buffered() == 100);

    SECTION("in memory of its own when moved away") {
        bsd_socket moved = std::move(pair.server);
        room.assign(room.size(), std::byte{'?'}); // no longer used
        CHECK_FALSE(pair.server);
        CHECK(pair.server.buffered() == 0);
        CHECK(moved.buffered() == 100);
        bsd_socket again = std::move(moved);
        CHECK(test::receive_once(again, 30) == sent.substr(5, 30));

        SECTION("or in other room lent") {
            std::vector<std::byte> other(100);
            again.lend_buffer(other);
            CHECK(again.buffered() == 70);
            CHECK(test::receive_once(again, 1000) == sent.substr(35));
            CHECK(test::send_all(pair.client, "more"));
            test::wait_for_arrival(again, 4);
            CHECK(test::receive_once(again, 1) == "m");
            CHECK(again.buffered() == 3);
        }
        SECTION("or nowhere else") {
            std::vector<std::byte> too_small(10);
            again.lend_buffer(too_small);
            CHECK(test::receive_once(again, 1000) == sent.substr(35));
            CHECK(again.buffered() == 0);
        }
    }
    SECTION("where it is") {
        CHECK(test::receive_once(pair.server, 1000) == sent.substr(5));
        CHECK(pair.server.buffered() == 0);
    }
}

TEST_CASE("a large read goes past the room, and what follows is read ahead") {
    std::vector<std::byte> room(4096);
    test::connected pair;
    pair.server.lend_buffer(room);
    auto const sent = digits(20'000);
    CHECK(test::send_all(pair.client, sent));
    test::wait_for_arrival(pair.server, sent.size());
    CHECK(test::receive_once(pair.server, 16'400) == sent.substr(0, 16'400));
    CHECK(pair.server.buffered() == 3'600);
    CHECK(test::receive_once(pair.server, 16'400) == sent.substr(16'400));
    CHECK(pair.server.buffered() == 0);
}

TEST_CASE("read with any lengths, a stream is the same stream") {
    std::vector<std::byte> room(GENERATE(as<std::size_t>{}, 0, 1, 600, 4096, 17'000));
    test::connected pair;
    pair.server.lend_buffer(room);
    auto const sent = digits(3'000'000);
    std::thread sender{[&] { test::send_all(pair.client, sent); }};
    std::string got;
    std::size_t const lengths[] = {5, 16'384, 1, 4'095, 4'096, 4'097, 300, 65'536};
    for (std::size_t i = 0; got.size() < sent.size(); ++i) {
        auto const part = test::receive_once(pair.server, lengths[i % std::size(lengths)]);
        if (part.starts_with('(')) {
            got += part;
            break;
        }
        got += part;
    }
    sender.join();
    CHECK(got.size() == sent.size());
    CHECK(got == sent);
}

TEST_CASE("a released descriptor lives on, and what was read ahead stays") {
    std::vector<std::byte> room(4096);
    test::connected pair;
    pair.server.lend_buffer(room);
    CHECK(test::send_all(pair.client, "abcdef"));
    test::wait_for_arrival(pair.server, 6);
    CHECK(test::receive_once(pair.server, 2) == "ab");
    auto const fd = pair.server.release();
    CHECK_FALSE(pair.server);
    CHECK(test::receive_once(pair.server, 10) == "cdef");
    CHECK(test::receive_once(pair.server, 10) == "(error " + std::to_string(net::bad_handle) + ")");
    CHECK(::send(fd, "!", 1, 0) == 1);
    CHECK(test::receive_once(pair.client) == "!");
    auto const again = bsd_socket::adopt(fd);
    CHECK(again.native_handle() == fd);
}

TEST_CASE("the end of the stream is the end, again and again") {
    test::connected pair;
    CHECK(test::send_all(pair.client, "last words"));
    {
        auto const closed = std::move(pair.client);
    }
    CHECK(test::receive_exactly(pair.server, 10) == "last words");
    CHECK(test::receive_once(pair.server) == "(end)");
    CHECK(test::receive_once(pair.server) == "(end)");
}

TEST_CASE("a socket that does not block says so") {
    test::connected pair;
    REQUIRE(pair.server.set_blocking(false).has_value());
#if !defined(_WIN32)
    CHECK_FALSE(test::blocks(pair.server.native_handle()));
#endif
    pair.server.set_timeout(1h); // has no meaning here
    CHECK(test::receive_once(pair.server) == "(blocked)");
    std::string const block(100'000, 'x');
    std::size_t sent = 0;
    for (;;) {
        auto const n = pair.server.send(test::as_bytes(block));
        if (!n) {
            CHECK(n.error() == would_block);
            break;
        }
        sent += *n;
        REQUIRE(sent < 1'000'000'000);
    }
    CHECK(test::receive_exactly(pair.client, sent).size() == sent);
    REQUIRE(pair.server.set_blocking(true).has_value());
#if !defined(_WIN32)
    CHECK(test::blocks(pair.server.native_handle()));
#endif
    CHECK_FALSE(bsd_socket{}.set_blocking(false).has_value());
}

#if !defined(_WIN32) // where all sockets are set up not to block, and waiting is polling
TEST_CASE("a descriptor that does not block stays so when adopted") {
    test::connected pair;
    REQUIRE(pair.server.set_blocking(false).has_value());
    auto adopted = bsd_socket::adopt(pair.server.release());
    CHECK(test::receive_once(adopted) == "(blocked)");
    adopted.set_timeout(20ms);
    CHECK(test::receive_once(adopted) == "(timed out)");
}
#endif

TEST_CASE("a timeout bounds each receive and each send") {
    test::connected pair;
    pair.server.set_timeout(50ms);
    for (int i = 0; i != 2; ++i) {
        auto const start = std::chrono::steady_clock::now();
        CHECK(test::receive_once(pair.server) == "(timed out)");
        CHECK(since(start) >= 50ms - test::tick);
    }
    CHECK(test::send_all(pair.client, "in time"));
    test::wait_for_arrival(pair.server, 7);
    CHECK(test::receive_once(pair.server) == "in time");

    std::string const block(1'000'000, 'x');
    io_result n = 0;
    for (int i = 0; n && i != 1000; ++i) { // nobody reads
        n = pair.server.send(test::as_bytes(block));
    }
    REQUIRE_FALSE(n.has_value());
    CHECK(n.error() == io_error::timed_out);

    pair.server.set_timeout(timeout::none);
    CHECK(test::send_all(pair.client, "waited for"));
    CHECK(test::receive_once(pair.server) == "waited for");
}

TEST_CASE("a timeout of nothing takes what is here") {
    test::connected pair;
    pair.server.set_timeout(0);
    CHECK(test::receive_once(pair.server) == "(timed out)");
    CHECK(test::send_all(pair.client, "x"));
    test::wait_for_arrival(pair.server, 1);
    CHECK(test::receive_once(pair.server) == "x");
}

TEST_CASE("a peer that goes on sending does not extend a deadline") {
    test::connected pair;
    std::atomic<bool> over = false;
    std::thread dripping{[&] {
        while (!over && test::send_all(pair.client, "x")) {
        }
    }};
    pair.server.set_timeout(10s); // each byte comes in time
    pair.server.set_deadline(deadline{200ms});
    auto const start = std::chrono::steady_clock::now();
    std::string last = "x";
    while (last == "x" && since(start) < 30s) {
        last = test::receive_once(pair.server, 1);
    }
    auto const took = since(start);
    std::byte x{};
    CHECK(pair.server.send({&x, 1}) == io_result{std::unexpected(io_error::timed_out)});
    pair.server.clear_deadline();
    CHECK(test::receive_once(pair.server, 1) == "x");
    over = true;
    dripping.join();
    CHECK(last == "(timed out)");
    CHECK(took >= 200ms - test::tick);
    CHECK(took < 20s);
}

TEST_CASE("a deadline ends the wait for a silent peer") {
    test::connected pair;
    pair.server.set_deadline(deadline{50ms});
    CHECK(test::receive_once(pair.server) == "(timed out)");
    CHECK(test::receive_once(pair.server) == "(timed out)");
    REQUIRE(pair.server.set_blocking(false).has_value());
    CHECK(test::receive_once(pair.server) == "(timed out)"); // an event loop learns it too
    pair.server.clear_deadline();
    CHECK(test::receive_once(pair.server) == "(blocked)");
}

#if !defined(_WIN32)
namespace {
std::atomic<int> interruptions = 0;
std::atomic<int> broken_pipes = 0;
} // namespace

TEST_CASE("signals interrupt nothing") {
    test::connected pair;
    bool const bounded = GENERATE_COPY(false, true);
    if (bounded) {
        pair.server.set_timeout(1h);
    }
    interruptions = 0;
    struct sigaction action{};
    struct sigaction before{};
    action.sa_handler = [](int) { ++interruptions; }; // without SA_RESTART
    REQUIRE(::sigaction(SIGUSR1, &action, &before) == 0);
    auto const receiver = ::pthread_self();
    std::thread disturbing{[&] {
        for (int i = 1; i <= 200; ++i) {
            ::pthread_kill(receiver, SIGUSR1);
            while (interruptions < i) {
                std::this_thread::yield();
            }
        }
        test::send_all(pair.client, "undisturbed");
    }};
    CHECK(test::receive_exactly(pair.server, 11) == "undisturbed");
    disturbing.join();
    CHECK(interruptions == 200);
    ::sigaction(SIGUSR1, &before, nullptr);
}
#endif

TEST_CASE("sending to a peer that is gone is a reset, and no signal") {
    test::connected pair;
#if !defined(_WIN32)
    broken_pipes = 0;
    auto const before = std::signal(SIGPIPE, [](int) { ++broken_pipes; });
#endif
    test::reset_on_close(pair.client);
    {
        auto const closed = std::move(pair.client);
    }
    io_result n = 1;
    for (int i = 0; n && i != 1000; ++i) {
        n = pair.server.send(test::as_bytes("anybody there?"));
    }
    REQUIRE_FALSE(n.has_value());
    CHECK(n.error() == io_error::reset);
    n = pair.server.send(test::as_bytes("anybody there?")); // EPIPE from here on
    REQUIRE_FALSE(n.has_value());
    CHECK(n.error() == io_error::reset);
#if !defined(_WIN32)
    std::signal(SIGPIPE, before);
    CHECK(broken_pipes == 0);
#endif
}

TEST_CASE("closing with unread bytes does not take our last ones from the peer") {
    test::connected pair;
    auto const flood = digits(100'000);
    CHECK(test::send_all(pair.client, flood));
    test::wait_for_arrival(pair.server, flood.size());
    CHECK(test::send_all(pair.server, "go away"));

    SECTION("by the destructor") {
        {
            auto const closed = std::move(pair.server);
        }
        CHECK(test::receive_exactly(pair.client, 7) == "go away");
        CHECK(test::receive_once(pair.client) == "(end)");
    }
    SECTION("as told, twice, and then too") {
        pair.server.close_gracefully();
        CHECK(test::receive_exactly(pair.client, 7) == "go away");
        CHECK(test::receive_once(pair.client) == "(end)");
        CHECK(test::send_all(pair.client, "more"));
        test::wait_for_arrival(pair.server, 4);
        pair.server.close_gracefully();
        CHECK(pair.server.buffered() == 0);
        {
            auto const closed = std::move(pair.server);
        }
        CHECK(test::receive_once(pair.client) == "(end)");
    }
#if !defined(_WIN32)
    SECTION("which a plain close would") {
        net::close(pair.server.release());
        CHECK(test::receive_exactly(pair.client, 8).ends_with("(reset)"));
    }
#endif
}

TEST_CASE("closing gracefully forgets what was read ahead") {
    std::vector<std::byte> room(4096);
    test::connected pair;
    pair.server.lend_buffer(room);
    CHECK(test::send_all(pair.client, "abc"));
    test::wait_for_arrival(pair.server, 3);
    CHECK(test::receive_once(pair.server, 1) == "a");
    pair.server.close_gracefully();
    CHECK(pair.server.buffered() == 0);
}

TEST_CASE(
    "a blocking socket that closes gracefully waits for the peer's end, so that what is on its way resets nothing") {
    test::connected pair;
    CHECK(test::send_all(pair.server, "go away"));
    std::string seen;
    bool sent = false;
    std::thread peer{[&] {
        seen = test::receive_exactly(pair.client, 8); // up to the half-close
        sent = test::send_all(pair.client, digits(300'000));
        net::half_close(pair.client.native_handle());
    }};
    pair.server.close_gracefully();
    {
        auto const closed = std::move(pair.server);
    }
    peer.join();
    CHECK(seen == "go away(end)");
    CHECK(sent);
    CHECK(test::receive_once(pair.client) == "(end)"); // a reset would be here
}

TEST_CASE("closing gracefully waits a second for a peer that says nothing, less within a timeout, and not at all where "
          "nothing blocks") {
    test::connected pair;
    auto const closing = [&] {
        auto const start = std::chrono::steady_clock::now();
        pair.server.close_gracefully();
        return std::chrono::steady_clock::now() - start;
    };
    SECTION("by itself") {
        auto const took = closing();
        CHECK(took >= 1000ms - test::tick);
        CHECK(took < 20s);
    }
    SECTION("within the timeout of each call") {
        pair.server.set_timeout(20);
        CHECK(closing() < 900ms);
    }
    SECTION("within the deadline") {
        pair.server.set_deadline(deadline{10});
        CHECK(closing() < 900ms);
    }
    SECTION("not where nothing blocks") {
        REQUIRE(pair.server.set_blocking(false));
        CHECK(closing() < 900ms);
    }
}

TEST_CASE("closing gracefully drains within a bound") {
    test::connected pair;
    std::atomic<bool> over = false;
    std::thread flooding{[&] {
        std::string const block(65536, 'x');
        while (!over && test::send_all(pair.client, block)) {
        }
    }};
    test::wait_for_arrival(pair.server, 1000);
    pair.server.close_gracefully(); // returns, although more comes all the time
    over = true;
    {
        auto const closed = std::move(pair.server);
    }
    flooding.join();
    bsd_socket{}.close_gracefully();
    SUCCEED();
}

#if !defined(_WIN32)
TEST_CASE("a socket that was not used closes without a word for others who hold it") {
    test::connected pair;
    int const other = ::dup(pair.server.native_handle()); // as in a forked process
    {
        auto const closed = std::move(pair.server);
    }
    auto child = bsd_socket::adopt(other);
    CHECK(test::send_all(child, "still here"));
    CHECK(test::receive_exactly(pair.client, 10) == "still here");
}
#endif

TEST_CASE("moving leaves one owner") {
    auto const before = test::open_descriptors();
    {
        test::connected pair;
        CHECK(test::are_open_beside(before, 3));
        bsd_socket a = std::move(pair.client);
        pair.client = std::move(a);
        auto* const self = &pair.client;
        pair.client = std::move(*self);
        CHECK(pair.client);
        pair.server = std::move(pair.client); // closes the server's
        CHECK(test::are_open_beside(before, 2));
        CHECK(test::receive_once(pair.server) == "(end)");
    }
    CHECK(test::are_open_beside(before));
}

TEST_CASE("without a connection everything fails with the system's words") {
    bsd_socket none;
    CHECK_FALSE(none);
    CHECK(none.native_handle() == net::no_handle);
    CHECK(none.send(test::as_bytes("x")) == io_result{std::unexpected(io_error{net::bad_handle})});
    CHECK(test::receive_once(none) == "(error " + std::to_string(net::bad_handle) + ")");
    std::byte nothing{};
    CHECK(none.receive({&nothing, 0}) == io_result{std::unexpected(would_block)});
}
