// What Catch2's own builds generate from options: the defaults.
#pragma once
#define CATCH_CONFIG_DEFAULT_REPORTER "console"
#define CATCH_CONFIG_CONSOLE_WIDTH 80
