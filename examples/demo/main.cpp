// SPDX-License-Identifier: BSL-1.0

// What tools/demo shows: verified connections, refused ones, and other TLS libraries at the far end. Needs no network
// but this machine's own.
#include "page_server.hpp"
#include "report.hpp"

#include "support/process.hpp"
#include "support/temporary_folder.hpp"

#include <tlspp/dev.hpp>
#include <tlspp/text.hpp>
#include <tlspp/tlspp.hpp>

#include <mbedtls/build_info.h>

#include <array>
#include <charconv>
#include <chrono>
#include <ctime>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

using namespace tlspp;

namespace {

constexpr auto limit = std::chrono::seconds(20);
constexpr std::string_view request = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

class stopwatch {
public:
    double milliseconds() const {
        return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start_).count();
    }

private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

std::string in_quotes(std::string_view text) { return "'" + std::string(text) + "'"; }

/// `('TLS_AES_256_GCM_SHA384', 'TLSv1.3', 256)`
std::string triple(const cipher& c) {
    return "(" + in_quotes(c.name) + ", " + in_quotes(c.protocol) + ", " + std::to_string(c.secret_bits) + ")";
}

std::string read_to_end(connection& conn) {
    std::string all;
    std::array<char, 4096> buffer;
    for (std::size_t n = or_throw(conn.read_some(buffer)); n != 0; n = or_throw(conn.read_some(buffer))) {
        all.append(buffer.data(), n);
    }
    return all;
}

/// The reasons of a refusal, short enough for a table.
std::string reasons(verify_flags flags) {
    std::string out;
    for (auto const& [flag, text] :
         {std::pair{verify_flag::name_mismatch, "wrong name"}, std::pair{verify_flag::not_trusted, "unknown CA"},
          std::pair{verify_flag::expired, "expired"}}) {
        if (flags.has(flag)) {
            out += (out.empty() ? "" : ", ") + std::string(text);
        }
    }
    return out;
}

class demo {
public:
    int run() {
        report_.title("tlspp: Python's ssl module for C++23, over " MBEDTLS_VERSION_STRING_FULL);
        make_certificates();
        page_server const server(context_of({.dns_names = {"localhost"}, .ip_addresses = {"127.0.0.1"}}));
        report_.step("A TLS server in a thread of its own");
        report_.result("listening on 127.0.0.1, port " + std::to_string(server.port()) + ", which the system chose");
        connect_as_the_talk_does(server.port());
        connect_once("tlspp server, TLS 1.2 at most", server.port(),
                     {.trust = trust_, .maximum_version = version::tls1_2});
        be_refused(server.port());
        meet_openssl();
        meet_python(server.port());
        return report_.finish() ? 0 : 1;
    }

private:
    server_context context_of(const dev::certificate_options& options) const {
        return or_throw(server_context::create({.identities = {or_throw(ca_.issue(options))}}));
    }

    void make_certificates() {
        report_.step("A certificate authority and its certificates, in memory");
        report_.code("auto ca = dev::authority::create();");
        report_.result(to_string(or_throw(ca_.certificate()).subject()));
        report_.code("auto server = ca.issue({.dns_names = {\"localhost\"}, .ip_addresses = {\"127.0.0.1\"}});");
    }

    /// Slides 9 and 10 of "ssl module 101" (Python Pizza Hamburg 2019).
    void connect_as_the_talk_does(std::uint16_t port) {
        report_.step("Connecting to a server (slide 9 of the talk 'ssl module 101')");
        report_.code("auto context = client_context::create({.trust = ca.trust()});");
        auto const context = or_throw(client_context::create({.trust = trust_}));
        report_.code("auto conn = connect(context, \"localhost\", " + std::to_string(port) + ");");
        stopwatch const watch;
        auto conn = or_throw(connect(context, "localhost", port, {.address = "127.0.0.1"}));
        auto const time = watch.milliseconds();
        auto const& socket = conn.transport();
        report_.result("TCP from port " + std::to_string(socket.local_endpoint().port()) + " to " +
                       std::string(socket.peer_endpoint().address()) + " port " +
                       std::to_string(socket.peer_endpoint().port()));
        report_.code("conn.peer_status(), conn.server_name()");
        bool const verified = conn.peer_status() == peer_status::verified;
        report_.result("(" + std::string(verified ? "peer_status::verified" : "peer_status::unverified") + ", " +
                       in_quotes(conn.server_name()) +
                       ")      verify_mode::required and the name's check are the default");

        report_.step("Connecting to a server (slide 10)");
        report_.code("conn.write_all(\"GET / HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n\");");
        or_throw(conn.write_all(request));
        report_.code("conn.read_some(buffer)");
        std::string const answer = read_to_end(conn);
        report_.result(answer);
        report_.code("conn.cipher()");
        report_.result(triple(conn.cipher()));
        report_.code("describe(*conn.peer_certificate())");
        report_.result(describe(or_throw(conn.peer_certificate())));
        or_throw(conn.shutdown());
        report_.add({.peer = "tlspp server",
                     .version = std::string(conn.cipher().protocol),
                     .suite = std::string(conn.cipher().name),
                     .outcome = verified ? "verified" : "not verified",
                     .milliseconds = time,
                     .as_it_should = verified && answer.starts_with("HTTP/1.1 200 OK\r\n")});
    }

