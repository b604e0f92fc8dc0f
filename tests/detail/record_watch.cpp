// SPDX-License-Identifier: BSL-1.0
#include <tlspp/detail/record_watch.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

using tlspp::detail::record_watch;

namespace {
std::string record(int type, std::string_view body) {
    std::string r{static_cast<char>(type), 3, 3, static_cast<char>(body.size() >> 8),
                  static_cast<char>(body.size() & 0xFF)};
    return r.append(body);
}
bool feed(record_watch& w, std::string_view data, std::size_t step) {
    bool fine = true;
    for (std::size_t at = 0; fine && at < data.size(); at += step) {
        auto const part = data.substr(at, step);
        fine = w.received(reinterpret_cast<const std::byte*>(part.data()), part.size());
    }
    return fine;
}
} // namespace

TEST_CASE("records are followed whatever way they are cut") {
    std::string const flow = record(22, "hello") + record(21, std::string_view{"\x02\x28", 2});
    for (std::size_t step = 1; step <= flow.size(); ++step) {
        record_watch w;
        INFO(step);
        CHECK(feed(w, flow, step));
        CHECK(w.anything_received());
        CHECK_FALSE(w.not_tls());
        CHECK(w.saw_fatal_alert());
        CHECK(w.alert_description() == 40);
    }
}

TEST_CASE("an encrypted alert is not read, a warning is not fatal") {
    record_watch w;
    CHECK(feed(w, record(21, std::string(26, '\x02')), 5));
    CHECK_FALSE(w.saw_fatal_alert());
    CHECK(feed(w, record(21, std::string_view{"\x01\x5a", 2}), 7));
    CHECK_FALSE(w.saw_fatal_alert());
}

TEST_CASE("what is no TLS is told by its first bytes") {
    record_watch http;
    (void)feed(http, "GET / HTTP/1.1\r\n", 5);
    CHECK(http.not_tls());
    record_watch version;
    (void)feed(version, std::string_view{"\x16\x02\x01\x00\x01x", 6}, 6);
    CHECK(version.not_tls());
}

TEST_CASE("a flood of records that carry nothing is stopped") {
    for (int const type : {20, 22, 23}) {
        record_watch w;
        w.handshake_over();
        unsigned count = 0;
        while (count < 1000 && feed(w, record(type, "x"), 6)) {
            ++count;
        }
        INFO(type);
        CHECK(count == record_watch::idle_limit);
    }
    record_watch useful;
    useful.handshake_over();
    for (int i = 0; i != 1000; ++i) {
        REQUIRE(feed(useful, record(23, "data"), 9));
        useful.progress();
    }
}

TEST_CASE("warning alerts and ChangeCipherSpecs are capped during the handshake too, handshake records are not") {
    record_watch alerts;
    unsigned count = 0;
    while (count < 1000 && feed(alerts, record(21, std::string_view{"\x01\x5a", 2}), 7)) {
        ++count;
    }
    CHECK(count == record_watch::warning_limit);
    record_watch ccs;
    for (count = 0; count < 1000 && feed(ccs, record(20, "\x01"), 6); ++count) {
    }
    CHECK(count == record_watch::idle_limit);
    record_watch handshake;
    for (count = 0; count < 1000 && feed(handshake, record(22, "x"), 6); ++count) {
    }
    CHECK(count == 1000);
}

TEST_CASE("an alert that was sent is recognised") {
    auto const send = [](record_watch& w, std::string_view data, std::size_t taken) {
        w.sent(reinterpret_cast<const std::byte*>(data.data()), data.size(), taken);
    };
    record_watch w;
    CHECK_FALSE(w.ended_with_alert(false));
    auto const plain = record(21, "ab");
    send(w, plain, plain.size());
    CHECK(w.ended_with_alert(false));
    CHECK(w.unsent() == 0);
    send(w, record(23, std::string(40, 'x')), 10);
    CHECK(w.unsent() == 35);
    CHECK_FALSE(w.ended_with_alert(true));
    send(w, std::string_view(std::string(35, 'x')), 35);
    CHECK(w.unsent() == 0);
    send(w, record(23, std::string(32, 'x')), 37);
    CHECK(w.ended_with_alert(true));
    CHECK_FALSE(w.ended_with_alert(false));
    CHECK(feed(w, record(23, "x"), 6)); // what was sent before something arrived is no answer to it
    CHECK_FALSE(w.ended_with_alert(true));
}
