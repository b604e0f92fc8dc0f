// SPDX-License-Identifier: BSL-1.0
#include <tlspp/trace_text.hpp>

#include "support/contexts.hpp"
#include "support/hello.hpp"

#include <catch2/generators/catch_generators_range.hpp>

#include <string>
#include <vector>

using namespace tlspp;

namespace {
std::string names(std::span<const trace_record> records) {
    std::string all;
    for (auto const& r : records) {
        all += all.empty() ? "" : " ";
        all += r.direction == direction::sent ? ">" : "<";
        all += name(r);
        all += r.encrypted && name(r) != "encrypted" ? "*" : "";
    }
    return all;
}
std::size_t count(std::string_view text, std::string_view what) {
    std::size_t n = 0;
    for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + what.size())) {
        ++n;
    }
    return n;
}
} // namespace

TEST_CASE("a trace of TLS 1.2 has the messages of the handshake in their order, for both sides") {
    auto const ours = or_throw(trace_recorder::create());
    auto const theirs = or_throw(trace_recorder::create());
    auto const step = GENERATE(std::size_t{1}, std::size_t{SIZE_MAX});
    test::pair p({.maximum_version = version::tls1_2, .trace = ours}, {.trace = theirs});
    REQUIRE(p.shake(step).ok());
    auto const seen = names(ours.records());
    INFO(seen);
    CHECK(seen.starts_with(">ClientHello <ServerHello <Certificate <ServerKeyExchange <ServerHelloDone "
                           ">ClientKeyExchange >ChangeCipherSpec >Finished* "));
    CHECK(seen.ends_with("<ChangeCipherSpec <Finished*"));
    auto mirrored = names(theirs.records());
    for (char& c : mirrored) {
        c = c == '<' ? '>' : c == '>' ? '<' : c;
    }
    CHECK(mirrored == seen);
    std::int64_t last = 0;
    for (auto const& r : ours.records()) {
        CHECK(r.role == role::client);
        CHECK((r.length != 0 || name(r) == "ServerHelloDone"));
        CHECK(r.milliseconds >= last);
        last = r.milliseconds;
    }
}

TEST_CASE("a trace of TLS 1.3 says what is encrypted") {
    auto const ours = or_throw(trace_recorder::create());
    test::pair p({.trace = ours}, {});
    REQUIRE(p.shake().ok());
    auto const seen = names(ours.records());
    INFO(seen);
    CHECK(seen.starts_with(">ClientHello <ServerHello "));
    CHECK(count(seen, "<encrypted") == 4); // EncryptedExtensions, Certificate, CertificateVerify, Finished
    CHECK(count(seen, ">encrypted") == 1); // Finished
    CHECK(count(seen, "Certificate") == 0);

    auto const text = ladder_text(ours.records());
    CHECK(text.find("ClientHello") != std::string::npos);
    CHECK(text.find("TLS 1.3 encrypts") != std::string::npos);
}

TEST_CASE("a HelloRetryRequest shows in the trace, and afterwards") {
    auto const ours = or_throw(trace_recorder::create());
    test::pair p({.groups = {named_group::x25519, named_group::secp384r1}, .trace = ours},
                 {.groups = {named_group::secp384r1}});
    REQUIRE(p.shake().ok());
    CHECK(names(ours.records()).find("<HelloRetryRequest") != std::string::npos);
    CHECK(count(names(ours.records()), ">ClientHello") == 2);
    CHECK(p.client.hello_retried());
    CHECK(p.client.group() == named_group::secp384r1);
    CHECK(p.server.hello_retried());
}

TEST_CASE("a refusal shows as an alert") {
    auto const ours = or_throw(trace_recorder::create());
    auto const theirs = or_throw(trace_recorder::create());
    test::pair p({.maximum_version = version::tls1_2, .trace = ours}, {.trace = theirs}, "elsewhere.example");
    CHECK_FALSE(p.shake().ok());
    CHECK(names(ours.records()).ends_with(">Alert"));
    CHECK(names(theirs.records()).ends_with("<Alert"));
    CHECK(ladder_text(theirs.records()).find("Alert bad_certificate") != std::string::npos);
}

TEST_CASE("the ladder fits a terminal, in both versions") {
    for (auto const v : test::versions) {
        auto const recorder = or_throw(trace_recorder::create());
        test::pair p({.maximum_version = v, .trace = recorder}, {});
        REQUIRE(p.shake().ok());
        auto const lines = ladder_text(recorder.records());
        INFO(lines);
        for (std::size_t at = 0; at < lines.size();) {
            auto const end = lines.find('\n', at);
            CHECK(end - at <= 80);
            auto const bar = lines.rfind('|', end);
            CHECK((at == 0 || bar - at == 63)); // the server's side stands in one column
            at = end + 1;
        }
    }
}

TEST_CASE("the ladder comes as text, for Mermaid and as SVG") {
    auto const recorder = or_throw(trace_recorder::create());
    test::pair p({.maximum_version = version::tls1_2, .trace = recorder}, {});
    REQUIRE(p.shake().ok());
    auto const records = recorder.records();
    auto const lines = ladder_text(records);
    INFO(lines);
    CHECK(lines.starts_with("client"));
    CHECK(count(lines, "->|") + count(lines, "|<-") == records.size());
    auto const mermaid = ladder_mermaid(records);
    CHECK(mermaid.starts_with("sequenceDiagram\n"));
    CHECK(mermaid.find("C->>S: ClientHello, ") != std::string::npos);
    CHECK(mermaid.find("S-->>C: Finished, encrypted, ") != std::string::npos);
    auto const svg = ladder_svg(records);
    CHECK(svg.starts_with("<svg "));
    CHECK(svg.ends_with("</svg>\n"));
    CHECK(count(svg, "marker-end") == records.size());
    CHECK(count(svg, "<text") == count(svg, "</text>"));
    CHECK(ladder_text({}).starts_with("client"));
    CHECK(ladder_svg({}).ends_with("</svg>\n"));
}

TEST_CASE("a recorder is bounded, keeps one connection, and starts afresh") {
    auto const recorder = or_throw(trace_recorder::create(3));
    auto const context = test::make_client({.maximum_version = version::tls1_2, .trace = recorder});
    auto const server = test::make_server();
    auto const run = [&] {
        auto a = or_throw(context.wrap(memory_transport{}, "localhost"));
        auto b = or_throw(server.wrap(memory_transport{}));
        REQUIRE(test::shake_hands(a, b).ok());
        return recorder.records().size();
    };
    CHECK(run() == 3);
    auto const dropped = recorder.dropped();
    CHECK(dropped > 3);
    CHECK(run() == 3);
    CHECK(recorder.dropped() >= dropped);
    auto again = recorder;
    again.clear();
    CHECK(recorder.records().empty());
    CHECK(run() == 3);
    CHECK(recorder.records()[0].type == 1);
    CHECK(trace_recorder::create(SIZE_MAX).error() == errc::out_of_memory);
}

TEST_CASE("a trace that throws ends the handshake") {
    test::pair p({.trace = [](const trace_record&) { throw 1; }}, {});
    auto const done = p.client.handshake();
    REQUIRE_FALSE(done);
    CHECK(done.error() == errc::callback);
    CHECK(p.client.handshake().error() == errc::callback);
}
