// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <cstddef>

/// Sockets of the machine that this runs on, behind functions: their headers and lwIP's define the same names.
namespace pc_socket {

int connect(unsigned short port); ///< to 127.0.0.1; negative: nobody listens
bool send_all(int socket, const char* data, std::size_t size);
int receive(int socket, char* data, std::size_t size); ///< 0: the end; negative: broken
void end_sending(int socket);
} // namespace pc_socket
