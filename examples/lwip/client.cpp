// SPDX-License-Identifier: BSL-1.0

// A client over lwIP's sockets: the same lines as over those of an operating system, with TLSPP_LWIP_SOCKETS defined.
//
//     lwip_client PORT CA_FILE [NAME [MILLISECONDS]]
//
// lwIP runs in this program, with its thread, its names and its TCP; what it sends to port 8883 of its loopback
// interface comes out at PORT of this machine (pc/gateway.cpp), where a server listens. A device has an interface of
// its own instead of the folder pc/.
#include "pc/gateway.hpp"

#include <tlspp/tlspp.hpp>

#include <lwip/tcpip.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <span>
using namespace tlspp;

namespace {

int fail(const error& why) {
    std::fprintf(stderr, "lwip_client: %s\n", why.message().c_str());
    return 1;
}

/// lwIP's thread, which does all its work; back when it runs.
void start_lwip() {
    sys_sem_t started;
    (void)sys_sem_new(&started, 0);
    tcpip_init([](void* semaphore) { sys_sem_signal(static_cast<sys_sem_t*>(semaphore)); }, &started);
    (void)sys_arch_sem_wait(&started, 0);
    sys_sem_free(&started);
}

int talk(const client_context& context, const char* name, timeout limit) {
    // lwip_getaddrinfo, lwip_connect, and lwip_poll for the deadlines
    auto conn = connect(context, name, 8883, {.connect_timeout = limit, .handshake_timeout = limit});
    if (!conn) {
        return fail(conn.error());
    }
    conn->transport().set_timeout(limit);
    if (auto const done = conn->write_all("GET / HTTP/1.0\r\n\r\n"); !done) {
        return fail(done.error());
    }
    for (std::array<char, 512> buffer;;) {
        auto const n = conn->read_some(buffer);
        if (!n) {
            return fail(n.error());
        }
        if (*n == 0) {
            break; // the server closed, and nothing is missing
        }
        std::fwrite(buffer.data(), 1, *n, stdout);
    }
    (void)conn->shutdown(); // the server has said all, and may be gone
    return 0;
}
} // namespace

int main(int argc, char** argv) {
    if (argc < 3 || argc > 5) {
        std::fputs("usage: lwip_client PORT CA_FILE [NAME [MILLISECONDS]]\n", stderr);
        return 2;
    }
    auto trust = trust_store::from_file(argv[2]);
    if (!trust) {
        return fail(trust.error());
    }
    auto const context = client_context::create({.trust = std::move(*trust)});
    if (!context) {
        return fail(context.error());
    }
    start_lwip();
    gateway::start(8883, static_cast<unsigned short>(std::atoi(argv[1])));
    return talk(*context, argc > 3 ? argv[3] : "localhost", argc > 4 ? std::atoi(argv[4]) : 30'000);
}
