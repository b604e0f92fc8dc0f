// SPDX-License-Identifier: BSL-1.0
// What the system's CA certificates cost a program: time until a client context stands, and memory that it keeps,
// beside parsing the same bundle with Mbed TLS and beside Python's ssl.create_default_context().
//
//     trust_store [BUNDLE [ROUNDS]]
//
// Prints a line `row ratio target reached|missed` for each row, and what was measured on standard error; exit status 1
// where a target was missed. Times are the best of ROUNDS (default 31), taken in turn. Memory is what was asked of
// calloc, from which Mbed TLS allocates; this program replaces it, and so needs glibc.
#include <tlspp/tlspp.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

// ---- memory ---------------------------------------------------------------------------------------------------

extern "C" void* __libc_calloc(std::size_t, std::size_t);
extern "C" void __libc_free(void*);

namespace {
/// The sizes of the blocks that are live, by their addresses; linear probing, no block is forgotten.
struct block {
    void* address;
    std::size_t size;
};
constexpr std::size_t slots = std::size_t{1} << 16;
block blocks[slots];
bool counting = false;
std::size_t live = 0;
std::size_t peak = 0;
std::size_t calls = 0;

block* slot_of(void* address) {
    std::size_t at = (reinterpret_cast<std::size_t>(address) >> 4) * 0x9E3779B97F4A7C15U >> 48;
    while (blocks[at].address != nullptr && blocks[at].address != address) {
        at = (at + 1) % slots;
    }
    return &blocks[at];
}
} // namespace

extern "C" void* calloc(std::size_t count, std::size_t size) noexcept {
    void* const made = __libc_calloc(count, size);
    if (counting && made != nullptr) {
        *slot_of(made) = {made, count * size};
        live += count * size;
        peak = std::max(peak, live);
        ++calls;
    }
    return made;
}
extern "C" void free(void* memory) noexcept {
    if (counting && memory != nullptr) {
        block* const known = slot_of(memory);
        live -= known->size;
        known->size = 0; // the address stays, or those behind it were lost
    }
    __libc_free(memory);
}

namespace {
using namespace tlspp;

struct memory {
    std::size_t at_rest;
    std::size_t peak;
    std::size_t calls;
};

/// What stays allocated when `make` returns its result.
template <class Make>
memory measure(Make&& make) {
    std::memset(blocks, 0, sizeof blocks);
    live = peak = calls = 0;
    counting = true;
    auto const made = make();
    memory const used{live, peak, calls};
    counting = false;
    return used;
}

// ---- time -----------------------------------------------------------------------------------------------------

template <class Act>
double microseconds(Act&& act) {
    auto const start = std::chrono::steady_clock::now();
    act();
    return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count();
}

/// Python says itself how long it took: its start does not count. Less than zero where there is none.
double python() {
    std::FILE* const pipe = ::popen("python3 -c 'import ssl, time\n"
                                    "t = time.perf_counter(); c = ssl.create_default_context()\n"
                                    "print((time.perf_counter() - t) * 1e6)' 2>/dev/null",
                                    "r");
    double took = -1;
    if (pipe != nullptr) {
        if (std::fscanf(pipe, "%lf", &took) != 1) {
            took = -1;
        }
        (void)::pclose(pipe);
    }
    return took;
}

// ---- what is compared -----------------------------------------------------------------------------------------

struct parsed_file {
    explicit parsed_file(const char* path) {
        mbedtls_x509_crt_init(&chain);
        failed = mbedtls_x509_crt_parse_file(&chain, path);
    }
    parsed_file(const parsed_file&) = delete;
    parsed_file& operator=(const parsed_file&) = delete;
    ~parsed_file() { mbedtls_x509_crt_free(&chain); }

    mbedtls_x509_crt chain;
    int failed;
};

bool all_reached = true;

void row(const char* name, double ratio, double target, bool at_least) {
    bool const reached = at_least ? ratio >= target : ratio <= target;
    all_reached = all_reached && reached;
    std::printf("%s %.3g %g %s\n", name, ratio, target, reached ? "reached" : "missed");
}

[[noreturn]] void stop(std::string_view why) {
    std::fprintf(stderr, "trust_store: %.*s\n", static_cast<int>(why.size()), why.data());
    std::exit(2);
}
} // namespace

int main(int count, char** arguments) {
    std::string bundle = count > 1 ? arguments[1] : "";
    for (auto const path : x509::system_trust::bundles) {
        bundle = bundle.empty() && detail::read_file(path) ? std::string(path) : bundle;
    }
    if (bundle.empty()) {
        stop("no bundle of CA certificates was found; name one");
    }
    int const rounds = count > 2 ? std::atoi(arguments[2]) : 31;
    ::setenv("SSL_CERT_FILE", bundle.c_str(), 1); // for Python too
    ::unsetenv("SSL_CERT_DIR");

    auto const store = trust_store::system();
    if (!store) {
        stop(store.error().message());
    }
    double ours = 1e18, parsing = 1e18, snake = 1e18, lookup = 1e18;
    auto const root = [&] {
        certificate first;
        (void)store->for_each([&](const certificate& one) {
            first = one;
            return false;
        });
        return first;
    }();
    for (int i = 0; i < rounds; ++i) {
        ours = std::min(ours, microseconds([] {
                            if (auto const made = client_context::create(); !made) {
                                stop(made.error().message());
                            }
                        }));
        parsing = std::min(parsing, microseconds([&] {
                               if (parsed_file const made(bundle.c_str()); made.failed != 0) {
                                   stop("Mbed TLS cannot parse the whole bundle");
                               }
                           }));
        lookup = std::min(lookup, microseconds([&] {
                              auto trust = *store;
                              mbedtls_x509_crt* found = nullptr;
                              (void)trust_store::find_issuers(&trust, root.native_handle(), &found);
                              detail::free_certificates(found);
                          }));
        if (snake > 0) {
            double const took = python();
            snake = took < 0 ? -1 : std::min(snake, took);
        }
    }
    auto const lazy = measure([] { return trust_store::system(); });
    auto const whole = measure([&] { return std::make_unique<parsed_file>(bundle.c_str()); });

    std::fprintf(stderr, "bundle                %s, %zu certificates\n", bundle.c_str(), store->size());
    std::fprintf(stderr, "create()              %.0f us\n", ours);
    std::fprintf(stderr, "crt_parse_file        %.0f us\n", parsing);
    if (snake > 0) {
        std::fprintf(stderr, "Python                %.0f us\n", snake);
    }
    std::fprintf(stderr, "finding an issuer     %.0f us\n", lookup);
    std::fprintf(stderr, "memory, ours          %zu bytes at rest, %zu at peak, %zu allocations\n", lazy.at_rest,
                 lazy.peak, lazy.calls);
    std::fprintf(stderr, "memory, parsed        %zu bytes at rest, %zu at peak, %zu allocations\n",
                 whole.at_rest + sizeof(mbedtls_x509_crt), whole.peak + sizeof(mbedtls_x509_crt), whole.calls);

    row("trust-create-over-parsing", parsing / ours, 10, true);
    if (snake > 0) {
        row("trust-create-over-python", snake / ours, 40, true);
    } else {
        std::fprintf(stderr, "trust-create-over-python left out: no python3 with ssl\n");
    }
    row("trust-memory-of-parsing",
        static_cast<double>(lazy.at_rest) / static_cast<double>(whole.at_rest + sizeof(mbedtls_x509_crt)), 0.55, false);
    return all_reached ? 0 : 1;
}
