// SPDX-License-Identifier: BSL-1.0

// asio_stream over stand-alone Asio; boost_asio.cpp compiles the same for Boost's.
#include "support/asio.hpp"

#include <algorithm>
#include <future>
#include <memory>
#include <thread>
#include <vector>
#if !defined(TLSPP_TEST_BOOST_ASIO) && __has_include(<asio/experimental/deferred.hpp>)
#include <asio/experimental/deferred.hpp>
#endif

using namespace tlspp;

ASIO_CASE("a client and a server talk, and close one after the other") {
    auto const v = GENERATE(from_range(both_versions));
    CAPTURE(name(v));
    net::io_context io;
    couple<> both(io, client_of(v), server_of(v));
    CHECK(both.client.tls());
    CHECK(!both.client.tls().is_handshake_complete());
    auto const [c, s] = both.shake(io);
    REQUIRE(!c);
    REQUIRE(!s);
    CHECK(both.client.tls().version() == v);
    CHECK(both.client.tls().peer_status() == peer_status::verified);
    CHECK(both.server.tls().server_name() == "localhost");
    CHECK(both.client.native_handle() != nullptr);

    std::array<char, 100> room{};
    ended written;
    ended read;
    both.server.async_read_some(net::buffer(room), read.handler());
    both.client.async_write_some(net::buffer("hello", 5), written.handler());
    run(io);
    CHECK(written.well());
    CHECK(written.size == 5);
    CHECK(read.well());
    CHECK(std::string_view(room.data(), read.size) == "hello");

    ended client_closed;
    both.client.async_shutdown(client_closed.handler());
    for (int i = 0; i != 2; ++i) { // again and again
        ended end;
        both.server.async_read_some(net::buffer(room), end.handler());
        io.restart();
        while (end.calls == 0) {
            REQUIRE(io.run_one_for(patience) == 1);
        }
        CHECK(end.why() == net::error::eof);
        CHECK(end.why() != errc::truncated);
        CHECK(end.size == 0);
    }
    CHECK(client_closed.calls == 0); // it waits for the server's
    ended server_closed;
    both.server.async_shutdown(server_closed.handler());
    run(io);
    CHECK(server_closed.well());
    CHECK(client_closed.well());
    CHECK(!both.client.last_error());

    ended late;
    both.client.async_write_some(net::buffer("x", 1), late.handler());
    run(io);
    CHECK(late.why() == errc::closed);
    REQUIRE(both.client.last_error());
    CHECK(both.client.last_error()->why() == reason::already_closed);
}

