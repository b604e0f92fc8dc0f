/* SPDX-License-Identifier: BSL-1.0 */
#ifndef TLSPP_FIRMWARE_BOARD_H
#define TLSPP_FIRMWARE_BOARD_H

/* What the programs of this folder need of a board, for QEMU's mps2-an386: a UART as a pipe of bytes, a source of
 * entropy, the time, a console, and an end. On a device these few functions are yours.
 */
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes taken, or put; 0 where it would have to wait. */
size_t board_uart_send(const unsigned char* data, size_t size);
size_t board_uart_receive(unsigned char* data, size_t size);

/* 0, or -1. The host's /dev/urandom, through the debugger's interface. */
int board_entropy(unsigned char* out, size_t size);

/* Seconds since 1970. */
uint32_t board_seconds(void);
/* Ticks of 40 ns since the start; under `-icount shift=0` a tick is 40 instructions. */
uint32_t board_ticks(void);

/* The deepest that the stack has been, in bytes. */
size_t board_stack_peak(void);

void board_print(const char* text);
/* `text`, then the number and a new line. */
void board_print_number(const char* text, long number);
/* Ends QEMU with this status. */
void board_exit(int status);

#ifdef __cplusplus
}
#endif
#endif
