/* SPDX-License-Identifier: BSL-1.0 */
/* overhead SIDE ROW TLS SIZE TIMES: runs one row of the comparison once, for callgrind to count; prints the
 * number of allocations. tools/bench calls it. */
#include "measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

unsigned char message[message_room];
unsigned char answer[message_room];

void give_up(const char* side, const char* what, int code) {
    fprintf(stderr, "%s: %s failed with %d\n", side, what, code);
    exit(1);
}

static void connection(const struct side* side, size_t size) {
    (void)size;
    side->open();
    side->handshake();
    side->shutdown();
    side->close();
}

static void open_and_close(const struct side* side, size_t size) {
    (void)size;
    side->open();
    side->close();
}

static void round_trip(const struct side* side, size_t size) { side->round_trip(size); }

static void transfer(const struct side* side, size_t size) { side->transfer(size); }

int main(int argc, char** argv) {
    static const struct side* const sides[] = {&plain_pipe, &plain_buffers, &tlspp_callbacks, &tlspp_engine};
    static const struct {
        const char* name;
        void (*work)(const struct side*, size_t);
        int connected; /* works on a connection made before counting begins */
    } rows[] = {
        {"handshake", connection, 0}, {"open", open_and_close, 0}, {"roundtrip", round_trip, 1}, {"bulk", transfer, 1}};
    if (argc != 6) {
        fprintf(stderr, "usage: %s SIDE handshake|open|roundtrip|bulk 1.2|1.3 SIZE TIMES\n", argv[0]);
        return 2;
    }
    size_t const size = (size_t)strtoul(argv[4], NULL, 10);
    int const times = atoi(argv[5]);
    for (size_t i = 0; i != sizeof message; ++i) {
        message[i] = (unsigned char)(i * 7);
    }
    for (size_t s = 0; s != sizeof sides / sizeof *sides; ++s) {
        for (size_t r = 0; r != sizeof rows / sizeof *rows; ++r) {
            if (strcmp(argv[1], sides[s]->name) != 0 || strcmp(argv[2], rows[r].name) != 0 || size > message_room) {
                continue;
            }
            sides[s]->prepare(strcmp(argv[3], "1.3") == 0);
            connection(sides[s], 0); /* first uses, lazy binding, tables */
            if (rows[r].connected) {
                sides[s]->open();
                sides[s]->handshake();
                rows[r].work(sides[s], size);
            }
            unsigned long const allocations = measured(rows[r].work, sides[s], size, times);
            if (rows[r].connected) {
                if (memcmp(message, answer, size) != 0) {
                    give_up(sides[s]->name, "comparison of what arrived", 0);
                }
                sides[s]->shutdown();
                sides[s]->close();
            }
            sides[s]->finish();
            printf("%lu\n", allocations);
            return 0;
        }
    }
    fprintf(stderr, "no such side, row or size\n");
    return 2;
}
