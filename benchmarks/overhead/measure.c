/* SPDX-License-Identifier: BSL-1.0 */
/* What makes two runs comparable: one place where counting begins and ends, allocations counted, and the same
 * time and "random" numbers in every run. The linker puts the __wrap functions between Mbed TLS and the C
 * library. */
#include "measure.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>

static unsigned long allocations;

unsigned long measured(void (*work)(const struct side*, size_t), const struct side* side, size_t size, int times) {
    unsigned long const before = allocations;
    for (int i = 0; i != times; ++i) {
        work(side, size);
    }
    return allocations - before;
}

void* __real_calloc(size_t count, size_t size);
void* __real_malloc(size_t size);
void* __wrap_calloc(size_t count, size_t size);
void* __wrap_malloc(size_t size);
ssize_t __wrap_getrandom(void* out, size_t size, unsigned flags);
long __wrap_syscall(long number, ...);
time_t __wrap_time(time_t* out);

void* __wrap_calloc(size_t count, size_t size) {
    ++allocations;
    return __real_calloc(count, size);
}

void* __wrap_malloc(size_t size) {
    ++allocations;
    return __real_malloc(size);
}

/* Seeds Mbed TLS's generator with fixed bytes (splitmix64): elliptic-curve work depends on the numbers drawn.
 */
ssize_t __wrap_getrandom(void* out, size_t size, unsigned flags) {
    static uint64_t state = 1;
    (void)flags;
    for (size_t i = 0; i != size; ++i) {
        uint64_t z = (state += 0x9E3779B97F4A7C15u);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        ((unsigned char*)out)[i] = (unsigned char)(z >> 56);
    }
    return (ssize_t)size;
}

/* Mbed TLS 3.6 asks the kernel by number. */
long __wrap_syscall(long number, ...) {
    long result = -1;
    va_list arguments;
    va_start(arguments, number);
    if (number == SYS_getrandom) {
        void* const out = va_arg(arguments, void*);
        size_t const size = va_arg(arguments, size_t);
        result = __wrap_getrandom(out, size, 0);
    } else {
        errno = ENOSYS;
    }
    va_end(arguments);
    return result;
}

/* TLS 1.2 puts the time into its hello messages, and so into what is signed. */
time_t __wrap_time(time_t* out) {
    time_t const now = 1767225600; /* 2026-01-01 */
    if (out != NULL) {
        *out = now;
    }
    return now;
}
