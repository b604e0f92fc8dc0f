/* SPDX-License-Identifier: BSL-1.0 */
/* The same in as little memory as works. */
#include "small.h"
#include "tls1_2.h"
