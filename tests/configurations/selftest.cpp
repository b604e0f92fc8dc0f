// SPDX-License-Identifier: BSL-1.0
// What every configuration of Mbed TLS must be able to do, as far as it is compiled in: handshakes of each version
// within the program, what must be refused, and one end of a connection with somebody else's TLS.
//
//   selftest               both ends; one line a case
//   selftest client PORT   to a server that sends every line back reversed
//   selftest server        prints its port, and sends back what comes from one client
//   selftest psk-client PORT tls1_2|tls1_3, selftest psk-server: the same with a pre-shared key
//
// Exit status: the number of cases that went wrong.
#include "credentials.h"

#include <tlspp/tlspp.hpp>

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/memory_buffer_alloc.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace {
using namespace tlspp;

int wrong = 0;

void report(const char* what, bool good, const error& why = error(errc::internal)) {
    std::printf("%s %s\n", good ? "ok" : "WRONG", what);
    if (!good) {
        std::printf("  errc %d, reason %d, Mbed TLS -0x%x, flags 0x%llx\n", static_cast<int>(why.code()),
                    static_cast<int>(why.why()), static_cast<unsigned>(-why.mbedtls_code()),
                    static_cast<unsigned long long>(why.flags().bits()));
        ++wrong;
    }
}

// ---- what the library lacks and a program must bring ------------------------------------------------------------

clock_source time_now() {
    return {[](void*) -> unix_seconds { return std::time(nullptr); }};
}

#if TLSPP_HAS_PSA
random_source own_random() { return {}; }
#else
random_source own_random() {
    static mbedtls_entropy_context entropy;
    static mbedtls_ctr_drbg_context generator;
    static bool const ready = [] {
        mbedtls_entropy_init(&entropy);
        mbedtls_ctr_drbg_init(&generator);
        return mbedtls_ctr_drbg_seed(&generator, mbedtls_entropy_func, &entropy, nullptr, 0) == 0;
    }();
    return {[](void* good, unsigned char* out, std::size_t size) {
                return good != nullptr ? mbedtls_ctr_drbg_random(&generator, out, size) : -1;
            },
            ready ? &generator : nullptr};
}
#endif

#if TLSPP_HAS_PSK
constexpr std::string_view secret_key = "0123456789abcdef";
/// A build with nothing but plain pre-shared keys has no suite that is offered by default.
option_list<cipher_suite> suites_without_exchange() {
    return {cipher_suite::insecure_no_forward_secrecy_insecure_short_tag_TLS_PSK_WITH_AES_128_CCM_8};
}
#if defined(MBEDTLS_SSL_CLI_C)
client_options client_with_key(version of) {
    client_options options{.minimum_version = of, .maximum_version = of, .random = own_random()};
    options.psk = client_psk{.identity = "sensor 7", .key = secret_key};
    if (!client_context::create(options)) {
        options.cipher_suites = suites_without_exchange();
    }
    return options;
}
#endif
#if defined(MBEDTLS_SSL_SRV_C)
server_options server_with_key() {
    server_options options{.random = own_random()};
    options.psk = server_psk{.keys = {{"sensor 7", secret_key}}};
    if (!server_context::create(options)) {
        options.cipher_suites = suites_without_exchange();
    }
    return options;
}
#endif
#endif

#if defined(MBEDTLS_SSL_CLI_C) && defined(MBEDTLS_SSL_SRV_C)
// ---- two ends in one program ------------------------------------------------------------------------------------

/// Bytes on their way; as small as a device's buffer.
struct ring {
    std::byte bytes[600];
    std::size_t begin = 0;
    std::size_t size = 0;

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

bool waits(const error& why) { return why == errc::want_read || why == errc::want_write; }

constexpr errc none = errc::want_read; ///< as what `drive` says where nothing went wrong

template <class T>
result<void> finished(const result<T>& step) {
    return step ? result<void>() : result<void>(std::unexpected(step.error()));
}

/// Steps both ends until both are done or one fails; bounded.
template <class Client, class Server>
error drive(Client client, Server server) {
    bool called = false;
    bool served = false;
    for (int i = 0; i != 100000 && !(called && served); ++i) {
        if (auto const c = called ? result<void>() : finished(client()); c) {
            called = true;
        } else if (!waits(c.error())) {
            return c.error();
        }
        if (auto const s = served ? result<void>() : finished(server()); s) {
            served = true;
        } else if (!waits(s.error())) {
            return s.error();
        }
    }
    return error(called && served ? none : errc::internal);
}

template <class Contexts>
error exchange(const Contexts& both, version of) {
    to_server = {};
    to_client = {};
    auto client = both.wrap_client(callbacks([](std::span<const std::byte> out) { return to_server.put(out); },
                                             [](std::span<std::byte> in) { return to_client.take(in); }));
    auto server = both.server->wrap(callbacks([](std::span<const std::byte> out) { return to_client.put(out); },
                                              [](std::span<std::byte> in) { return to_server.take(in); }));
    if (!client || !server) {
        return !client ? client.error() : server.error();
    }
    error why = drive([&] { return client->handshake(); }, [&] { return server->handshake(); });
    if (why != none) {
        return why;
    }
    if (client->version() != of || client->peer_status() != both.expected) {
        return error(errc::misuse);
    }
    static unsigned char sent[40000];
    static unsigned char got[sizeof sent];
    for (std::size_t i = 0; i != sizeof sent; ++i) {
        sent[i] = static_cast<unsigned char>(i * 7);
    }
    for (bool const up : {true, false}) {
        std::memset(got, 0, sizeof got);
        why = up ? drive([&] { return client->write_all(sent); }, [&] { return server->read_exactly(got); })
                 : drive([&] { return client->read_exactly(got); }, [&] { return server->write_all(sent); });
        if (why != none || std::memcmp(sent, got, sizeof sent) != 0) {
            return why != none ? why : error(errc::misuse);
        }
    }
    why = drive([&] { return client->shutdown(); }, [&] { return server->read_some(got); });
    if (why != none) {
        return why;
    }
    auto const end = server->read_some(got);
    return end && *end == 0 ? error(none) : error(errc::misuse);
}

struct contexts {
    result<client_context> client;
    result<server_context> server;
    peer_status expected = peer_status::verified;

    template <class T>
    auto wrap_client(T transport) const {
#if defined(MBEDTLS_X509_CRT_PARSE_C)
        return client->wrap(std::move(transport), "broker.example");
#else
        return client->wrap(std::move(transport)); // the key says who the server is
#endif
    }
    error run(version of) const {
        if (!client || !server) {
            return !client ? client.error() : server.error();
        }
        return exchange(*this, of);
    }
};

#if defined(MBEDTLS_X509_CRT_PARSE_C) && TLSPP_HAS_PSA // private keys need PSA
client_options verifying(version of) {
    static constexpr std::span<const unsigned char> roots[] = {root_crt};
    auto trust = trust_store::bundle_parsed(roots);
    client_options options{.minimum_version = of, .maximum_version = of, .clock = time_now(), .random = own_random()};
    if (trust) {
        options.trust = std::move(*trust);
    }
    return options;
}
server_options with(std::span<const unsigned char> certificate, std::span<const unsigned char> key) {
    server_options options{.clock = time_now(), .random = own_random()};
    if (auto own = identity::from_der(certificate, key)) {
        options.identities = {std::move(*own)};
    }
    return options;
}

void with_certificates(version of) {
    auto const server = [](server_options options) { return server_context::create(options); };
    auto const client = [&] { return client_context::create(verifying(of)); };
    error why = contexts{client(), server(with(broker_crt, broker_key))}.run(of);
    report("handshake, name, data both ways, close", why == none, why);
    why = contexts{client(), server(with(other_crt, other_key))}.run(of);
    report("another name is refused", why == errc::certificate_rejected && why.flags() == verify_flag::name_mismatch,
           why);
    why = contexts{client(), server(with(untrusted_crt, untrusted_key))}.run(of);
    report("an unknown authority is refused",
           why == errc::certificate_rejected && why.flags() == verify_flag::not_trusted, why);
    why = contexts{client(), server(with(expired_crt, expired_key))}.run(of);
    report("an expired certificate is refused",
           why == errc::certificate_rejected && why.flags() == verify_flag::expired, why);
    auto late = verifying(of);
    late.clock = {[](void*) -> unix_seconds { return 7'000'000'000; }};
    why = contexts{client_context::create(late), server(with(broker_crt, broker_key))}.run(of);
    report("so is a good one, long after", why == errc::certificate_rejected && why.flags() == verify_flag::expired,
           why);
    auto unset = verifying(of);
    unset.clock = {[](void*) -> unix_seconds { return -1; }};
    why = contexts{client_context::create(unset), server(with(broker_crt, broker_key))}.run(of);
    report("and one that nobody can date", why == errc::certificate_rejected && why.flags().has(verify_flag::no_clock),
           why);

    auto asking = with(broker_crt, broker_key);
    asking.client_auth = client_auth::required;
    asking.trust = verifying(of).trust;
    why = contexts{client(), server(asking)}.run(of);
    report("a client without a certificate is refused", why != none);
}

/// A chosen suite, group and protocol, and a session kept, where there is such a thing.
void with_more(version of) {
#if defined(MBEDTLS_SSL_ALPN)
    auto both = contexts{client_context::create([&] {
                             auto options = verifying(of);
                             options.alpn = {"mqtt"};
                             options.require_alpn = true;
                             return options;
                         }()),
                         server_context::create([] {
                             auto options = with(broker_crt, broker_key);
                             options.alpn = {"h2", "mqtt"};
                             return options;
                         }())};
    error why = both.run(of);
    report("ALPN", why == none, why);
    both.server = server_context::create([] {
        auto options = with(broker_crt, broker_key);
        options.alpn = {"h2"};
        return options;
    }());
    report("ALPN without a common protocol is refused", both.run(of) != none);
#endif
    if constexpr (detail::resumption_lacks.empty() && detail::build::tickets) {
        auto const cache = session_cache::create();
        auto resuming = verifying(of);
        if (cache) {
            resuming.session_cache = *cache;
        }
        auto const again =
            contexts{client_context::create(resuming), server_context::create(with(broker_crt, broker_key))};
        error first = again.run(of);
        report("a session for the cache", first == none && cache && cache->size() != 0, first);
        auto resumed = again;
        resumed.expected = peer_status::resumed_verified;
        first = resumed.run(of);
        report("resumed", first == none, first);
    }
}
#endif

#if TLSPP_HAS_PSK
void with_key(version of) {
    auto client = client_with_key(of);
    auto const server = server_with_key();
    error why = contexts{client_context::create(client), server_context::create(server), peer_status::psk}.run(of);
    report("a pre-shared key", why == none, why);
    client.psk = client_psk{.identity = "sensor 7", .key = bytes("fedcba9876543210")};
    why = contexts{client_context::create(client), server_context::create(server), peer_status::psk}.run(of);
    report("another key is refused", why != none);
    client.psk = client_psk{.identity = "sensor 8", .key = secret_key};
    why = contexts{client_context::create(client), server_context::create(server), peer_status::psk}.run(of);
    report("an unknown identity is refused", why != none);
#if !defined(MBEDTLS_X509_CRT_PARSE_C)
    auto const keyless = client_context::create({.random = own_random()});
    report("a client needs a key",
           !keyless && keyless.error() == errc::no_trust && keyless.error().why() == reason::certificates_not_built);
    auto const unproved = server_context::create({.random = own_random()});
    report("and so does a server", !unproved && unproved.error() == errc::no_identity &&
                                       unproved.error().why() == reason::certificates_not_built);
#endif
}
#endif

void both_ends() {
    for (auto const of : {version::tls1_2, version::tls1_3}) {
        bool const built = of == version::tls1_2 ? detail::build::tls1_2 : detail::build::tls1_3;
        std::printf("%s%s\n", of == version::tls1_2 ? "TLS 1.2" : "TLS 1.3", built ? "" : " is not built");
        if (!built) {
            continue;
        }
#if defined(MBEDTLS_X509_CRT_PARSE_C) && TLSPP_HAS_PSA
        with_certificates(of);
        with_more(of);
#endif
#if TLSPP_HAS_PSK
        with_key(of);
#endif
    }
}
#else
void both_ends() {}
#endif

// ---- one end ----------------------------------------------------------------------------------------------------

#if defined(MBEDTLS_SSL_CLI_C)
void call(std::uint16_t port, const result<client_context>& context) {
    if (!context) {
        return report("a client", false, context.error());
    }
    auto socket = bsd_socket::connect("127.0.0.1", port, 10000);
    auto stream = socket ? context->wrap(std::move(*socket), "broker.example")
                         : result<tlspp::stream<bsd_socket>>(std::unexpected(socket.error()));
    if (!stream) {
        return report("a connection", false, stream.error());
    }
    char answer[12] = {};
    auto done = stream->handshake();
    done = done ? stream->write_all("sensor 7: 21\n") : done;
    done = done ? stream->read_exactly(writable_bytes(answer)) : done;
    report("a client talks to another TLS", done && std::memcmp(answer, "12 :7 rosnes", 12) == 0,
           done ? error(errc::misuse) : done.error());
    (void)stream->shutdown();
}

void call(std::uint16_t port) {
#if defined(MBEDTLS_X509_CRT_PARSE_C)
    static constexpr std::span<const unsigned char> roots[] = {root_crt};
    auto trust = trust_store::bundle_parsed(roots);
    call(port, client_context::create({.trust = std::move(*trust), .clock = time_now(), .random = own_random()}));
#else
    (void)port;
#endif
}
void call_with_key(std::uint16_t port, version of) {
#if TLSPP_HAS_PSK
    call(port, client_context::create(client_with_key(of)));
#else
    (void)port, (void)of;
#endif
}
#else
void call(std::uint16_t) {}
void call_with_key(std::uint16_t, version) {}
#endif

#if defined(MBEDTLS_SSL_SRV_C)
void serve(const result<server_context>& context) {
    auto listener = bsd_listener::bind("127.0.0.1", 0);
    if (!context || !listener) {
        return report("a server", false, !context ? context.error() : listener.error());
    }
    std::printf("port %u\n", static_cast<unsigned>(listener->port()));
    std::fflush(stdout);
    auto stream = accept(*context, *listener, {.accept_timeout = 20000, .handshake_timeout = 20000});
    if (!stream) {
        return report("a server talks to another TLS", false, stream.error());
    }
    char text[64];
    auto const got = stream->read_some(writable_bytes(text));
    auto const sent = got ? stream->write_all(bytes(text, *got)) : result<void>(std::unexpected(got.error()));
    report("a server talks to another TLS", sent.has_value(), sent ? error(errc::misuse) : sent.error());
    (void)stream->shutdown();
}

void serve() {
#if defined(MBEDTLS_X509_CRT_PARSE_C) && TLSPP_HAS_PSA
    auto own = identity::from_der(broker_crt, broker_key);
    serve(own ? server_context::create({.identities = {*own}, .clock = time_now(), .random = own_random()})
              : result<server_context>(std::unexpected(own.error())));
#endif
}
void serve_with_key() {
#if TLSPP_HAS_PSK
    serve(server_context::create(server_with_key()));
#endif
}
#else
void serve() {}
void serve_with_key() {}
#endif
} // namespace

int main(int count, char** words) {
#if defined(MBEDTLS_MEMORY_BUFFER_ALLOC_C)
    static unsigned char pool[4 * 1024 * 1024];
    mbedtls_memory_buffer_alloc_init(pool, sizeof pool);
#endif
    if (count == 3 && std::strcmp(words[1], "client") == 0) {
        call(static_cast<std::uint16_t>(std::atoi(words[2])));
    } else if (count == 4 && std::strcmp(words[1], "psk-client") == 0) {
        call_with_key(static_cast<std::uint16_t>(std::atoi(words[2])),
                      std::strcmp(words[3], "tls1_3") == 0 ? version::tls1_3 : version::tls1_2);
    } else if (count == 2 && std::strcmp(words[1], "server") == 0) {
        serve();
    } else if (count == 2 && std::strcmp(words[1], "psk-server") == 0) {
        serve_with_key();
    } else {
        both_ends();
    }
    return wrong;
}
