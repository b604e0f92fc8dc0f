// SPDX-License-Identifier: BSL-1.0

// The shim that BoringSSL's test runner drives tlspp with: for each connection of a test it connects to the runner,
// shakes hands in the role and with the parameters that the flags ask for, checks what they expect, and sends every
// byte back inverted. Exit status: 0, 1 where something failed (the sentence is on standard error), and 89 where a test
// asks for something that is not here. docs/testing.md tells how it is run.
#include "flags.hpp"

#include <tlspp/dev.hpp>
#include <tlspp/text.hpp>
#include <tlspp/tlspp.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <sys/socket.h>
#include <unistd.h>
using namespace tlspp;
using namespace std::chrono_literals;
using bogo::flags;
using bogo::unimplemented;

namespace {

void expect(bool good, const char* what) {
    if (!good) {
        throw std::runtime_error(std::string("not as expected: ") + what);
    }
}

/// A socket of which every other operation would block, for tests of operations that are taken up again.
class hesitant_socket {
public:
    hesitant_socket(bsd_socket socket, bool hesitates) : socket_(std::move(socket)), hesitates_(hesitates) {}

    io_result send(std::span<const std::byte> out) noexcept {
        return hesitate() ? std::unexpected(would_block)
                          : socket_.send(out.first(hesitates_ ? 1 + out.size() / 2 : out.size()));
    }
    io_result receive(std::span<std::byte> in) noexcept {
        return hesitate() ? std::unexpected(would_block) : socket_.receive(in.first(hesitates_ ? 1 : in.size()));
    }
    void close_gracefully() noexcept { socket_.close_gracefully(); }

private:
    bool hesitate() noexcept { return hesitates_ && (now_ = !now_); }

    bsd_socket socket_;
    bool hesitates_;
    bool now_ = false;
};

/// An operation of a connection, taken up again as long as it would block.
template <class Operation>
auto finish(Operation&& operation) {
    for (;;) {
        auto done = operation();
        if (done || (done.error() != errc::want_read && done.error() != errc::want_write)) {
            return or_throw(std::move(done));
        }
    }
}

/// When no certificate of the runner's has expired yet, which would end sessions, too: the first of May in 2014. Some
/// are not valid before 2016.
constexpr std::int64_t time_of_runner = 1398902400;

/// The runner's certificates, which issued themselves: they lie where it runs, or beside the one that the shim is to
/// use. Peers that have another one are forgiven for it, and what they leave is no session that can be resumed.
trust_store trust_of(const flags& f) {
    auto const beside = f.certificate.substr(0, f.certificate.rfind('/') + 1);
    std::string pem;
    for (std::string_view const name : {"cert.pem", "rsa_1024_cert.pem", "rsa_chain_cert.pem", "ecdsa_p256_cert.pem",
                                        "ecdsa_p384_cert.pem", "ecdsa_p521_cert.pem"}) {
        std::ifstream in(beside + std::string(name));
        pem.append(std::istreambuf_iterator<char>(in), {});
    }
    return or_throw(pem.empty() ? or_throw(dev::authority::create()).trust() : trust_store::from_pem(pem));
}

/// What all connections of a test share.
struct shared {
    explicit shared(const flags& f) : trust(trust_of(f)) {}

