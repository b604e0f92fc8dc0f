// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <cstdint>

/// What hooks.cpp puts between Mbed TLS and the C library: allocations that are counted and fail when they are to, a clock
/// that stands still, and random numbers that are the same in each run, so that a run can be repeated up to its n-th
/// allocation.
namespace hooks {

enum class failing : std::uint8_t { never, once, from_then_on };

/// Begins a run: the same random numbers as in each, allocations counted from 0, none fails.
void begin() noexcept;
/// The `n`-th allocation from here on fails, or all from it on.
void fail(std::uint64_t n, failing how) noexcept;
/// No more of them fails. True where one did.
bool stop() noexcept;

std::uint64_t allocations() noexcept; ///< since `begin`, those that failed among them
std::int64_t live() noexcept;         ///< blocks allocated and not freed, of the whole process
} // namespace hooks
