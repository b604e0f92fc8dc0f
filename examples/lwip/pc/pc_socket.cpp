// SPDX-License-Identifier: BSL-1.0
#include "pc_socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

int pc_socket::connect(unsigned short port) {
    int const made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (made >= 0 && ::connect(made, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        (void)::close(made);
        return -1;
    }
    return made;
}

bool pc_socket::send_all(int socket, const char* data, std::size_t size) {
    while (size != 0) {
        auto const n = ::send(socket, data, size, MSG_NOSIGNAL);
        if (n <= 0) {
            return false;
        }
        data += n;
        size -= static_cast<std::size_t>(n);
    }
    return true;
}

int pc_socket::receive(int socket, char* data, std::size_t size) {
    return static_cast<int>(::recv(socket, data, size, 0));
}

void pc_socket::end_sending(int socket) { (void)::shutdown(socket, SHUT_WR); }
