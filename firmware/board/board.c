/* SPDX-License-Identifier: BSL-1.0 */
#include "board.h"

#include <string.h>

extern uint32_t board_data[], board_data_end[], board_data_in_flash[];
extern uint32_t board_bss[], board_bss_end[];
extern uint32_t board_stack[], board_stack_end[];
extern void (*__init_array_start[])(void);
extern void (*__init_array_end[])(void);
int main(void);

#define REGISTER(address) (*(volatile uint32_t*)(address))
/* CMSDK UART0 */
#define UART_DATA REGISTER(0x40004000u)
#define UART_STATE REGISTER(0x40004004u)
#define UART_CONTROL REGISTER(0x40004008u)
#define UART_DIVIDER REGISTER(0x40004010u)
/* CMSDK timer 0: counts down at 25 MHz */
#define TIMER_CONTROL REGISTER(0x40000000u)
#define TIMER_VALUE REGISTER(0x40000004u)
#define TIMER_RELOAD REGISTER(0x40000008u)

static const uint32_t paint = 0xA5A5A5A5u;

/* ---- start ------------------------------------------------------------------------------------------------- */

void board_reset(void) {
    memcpy(board_data, board_data_in_flash, (size_t)((char*)board_data_end - (char*)board_data));
    memset(board_bss, 0, (size_t)((char*)board_bss_end - (char*)board_bss));
    uint32_t* here = (uint32_t*)__builtin_frame_address(0) - 64;
    for (uint32_t* word = board_stack; word < here; ++word) {
        *word = paint;
    }
    TIMER_RELOAD = 0xFFFFFFFFu;
    TIMER_VALUE = 0xFFFFFFFFu;
    TIMER_CONTROL = 1;
    UART_DIVIDER = 16;
    UART_CONTROL = 3;
    for (void (**constructor)(void) = __init_array_start; constructor < __init_array_end; ++constructor) {
        (*constructor)();
    }
    board_exit(main());
}

static void fault(void) { board_exit(99); }

/* The core's 16 entries; the programs use no interrupts. */
struct vectors {
    void* stack;
    void (*handlers[15])(void);
};
__attribute__((section(".vectors"), used)) static const struct vectors vectors = {
    board_stack_end, {board_reset, fault, fault, fault, fault, fault, 0, 0, 0, 0, fault, fault, 0, fault, fault}};

size_t board_stack_peak(void) {
    const uint32_t* word = board_stack;
    while (*word == paint) {
        ++word;
    }
    return (size_t)((const char*)board_stack_end - (const char*)word);
}

/* ---- the debugger's interface (semihosting) ---------------------------------------------------------------- */

static uint32_t host(uint32_t operation, const void* block) {
    register uint32_t r0 __asm__("r0") = operation;
    register const void* r1 __asm__("r1") = block;
    __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

void board_print(const char* text) { host(0x04, text); }

void board_print_number(const char* text, long number) {
    char digits[16];
    char* at = digits + sizeof digits;
    unsigned long rest = number < 0 ? 0ul - (unsigned long)number : (unsigned long)number;
    *--at = 0;
    *--at = '\n';
    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    if (number < 0) {
        *--at = '-';
    }
    board_print(text);
    board_print(at);
}

void board_exit(int status) {
    uint32_t const block[2] = {0x20026, (uint32_t)status};
    for (;;) {
        host(0x20, block);
    }
}

int board_entropy(unsigned char* out, size_t size) {
    static const char path[] = "/dev/urandom";
    uint32_t const open[3] = {(uint32_t)path, 1, sizeof path - 1};
    uint32_t const handle = host(0x01, open);
    if (handle == (uint32_t)-1) {
        return -1;
    }
    uint32_t const read[3] = {handle, (uint32_t)out, size};
    uint32_t const missing = host(0x06, read);
    host(0x02, &handle);
    return missing == 0 ? 0 : -1;
}

uint32_t board_seconds(void) { return host(0x11, 0); }

/* ---- UART and timer ---------------------------------------------------------------------------------------- */

size_t board_uart_send(const unsigned char* data, size_t size) {
    size_t sent = 0;
    while (sent != size && (UART_STATE & 1) == 0) {
        UART_DATA = data[sent++];
    }
    return sent;
}

size_t board_uart_receive(unsigned char* data, size_t size) {
    size_t received = 0;
    while (received != size && (UART_STATE & 2) != 0) {
        data[received++] = (unsigned char)UART_DATA;
    }
    return received;
}

uint32_t board_ticks(void) { return 0xFFFFFFFFu - TIMER_VALUE; }