ASIO_CASE("one byte at a time") {
    auto const v = GENERATE(from_range(both_versions));
    CAPTURE(name(v));
    net::io_context io;
    couple<disturbed<local::socket>> both(io, client_of(v), server_of(v));
    both.client.next_layer().fault().step = 1;
    both.server.next_layer().fault().step = 1;
    // a local socket has room for some hundred pieces, and nobody reads the tickets of TLS 1.3 yet
    both.client.next_layer().fault().write_step = 7;
    both.server.next_layer().fault().write_step = 7;
    auto const [c, s] = both.shake(io);
    REQUIRE(!c);
    REQUIRE(!s);
    std::string const sent = pattern_of(20'000);
    std::string got(sent.size(), '\0');
    ended written;
    ended read;
    net::async_write(both.client, net::buffer(sent), written.handler());
    net::async_read(both.server, net::buffer(got), read.handler());
    run(io);
    CHECK(written.well());
    CHECK(read.well());
    CHECK(got == sent);
    ended closed;
    both.client.async_shutdown(closed.handler());
    ended answered;
    both.server.async_shutdown(answered.handler());
    run(io);
    CHECK(closed.well());
    CHECK(answered.well());
    CHECK(both.client.next_layer().fault().most_reads == 1);
    CHECK(both.client.next_layer().fault().most_writes == 1);
}

ASIO_CASE("both directions at once") {
    auto const v = GENERATE(from_range(both_versions));
    auto const step = GENERATE(std::size_t{997}, SIZE_MAX);
    CAPTURE(name(v), step);
    net::io_context io;
    couple<disturbed<local::socket>> both(io, client_of(v), server_of(v));
    both.client.next_layer().fault().step = step;
    both.server.next_layer().fault().write_step = step;
    std::string const up = pattern_of(700'000);
    std::string const down(up.rbegin(), up.rend());
    std::string got_up(up.size(), '\0');
    std::string got_down(down.size(), '\0');
    ended ends[4];
    // without a handshake of their own: the reads and writes do it, all at once
    net::async_read(both.client, net::buffer(got_down), ends[0].handler());
    net::async_write(both.client, net::buffer(up), ends[1].handler());
    net::async_read(both.server, net::buffer(got_up), ends[2].handler());
    net::async_write(both.server, net::buffer(down), ends[3].handler());
    run(io);
    for (auto const& end : ends) {
        CHECK(end.well());
    }
    CHECK(got_up == up);
    CHECK(got_down == down);
    for (auto* layer : {&both.client.next_layer(), &both.server.next_layer()}) {
        CHECK(layer->fault().most_reads == 1);
        CHECK(layer->fault().most_writes == 1);
    }
}

ASIO_CASE("blocking functions") {
    auto const v = GENERATE(from_range(both_versions));
    CAPTURE(name(v));
    net::io_context io;
    couple<> both(io, client_of(v), server_of(v));
    std::string const sent = pattern_of(100'000);
    std::thread server([&] {
        both.server.handshake();
        std::string got(sent.size(), '\0');
        net::read(both.server, net::buffer(got));
        net::write(both.server, net::buffer(got));
        asio_error ec;
        std::array<char, 1> room{};
        if (both.server.read_some(net::buffer(room), ec) == 0 && ec == net::error::eof) {
            both.server.shutdown();
        }
    });
    both.client.handshake();
    CHECK(both.client.write_some(net::const_buffer()) == 0);
    CHECK(net::write(both.client, net::buffer(sent)) == sent.size());
    std::string got(sent.size(), '\0');
    CHECK(net::read(both.client, net::buffer(got)) == sent.size());
    CHECK(got == sent);
    both.client.shutdown();
    server.join();
    std::array<char, 1> room{};
    CHECK_THROWS_AS(both.client.read_some(net::buffer(room)), asio_failure);
    CHECK_THROWS_AS(both.client.write_some(net::buffer("x", 1)), asio_failure);
}

ASIO_CASE("futures") {
    net::io_context io;
    couple<> both(io, client_of(version::tls1_3), server_of(version::tls1_3));
    auto served = both.server.async_handshake(net::use_future);
    auto called = both.client.async_handshake(net::use_future);
    auto written = both.client.async_write_some(net::buffer("hello", 5), net::use_future);
    std::array<char, 9> room{};
    auto read = both.server.async_read_some(net::buffer(room), net::use_future);
    run(io);
    served.get();
    called.get();
    CHECK(written.get() == 5);
    CHECK(read.get() == 5);
    both.client.next_layer().shutdown(local::socket::shutdown_send);
    auto end = both.server.async_read_some(net::buffer(room), net::use_future);
    run(io);
    try {
        end.get();
        FAIL("the end without close_notify was taken for an end");
    } catch (const asio_failure& e) {
        CHECK(e.code() == errc::truncated);
    }
}

#if defined(ASIO_COROUTINES)
ASIO_CASE("coroutines") {
    net::io_context io;
    couple<> both(io, client_of(version::tls1_3), server_of(version::tls1_3));
    std::string heard;
    bool closed = false;
    auto const serve = [&]() -> net::awaitable<void> {
        co_await both.server.async_handshake(net::use_awaitable);
        std::array<char, 64> room{};
        auto const n = co_await both.server.async_read_some(net::buffer(room), net::use_awaitable);
        heard.assign(room.data(), n);
        try {
            co_await both.server.async_read_some(net::buffer(room), net::use_awaitable);
        } catch (const asio_failure& e) {
            closed = e.code() == net::error::eof;
        }
        co_await both.server.async_shutdown(net::use_awaitable);
    };
    auto const call = [&]() -> net::awaitable<void> {
        co_await both.client.async_handshake(net::use_awaitable);
        co_await net::async_write(both.client, net::buffer("hello", 5), net::use_awaitable);
        co_await both.client.async_shutdown(std::chrono::seconds(20), net::use_awaitable);
    };
    auto served = net::co_spawn(io, serve(), net::use_future);
    auto called = net::co_spawn(io, call(), net::use_future);
    run(io);
    served.get();
    called.get();
    CHECK(heard == "hello");
    CHECK(closed);
}

ASIO_CASE("the token that belongs to the executor") {
    net::io_context io;
    using socket = net::use_awaitable_t<>::as_default_on_t<local::socket>;
    local::socket a(io);
    local::socket b(io);
    net::local::connect_pair(a, b);
    asio_stream<socket> client{socket(std::move(a)), client_of(version::tls1_3), "localhost"};
    asio_stream<socket> server{socket(std::move(b)), server_of(version::tls1_3)};
    auto const talk = [](asio_stream<socket>& conn) -> net::awaitable<std::size_t> {
        co_await conn.async_handshake();
        auto const n = co_await conn.async_write_some(net::buffer("ab", 2));
        std::array<char, 2> room{};
        co_await conn.async_read_some(net::buffer(room));
        co_await conn.async_shutdown();
        co_return n;
    };
    auto one = net::co_spawn(io, talk(client), net::use_future);
    auto two = net::co_spawn(io, talk(server), net::use_future);
    run(io);
    CHECK(one.get() == 2);
    CHECK(two.get() == 2);
}
#endif

#if !defined(TLSPP_TEST_BOOST_ASIO) && __has_include(<asio/experimental/deferred.hpp>)
ASIO_CASE("deferred operations") {
    net::io_context io;
    couple<> both(io, client_of(version::tls1_3), server_of(version::tls1_3));
    auto later = both.client.async_handshake(asio::experimental::deferred);
    ended served;
    both.server.async_handshake(served.handler());
    io.run_for(std::chrono::milliseconds(1));
    CHECK(served.calls == 0); // nobody has called yet
    ended called;
    std::move(later)(called.handler());
    run(io);
    CHECK(called.well());
    CHECK(served.well());
}
#endif

ASIO_CASE("a server that is not whom the client wants") {
    auto const v = GENERATE(from_range(both_versions));
    auto const& c = test::shared_certificates();
    struct {
        const test::issued& own;
        verify_flag flag;
    } const bad[] = {{c.wrong_name, verify_flag::name_mismatch},
                     {c.expired, verify_flag::expired},
                     {c.other_issuer, verify_flag::not_trusted}};
    for (auto const& one : bad) {
        CAPTURE(name(v), static_cast<int>(one.flag));
        net::io_context io;
        couple<> both(io, client_of(v), server_of(v, {.identities = {one.own.identity}}));
        auto const [client, server] = both.shake(io);
        CHECK(client == errc::certificate_rejected);
        REQUIRE(both.client.last_error());
        CHECK(both.client.last_error()->flags() == verify_flags(one.flag));
        CHECK(both.client.last_error()->subject() == "localhost");
        CHECK(server == errc::alert_received); // it was told before the client's operation ended
        for (int i = 0; i != 2; ++i) {
            ended again;
            both.client.async_write_some(net::buffer("secret", 6), again.handler());
            run(io);
            CHECK(again.why() == errc::certificate_rejected);
            CHECK(again.size == 0);
        }
    }
}

ASIO_CASE("a client without the certificate that the server wants") {
    auto const v = GENERATE(from_range(both_versions));
    CAPTURE(name(v));
    net::io_context io;
    couple<> both(io, client_of(v),
                  server_of(v, {.client_auth = client_auth::required, .trust = test::shared_certificates().trust}));
    auto const [client, server] = both.shake(io);
    CHECK(server == errc::no_certificate);
    if (v == version::tls1_2) {
        CHECK(client == errc::alert_received);
        return;
    }
    CHECK(!client); // it has said all that it has to say
    std::array<char, 9> room{};
    ended read;
    both.client.async_read_some(net::buffer(room), read.handler());
    run(io);
    CHECK(read.why() == errc::handshake_failed);
    CHECK(both.client.last_error()->why() == reason::refused_afterwards);
}

ASIO_CASE("the end without close_notify") {
    auto const v = GENERATE(from_range(both_versions));
    CAPTURE(name(v));
    net::io_context io;
    couple<> both(io, client_of(v), server_of(v));
    SECTION("after the handshake") {
        REQUIRE(!both.shake(io).first);
        both.server.next_layer().close();
        std::array<char, 9> room{};
        for (int i = 0; i != 2; ++i) {
            ended read;
            both.client.async_read_some(net::buffer(room), read.handler());
            run(io);
            CHECK(read.why() == errc::truncated);
            CHECK(read.why() != net::error::eof);
        }
        ended closed;
        both.client.async_shutdown(closed.handler());
        run(io);
        CHECK(closed.code);
        CHECK(*closed.code);
    }
    SECTION("in the handshake") {
        ended shaken;
        both.client.async_handshake(shaken.handler());
        both.server.next_layer().shutdown(local::socket::shutdown_send);
        run(io);
        CHECK(shaken.why() == errc::truncated);
    }
    SECTION("in a shutdown") {
        REQUIRE(!both.shake(io).first);
        ended closed;
        both.client.async_shutdown(closed.handler());
        io.restart();
        io.poll();
        CHECK(closed.calls == 0);
        both.server.next_layer().shutdown(local::socket::shutdown_send);
        run(io);
        CHECK(closed.why() == errc::truncated);
    }
}

ASIO_CASE("a peer that says nothing does not hold the shutdown") {
    auto const v = GENERATE(from_range(both_versions));
    CAPTURE(name(v));
    net::io_context io;
    couple<disturbed<local::socket>> both(io, client_of(v), server_of(v));
    REQUIRE(!both.shake(io).first);
    ended closed;
    auto const until = [&] {
        io.restart();
        while (closed.calls == 0) {
            REQUIRE(io.run_one_for(patience) == 1);
        }
    };
    SECTION("nor one that does not read") { both.client.next_layer().fault().stuck = true; }
    SECTION("nor one that only talks") {
        ended talk;
        both.server.async_write_some(net::buffer("blah", 4), talk.handler());
        run(io);
    }
    SECTION("silent") {}
    SECTION("nor a read that waits besides") {
        std::array<char, 9> room{};
        ended read;
        both.client.async_read_some(net::buffer(room), read.handler());
        both.client.async_shutdown(std::chrono::milliseconds(50), closed.handler());
        until();
        CHECK(closed.why() == errc::timed_out);
        CHECK(read.calls == 0);
        both.client.next_layer().inner().close();
        run(io);
        CHECK(read.why() == net::error::operation_aborted);
        return;
    }
    auto const begin = std::chrono::steady_clock::now();
    both.client.async_shutdown(std::chrono::milliseconds(50), closed.handler());
    until();
    auto const took = std::chrono::steady_clock::now() - begin;
    CHECK(took >= std::chrono::milliseconds(49));
    CHECK(took < std::chrono::seconds(10));
    CHECK(closed.why() == errc::timed_out);
    CHECK(std::error_code(closed.why()) == std::errc::timed_out);
    CHECK(!io.stopped()); // what was left behind
    both.client.next_layer().inner().close();
    run(io);
}

ASIO_CASE("a shutdown that was too late goes on") {
    net::io_context io;
    couple<> both(io, client_of(version::tls1_3), server_of(version::tls1_3));
    REQUIRE(!both.shake(io).first);
    ended first;
    both.client.async_shutdown(0, first.handler());
    io.restart();
    while (first.calls == 0) {
        REQUIRE(io.run_one_for(patience) == 1);
    }
    CHECK(first.why() == errc::timed_out);
    ended second;
    ended server;
    both.client.async_shutdown(second.handler());
    both.server.async_shutdown(server.handler());
    run(io);
    CHECK(second.well());
    CHECK(server.well());
}

ASIO_CASE("a cancelled read leaves the connection as it was") {
    auto const v = GENERATE(from_range(both_versions));
    CAPTURE(name(v));
    net::io_context io;
    couple<> both(io, client_of(v), server_of(v));
    REQUIRE(!both.shake(io).first);
    std::array<char, 9> room{};
    ended read;
#if ASIO_NUMBER >= 101900
    auto const type =
        GENERATE(net::cancellation_type::terminal, net::cancellation_type::partial, net::cancellation_type::total);
    net::cancellation_signal stop;
    both.client.async_read_some(net::buffer(room), net::bind_cancellation_slot(stop.slot(), read.handler()));
    io.restart();
    io.poll();
    CHECK(read.calls == 0);
    stop.emit(type);
#else
    both.client.async_read_some(net::buffer(room), read.handler());
    io.restart();
    io.poll();
    CHECK(read.calls == 0);
    both.client.next_layer().cancel();
#endif
    run(io);
    CHECK(read.why() == net::error::operation_aborted);
    ended again;
    ended written;
    both.client.async_read_some(net::buffer(room), again.handler());
    both.server.async_write_some(net::buffer("hello", 5), written.handler());
    run(io);
    CHECK(again.well());
    CHECK(std::string_view(room.data(), again.size) == "hello");
}

#if ASIO_NUMBER >= 101900
ASIO_CASE("cancellation of what is no read") {
    net::io_context io;
    couple<disturbed<local::socket>> both(io, client_of(version::tls1_3), server_of(version::tls1_3));
    net::cancellation_signal stop;
    SECTION("a handshake, which goes on") {
        ended first;
        both.client.async_handshake(net::bind_cancellation_slot(stop.slot(), first.handler()));
        io.poll();
        stop.emit(net::cancellation_type::terminal);
        run(io);
        CHECK(first.why() == net::error::operation_aborted);
        auto const [c, s] = both.shake(io);
        CHECK(!c);
        CHECK(!s);
    }
    SECTION("one that waits for another one's read") {
        REQUIRE(!both.shake(io).first);
        std::array<char, 9> room{};
        std::array<char, 9> other{};
        ended first;
        ended second;
        both.client.async_read_some(net::buffer(room), net::bind_cancellation_slot(stop.slot(), first.handler()));
        both.client.async_read_some(net::buffer(other), second.handler());
        io.restart();
        io.poll();
        stop.emit(net::cancellation_type::total); // the other one takes over
        ended written;
        both.server.async_write_some(net::buffer("hello", 5), written.handler());
        run(io);
        CHECK(first.why() == net::error::operation_aborted);
        CHECK(second.well());
        CHECK(std::string_view(other.data(), second.size) == "hello");
    }
    SECTION("a write, whose bytes are sent all the same") {
        REQUIRE(!both.shake(io).first);
        both.client.next_layer().fault().write_step = 10; // in the middle of the record
        ended first;
        both.client.async_write_some(net::buffer("first ", 6),
                                     net::bind_cancellation_slot(stop.slot(), first.handler()));
        io.restart();
        io.poll_one();
        stop.emit(net::cancellation_type::terminal);
        run(io);
        if (first.code && *first.code) {
            CHECK(first.why() == net::error::operation_aborted);
        }
        CHECK(first.size == 6);
        ended second;
        both.client.async_write_some(net::buffer("second", 6), second.handler());
        std::string got(12, '\0');
        ended read;
        net::async_read(both.server, net::buffer(got), read.handler());
        run(io);
        CHECK(second.well());
        CHECK(got == "first second");
    }
    SECTION("a shutdown") {
        REQUIRE(!both.shake(io).first);
        ended closed;
        both.client.async_shutdown(net::bind_cancellation_slot(stop.slot(), closed.handler()));
        io.restart();
        io.poll();
        stop.emit(net::cancellation_type::terminal);
        while (closed.calls == 0) {
            REQUIRE(io.run_one_for(patience) == 1);
        }
        CHECK(closed.why() == net::error::operation_aborted);
        both.client.next_layer().inner().close();
        run(io);
    }
}
#endif

ASIO_CASE("a peer that is gone in the handshake") {
    net::io_context io;
    SECTION("its alert counts for more than the broken pipe") {
        bool const says_why = GENERATE(true, false);
        auto ends = connected<local::socket>(io);
        asio_stream client{disturbed(std::move(ends.first)), client_of(version::tls1_2), "localhost"};
        client.next_layer().fault().writes_left = 0;
        if (says_why) {
            net::write(ends.second, net::buffer("\x15\x03\x03\x00\x02\x02\x28", 7));
        }
        ends.second.close();
        ended shaken;
        client.async_handshake(shaken.handler());
        run(io);
        if (says_why) {
            CHECK(shaken.why() == errc::alert_received);
            CHECK(client.last_error()->alert() == alert::handshake_failure);
        } else {
            CHECK(shaken.why() == net::error::broken_pipe);
        }
    }
    SECTION("tickets that a client does not wait for are no loss") {
        couple<disturbed<local::socket>> both(io, client_of(version::tls1_3), server_of(version::tls1_3));
        both.server.next_layer().fault().writes_left = 1; // ServerHello to Finished
        auto const [c, s] = both.shake(io);
        CHECK(!c);
        CHECK(!s);
        std::array<char, 9> room{};
        ended written;
        ended read;
        both.client.async_write_some(net::buffer("bye", 3), written.handler());
        both.server.async_read_some(net::buffer(room), read.handler());
        run(io);
        CHECK(read.size == 3);
        ended answer;
        both.server.async_write_some(net::buffer("x", 1), answer.handler());
        run(io);
        CHECK(answer.why() == net::error::broken_pipe); // it is told where it matters
    }
    SECTION("a Finished of TLS 1.2 is one") {
        couple<disturbed<local::socket>> both(io, client_of(version::tls1_2), server_of(version::tls1_2));
        both.server.next_layer().fault().writes_left = 1;
        ended server;
        ended client;
        both.server.async_handshake(server.handler());
        both.client.async_handshake(client.handler());
        io.restart();
        while (server.calls == 0) {
            REQUIRE(io.run_one_for(patience) == 1);
        }
        CHECK(server.why() == net::error::broken_pipe);
        both.server.next_layer().inner().close();
        run(io);
        CHECK(client.why() == errc::truncated);
    }
}

ASIO_CASE("buffers that are gathered and scattered") {
    net::io_context io;
    couple<> both(io, client_of(version::tls1_3), server_of(version::tls1_3));
    REQUIRE(!both.shake(io).first);
    std::array<char, 3> head{'a', 'b', 'c'};
    std::string const body = pattern_of(20'000);
    auto const sent = [&] { return both.client.tls().bytes_written(); };
    auto const record_of = [&](std::size_t size) { // what one costs, with its padding
        auto const before = sent();
        ended written;
        both.client.async_write_some(net::buffer(body, size), written.handler());
        std::string got(size, '\0');
        ended read;
        net::async_read(both.server, net::buffer(got), read.handler());
        run(io);
        REQUIRE(written.size == size);
        return sent() - before;
    };
    SECTION("small ones become one record") {
        std::vector<net::const_buffer> const parts{net::const_buffer(), net::buffer(head), net::const_buffer(),
                                                   net::buffer(body, 100), net::buffer(body, 1)};
        auto const one_record = record_of(104);
        auto const before = sent();
        ended written;
        both.client.async_write_some(parts, written.handler());
        run(io);
        CHECK(written.size == 104);
        CHECK(sent() - before == one_record);
        std::array<char, 50> first{};
        std::array<char, 100> second{};
        std::array<net::mutable_buffer, 3> const room{net::mutable_buffer(), net::buffer(first), net::buffer(second)};
        ended read;
        both.server.async_read_some(room, read.handler());
        run(io);
        CHECK(read.size == 104);
        CHECK(std::string(first.data(), 50) + std::string(second.data(), 54) ==
              "abc" + body.substr(0, 100) + body.substr(0, 1));
    }
    SECTION("a record is filled") {
        std::array<net::const_buffer, 2> const parts{net::buffer(head), net::buffer(body)};
        auto const most = static_cast<std::size_t>(mbedtls_ssl_get_max_out_record_payload(both.client.native_handle()));
        CHECK(most > 16'000);
        auto const one_record = record_of(most);
        auto const before = sent();
        ended written;
        both.client.async_write_some(parts, written.handler());
        run(io);
        CHECK(written.size == most);
        CHECK(sent() - before == one_record);
        ended all;
        net::async_write(both.client, parts, all.handler());
        run(io);
        CHECK(all.size == 20'003);
        std::string got(most + 20'003, '\0');
        ended read;
        net::async_read(both.server, net::buffer(got), read.handler());
        run(io);
        CHECK(got == ("abc" + body).substr(0, most) + "abc" + body);
    }
    SECTION("records that have arrived are read at once") {
        for (auto const* text : {"one ", "two ", "three"}) {
            ended written;
            both.client.async_write_some(net::buffer(std::string_view(text)), written.handler());
            run(io);
        }
        std::array<char, 100> room{};
        ended read;
        both.server.async_read_some(net::buffer(room), read.handler());
        run(io);
        CHECK(std::string_view(room.data(), read.size) == "one two three");
    }
    SECTION("the close behind them is not lost") {
        ended written;
        ended closed;
        both.client.async_write_some(net::buffer(head), written.handler());
        both.client.async_shutdown(closed.handler());
        std::array<char, 100> room{};
        ended read;
        both.server.async_read_some(net::buffer(room), read.handler());
        io.restart();
        io.poll();
        CHECK(read.size == 3);
        ended end;
        both.server.async_read_some(net::buffer(room), end.handler());
        io.restart();
        io.poll();
        CHECK(end.why() == net::error::eof);
        ended answered;
        both.server.async_shutdown(answered.handler());
        run(io);
        CHECK(closed.well());
    }
    SECTION("empty ones are done at once") {
        ended read;
        ended written;
        auto const before = sent();
        both.client.async_read_some(net::mutable_buffer(), read.handler());
        both.client.async_write_some(std::vector<net::const_buffer>{}, written.handler());
        CHECK(read.calls + written.calls == 0); // not within the function that begins
        run(io);
        CHECK(read.well());
        CHECK(written.well());
        CHECK(read.size + written.size == 0);
        CHECK(sent() == before);
    }
}

namespace {
/// Counts what is allocated for an operation.
template <class T>
struct counting_allocator {
    using value_type = T;
    explicit counting_allocator(std::size_t& n) noexcept : count(&n) {}
    template <class U>
    counting_allocator(const counting_allocator<U>& other) noexcept : count(other.count) {}
    T* allocate(std::size_t n) {
        ++*count;
        return std::allocator<T>{}.allocate(n);
    }
    void deallocate(T* p, std::size_t n) { std::allocator<T>{}.deallocate(p, n); }
    template <class U>
    bool operator==(const counting_allocator<U>& other) const noexcept {
        return count == other.count;
    }
    std::size_t* count;
};

struct with_allocator {
    using allocator_type = counting_allocator<void*>;
    allocator_type get_allocator() const noexcept { return allocator_type(*count); }
    void operator()(asio_error ec, std::size_t = 0) const { *code = ec; }
    std::size_t* count;
    std::optional<asio_error>* code;
};
} // namespace

ASIO_CASE("a handler's executor and allocator are used") {
    net::io_context io;
    couple<> both(io, client_of(version::tls1_3), server_of(version::tls1_3));
    auto strand = net::make_strand(io);
    std::size_t allocations = 0;
    std::optional<asio_error> code;
    both.client.async_handshake(with_allocator{&allocations, &code});
    bool in_strand = false;
    std::array<char, 9> room{};
    both.server.async_handshake(
        net::bind_executor(strand, [&](asio_error ec) { in_strand = !ec && strand.running_in_this_thread(); }));
    run(io);
    CHECK(in_strand);
    CHECK(code);
    CHECK(!*code);
    CHECK(allocations > 0);
    ended nothing;
    both.client.async_read_some(
        net::buffer(room, 0),
        net::bind_executor(strand, [&, h = nothing.handler()](asio_error ec, std::size_t n) mutable {
            in_strand = strand.running_in_this_thread();
            h(ec, n);
        }));
    in_strand = false;
    run(io);
    CHECK(in_strand); // what is done at once, too
    CHECK(nothing.well());
}

ASIO_CASE("several threads run a strand") {
    net::io_context io;
    auto strand = net::make_strand(io);
    using socket = net::basic_stream_socket<local, net::strand<net::io_context::executor_type>>;
    socket a(strand);
    socket b(strand);
    net::local::connect_pair(a, b);
    asio_stream<socket> client{std::move(a), client_of(version::tls1_3), "localhost"};
    asio_stream<socket> server{std::move(b), server_of(version::tls1_3)};
    std::string const up = pattern_of(300'000);
    std::string got_up(up.size(), '\0');
    std::string got_down(up.size(), '\0');
    ended ends[4];
    net::async_read(client, net::buffer(got_down), ends[0].handler());
    net::async_write(client, net::buffer(up), ends[1].handler());
    net::async_read(server, net::buffer(got_up), ends[2].handler());
    net::async_write(server, net::buffer(up), ends[3].handler());
    std::vector<std::thread> threads;
    for (int i = 0; i != 3; ++i) {
        threads.emplace_back([&] { io.run_for(patience); });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    CHECK(got_up == up);
    CHECK(got_down == up);
}

ASIO_CASE("a stream that goes under its operations") {
    net::io_context io;
    ended read;
    ended other;
    ended closed;
    ended written;
    std::array<char, 9> room{};
    {
        auto both = std::make_unique<couple<>>(io, client_of(version::tls1_3), server_of(version::tls1_3));
        REQUIRE(!both->shake(io).first);
        both->client.async_read_some(net::buffer(room), read.handler());
        both->client.async_read_some(net::buffer(room), other.handler());
        both->client.async_shutdown(closed.handler());
        both->server.async_write_some(net::buffer("hello", 5), written.handler());
        io.restart();
        io.poll_one();
    }
    run(io);
    CHECK(read.why() == net::error::operation_aborted);
    CHECK(other.why() == net::error::operation_aborted);
    CHECK(closed.why() == net::error::operation_aborted);
    CHECK(written.calls == 1);
}

ASIO_CASE("an io_context that goes with operations in it") {
    std::optional<net::io_context> io(std::in_place);
    auto both = std::make_unique<couple<>>(*io, client_of(version::tls1_3), server_of(version::tls1_3));
    ended never;
    both->client.async_handshake(never.handler());
    both->client.async_shutdown(never.handler());
    io->poll();
    both.reset();
    io.reset();
    CHECK(never.calls == 1); // the shutdown before the handshake, which is a mistake
}

ASIO_CASE("what cannot be begun is told by the first operation") {
    net::io_context io;
    auto ends = connected<local::socket>(io);
    asio_stream<local::socket> conn{std::move(ends.first), client_of(version::tls1_3), "not a name"};
    CHECK(!conn.tls());
    std::array<char, 9> room{};
    SECTION("asynchronously") {
        ended shaken;
        ended read;
        ended written;
        ended closed;
        conn.async_handshake(shaken.handler());
        conn.async_read_some(net::buffer(room), read.handler());
        conn.async_write_some(net::buffer("x", 1), written.handler());
        conn.async_shutdown(closed.handler());
        CHECK(shaken.calls + read.calls + written.calls + closed.calls == 0);
        run(io);
        for (auto const* one : {&shaken, &read, &written, &closed}) {
            CHECK(one->why() == errc::invalid_name);
        }
    }
    SECTION("blocking") {
        asio_error ec;
        conn.handshake(ec);
        CHECK(ec == errc::invalid_name);
        CHECK(conn.read_some(net::buffer(room), ec) == 0);
        CHECK(ec == errc::invalid_name);
        CHECK(conn.write_some(net::buffer("x", 1), ec) == 0);
        CHECK(ec == errc::invalid_name);
        conn.shutdown(ec);
        CHECK(ec == errc::invalid_name);
    }
    CHECK(conn.last_error()->why() == reason::name_character);
}

ASIO_CASE("mistakes of the program") {
    net::io_context io;
    couple<> both(io, client_of(version::tls1_3), server_of(version::tls1_3));
    using stream = asio_stream<local::socket>;
    asio_error ec;
    both.client.handshake(stream::server, ec);
    CHECK(ec == errc::misuse);
    CHECK(both.client.last_error()->why() == reason::other_role);
    ended wrong;
    both.server.async_handshake(stream::client, wrong.handler());
    run(io);
    CHECK(wrong.why() == errc::misuse);
    ended early;
    both.client.async_shutdown(early.handler());
    run(io);
    CHECK(early.why() == errc::misuse);

    ended client;
    ended server;
    both.client.async_handshake(stream::client, client.handler());
    both.server.async_handshake(stream::server, server.handler());
    both.client.handshake(ec); // another one is under way
    CHECK(ec == errc::misuse);
    CHECK(both.client.last_error()->why() == reason::asynchronous_operation);
    run(io);
    CHECK(client.well());
    CHECK(server.well());
}

ASIO_CASE("a next layer that would block") {
    net::io_context io;
    couple<> both(io, client_of(version::tls1_3), server_of(version::tls1_3));
    both.client.next_layer().non_blocking(true);
    both.server.next_layer().non_blocking(true);
    asio_error c = net::error::would_block;
    asio_error s = net::error::would_block;
    for (int i = 0; i != 20 && (c || s); ++i) {
        both.client.handshake(c);
        both.server.handshake(s);
    }
    REQUIRE(!c);
    REQUIRE(!s);
    std::array<char, 20'000> room{};
    CHECK(both.server.read_some(net::buffer(room), c) == 0);
    CHECK(c == net::error::would_block);
    // what is written is taken until there is no room, once; and all of it arrives
    std::string const data = pattern_of(10'000);
    std::size_t taken = 0;
    for (int i = 0; i != 1000 && taken < 100'000'000; ++i) {
        auto const n = both.client.write_some(net::buffer(data), c);
        taken += n;
        if (n == 0) {
            break;
        }
    }
    CHECK(c == net::error::would_block);
    std::size_t got = 0;
    bool same = true;
    for (int i = 0; i != 100'000 && got < taken; ++i) {
        auto const n = both.server.read_some(net::buffer(room), s);
        for (std::size_t at = 0; at != n; ++at) {
            same = same && room[at] == data[(got + at) % data.size()];
        }
        got += n;
        if (s == net::error::would_block) {
            both.client.write_some(net::buffer(data, 0), c); // sends what waits
        }
    }
    CHECK(got == taken);
    CHECK(same);
}

ASIO_CASE("other layers") {
    net::io_context io;
    auto const client = client_of(version::tls1_3);
    auto const server = server_of(version::tls1_3);
    auto ends = connected<local::socket>(io);
    SECTION("a reference") {
        {
            asio_stream<local::socket&> c{ends.first, client, "localhost"};
            asio_stream<local::socket&> s{ends.second, server};
            CHECK(&c.next_layer() == &ends.first);
            ended one;
            ended two;
            c.async_handshake(one.handler());
            s.async_handshake(two.handler());
            run(io);
            CHECK(one.well());
            CHECK(two.well());
        }
        CHECK(ends.first.is_open());
    }
    SECTION("TLS in TLS") {
        using outer = asio_stream<local::socket>;
        asio_stream<outer> c{outer{std::move(ends.first), client, "localhost"}, client, "localhost"};
        asio_stream<outer> s{outer{std::move(ends.second), server}, server};
        CHECK(&c.lowest_layer() == &c.next_layer().next_layer());
        ended done[6];
        c.next_layer().async_handshake(done[0].handler());
        s.next_layer().async_handshake(done[1].handler());
        run(io);
        c.async_handshake(done[2].handler());
        s.async_handshake(done[3].handler());
        run(io);
        std::string got(50'000, '\0');
        auto const sent = pattern_of(got.size());
        net::async_write(c, net::buffer(sent), done[4].handler());
        net::async_read(s, net::buffer(got), done[5].handler());
        run(io);
        for (auto const& one : done) {
            CHECK(one.well());
        }
        CHECK(got == sent);
    }
    SECTION("a deduced one, moved, after plain text") {
        asio_stream made{std::move(ends.first), client, "localhost", after_plaintext{}};
        static_assert(std::is_same_v<decltype(made), asio_stream<local::socket>>);
        auto c = std::move(made);
        asio_stream s{std::move(ends.second), server};
        ended one;
        ended two;
        c.async_handshake(one.handler());
        s.async_handshake(two.handler());
        run(io);
        CHECK(one.well());
        CHECK(two.well());
        auto more = connected<local::socket>(io);
        c = asio_stream{std::move(more.first), client, "localhost"};
        CHECK(!c.tls().is_handshake_complete());
        std::array<char, 9> room{};
        ended read;
        s.async_read_some(net::buffer(room), read.handler());
        run(io);
        CHECK(read.why()); // the old one is gone
    }
    SECTION("plain text that was read ahead") {
        asio_stream c{std::move(ends.first), client, "localhost", after_plaintext{.unread = 1}};
        asio_error ec;
        c.handshake(ec);
        CHECK(ec == errc::protocol_violation);
    }
    SECTION("without the check of the name") {
        asio_stream c{std::move(ends.first), client, insecure_any_name};
        asio_stream s{std::move(ends.second),
                      server_of(version::tls1_3, {.identities = {test::shared_certificates().wrong_name.identity}})};
        ended one;
        ended two;
        c.async_handshake(one.handler());
        s.async_handshake(two.handler());
        run(io);
        CHECK(one.well());
        CHECK(c.tls().peer_status() == peer_status::unverified);
    }
}

ASIO_CASE("a session from one stream goes on in the next") {
    net::io_context io;
    auto const client = client_of(version::tls1_3);
    auto const server = server_of(version::tls1_3);
    couple<> first(io, client, server);
    REQUIRE(!first.shake(io).first);
    std::array<char, 9> room{};
    ended read;
    ended written;
    first.client.async_read_some(net::buffer(room), read.handler()); // tickets come before
    first.server.async_write_some(net::buffer("hello", 5), written.handler());
    run(io);
    CHECK(read.size == 5);
    couple<> second(io, client, server);
    or_throw(second.client.tls().resume(or_throw(first.client.tls().session())));
    REQUIRE(!second.shake(io).first);
    CHECK(second.client.tls().session_reused());
}

ASIO_CASE("errors as codes") {
    net::io_context io;
    auto ends = connected<local::socket>(io);
    asio_stream<local::socket> conn{std::move(ends.first), client_of(version::tls1_3), ""};
    asio_error ec;
    conn.handshake(ec);
    CHECK(ec == errc::invalid_name);
    CHECK(errc::invalid_name == ec);
    CHECK(ec != errc::truncated);
    CHECK(std::string_view(ec.category().name()) == "tlspp");
    CHECK(ec.message() == std::string(error{errc::invalid_name}.message().view()));
    std::error_code const standard = ec; // Boost's become one, too
    CHECK(standard.value() == static_cast<int>(errc::invalid_name));
    CHECK_THROWS_AS(conn.handshake(), asio_failure);
    static_assert(!std::is_same_v<asio_error, bool>);
}