    /// A connection that must succeed, with a request over it.
    void connect_once(std::string peer, std::uint16_t port, const client_options& options) {
        report::connection row{.peer = std::move(peer), .outcome = "failed"};
        auto const context = or_throw(client_context::create(options));
        stopwatch const watch;
        auto conn = connect(context, "localhost", port, {.address = "127.0.0.1"});
        row.milliseconds = watch.milliseconds();
        if (!conn) {
            report_.result(to_string(conn.error()));
        } else {
            row.version = conn->cipher().protocol;
            row.suite = conn->cipher().name;
            row.outcome = conn->peer_status() == peer_status::verified ? "verified" : "not verified";
            conn->transport().set_timeout(limit);
            or_throw(conn->write_all(request));
            auto const answer = read_to_end(*conn);
            (void)conn->shutdown();
            row.as_it_should = row.outcome == "verified" && answer.starts_with("HTTP/1.");
        }
        report_.add(row);
    }

    /// A connection that must be refused, for this reason and no other.
    void connect_in_vain(std::string peer, std::string_view name, std::uint16_t port, const trust_store& trust,
                         verify_flag expected) {
        auto const context = or_throw(client_context::create({.trust = trust}));
        stopwatch const watch;
        auto const conn = connect(context, name, port, {.address = "127.0.0.1"});
        report::connection row{.peer = std::move(peer), .outcome = "accepted", .milliseconds = watch.milliseconds()};
        if (!conn) {
            report_.result("error: " + to_string(conn.error()));
            row.outcome = "refused: " + reasons(conn.error().flags());
            row.as_it_should =
                conn.error() == errc::certificate_rejected && conn.error().flags() == verify_flags(expected);
        }
        report_.add(row);
    }

    void be_refused(std::uint16_t port) {
        report_.step("Servers that are refused, before anything is sent to them");
        report_.code("connect(context, \"elsewhere.example\", ...)            // the server is somebody else");
        connect_in_vain("tlspp server, another name", "elsewhere.example", port, trust_, verify_flag::name_mismatch);
        report_.code("connect(context_of_another_ca, \"localhost\", ...)       // nobody we trust vouches for it");
        auto const other_ca = or_throw(dev::authority::create());
        connect_in_vain("tlspp server, unknown CA", "localhost", port, or_throw(other_ca.trust()),
                        verify_flag::not_trusted);
        report_.code("connect(context, \"localhost\", port_of_an_old_server)   // its certificate ended yesterday");
        constexpr std::int64_t day = 86'400;
        auto const now = static_cast<std::int64_t>(std::time(nullptr));
        page_server const old(
            context_of({.dns_names = {"localhost"}, .not_before = now - 90 * day, .not_after = now - day}));
        connect_in_vain("tlspp server, expired", "localhost", old.port(), trust_, verify_flag::expired);
    }

