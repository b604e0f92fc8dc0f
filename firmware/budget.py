"""What the images may cost."""

# configuration: TLS version
CONFIGURATIONS = {"psk_small": "tls1_2", "tls1_2_small": "tls1_2", "tls1_3_small": "tls1_3", "both_small": "tls1_3"}
PSK = {"psk_small"}  # with a pre-shared key; all others with certificates

# The flash of the plain C client with this Mbed TLS and GCC 12, known from elsewhere: within 2 %.
KNOWN = {"tls1_2_small-lto": 44800, "tls1_3_small-lto": 46600}

# The targets, in bytes above plain C: with every default check; with chain and name checked alone.
FLASH = {"": 6 * 1024, "-chain_name": 3 * 1024}
FLASH_PSK = {"": 1024}  # there is nothing to check
CHAIN_AND_NAME = {"tls1_2_small", "tls1_3_small"}  # where there is an image that checks no more
MEMORY = {"static": 256, "heap": 256, "stack": 256, "mallocs": 2}

# Where the number of allocations is the same in every run: big numbers allocate as their random values want it.
COUNTED = {"tls1_3_small"}

# What they cost today at most, without and with link-time optimisation. These may only become smaller.
CEILINGS = {
    "psk_small": (6450, 6150),
    "tls1_2_small": (11200, 10700),
    "tls1_2_small-chain_name": (9100, 8700),
    "tls1_3_small": (11200, 10650),
    "tls1_3_small-chain_name": (9150, 8800),
    "both_small": (11400, 11050),
    "memory": 760,
    "stack": 256,
    "mallocs": 5,
}

PRICED = "tls1_2_small"
# image: what it is, and whether the image has it (1) or lacks it (-1), compared with that of the row itself
PRICES = {
    "-without_validity": ("validity, by the program's clock", -1),
    "-without_key_usage": ("key usage of the server's certificate", -1),
    "-without_extended_key_usage": ("extended key usage along the chain", -1),
    "-without_repeated_extension": ("repeated extensions", -1),
    "-without_unknown_critical": ("critical extensions that nobody understands", -1),
    "-without_encoding": ("encoding of names and serial numbers", -1),
    "-name_constraints": ("name constraints compared (`TLSPP_NAME_CONSTRAINTS`)", 1),
    "-path_search": ("other paths searched (`TLSPP_PATH_SEARCH`)", 1),
    "-sentences": ("sentences (`TLSPP_SENTENCES`)", 1),
    "-inspector": ("the inspector (`TLSPP_INSPECTOR`)", 1),
}
