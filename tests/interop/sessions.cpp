// SPDX-License-Identifier: BSL-1.0

// Resumption with the openssl program and with Python's ssl module on the other side, and tickets that two processes
// share.
#include "interop/peers.hpp"

#include <catch2/generators/catch_generators_all.hpp>

#include <csignal>

#include <sys/wait.h>

using namespace tlspp;
using namespace interop;

namespace {

std::vector<std::string> s_server(version v, int connections, std::vector<std::string> more = {}) {
    auto const& own = shared_files().localhost;
    std::vector<std::string> out{program_or_skip("openssl", "version"),
                                 "s_server",
                                 v == version::tls1_3 ? "-tls1_3" : "-tls1_2",
                                 "-accept",
                                 "127.0.0.1:0",
                                 "-naccept",
                                 std::to_string(connections),
                                 "-cert",
                                 own.certificate,
                                 "-key",
                                 own.key};
    out.insert(out.end(), more.begin(), more.end());
    return out;
}

std::vector<std::string> s_client(version v, std::uint16_t port, std::vector<std::string> more = {}) {
    std::vector<std::string> out{program_or_skip("openssl", "version"),
                                 "s_client",
                                 v == version::tls1_3 ? "-tls1_3" : "-tls1_2",
                                 "-connect",
                                 "127.0.0.1:" + std::to_string(port),
                                 "-servername",
                                 "localhost",
                                 "-CAfile",
                                 shared_files().ca,
                                 "-verify_return_error"};
    out.insert(out.end(), more.begin(), more.end());
    return out;
}

/// One connection to s_server, whose answer brings tickets along. s_server reverses lines.
void talk(stream<bsd_socket>& conn) {
    or_throw(conn.write_all("tekcit\n"));
    CHECK(read_line(conn) == "ticket");
}

/// Runs s_client for one connection that keeps its session, or takes one up; returns what it says.
std::string visit(version v, std::uint16_t port, const char* how, const std::string& path) {
    test::process openssl(s_client(v, port, {how, path}));
    REQUIRE(openssl.wait_for("welcome\n", limit));
    openssl.close_input();
    CHECK(openssl.wait(limit) == 0);
    return output_of(openssl);
}
bool says_reused(std::string_view said) { return said.find("Reused, TLSv1.") != std::string_view::npos; }

std::string python_script() {
    const char* const root = std::getenv("TLSPP_ROOT");
    REQUIRE(root != nullptr); // meson test sets it
    return std::string(root) + "/tests/interop/sessions.py";
}
std::size_t count(std::string_view text, std::string_view what) {
    std::size_t n = 0;
    for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1)) {
        ++n;
    }
    return n;
}

/// tls-unique as sessions.py prints it.
std::string unique_of(connection& conn) {
    auto const binding = conn.channel_binding("tls-unique");
    if (conn.version() == version::tls1_3) {
        REQUIRE_FALSE(binding);
        CHECK(binding.error().why() == reason::binding_unique);
        return "None";
    }
    REQUIRE(binding);
    CHECK(binding->size() == 12);
    return to_hex(*binding);
}

/// A server in a process of its own, for so many clients; ends with it.
class child_server {
public:
    child_server(version v, std::string_view secret, int clients) {
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        child_ = ::fork();
        REQUIRE(child_ >= 0);
        if (child_ == 0) {
            ::_exit(run(v, secret, clients, ends[1]));
        }
        ::close(ends[1]);
        auto const got = ::read(ends[0], &port_, sizeof port_);
        ::close(ends[0]);
        REQUIRE(got == sizeof port_);
    }
    child_server(const child_server&) = delete;
    child_server& operator=(const child_server&) = delete;
    ~child_server() {
        ::kill(child_, SIGKILL);
        ::waitpid(child_, nullptr, 0);
    }
    std::uint16_t port() const { return port_; }

private:
    static int run(version v, std::string_view secret, int clients, int out) noexcept {
        auto keys = ticket_keys::create(secret);
        auto context = server_context::create({.identities = {test::shared_certificates().localhost.identity},
                                               .minimum_version = v,
                                               .maximum_version = v,
                                               .tickets = {.keys = keys ? *keys : ticket_keys{}}});
        auto listener = bsd_listener::bind("127.0.0.1", 0);
        if (!keys || !context || !listener) {
            return 1;
        }
        auto const port = listener->port();
        if (::write(out, &port, sizeof port) != sizeof port) {
            return 1;
        }
        for (int i = 0; i != clients; ++i) {
            auto conn = accept(*context, *listener, {.accept_timeout = limit, .handshake_timeout = limit});
            if (!conn || !conn->write_all("welcome\n")) {
                return 1;
            }
            std::array<char, 100> rest;
            for (auto n = conn->read_some(rest); n && *n != 0; n = conn->read_some(rest)) {
            }
            (void)conn->shutdown();
        }
        return 0;
    }