    trust_store trust;
    bool refuses = false; ///< certificates
    verify_hook judge = [this](verification& v) {
        if (refuses) {
            v.refuse("as the test asks");
        } else {
            v.insecure_accept(v.flags());
        }
    };
    ticket_keys keys = or_throw(ticket_keys::create(std::as_bytes(std::span("the key of all connections of a test"))));
    session_cache sessions = or_throw(session_cache::create());
};

std::optional<version> to_version(std::uint16_t number) {
    return number == 0x0303   ? std::optional(version::tls1_2)
           : number == 0x0304 ? std::optional(version::tls1_3)
           : number == 0      ? std::nullopt
                              : (unimplemented("a version"), std::nullopt);
}

template <class Id, class Supported>
std::vector<Id> built_ones(const std::vector<std::uint16_t>& numbers, const Supported& supported, const char* what) {
    std::vector<Id> out;
    for (auto const number : numbers) {
        if (!supported.contains(static_cast<Id>(number))) {
            unimplemented(what);
        }
        out.push_back(static_cast<Id>(number));
    }
    return out;
}

/// The runner's list is about TLS 1.2 only.
option_list<cipher_suite> suites_of(const flags& f) {
    auto const chosen =
        cipher_suites_from("TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:" + f.suites);
    if (!chosen) {
        unimplemented("-cipher " + f.suites);
    }
    return *chosen;
}

/// There is one list for both directions. A server that is told what it may verify must still be able to sign.
std::vector<signature_scheme> schemes_of(const flags& f) {
    auto all = built_ones<signature_scheme>(f.signing_schemes, supported_signature_algorithms(), "-signing-prefs");
    auto const verified =
        built_ones<signature_scheme>(f.verified_schemes, supported_signature_algorithms(), "-verify-prefs");
    all.insert(all.end(), verified.begin(), verified.end());
    if (f.server && f.signing_schemes.empty() && !verified.empty()) {
        for (auto const scheme : {signature_scheme::rsa_pss_rsae_sha256, signature_scheme::ecdsa_secp256r1_sha256,
                                  signature_scheme::rsa_pkcs1_sha256}) {
            if (std::ranges::find(all, scheme) == all.end()) {
                all.push_back(scheme);
            }
        }
    }
    return all;
}

template <class Options>
void fill_common(Options& options, const flags& f) {
    options.clock = {.now = [](void*) { return time_of_runner; }, .insecure_unchecked = true};
    options.minimum_version = f.minimum != 0 && f.minimum < 0x0303 ? version::tls1_2 : to_version(f.minimum);
    options.maximum_version = to_version(f.maximum);
    if (f.no_tls1_2) {
        options.minimum_version = version::tls1_3;
    }
    if (f.no_tls1_3) {
        options.maximum_version = version::tls1_2;
    }
    if (!f.curves.empty()) {
        options.groups = built_ones<named_group>(f.curves, supported_groups(), "-curves");
    }
    if (auto const schemes = schemes_of(f); !schemes.empty()) {
        options.signature_algorithms = schemes;
    }
    if (!f.suites.empty()) {
        options.cipher_suites = suites_of(f);
    }
}

std::optional<identity> identity_of(const flags& f) {
    if (f.certificate.empty()) {
        return std::nullopt;
    }
    auto made = identity::from_files(f.certificate, f.key);
    if (!made) {
        unimplemented("-cert-file: " + to_string(made.error())); // Ed25519, for example
    }
    return *made;
}

std::vector<std::string> protocols_of(std::string_view wire) {
    std::vector<std::string> out;
    while (!wire.empty()) {
        auto const size = static_cast<unsigned char>(wire.front());
        out.emplace_back(wire.substr(1, size));
        wire.remove_prefix(std::min<std::size_t>(1 + size, wire.size()));
    }
    return out;
}

client_context make_client(const flags& f, const shared& all) {
    auto const protocols = protocols_of(f.advertise_alpn);
    std::vector<std::string_view> const alpn(protocols.begin(), protocols.end());
    client_options options{
        .trust = all.trust,
        .verify = f.verify_fail && f.verify_peer ? verify_mode::required : verify_mode::insecure_report_only,
        .alpn = alpn,
        .identity = identity_of(f),
        .on_verify = all.judge,
    };
    if (!f.psk.empty()) {
        options.psk = client_psk{.identity = f.psk_identity, .key = std::as_bytes(std::span(f.psk))};
    }
    if (f.no_ticket) {
        unimplemented("-no-ticket of a client");
    }
    fill_common(options, f);
    return or_throw(client_context::create(apply(policy::compatible_2026, std::move(options))));
}

server_context make_server(const flags& f, const shared& all) {
    server_options options;
    if (f.psk.empty()) { // sessions are not resumed where there are keys
        options.session_cache = all.sessions;
        options.tickets = f.no_ticket ? ticket_options{.count = std::uint8_t{0}} : ticket_options{.keys = all.keys};
    }
    if (auto const own = identity_of(f)) {
        options.identities = {*own};
    }
    if (f.verify_peer || f.require_certificate) {
        options.client_auth = f.require_certificate ? client_auth::required : client_auth::optional;
        options.trust = all.trust;
        options.on_verify = all.judge;
    }
    if (!f.select_alpn.empty()) {
        options.alpn = {std::string_view(f.select_alpn)};
    } else if (f.reject_alpn) {
        options.alpn = {"none of the client's"};
    }
    std::vector<psk_entry> const keys{{.identity = f.psk_identity, .key = std::as_bytes(std::span(f.psk))}};
    if (!f.psk.empty()) {
        options.psk = server_psk{.keys = keys};
    }
    if (f.refuse_hello) {
        options.on_client_hello = [](client_hello& hello) { hello.refuse(alert::handshake_failure); };
    }
    fill_common(options, f);
    return or_throw(server_context::create(apply(policy::compatible_2026, std::move(options))));
}

/// What the flags expect of the handshake.
void check(connection& conn, const flags& f, bool resumes) {
    auto const number = conn.version() == version::tls1_3 ? 0x0304 : 0x0303;
    expect(f.expect_version == 0 || f.expect_version == number, "the version");
    bool const key = conn.peer_status() == peer_status::psk;
    expect((conn.session_reused() && !key) == (resumes && !f.expect_session_miss), "whether the session was resumed");
    auto const& alpn = f.server ? f.select_alpn : f.expect_alpn;
    expect(conn.alpn().value_or("") == alpn, "the protocol of ALPN");
    expect(f.expect_server_name.empty() || conn.server_name() == f.expect_server_name, "the server's name");
    expect(f.expect_curve == 0 || (conn.group() && static_cast<std::uint16_t>(*conn.group()) == f.expect_curve),
           "the group");
    auto const suite = mbedtls_ssl_get_ciphersuite_id_from_ssl(conn.native_handle());
    expect(f.expect_suite == 0 || f.expect_suite == suite, "the suite");
    if (f.expect_scheme != 0) {
        auto const scheme = conn.signature_scheme();
        if (f.server || !scheme) {
            unimplemented("-expect-peer-signature-algorithm in TLS 1.3, and of a client");
        }
        expect(static_cast<std::uint16_t>(*scheme) == f.expect_scheme, "the signature algorithm");
    }
    // what a program of the shim's kind would not put up with
    expect(f.server || !conn.peer_flags().has(verify_flag::key_usage), "the key usage of the server's certificate");
    expect(!f.expect_extended_master_secret || conn.extended_master_secret(), "extended master secret");
    expect(!f.expect_retry || conn.hello_retried(), "a HelloRetryRequest");
    expect(!f.expect_no_retry || !conn.hello_retried(), "no HelloRetryRequest");
}

void write(connection& conn, bytes data) {
    finish([&] { return conn.write_all(data); });
}

void write_different_sizes(connection& conn) {
    std::string const data(32769, 'B');
    for (std::size_t const size :
         {0UZ, 1UZ, 255UZ, 256UZ, 257UZ, 16383UZ, 16384UZ, 16385UZ, 32767UZ, 32768UZ, 32769UZ}) {
        write(conn, std::string_view(data).substr(0, size));
    }
}

/// Sends everything back inverted, until the peer closes.
void echo(connection& conn, const flags& f) {
    std::vector<char> buffer(f.read_size);
    while (std::size_t const n = finish([&] { return conn.read_some(buffer); })) {
        for (std::size_t i = 0; i != n; ++i) {
            buffer[i] = static_cast<char>(~buffer[i]);
        }
        write(conn, std::string_view(buffer.data(), n));
    }
}

/// The peer has closed, and may be gone.
void say_goodbye(connection& conn) {
    for (;;) {
        auto const done = conn.shutdown();
        if (done || done.error() == errc::transport) {
            return;
        }
        if (done.error() != errc::want_write && done.error() != errc::want_read) {
            or_throw(done);
        }
    }
}

void export_material(connection& conn, const flags& f) {
    std::vector<std::byte> out(f.export_size);
    auto const context = f.use_export_context ? std::optional(bytes(f.export_context)) : std::nullopt;
    or_throw(conn.export_keying_material(out, f.export_label, context));
    write(conn, out);
}

void exchange(connection& conn, const flags& f, bool resumes) {
    if (!f.implicit_handshake) {
        finish([&] { return conn.handshake(); });
        if (f.handshake_twice) {
            finish([&] { return conn.handshake(); });
        }
        check(conn, f, resumes);
    }
    if (f.export_size != 0) {
        export_material(conn, f);
    }
    if (f.tls_unique) {
        write(conn, or_throw(conn.channel_binding("tls-unique")));
    }
    if (f.different_record_sizes) {
        write_different_sizes(conn);
    } else if (f.shim_writes_first) {
        write(conn, "hello");
    }
    if (!f.different_record_sizes && !f.shim_shuts_down) {
        echo(conn, f);
        say_goodbye(conn);
        return;
    }
    finish([&] { return conn.shutdown(); });
    if (f.shim_shuts_down && f.check_close_notify) {
        std::array<char, 512> rest;
        expect(finish([&] { return conn.read_some(rest); }) == 0, "nothing more from the peer");
    }
}

/// The runner reads all that was said before it takes notice of the end.
class drained_socket {
public:
    explicit drained_socket(int fd) : fd_(::dup(fd)) {}
    drained_socket(const drained_socket&) = delete;
    drained_socket& operator=(const drained_socket&) = delete;
    ~drained_socket() {
        ::shutdown(fd_, SHUT_WR);
        timeval const limit{.tv_sec = 5, .tv_usec = 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        std::array<char, 4096> rest;
        while (::recv(fd_, rest.data(), rest.size(), 0) > 0) {
        }
        ::close(fd_);
    }

private:
    int fd_;
};

bsd_socket connect_to_runner(const flags& f) {
    auto socket = or_throw(bsd_socket::connect(f.ipv6 ? "::1" : "127.0.0.1", f.port));
    std::array<std::byte, 8> id;
    for (unsigned i = 0; i != id.size(); ++i) {
        id[i] = static_cast<std::byte>(f.shim_id >> 8 * i & 0xFF);
    }
    expect(socket.send(id) == id.size(), "the runner takes the shim's number");
    socket.set_timeout(30s);
    return socket;
}

/// \param session offered, where there is one, and then the one that this connection leaves.
void client_connection(const client_context& context, const flags& f, bool resumes, session& kept) {
    auto socket = connect_to_runner(f);
    drained_socket const rest(socket.native_handle());
    hesitant_socket link(std::move(socket), f.async);
    auto conn = or_throw(f.host_name.empty() ? context.wrap(std::move(link), insecure_any_name)
                                             : context.wrap(std::move(link), f.host_name));
    if (resumes) {
        expect(static_cast<bool>(kept), "the connection before left a session");
        or_throw(conn.resume(std::move(kept)));
    }
    exchange(conn, f, resumes);
    auto got = conn.session();
    expect(!f.expect_no_session || !got, "no session");
    if (got) {
        kept = std::move(*got);
    }
}

void server_connection(const server_context& context, const flags& f, const shared& all, bool resumes) {
    auto socket = connect_to_runner(f);
    drained_socket const rest(socket.native_handle());
    auto const before = all.sessions.size();
    auto conn = or_throw(context.wrap(hesitant_socket(std::move(socket), f.async)));
    exchange(conn, f, resumes);
    expect(resumes || !f.expect_session_id || all.sessions.size() > before, "a session that is kept");
    expect(resumes || !f.expect_no_session_id || all.sessions.size() == before, "no session that is kept");
}

void run(const bogo::plan& plan) {
    if (!plan.first.psk.empty() && plan.first.psk_identity.empty()) {
        unimplemented("-psk without -psk-identity");
    }
    shared all(plan.first);
    session kept;
    std::optional<server_context> server;
    std::optional<client_context> client;
    for (unsigned i = 0; i != plan.first.resume_count + 1; ++i) {
        auto const& f = i == 0 ? plan.first : plan.resumed;
        all.refuses = f.verify_fail;
        // sessions with clients that on_verify has judged are good for the very context
        bool const again = i > 1 || (i == 1 && plan.first.parameters == plan.resumed.parameters);
        if (f.server) {
            server = again ? server : make_server(f, all);
            server_connection(*server, f, all, i != 0);
        } else {
            client = again ? client : make_client(f, all);
            client_connection(*client, f, i != 0, kept);
        }
    }
}
} // namespace

int main(int argc, char** argv) try {
    if (argc == 2 && std::string_view(argv[1]) == "-is-handshaker-supported") {
        std::cout << "No\n";
        return 0;
    }
    run(bogo::parse(argc, argv));
} catch (const std::exception& e) {
    std::cerr << e.what() << '\n';
    return 1;
}
