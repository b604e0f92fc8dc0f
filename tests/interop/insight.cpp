// SPDX-License-Identifier: BSL-1.0

// What a connection tells of itself, against what OpenSSL and Wireshark say of the same connection.
#include "interop/peers.hpp"
#include "support/contexts.hpp"
#include "support/hello.hpp"

#include <catch2/generators/catch_generators_all.hpp>

#include <fstream>
#include <sstream>

using namespace tlspp;
using namespace interop;

namespace {
std::vector<std::string> s_server(version v, std::vector<std::string> more) {
    auto const& own = shared_files().localhost;
    std::vector<std::string> all{program_or_skip("openssl", "version"),
                                 "s_server",
                                 v == version::tls1_3 ? "-tls1_3" : "-tls1_2",
                                 "-accept",
                                 "127.0.0.1:0",
                                 "-naccept",
                                 "1",
                                 "-cert",
                                 own.certificate,
                                 "-key",
                                 own.key};
    all.insert(all.end(), more.begin(), more.end());
    return all;
}
std::string content_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return std::move(std::ostringstream() << in.rdbuf()).str();
}
std::string exported(connection& from, std::string_view label) {
    std::array<std::byte, 32> out{};
    or_throw(from.export_keying_material(out, label));
    return to_hex(out);
}
} // namespace

TEST_CASE("exported keys, key log and group are those of s_server") {
    auto const v = GENERATE(from_range(versions));
    CAPTURE(short_name(v));
    auto const log = shared_files().folder.path() + "/openssl-keys-" + std::string(short_name(v));
    std::vector<std::string> ours;
    auto const context = make_client(v, {.keylog = [&](std::string_view line) { ours.emplace_back(line); }});
    test::process openssl(s_server(
        v, {"-keymatexport", "EXPORTER-tlspp", "-keymatexportlen", "32", "-keylogfile", log, "-groups", "P-384"}));
    auto conn = or_throw(call(context, port_in(line_after(openssl, "ACCEPT "))));
    CHECK(conn.group() == named_group::secp384r1);
    CHECK(conn.hello_retried() == (v == version::tls1_3));
    CHECK(conn.extended_master_secret());
    CHECK_FALSE(conn.session_reused());
    CHECK(line_after(openssl, "Keying material: ") == exported(conn, "EXPORTER-tlspp"));
    or_throw(conn.write_all("hello\n"));
    CHECK(openssl.wait_for("hello", limit)); // so that the log is complete
    auto const theirs = content_of(log);
    REQUIRE(ours.size() == (v == version::tls1_3 ? 4U : 1U));
    for (auto const& line : ours) {
        CAPTURE(line, theirs);
        CHECK(theirs.find(line + '\n') != std::string::npos);
    }
}

TEST_CASE("exported keys and channel bindings are those of s_client") {
    auto const v = GENERATE(from_range(versions));
    CAPTURE(short_name(v));
    auto listener = listen();
    // no context there; in TLS 1.3 the same as the empty one of tls-exporter
    test::process openssl({program_or_skip("openssl", "version"), "s_client",
                           v == version::tls1_3 ? "-tls1_3" : "-tls1_2", "-connect",
                           "127.0.0.1:" + std::to_string(listener.port()), "-keymatexport", "EXPORTER-Channel-Binding",
                           "-keymatexportlen", "32"});
    auto conn = or_throw(take(make_server(v), listener));
    CHECK(conn.extended_master_secret());
    auto const theirs = line_after(openssl, "Keying material: ");
    CHECK(theirs == exported(conn, "EXPORTER-Channel-Binding"));
    if (v == version::tls1_3) {
        CHECK(theirs == to_hex(or_throw(conn.channel_binding("tls-exporter"))));
    }
    test::process x509({program_or_skip("openssl", "version"), "x509", "-in", shared_files().localhost.certificate,
                        "-noout", "-fingerprint", "-sha256"});
    REQUIRE(x509.wait(limit) == 0);
    std::string fingerprint = x509.out().substr(x509.out().find('=') + 1);
    std::erase_if(fingerprint, [](char c) { return c == ':' || c == '\n'; });
    CHECK(fingerprint == to_hex(or_throw(conn.channel_binding("tls-server-end-point"))));
}