    pid_t child_ = -1;
    std::uint16_t port_ = 0;
};
} // namespace

TEST_CASE("our client resumes sessions of s_server") {
    struct {
        version v;
        bool tickets;
    } const cases[] = {{version::tls1_2, true}, {version::tls1_2, false}, {version::tls1_3, true}};
    for (auto const& one : cases) {
        CAPTURE(short_name(one.v), one.tickets);
        std::vector<std::string> const more =
            one.tickets ? std::vector<std::string>{"-rev"} : std::vector<std::string>{"-rev", "-no_ticket"};
        { // by hand
            test::process openssl(s_server(one.v, 3, more));
            auto const port = port_in(line_after(openssl, "ACCEPT "));
            auto const context = make_client(one.v);
            auto first = or_throw(call(context, port));
            talk(first);
            CHECK_FALSE(first.session_reused());
            auto session = or_throw(first.session());
            CHECK(session.has_ticket() == one.tickets);
            CHECK(session.id().empty() == one.tickets);
            or_throw(first.shutdown());
            for (int i = 0; i != 2; ++i) {
                auto next = or_throw(connect(context, "localhost", port,
                                             {.connect_timeout = limit,
                                              .handshake_timeout = limit,
                                              .address = "127.0.0.1",
                                              .session = std::move(session)}));
                next.transport().set_timeout(limit);
                talk(next);
                CHECK(next.session_reused());
                CHECK(next.peer_status() == peer_status::resumed_verified);
                CHECK(describe(or_throw(next.peer_certificate())) == describe(or_throw(first.peer_certificate())));
                session = or_throw(next.session());
                or_throw(next.shutdown());
            }
            CHECK(openssl.wait(limit) == 0);
        }
        { // by itself
            test::process openssl(s_server(one.v, 4, more));
            auto const port = port_in(line_after(openssl, "ACCEPT "));
            auto const context = make_client(one.v, {.session_cache = or_throw(session_cache::create())});
            for (int i = 0; i != 4; ++i) {
                auto conn = or_throw(call(context, port));
                talk(conn);
                CHECK(conn.session_reused() == (i != 0));
                or_throw(conn.shutdown());
            }
            CHECK(openssl.wait(limit) == 0);
        }
    }
}

TEST_CASE("a session of s_server's is taken up by another run of the program") {
    auto const v = GENERATE(from_range(versions));
    CAPTURE(short_name(v));
    bytes const key("0123456789abcdef0123456789abcdef");
    test::process openssl(s_server(v, 2, {"-rev"}));
    auto const port = port_in(line_after(openssl, "ACCEPT "));
    std::vector<unsigned char> sealed;
    {
        auto conn = or_throw(call(make_client(v), port));
        talk(conn);
        auto session = or_throw(conn.session());
        sealed.resize(session.sealed_size());
        or_throw(session.seal(key, sealed));
        or_throw(conn.shutdown());
    }
    auto conn = or_throw(make_client(v).wrap(or_throw(bsd_socket::connect("127.0.0.1", port, limit)), "localhost"));
    conn.transport().set_timeout(limit);
    or_throw(conn.resume(or_throw(session::unseal(key, sealed))));
    talk(conn);
    CHECK(conn.session_reused());
    or_throw(conn.shutdown());
    CHECK(openssl.wait(limit) == 0);
}

TEST_CASE("s_server without extended master secret gives sessions that we do not use") {
    auto const configuration =
        shared_files().folder.write("no-ems.cnf", "openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n"
                                                  "[c]\nOptions = -ExtendedMasterSecret\n");
    test::process openssl(s_server(version::tls1_2, 2, {"-rev"}), {"OPENSSL_CONF=" + configuration});
    auto const port = port_in(line_after(openssl, "ACCEPT "));
    auto const context = make_client(version::tls1_2);
    auto conn = or_throw(call(context, port));
    if (conn.extended_master_secret()) {
        SKIP("this openssl cannot leave extended master secret out");
    }
    talk(conn);
    auto const session = conn.session();
    REQUIRE(!session);
    CHECK(session.error() == errc::no_session);
    CHECK(session.error().why() == reason::session_not_bound);
    or_throw(conn.shutdown());
    // and none gets into a cache
    auto const cache = or_throw(session_cache::create());
    auto again = or_throw(call(make_client(version::tls1_2, {.session_cache = cache}), port));
    talk(again);
    or_throw(again.shutdown());
    CHECK(cache.size() == 0);
    CHECK(openssl.wait(limit) == 0);
}

