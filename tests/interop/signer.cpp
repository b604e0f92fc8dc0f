// SPDX-License-Identifier: BSL-1.0

// Identities whose keys lie elsewhere: OpenSSL's program holds the key and signs, and the other sides are OpenSSL and
// Python.
#include "interop/peers.hpp"

#include <catch2/generators/catch_generators_all.hpp>

#include <fstream>

using namespace tlspp;
using namespace interop;

namespace {
/// Signs with `openssl pkeyutl`, which alone reads the key.
signer openssl_signs(std::string key, unsigned& count) {
    auto const openssl = program_or_skip("openssl", "version");
    return [=, &count](digest_algorithm hash, bytes digest, writable_bytes out) -> result<std::size_t> {
        ++count;
        const char* const name = hash == digest_algorithm::sha256   ? "digest:sha256"
                                 : hash == digest_algorithm::sha384 ? "digest:sha384"
                                                                    : "digest:sha512";
        test::temporary_folder const folder;
        auto const in = folder.write("digest", std::string(digest.text()));
        auto const made =
            test::run({openssl, "pkeyutl", "-sign", "-inkey", key, "-pkeyopt", name, "-in", in}, {}, limit);
        if (made.status != 0 || made.out.size() > out.size()) {
            return std::unexpected(error{errc::callback});
        }
        std::memcpy(out.data(), made.out.data(), made.out.size());
        return made.out.size();
    };
}

struct own {
    const char* name;
    const test::issued& certificate;
    const credential_files& file;
};
std::vector<own> own_keys() {
    std::vector<own> all{{"RSA", test::rsa_localhost(), shared_files().rsa}};
    if (detail::build::async_signer) {
        all.push_back({"EC", test::shared_certificates().localhost, shared_files().localhost});
    }
    return all;
}
std::string peer_script() { return std::string(std::getenv("TLSPP_ROOT")) + "/tests/interop/peer.py"; }
} // namespace

TEST_CASE("openssl s_client is served by a signer", "[interop][signer]") {
    auto const openssl = program_or_skip("openssl", "version");
    for (auto const& key : own_keys()) {
        INFO(key.name);
        unsigned count = 0;
        server_options options;
        options.identities = {
            or_throw(identity::from_signer(key.certificate.pem.certificate_pem, openssl_signs(key.file.key, count)))};
        options.client_auth = client_auth::required;
        options.trust = test::shared_certificates().trust;
        auto const context = or_throw(server_context::create(options));
        auto listener = listen();
        test::process client({openssl, "s_client", "-connect", "127.0.0.1:" + std::to_string(listener.port()),
                              "-CAfile", shared_files().ca, "-verify_return_error", "-verify_hostname", "localhost",
                              "-cert", shared_files().client.certificate, "-key", shared_files().client.key});
        auto conn = or_throw(take(context, listener));
        CHECK(conn.version() == version::tls1_2);
        CHECK(conn.peer_status() == peer_status::verified);
        client.write("hello\n");
        give(client, "");
        CHECK(read_line(conn) == "hello");
        or_throw(conn.write_all("signed elsewhere\n"));
        CHECK(client.wait_for("signed elsewhere", limit));
        CHECK(client.wait_for("Verify return code: 0 (ok)", limit));
        CHECK(count == 1);
        or_throw(conn.shutdown());
    }
}

TEST_CASE("Python is served by a signer", "[interop][signer]") {
    auto const python = program_or_skip("python3", "--version");
    for (auto const& key : own_keys()) {
        INFO(key.name);
        unsigned count = 0;
        server_options options;
        options.identities = {
            or_throw(identity::from_signer(key.certificate.pem.certificate_pem, openssl_signs(key.file.key, count)))};
        options.client_auth = client_auth::required;
        options.trust = test::shared_certificates().trust;
        auto const context = or_throw(server_context::create(options));
        auto listener = listen();
        test::process client({python, peer_script(), "client", "--port", std::to_string(listener.port()), "--ca",
                              shared_files().ca, "--cert", shared_files().client.certificate, "--key",
                              shared_files().client.key, "--bulk", "1000"});
        auto conn = or_throw(take(context, listener));
        CHECK(read_line(conn) == "echo hello from Python");
        or_throw(conn.write_all("hello from Python\n"));
        CHECK(read_line(conn) == "send 1000");
        or_throw(conn.write_all(pattern(1000)));
        CHECK(read_line(conn) == "take 1000");
        CHECK(read_exactly(conn, 1000) == pattern(1000));
        or_throw(conn.write_all(sha256(pattern(1000)) + "\n"));
        close_second(conn);
        INFO(output_of(client));
        CHECK(client.wait(limit) == 0);
        CHECK(client.out().find("version: TLSv1.2") != std::string::npos);
        CHECK(count == 1);
    }
}

TEST_CASE("openssl s_server and Python take a client's signature made elsewhere", "[interop][signer]") {
    if (!detail::build::rsa_signer) {
        auto const none = [](digest_algorithm, bytes, writable_bytes) -> result<std::size_t> { return 0; };
        client_options refused;
        refused.trust = test::shared_certificates().trust;
        refused.identity = or_throw(identity::from_signer(test::rsa_localhost().pem.certificate_pem, none));
        CHECK(client_context::create(refused).error().why() == reason::signer_on_client);
        return;
    }
    bool const python = GENERATE(false, true);
    auto const program = python ? program_or_skip("python3", "--version") : program_or_skip("openssl", "version");
    auto const& f = shared_files();
    unsigned count = 0;
    std::string key = f.rsa.key;
    bool const good = GENERATE(true, false);
    client_options options;
    options.trust = test::shared_certificates().trust;
    options.identity =
        or_throw(identity::from_signer(test::rsa_localhost().pem.certificate_pem,
                                       openssl_signs(good ? f.rsa.key : f.folder.path_of("no such key"), count)));
    auto const context = or_throw(client_context::create(options));
    test::process server(
        python ? std::vector<std::string>{program, peer_script(), "server", "--cert", f.localhost.certificate, "--key",
                                          f.localhost.key, "--ca", f.ca}
               : std::vector<std::string>{program, "s_server", "-accept", "127.0.0.1:0", "-cert",
                                          f.localhost.certificate, "-key", f.localhost.key, "-CAfile", f.ca, "-Verify",
                                          "3", "-verify_return_error", "-naccept", "1", "-no_ticket"});
    auto conn = call(context, port_in(line_after(server, python ? "port: " : "ACCEPT ")));
    CHECK(count == 1);
    if (!good) {
        REQUIRE_FALSE(conn);
        CHECK(conn.error() == errc::callback);
        CHECK(conn.error().why() == reason::signer_failed);
        return;
    }
    REQUIRE(conn);
    CHECK(conn->version() == version::tls1_2);
    if (python) {
        or_throw(conn->write_all("echo signed\nclose\n"));
        CHECK(read_line(*conn) == "signed");
    } else {
        or_throw(conn->write_all("signed\n"));
        CHECK(server.wait_for("signed", limit));
        CHECK(server.wait_for("CN", limit)); // it shows whom it verified
    }
}
