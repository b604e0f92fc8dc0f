// SPDX-License-Identifier: BSL-1.0
#pragma once
// What tlspp needs of lwIP 2.1 or newer: sockets, which want threads; poll() for deadlines; names. The rest is as small
// as a device's.
#define NO_SYS 0
#define LWIP_SOCKET 1
#define LWIP_COMPAT_SOCKETS 0 // 1 makes macros of names such as connect and send
#define LWIP_SOCKET_POLL 1
#define LWIP_DNS 1
#define LWIP_TCP_KEEPALIVE 1
#define LWIP_NETIF_LOOPBACK 1
#define LWIP_HAVE_LOOPIF 1 // the only interface here; yours has Wi-Fi, Ethernet or a modem

#define TCPIP_MBOX_SIZE 32
#define DEFAULT_TCP_RECVMBOX_SIZE 32
#define DEFAULT_ACCEPTMBOX_SIZE 8
#define TCPIP_THREAD_STACKSIZE 4096
#define TCPIP_THREAD_PRIO 3

#define MEM_ALIGNMENT 8
#define MEM_SIZE (64 * 1024)
#define MEMP_NUM_NETCONN 8
#define MEMP_NUM_TCP_PCB 16
#define TCP_MSS 1460
#define TCP_WND (4 * TCP_MSS)
#define TCP_SND_BUF (4 * TCP_MSS)
#define MEMP_NUM_TCP_SEG 64
#define PBUF_POOL_SIZE 32
#define LWIP_STATS 0

// Names without a DNS server.
#define DNS_LOCAL_HOSTLIST 1
#define DNS_LOCAL_HOSTLIST_INIT                                                                                        \
    {DNS_LOCAL_HOSTLIST_ELEM("localhost", IPADDR4_INIT_BYTES(127, 0, 0, 1)),                                           \
     DNS_LOCAL_HOSTLIST_ELEM("broker.example", IPADDR4_INIT_BYTES(127, 0, 0, 1))}
