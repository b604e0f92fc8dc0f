// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace gateway {

/// Connections to this port of lwIP's loopback interface go on to that port of this machine. Needs lwIP's thread.
void start(unsigned short lwip_port, unsigned short pc_port);
} // namespace gateway
