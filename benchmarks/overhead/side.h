/* SPDX-License-Identifier: BSL-1.0 */
#ifndef TLSPP_BENCHMARK_SIDE_H
#define TLSPP_BENCHMARK_SIDE_H
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What is compared: one way of using Mbed TLS for a client and a server in one process. Every function ends
 * the program when something fails. */
struct side {
    const char* name;
    void (*prepare)(int tls1_3);     /* keys, certificates and settings; never counted */
    void (*open)(void);              /* a client and a server, nothing sent yet */
    void (*handshake)(void);         /* both ends, chain and name verified by the client */
    void (*round_trip)(size_t size); /* client to server and back */
    void (*transfer)(size_t size);   /* client to server */
    void (*shutdown)(void);          /* close_notify both ways, each seen by the peer */
    void (*close)(void);             /* frees what open made */
    void (*finish)(void);            /* frees what prepare made */
};

extern const struct side plain_pipe;      /* C, both ends on one memory pipe */
extern const struct side plain_buffers;   /* C, each end with its own buffers, carried across by the program */
extern const struct side tlspp_callbacks; /* tlspp::callbacks on the same pipe as plain_pipe */
extern const struct side tlspp_engine;    /* tlspp::engine, carried across as in plain_buffers */

/* Names what failed and ends the program. */
void give_up(const char* side, const char* what, int code);

/* Filled with bytes before the first row: what the ends write, and room for what they read. */
enum { message_room = 16384 };
extern unsigned char message[message_room];
extern unsigned char answer[message_room];

#ifdef __cplusplus
}
#endif
#endif