    void meet_openssl() {
        report_.step("The same with openssl s_server");
        if (!test::find_program("openssl")) {
            report_.left_out("openssl is not installed, so this is left out.");
            return;
        }
        report_.result(test::run({"openssl", "version"}).out);
        auto const own = or_throw(ca_.issue_pem({.dns_names = {"localhost"}}));
        test::process openssl({"openssl", "s_server", "-www", "-accept", "127.0.0.1:0", "-cert",
                               folder_.write("openssl.pem", own.certificate_pem), "-key",
                               folder_.write("openssl.key", own.key_pem)});
        auto const port = port_behind(openssl, "ACCEPT 127.0.0.1:");
        if (!port) {
            report_.result("openssl s_server does not start:\n" + openssl.err());
            report_.add({.peer = "openssl s_server", .outcome = "not started"});
            return;
        }
        connect_once("openssl s_server", *port, {.trust = trust_});
        connect_once("openssl s_server, TLS 1.2", *port, {.trust = trust_, .maximum_version = version::tls1_2});
        connect_in_vain("openssl s_server, another name", "elsewhere.example", *port, trust_,
                        verify_flag::name_mismatch);
    }

    void meet_python(std::uint16_t port) {
        report_.step("Python's ssl module as the client of our server");
        if (!test::find_program("python3") || test::run({"python3", "-c", "import ssl"}).status != 0) {
            report_.left_out("python3 with its ssl module is not installed, so this is left out.");
            return;
        }
        report_.result(test::run({"python3", "-c",
                                  "import sys, ssl; print('Python', sys.version.split()[0], 'with', "
                                  "ssl.OPENSSL_VERSION)"})
                           .out);
        auto const bundle = folder_.write("ca.pem", ca_.root_pem());
        call_from_python(port, bundle, "localhost", "verified");
        call_from_python(port, bundle, "elsewhere.example", "refused: wrong name");
    }

    /// Prints one line for the table; what comes before it is for the reader.
    void call_from_python(std::uint16_t port, const std::string& bundle, std::string_view name,
                          std::string_view expected) {
        static constexpr const char* program = R"py(
import socket, ssl, sys, time
port, bundle, name = int(sys.argv[1]), sys.argv[2], sys.argv[3]
ctx = ssl.create_default_context(cafile=bundle)
start = time.monotonic()
version = suite = "-"
try:
    sock = socket.create_connection(("127.0.0.1", port), 20)
    with ctx.wrap_socket(sock, server_hostname=name) as ssock:
        outcome = "verified"
        taken = time.monotonic() - start
        version, (suite, _, _) = ssock.version(), ssock.cipher()
        print(">>> ssock.cipher()", ssock.cipher(), sep="\n")
        ssock.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        print(">>> ssock.recv(17)", ssock.recv(17), sep="\n")
        while ssock.recv(4096):
            pass
        ssock.unwrap()
except ssl.SSLCertVerificationError as why:
    taken = time.monotonic() - start
    print("ssl.SSLCertVerificationError:", why)
    outcome = "refused: " + ("wrong name" if why.verify_code == 62 else why.verify_message)
print(version, suite, taken * 1000, outcome)
)py";
        auto const run =
            test::run({"python3", "-c", program, std::to_string(port), bundle, std::string(name)}, {}, limit);
        report::connection row{.peer = "Python ssl client" + std::string(name == "localhost" ? "" : ", another name"),
                               .outcome = "failed"};
        auto text = std::string_view(run.out);
        text = text.substr(0, text.find_last_not_of('\n') + 1);
        auto const last = text.rfind('\n');
        report_.result(run.status == 0 ? text.substr(0, last) : text);
        report_.result(run.err);
        if (run.status == 0) {
            std::istringstream words{std::string(text.substr(last + 1))};
            words >> row.version >> row.suite >> row.milliseconds >> std::ws;
            std::getline(words, row.outcome);
            row.as_it_should = row.outcome == expected;
        }
        report_.add(row);
    }

    static std::optional<std::uint16_t> port_behind(test::process& program, std::string_view head) {
        if (!program.wait_for(head, limit)) {
            return std::nullopt;
        }
        auto const at = program.out().find(head);
        std::uint16_t port = 0;
        if (at != std::string::npos) {
            std::from_chars(program.out().data() + at + head.size(), program.out().data() + program.out().size(), port);
        }
        return port == 0 ? std::nullopt : std::optional(port);
    }

    report report_;
    test::temporary_folder folder_; // for other programs, which read certificates from files
    dev::authority ca_ = or_throw(dev::authority::create());
    trust_store trust_ = or_throw(ca_.trust());
};
} // namespace

int main() try { return demo().run(); } catch (const std::exception& e) {
    std::cerr << "demo: " << e.what() << '\n';
    return 1;
}
