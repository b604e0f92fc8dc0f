// SPDX-License-Identifier: BSL-1.0
// Client and server in one image, over ring buffers smaller than a flight of the handshake: what must be accepted, and
// what must be refused. One line a case; the exit status is the number of cases that went wrong.
#include "common.h"
#include "credentials.h"

#include <tlspp/tlspp.hpp>

#include <mbedtls/memory_buffer_alloc.h>

namespace {
using namespace tlspp;

/// What an interrupt handler would fill and empty: bytes in, in order, bytes out; full or empty, it would block.
struct ring {
    std::byte bytes[600];
    std::size_t begin;
    std::size_t size;

    io_result put(std::span<const std::byte> data) noexcept {
        std::size_t count = 0;
        for (; count != data.size() && size != sizeof bytes; ++count, ++size) {
            bytes[(begin + size) % sizeof bytes] = data[count];
        }
        return count == 0 ? io_result(std::unexpected(would_block)) : count;
    }
    io_result take(std::span<std::byte> data) noexcept {
        std::size_t count = 0;
        for (; count != data.size() && size != 0; ++count, --size) {
            data[count] = bytes[begin];
            begin = (begin + 1) % sizeof bytes;
        }
        return count == 0 ? io_result(std::unexpected(would_block)) : count;
    }
};
ring to_server;
ring to_client;

std::int64_t now(void* late) { return late != nullptr ? 7'000'000'000 : std::int64_t{board_seconds()}; }

struct credentials {
    std::span<const unsigned char> certificate;
    std::span<const unsigned char> key;
};

struct test_case {
    const char* what;
    version of;
    credentials server;
    std::string_view name;
    errc expected; ///< the client's error; `want_read`: none
    verify_flags flags;
    bool late = false;
};

bool waits(const error& why) { return why == errc::want_read || why == errc::want_write; }

/// Steps both ends until `done` says so; bounded.
template <class Client, class Server>
error drive(Client client, Server server) {
    bool served = false;
    for (int i = 0; i != 10000; ++i) {
        auto const c = client();
        if (!served) {
            auto const s = server();
            served = s.has_value();
            if (!served && !waits(s.error())) {
                return c || waits(c.error()) ? s.error() : c.error();
            }
        }
        if (c ? served : !waits(c.error())) {
            return c ? error(errc::want_read) : c.error();
        }
    }
    return error(errc::internal);
}

struct both_contexts {
    client_context client;
    server_context server;
};

result<both_contexts> make_contexts(const test_case& test, const session_cache* sessions = nullptr) {
    static constexpr std::span<const unsigned char> roots[] = {root_crt};
    auto trust = trust_store::bundle_parsed(roots);
    if (!trust) {
        return std::unexpected(trust.error());
    }
    client_options options{
        .trust = std::move(*trust),
        .minimum_version = test.of,
        .maximum_version = test.of,
        .clock = {&now, test.late ? &to_server : nullptr},
    };
    if (sessions != nullptr) {
        options.session_cache = *sessions;
    }
    auto client = client_context::create(options);
    if (!client) {
        return std::unexpected(client.error());
    }
    auto own = identity::from_der(test.server.certificate, test.server.key);
    if (!own) {
        return std::unexpected(own.error());
    }
    auto server = server_context::create({.identities = {std::move(*own)}, .clock = {&now}});
    if (!server) {
        return std::unexpected(server.error());
    }
    return both_contexts{std::move(*client), std::move(*server)};
}

error talk(const both_contexts& contexts, const test_case& test, peer_status expected = peer_status::verified) {
    to_server = {};
    to_client = {};
    auto client = contexts.client.wrap(callbacks([](std::span<const std::byte> out) { return to_server.put(out); },
                                                 [](std::span<std::byte> in) { return to_client.take(in); }),
                                       test.name);
    auto server = contexts.server.wrap(callbacks([](std::span<const std::byte> out) { return to_client.put(out); },
                                                 [](std::span<std::byte> in) { return to_server.take(in); }));
    if (!client || !server) {
        return !client ? client.error() : server.error();
    }
    error why = drive([&] { return client->handshake(); }, [&] { return server->handshake(); });
    if (why != errc::want_read) {
        return why;
    }
    if (client->peer_status() != expected || client->version() != test.of) {
        return error(errc::internal);
    }
    // more than the rings hold, there and back
    static unsigned char sent[1500];
    static unsigned char got[sizeof sent];
    for (std::size_t i = 0; i != sizeof sent; ++i) {
        sent[i] = static_cast<unsigned char>(i * 7);
        got[i] = 0;
    }
    why = drive([&] { return client->write_all(sent); }, [&] { return server->read_exactly(got); });
    if (why != errc::want_read || std::memcmp(sent, got, sizeof sent) != 0) {
        return why != errc::want_read ? why : error(errc::internal);
    }
    std::memset(got, 0, sizeof got);
    why = drive([&] { return client->read_exactly(got); }, [&] { return server->write_all(sent); });
    if (why != errc::want_read || std::memcmp(sent, got, sizeof sent) != 0) {
        return why != errc::want_read ? why : error(errc::internal);
    }
    auto const closed = drive([&] { return client->shutdown(); }, [&] { return server->read_some(got); });
    return closed;
}

error run(const test_case& test) {
    auto const contexts = make_contexts(test);
    return contexts ? talk(*contexts, test) : contexts.error();
}

int report(const char* what, version of, bool good, const char* unit, long number, const error& why) {
    board_print(good ? "ok " : "WRONG ");
    board_print(of == version::tls1_3 ? "TLS 1.3: " : "TLS 1.2: ");
    board_print(what);
    board_print_number(unit, number);
    if (!good) {
        board_print_number("  errc ", static_cast<long>(why.code()));
        board_print_number("  Mbed TLS ", why.mbedtls_code());
        board_print_number("  flags ", static_cast<long>(why.flags().bits()));
    }
    return good ? 0 : 1;
}

int report(const test_case& test) {
    std::uint32_t const start = board_ticks();
    error const why = run(test);
    std::uint32_t const ticks = board_ticks() - start;
    bool const good = why == test.expected && (test.expected == errc::want_read || why.flags() == test.flags);
    return report(test.what, test.of, good, ", ticks of 40 ns ", static_cast<long>(ticks), why);
}

constexpr errc none = errc::want_read;
constexpr credentials broker{broker_crt, broker_key};
constexpr test_case cases[] = {
    {"handshake, name, data both ways, close", {}, broker, "broker.example", none, {}},
    {"another name is refused",
     {},
     {other_crt, other_key},
     "broker.example",
     errc::certificate_rejected,
     verify_flag::name_mismatch},
    {"an unknown authority is refused",
     {},
     {untrusted_crt, untrusted_key},
     "broker.example",
     errc::certificate_rejected,
     verify_flag::not_trusted},
    {"an expired certificate is refused",
     {},
     {expired_crt, expired_key},
     "broker.example",
     errc::certificate_rejected,
     verify_flag::expired},
    {"so is a good one, long after",
     {},
     broker,
     "broker.example",
     errc::certificate_rejected,
     verify_flag::expired,
     true},
};

/// A session out of the cache saves the certificates and one of the key's operations.
int resume(version of) {
    test_case test = cases[0];
    test.of = of;
    auto const sessions = session_cache::create({.entries = 2, .bytes = 8 * 1024});
    auto const contexts = sessions ? make_contexts(test, &*sessions) : std::unexpected(sessions.error());
    if (!contexts) {
        return report("resumption", of, false, ", ", 0, contexts.error());
    }
    error why = talk(*contexts, test);
    std::uint32_t const start = board_ticks();
    if (why == none) {
        why = talk(*contexts, test, peer_status::resumed_verified);
    }
    return report("resumption, data both ways, close", of, why == none, ", ticks of 40 ns ",
                  static_cast<long>(board_ticks() - start), why);
}

std::size_t pool_used() {
    std::size_t bytes = 0;
    std::size_t blocks = 0;
    mbedtls_memory_buffer_alloc_cur_get(&bytes, &blocks);
    return bytes;
}

/// The same with less memory than is needed, then more and more, until there is enough: what fails leaves nothing behind,
/// and nothing that was denied memory is taken for verified.
int grow(version of) {
    constexpr std::size_t step = 512;
    constexpr std::size_t most = 64 * 1024;
    test_case test = cases[0];
    test.of = of;
    std::size_t const before = pool_used();
    for (std::size_t left = step; left != most; left += step) {
        void* const ballast = mbedtls_calloc(1, POOL_SIZE - before - left);
        if (ballast == nullptr) {
            return report("no ballast", of, false, ", bytes ", static_cast<long>(left), error(errc::out_of_memory));
        }
        error const why = run(test);
        mbedtls_free(ballast);
        if (pool_used() != before) {
            return report("memory lost", of, false, ", bytes ", static_cast<long>(pool_used() - before), why);
        }
        if (why == none) {
            error const again = run(test);
            return report("every pool that is too small, then one that is not", of, again == none && left > 8 * step,
                          ", bytes ", static_cast<long>(left), again);
        }
    }
    return report("no pool is enough", of, false, ", bytes ", static_cast<long>(most), error(errc::out_of_memory));
}
} // namespace

int main() {
    if (prepare() != 0) {
        board_print("no entropy\n");
        return 100;
    }
    int wrong = 0;
    for (auto const v : {version::tls1_3, version::tls1_2}) {
        for (auto test : cases) {
            test.of = v;
            wrong += report(test);
        }
        wrong += resume(v);
    }
    print_figures();
    wrong += grow(version::tls1_3);
    wrong += grow(version::tls1_2);
    return wrong;
}
