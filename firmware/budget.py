"""What the images may cost."""

# configuration: TLS version
CONFIGURATIONS = {"psk_small": "tls1_2", "tls1_2_small": "tls1_2", "tls1_3_small": "tls1_3", "both_small": "tls1_3"}
PSK = {"psk_small"}  # with a pre-shared key; all others with certificates

# The flash of the plain C client with this Mbed TLS and GCC 12, known from elsewhere: within 2 %.
KNOWN = {"tls1_2_small-lto": 44800, "tls1_3_small-lto": 46600}

# The targets, in bytes above plain C: with chain and name checked; with every default check.
FLASH = {"": 6 * 1024}
FLASH_PSK = {"": 1024}  # there is nothing to check
MEMORY = {"static": 256, "heap": 256, "stack": 256, "mallocs": 2}

# Where the number of allocations is the same in every run: big numbers allocate as their random values want it.
COUNTED = {"tls1_3_small"}

# What they cost today at most, without and with link-time optimisation. These may only become smaller.
CEILINGS = {
    "psk_small": (8000, 7700),
    "tls1_2_small": (22600, 21300),
    "tls1_3_small": (22700, 21300),
    "both_small": (22800, 21900),
    "memory": 900,
    "stack": 640,
    "mallocs": 8,
}

PRICED = "tls1_2_small"
# images that leave something out (the first ones) or add it
PRICES = {"-no_clock": "-the clock", "-sentences": "sentences", "-inspector": "the inspector"}
