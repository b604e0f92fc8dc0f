// SPDX-License-Identifier: BSL-1.0
#include "gateway.hpp"

#include "pc_socket.hpp"

#include <lwip/sockets.h>
#include <lwip/sys.h>

#include <array>
#include <cstdio>
#include <cstdlib>

namespace {

struct relay {
    int lwip;
    int pc;
};

[[noreturn]] void stop(const char* why) {
    std::fprintf(stderr, "gateway: %s\n", why);
    std::exit(3);
}

void to_pc(void* argument) {
    auto const ends = *static_cast<relay*>(argument);
    std::array<char, 2048> buffer;
    for (ssize_t n; (n = lwip_recv(ends.lwip, buffer.data(), buffer.size(), 0)) > 0;) {
        if (!pc_socket::send_all(ends.pc, buffer.data(), static_cast<unsigned>(n))) {
            break;
        }
    }
    pc_socket::end_sending(ends.pc);
}

void to_lwip(void* argument) {
    auto const ends = *static_cast<relay*>(argument);
    std::array<char, 2048> buffer;
    for (int n; (n = pc_socket::receive(ends.pc, buffer.data(), buffer.size())) > 0;) {
        if (lwip_send(ends.lwip, buffer.data(), static_cast<size_t>(n), 0) != n) {
            break;
        }
    }
    (void)lwip_shutdown(ends.lwip, SHUT_WR);
}

int listener = -1;
unsigned short target = 0;

/// One client at a time is all that is there.
void take_clients(void*) {
    static relay ends;
    for (int client; (client = lwip_accept(listener, nullptr, nullptr)) >= 0;) {
        ends = {client, pc_socket::connect(target)};
        if (ends.pc < 0) {
            (void)lwip_close(client);
            continue;
        }
        (void)sys_thread_new("to the PC", &to_pc, &ends, 4096, 3);
        (void)sys_thread_new("to lwIP", &to_lwip, &ends, 4096, 3);
    }
}
} // namespace

void gateway::start(unsigned short lwip_port, unsigned short pc_port) {
    target = pc_port;
    listener = lwip_socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = {};
    address.sin_len = sizeof address;
    address.sin_family = AF_INET;
    address.sin_port = lwip_htons(lwip_port);
    address.sin_addr.s_addr = lwip_htonl(INADDR_LOOPBACK);
    if (listener < 0 || lwip_bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        lwip_listen(listener, 4) != 0) {
        stop("lwIP gave no listener");
    }
    (void)sys_thread_new("gateway", &take_clients, nullptr, 4096, 3);
}