TEST_CASE("s_client resumes sessions of ours") {
    auto const v = GENERATE(from_range(versions));
    CAPTURE(short_name(v));
    auto listener = listen();
    auto const context = make_server(v);
    auto const path = shared_files().folder.path_of("session");
    for (bool const again : {false, true}) {
        test::process openssl(s_client(v, listener.port(), {again ? "-sess_in" : "-sess_out", path}));
        auto conn = or_throw(take(context, listener));
        CHECK(conn.session_reused() == again);
        or_throw(conn.write_all("welcome\n"));
        CHECK(openssl.wait_for("welcome\n", limit));
        openssl.close_input();
        give(openssl, "");
        close_second(conn);
        CHECK(openssl.wait(limit) == 0);
        CHECK(says_reused(output_of(openssl)) == again);
    }
}

TEST_CASE("s_client reconnects to our server") {
    bool const tickets = GENERATE(true, false);
    CAPTURE(tickets);
    auto listener = listen();
    auto const context =
        make_server(version::tls1_2, tickets ? server_options{}
                                             : server_options{.tickets = {.count = 0},
                                                              .session_cache = or_throw(session_cache::create())});
    std::vector<std::string> more{"-reconnect"};
    if (!tickets) {
        more.emplace_back("-no_ticket");
    }
    SECTION("and its session is taken up") {
        test::process openssl(s_client(version::tls1_2, listener.port(), more));
        for (int i = 0; i != 6; ++i) {
            auto conn = or_throw(take(context, listener));
            CHECK(conn.session_reused() == (i != 0));
            if (i == 5) {
                openssl.close_input();
                give(openssl, "");
                close_second(conn);
            }
        }
        CHECK(openssl.wait(limit) == 0);
        CHECK(count(output_of(openssl), "Reused, TLSv1.2") == 5);
    }
    SECTION("but for one without extended master secret") {
        auto const configuration =
            shared_files().folder.write("no-ems.cnf", "openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n"
                                                      "[c]\nOptions = -ExtendedMasterSecret\n");
        test::process openssl(s_client(version::tls1_2, listener.port(), more), {"OPENSSL_CONF=" + configuration});
        for (int i = 0; i != 6; ++i) {
            auto conn = or_throw(take(context, listener));
            if (conn.extended_master_secret()) {
                SKIP("this openssl cannot leave extended master secret out");
            }
            CHECK_FALSE(conn.session_reused());
            if (i == 5) {
                openssl.close_input();
                give(openssl, "");
                close_second(conn);
            }
        }
        CHECK(openssl.wait(limit) == 0);
        CHECK(count(output_of(openssl), "Reused, TLSv1.2") == 0);
    }
}

TEST_CASE("s_client keeps who it is, and a changed context asks anew") {
    auto const v = GENERATE(from_range(versions));
    CAPTURE(short_name(v));
    auto const& c = test::shared_certificates();
    auto const& own = shared_files().client;
    auto listener = listen();
    auto const keys = or_throw(ticket_keys::create(std::string(32, 'k')));
    auto const context = [&](tlspp::client_auth how) {
        return make_server(v, {.client_auth = how, .trust = c.trust, .tickets = {.keys = keys}});
    };
    auto const path = shared_files().folder.path_of("session-of-client");
    struct {
        const char* how;
        tlspp::client_auth auth;
        bool reused;
    } const visits[] = {{"-sess_out", client_auth::required, false},
                        {"-sess_in", client_auth::required, true},
                        {"-sess_in", client_auth::optional, false}};
    for (auto const& one : visits) {
        auto const server = context(one.auth);
        test::process openssl(s_client(v, listener.port(), {one.how, path, "-cert", own.certificate, "-key", own.key}));
        auto conn = or_throw(take(server, listener));
        CHECK(conn.session_reused() == one.reused);
        CHECK(conn.peer_status() == (one.reused ? peer_status::resumed_verified : peer_status::verified));
        CHECK(to_string(or_throw(conn.peer_certificate()).subject()).find("Test client") != std::string::npos);
        or_throw(conn.write_all("welcome\n"));
        CHECK(openssl.wait_for("welcome\n", limit));
        openssl.close_input();
        give(openssl, "");
        close_second(conn);
        CHECK(openssl.wait(limit) == 0);
        CHECK(says_reused(output_of(openssl)) == one.reused);
    }
}