TEST_CASE("exported keys are s_client's under every kind of suite") {
    using enum cipher_suite;
    auto const suite = GENERATE(TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384,
                                TLS_ECDHE_ECDSA_WITH_AES_128_CCM, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
                                TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256);
    auto const name = detail::find_suite(static_cast<std::uint16_t>(suite))->openssl_name;
    CAPTURE(name);
    auto listener = listen();
    test::process openssl({program_or_skip("openssl", "version"), "s_client", "-tls1_2", "-cipher", std::string(name),
                           "-connect", "127.0.0.1:" + std::to_string(listener.port()), "-keymatexport",
                           "EXPORTER-tlspp", "-keymatexportlen", "32"});
    auto conn = or_throw(take(make_server(version::tls1_2, {.cipher_suites = {suite}}), listener));
    CHECK(conn.cipher().name == name);
    CHECK(line_after(openssl, "Keying material: ") == exported(conn, "EXPORTER-tlspp"));
}

TEST_CASE("the signature of s_server in TLS 1.2") {
    test::process openssl(s_server(version::tls1_2, {"-sigalgs", "ECDSA+SHA384"}));
    auto conn = or_throw(call(make_client(version::tls1_2), port_in(line_after(openssl, "ACCEPT "))));
    CHECK(conn.signature_scheme() == signature_scheme::ecdsa_secp384r1_sha384);
}

TEST_CASE("tshark reads a connection with our key log") {
    auto const tshark = program_or_skip("tshark", "--version");
    auto const text2pcap = program_or_skip("text2pcap", "--version");
    auto const v = GENERATE(from_range(versions));
    CAPTURE(short_name(v));
    std::string keys;
    test::pair p({.minimum_version = v, .maximum_version = v, .keylog = [&](std::string_view line) {
                      keys.append(line) += '\n';
                  }});
    // every piece that goes over, with its direction, as text2pcap reads it
    std::string dump;
    auto const carry = [&](engine& from, engine& to, char direction) {
        auto const data = test::as_text(from.transport().outgoing());
        for (std::size_t at = 0; at < data.size(); at += 1000) {
            dump += std::string(1, direction) + "\n000000";
            for (char const c : std::string_view(data).substr(at, 1000)) {
                dump += ' ' + to_hex(bytes(&c, 1));
            }
            dump += '\n';
        }
        test::carry(from, to);
        return !data.empty();
    };
    auto const both = [&] {
        while (static_cast<int>(carry(p.client, p.server, 'O')) + static_cast<int>(carry(p.server, p.client, 'I')) !=
               0) {
            (void)p.client.handshake();
            (void)p.server.handshake();
        }
    };
    (void)p.client.handshake();
    both();
    REQUIRE(p.client.is_handshake_complete());
    or_throw(p.client.write_all("what the client wrote"));
    both();
    or_throw(p.server.write_all("what the server wrote"));
    both();

    auto& folder = shared_files().folder;
    auto const name = std::string("capture-") + std::string(short_name(v));
    auto const text = folder.write(name + ".txt", dump);
    auto const log = folder.write(name + ".keys", keys);
    auto const capture = folder.path() + "/" + name + ".pcap";
    test::process convert({text2pcap, "-q", "-D", "-T", "443,50000", text, capture});
    REQUIRE(convert.wait(limit) == 0);
    auto const read = [&](const std::string& with) {
        test::process shark({tshark, "-r", capture, "-o", "tls.keylog_file:" + with, "-q", "-z", "follow,tls,ascii,0"});
        (void)shark.wait(limit);
        return shark.out();
    };
    auto const seen = read(log);
    CAPTURE(seen);
    CHECK(seen.find("what the client wrote") != std::string::npos);
    CHECK(seen.find("what the server wrote") != std::string::npos);
    CHECK(read("/dev/null").find("what the") == std::string::npos); // the bad twin: without the keys it reads nothing
}
