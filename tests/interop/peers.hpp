// SPDX-License-Identifier: BSL-1.0
#pragma once
#include "support/certificates.hpp"
#include "support/process.hpp"
#include "support/temporary_folder.hpp"

#include <tlspp/dev.hpp>
#include <tlspp/text.hpp>
#include <tlspp/tlspp.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <poll.h>

/// \file
/// What the tests against other programs share. Every wait has a limit, and none of them is a sleep.
namespace interop {

/// Longer than anything takes on a slow machine; who waits that long has failed.
inline constexpr auto limit = std::chrono::seconds(30);

/// The certificates of the tests as files.
struct credential_files {
    std::string certificate;
    std::string key;
};
class files {
public:
    const test::certificates& certificates = test::shared_certificates();
    test::temporary_folder folder;
    std::string ca = folder.write("ca.pem", certificates.ca.root_pem());
    std::string other_ca = folder.write("other-ca.pem", certificates.other_ca.root_pem());
    credential_files localhost = write("localhost", certificates.localhost);
    credential_files chained = write("chained", certificates.chained);
    credential_files rsa = write("rsa", test::rsa_localhost());
    credential_files wrong_name = write("wrong-name", certificates.wrong_name);
    credential_files expired = write("expired", certificates.expired);
    credential_files other_issuer = write("other-issuer", certificates.other_issuer);
    credential_files client = write("client", certificates.client);
    credential_files other_client = write("other-client", certificates.other_client);

private:
    credential_files write(const std::string& name, const test::issued& what) const {
        return {folder.write(name + ".pem", what.pem.certificate_pem), folder.write(name + ".key", what.pem.key_pem)};
    }
};
inline const files& shared_files() {
    static files const made;
    return made;
}

/// A certificate that a client must refuse, and how.
struct bad_server {
    const char* what;
    const test::issued& certificate;
    const credential_files& file;
    tlspp::verify_flag flag;
};
inline std::vector<bad_server> bad_servers() {
    auto const& c = test::shared_certificates();
    auto const& f = shared_files();
    return {{"a wrong name", c.wrong_name, f.wrong_name, tlspp::verify_flag::name_mismatch},
            {"an unknown CA", c.other_issuer, f.other_issuer, tlspp::verify_flag::not_trusted},
            {"expired", c.expired, f.expired, tlspp::verify_flag::expired}};
}

inline std::string_view short_name(tlspp::version v) { return v == tlspp::version::tls1_3 ? "1.3" : "1.2"; }
inline constexpr tlspp::version versions[] = {tlspp::version::tls1_2, tlspp::version::tls1_3};

inline tlspp::client_context make_client(tlspp::version version, tlspp::client_options options = {}) {
    if (!options.trust) {
        options.trust = test::shared_certificates().trust;
    }
    options.minimum_version = options.maximum_version = version;
    return tlspp::or_throw(tlspp::client_context::create(options));
}
inline tlspp::server_context make_server(tlspp::version version, tlspp::server_options options = {}) {
    if (options.identities.empty()) {
        options.identities = {test::shared_certificates().localhost.identity};
    }
    options.minimum_version = options.maximum_version = version;
    return tlspp::or_throw(tlspp::server_context::create(options));
}

/// A connection to a server on this machine; the name is checked.
inline tlspp::result<tlspp::stream<tlspp::bsd_socket>> call(const tlspp::client_context& context, std::uint16_t port,
                                                            std::string_view name = "localhost") {
    auto conn = tlspp::connect(context, name, port,
                               {.connect_timeout = limit, .handshake_timeout = limit, .address = "127.0.0.1"});
    if (conn) {
        conn->transport().set_timeout(limit);
    }
    return conn;
}
/// The next client, with its handshake done.
inline tlspp::result<tlspp::stream<tlspp::bsd_socket>> take(const tlspp::server_context& context,
                                                            tlspp::bsd_listener& listener) {
    auto conn = tlspp::accept(context, listener, {.accept_timeout = limit, .handshake_timeout = limit});
    if (conn) {
        conn->transport().set_timeout(limit);
    }
    return conn;
}
inline tlspp::bsd_listener listen() { return tlspp::or_throw(tlspp::bsd_listener::bind("127.0.0.1", 0)); }

/// Bytes that are different wherever something is lost, doubled or swapped; as peer.py makes them.
inline std::string pattern(std::size_t size) {
    std::string out(size, '\0');
    for (std::size_t i = 0; i != size; ++i) {
        out[i] = static_cast<char>((i * 7 + (i >> 8) * 13) & 0xFF);
    }
    return out;
}
inline std::string sha256(std::string_view data) {
    std::string out = tlspp::to_hex(tlspp::or_throw(tlspp::detail::sha256(data)));
    for (char& c : out) {
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    return out;
}

/// The peer refused us, and we were told by its alert. A peer that closes with bytes of ours unread resets the
/// connection; an alert that came before is heard all the same in TLS 1.2, where it is in the clear.
inline bool is_refusal(const tlspp::error& why, tlspp::version v) {
    return why == tlspp::errc::alert_received ||
           (v == tlspp::version::tls1_3 && why.why() == tlspp::reason::connection_reset);
}

/// A line without its end; what came where the peer closed before.
inline std::string read_line(tlspp::connection& conn) {
    std::string line;
    std::array<char, 1> one;
    while (tlspp::or_throw(conn.read_some(one)) != 0) {
        if (one[0] == '\n') {
            return line;
        }
        line += one[0];
    }
    return line;
}
inline std::string read_exactly(tlspp::connection& conn, std::size_t size) {
    std::string data(size, '\0');
    tlspp::or_throw(conn.read_exactly(data));
    return data;
}

/// Says close_notify and waits for the peer's, or the other way round; both must come.
inline void close_first(tlspp::connection& conn) {
    std::array<char, 16> rest;
    tlspp::or_throw(conn.shutdown());
    CHECK(tlspp::or_throw(conn.read_some(rest)) == 0);
}
inline void close_second(tlspp::connection& conn) {
    std::array<char, 16> rest;
    CHECK(tlspp::or_throw(conn.read_some(rest)) == 0);
    tlspp::or_throw(conn.shutdown());
}

/// What the other program has printed so far, for messages of tests.
inline std::string output_of(const test::process& program) { return program.out() + program.err(); }

/// Gives the other program a line now (`process::write` only takes it for the next wait).
inline void give(test::process& program, std::string_view text) {
    program.write(text);
    program.wait_for("what no program says", std::chrono::milliseconds(0));
}

/// The rest of the line that begins with `head`, waited for; nothing where it does not come.
inline std::optional<std::string> line_after(test::process& program, std::string_view head) {
    if (!program.wait_for(head, limit)) {
        return std::nullopt;
    }
    for (const std::string* text : {&program.out(), &program.err()}) {
        if (auto const at = text->find(head); at != std::string::npos) {
            if (text->find('\n', at) == std::string::npos) {
                program.wait_for(text->substr(at) + "\n", std::chrono::milliseconds(0));
            }
            auto const end = text->find('\n', at);
            return text->substr(at + head.size(), end == std::string::npos ? end : end - at - head.size());
        }
    }
    return std::nullopt;
}

/// The number behind the last colon (or the whole) of a line.
inline std::uint16_t port_in(const std::optional<std::string>& line) {
    REQUIRE(line);
    auto const digits = line->substr(line->rfind(':') + 1);
    auto const first = digits.find_first_of("0123456789");
    REQUIRE(first != std::string::npos);
    std::uint16_t port = 0;
    std::from_chars(digits.data() + first, digits.data() + digits.size(), port);
    REQUIRE(port != 0);
    return port;
}

/// The path of a program, or the test case is skipped; its version is printed once.
inline std::string program_or_skip(const char* name, const char* version_argument) {
    auto const path = test::find_program(name);
    if (!path) {
        SKIP(std::string(name) + " is not installed");
    }
    static std::vector<std::string> told;
    if (std::ranges::find(told, name) == told.end()) {
        told.emplace_back(name);
        auto const said = test::run({*path, version_argument}).out;
        std::cout << *path << ": " << said.substr(0, said.find('\n')) << '\n';
    }
    return *path;
}

/// Works a connection as an event loop does: an operation is tried, and poll(2) waits for what it wants. A wait that
/// does not end, or one that nothing was asked for, is a failure.
class event_loop {
public:
    explicit event_loop(tlspp::stream<tlspp::bsd_socket>& conn) : conn_(conn) {}

    template <class Operation>
    auto run(Operation operation) -> decltype(operation()) {
        for (unsigned i = 0; i != 10'000; ++i) {
            auto done = operation();
            if (done || (done.error() != tlspp::errc::want_read && done.error() != tlspp::errc::want_write)) {
                return done;
            }
            wait();
        }
        FAIL("the operation is never done");
        return operation();
    }
    void wait() {
        if (conn_.wants() == tlspp::want::nothing) {
            return;
        }
        pollfd entry{conn_.transport().native_handle(),
                     static_cast<short>(conn_.wants() == tlspp::want::write ? POLLOUT : POLLIN), 0};
        REQUIRE(::poll(&entry, 1, static_cast<int>(std::chrono::milliseconds(limit).count())) == 1);
        ++waits_;
    }
    unsigned waits() const { return waits_; }

private:
    tlspp::stream<tlspp::bsd_socket>& conn_;
    unsigned waits_ = 0;
};

/// The same as `call`, in an event loop and with a socket that does not block.
inline tlspp::stream<tlspp::bsd_socket> start_call(const tlspp::client_context& context, std::uint16_t port) {
    auto socket = tlspp::or_throw(tlspp::bsd_socket::connect("127.0.0.1", port, limit));
    tlspp::or_throw(socket.set_blocking(false));
    return tlspp::or_throw(context.wrap(std::move(socket), "localhost"));
}
} // namespace interop
