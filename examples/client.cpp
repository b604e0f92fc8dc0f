// SPDX-License-Identifier: BSL-1.0

// The shortest useful client: a verified connection, a request, the beginning of the answer.
//
//     client HOST [PORT]
//
// Trusts the CA certificates of the system, or those that SSL_CERT_FILE and SSL_CERT_DIR name.
#include <tlspp/text.hpp>
#include <tlspp/tlspp.hpp>

#include <array>
#include <cstdlib>
#include <iostream>
#include <string>
using namespace tlspp;

int main(int argc, char** argv) try {
    if (argc < 2 || argc > 3) {
        std::cerr << "usage: client HOST [PORT]\n";
        return 2;
    }
    std::string const host = argv[1];
    auto const port = static_cast<std::uint16_t>(argc > 2 ? std::atoi(argv[2]) : 443);

    auto context = or_throw(client_context::create());  // system roots, TLS 1.2+, chain and name checked
    auto conn = or_throw(connect(context, host, port)); // resolve, connect, SNI, handshake
    or_throw(conn.write_all("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n"));
    std::array<char, 4096> buffer;
    std::size_t n = or_throw(conn.read_some(buffer)); // 0: the peer closed cleanly
    std::cout.write(buffer.data(), static_cast<std::streamsize>(n));
    std::cout << conn.cipher() << '\n'                       // TLS_AES_256_GCM_SHA384 TLSv1.3 256
              << describe(*conn.peer_certificate()) << '\n'; // subject, issuer, SAN, validity, serial, version
    or_throw(conn.shutdown());
} catch (const failure& e) {
    std::cerr << "client: " << e.what() << '\n';
    return 1;
}