TEST_CASE("a session of s_client's is for the name that it began with") {
    auto const v = GENERATE(from_range(versions));
    CAPTURE(short_name(v));
    auto listener = listen();
    auto const context = make_server(v);
    auto const path = shared_files().folder.path_of("session-of-one-name");
    struct {
        const char* how;
        const char* name;
        bool reused;
    } const visits[] = {{"-sess_out", "localhost", false},
                        {"-sess_in", "other.example", false}, // and judged anew
                        {"-sess_in", "localhost", true}};
    for (auto const& one : visits) {
        CAPTURE(one.name);
        test::process openssl({program_or_skip("openssl", "version"), "s_client",
                               v == version::tls1_3 ? "-tls1_3" : "-tls1_2", "-connect",
                               "127.0.0.1:" + std::to_string(listener.port()), "-servername", one.name, one.how, path});
        auto conn = or_throw(take(context, listener));
        CHECK(conn.server_name() == one.name);
        CHECK(conn.session_reused() == one.reused);
        or_throw(conn.write_all("welcome\n"));
        CHECK(openssl.wait_for("welcome\n", limit));
        openssl.close_input();
        give(openssl, "");
        close_second(conn);
        CHECK(openssl.wait(limit) == 0);
        CHECK(says_reused(output_of(openssl)) == one.reused);
    }
}

TEST_CASE("two processes with the same keys resume each other's sessions") {
    auto const v = GENERATE(from_range(versions));
    CAPTURE(short_name(v));
    program_or_skip("openssl", "version");
    std::string const secret(32, 's');
    std::string const other(32, 'o');
    child_server const one(v, secret, 1);
    child_server const two(v, secret, 1);
    child_server const stranger(v, other, 1);
    auto const path = shared_files().folder.path_of("session-of-two");
    CHECK_FALSE(says_reused(visit(v, one.port(), "-sess_out", path)));
    CHECK(says_reused(visit(v, two.port(), "-sess_in", path)));
    CHECK_FALSE(says_reused(visit(v, stranger.port(), "-sess_in", path)));
}

// different: a session has a ticket or an id, not both
TEST_CASE("Python resumes sessions of ours, and we Python's", "[py:ThreadedTests.test_session][different]") {
    auto const v = GENERATE(from_range(versions));
    CAPTURE(short_name(v));
    auto const python = program_or_skip("python3", "--version");
    std::vector<std::string> bindings;
    SECTION("our server") {
        auto listener = listen();
        auto const context = make_server(v);
        test::process peer({python, python_script(), "client", std::string(short_name(v)),
                            std::to_string(listener.port()), shared_files().ca});
        for (int i = 0; i != 4; ++i) {
            auto conn = or_throw(take(context, listener));
            CHECK(conn.session_reused() == (i != 0));
            bindings.push_back(unique_of(conn));
            CHECK(read_line(conn) == "hello");
            or_throw(conn.write_all("hello\n"));
            close_second(conn);
        }
        CHECK(peer.wait(limit) == 0);
        INFO(output_of(peer));
        CHECK(count(peer.out(), "reused: False") == 1);
        CHECK(count(peer.out(), "reused: True") == 3);
        for (auto const& ours : bindings) { // in full handshakes and in resumed ones
            CHECK(count(peer.out(), "unique: " + ours + "\n") == (ours == "None" ? 4 : 1));
        }
    }
    SECTION("our client") {
        auto const& own = shared_files().localhost;
        test::process peer({python, python_script(), "server", std::string(short_name(v)), own.certificate, own.key});
        auto const port = port_in(line_after(peer, "port: "));
        auto const context = make_client(v, {.session_cache = or_throw(session_cache::create())});
        for (int i = 0; i != 4; ++i) {
            auto conn = or_throw(call(context, port));
            or_throw(conn.write_all("hello\n"));
            CHECK(read_line(conn) == "hello");
            CHECK(conn.session_reused() == (i != 0));
            bindings.push_back(unique_of(conn));
            close_first(conn);
        }
        CHECK(peer.wait(limit) == 0);
        INFO(output_of(peer));
        CHECK(count(peer.out(), "reused: False") == 1);
        CHECK(count(peer.out(), "reused: True") == 3);
        for (auto const& ours : bindings) { // in full handshakes and in resumed ones
            CHECK(count(peer.out(), "unique: " + ours + "\n") == (ours == "None" ? 4 : 1));
        }
    }
}
