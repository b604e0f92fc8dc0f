// SPDX-License-Identifier: BSL-1.0

// Keys that PSA keeps, as private keys of servers and clients. A program of its own, since the bundled Mbed TLS 3.6 has
// them only with another configuration: tests/checks/opaque_keys.py builds and runs it. Prints TAP.
#include <tlspp/dev.hpp>
#include <tlspp/tlspp.hpp>

#include <cstdio>
#include <string>
#include <string_view>

using namespace tlspp;

// The variant of ECDSA that TLS 1.2 asks for: Mbed TLS 4 takes its own default one, 3.6 the randomised one.
#if MBEDTLS_VERSION_NUMBER >= 0x04000000
#define ECDSA_OF_TLS MBEDTLS_PK_ALG_ECDSA
#else
#define ECDSA_OF_TLS PSA_ALG_ECDSA
#endif

namespace {
unsigned checks = 0;
bool all_good = true;

void check(bool good, const std::string& what) {
    all_good = all_good && good;
    std::printf("%s %u - %s\n", good ? "ok" : "not ok", ++checks, what.c_str());
}

/// Puts a key into PSA that can be used for signatures and cannot be exported.
mbedtls_svc_key_id_t import(const std::string& pem, bool rsa) {
    auto const key = or_throw(private_key::from_pem(pem));
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    mbedtls_svc_key_id_t id{};
    if (mbedtls_pk_get_psa_attributes(key.native_handle(), PSA_KEY_USAGE_SIGN_HASH, &attributes) != 0) {
        return id;
    }
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_HASH);
    psa_set_key_algorithm(&attributes,
                          rsa ? PSA_ALG_RSA_PKCS1V15_SIGN(PSA_ALG_ANY_HASH) : ECDSA_OF_TLS(PSA_ALG_ANY_HASH));
    if (rsa) {
        psa_set_key_enrollment_algorithm(&attributes, PSA_ALG_RSA_PSS(PSA_ALG_ANY_HASH));
    }
    if (mbedtls_pk_import_into_psa(key.native_handle(), &attributes, &id) != 0) {
        return {};
    }
    unsigned char out[4096];
    std::size_t size = 0;
    check(psa_export_key(id, out, sizeof out, &size) == PSA_ERROR_NOT_PERMITTED, "the key does not leave PSA");
    return id;
}

void carry(engine& from, engine& to) {
    auto const out = from.transport().outgoing();
    to.transport().feed(out);
    from.transport().consume(out.size());
}

bool shake(engine& client, engine& server, std::string& why) {
    for (int i = 0; i != 20; ++i) {
        auto const c = client.handshake();
        carry(client, server);
        auto const s = server.handshake();
        carry(server, client);
        if (c && s) {
            return true;
        }
        for (auto const& r : {c, s}) {
            if (!r && r.error() != errc::want_read && r.error() != errc::want_write) {
                why = std::string_view(r.error().message());
                return false;
            }
        }
    }
    why = "no end";
    return false;
}

void with_key(const dev::authority& ca, bool rsa) {
    std::string const kind = rsa ? "RSA" : "EC";
    dev::certificate_options options{.dns_names = {"localhost"}};
    options.key_type = rsa ? dev::key_type::rsa_2048 : dev::key_type::ec_p256;
    auto const made = or_throw(ca.issue_pem(options));
    auto const other = or_throw(ca.issue_pem(options));
    auto const id = import(made.key_pem, rsa);
    auto const key = private_key::from_psa(id);
    check(key.has_value() && key->is_opaque(), kind + ": a handle of the key");
    if (!key) {
        return;
    }
    check(identity::from_key(other.certificate_pem, *key).error() == errc::key_mismatch,
          kind + ": another certificate is refused");
    auto const own = identity::from_key(made.certificate_pem, *key);
    check(own.has_value(), kind + ": an identity" + (own ? "" : std::string(": ") + own.error().message().c_str()));
    if (!own) {
        return;
    }
    auto const trust = or_throw(ca.trust());
    for (auto const v : {version::tls1_2, version::tls1_3}) {
        auto const server = or_throw(server_context::create({.identities = {*own}, .maximum_version = v}));
        auto const client = or_throw(client_context::create({.trust = trust, .maximum_version = v}));
        auto c = or_throw(client.wrap(memory_transport{}, "localhost"));
        auto s = or_throw(server.wrap(memory_transport{}));
        std::string why;
        bool const good = shake(c, s, why);
        check(good && c.version() == v, kind + ": a server, " + std::string(name(v)) + (good ? "" : ": " + why));

        auto const plain = or_throw(ca.issue({.dns_names = {"localhost"}}));
        auto const asks = or_throw(server_context::create(
            {.identities = {plain}, .client_auth = client_auth::required, .trust = trust, .maximum_version = v}));
        auto const shows = or_throw(client_context::create({.trust = trust, .maximum_version = v, .identity = *own}));
        auto c2 = or_throw(shows.wrap(memory_transport{}, "localhost"));
        auto s2 = or_throw(asks.wrap(memory_transport{}));
        bool const shown = shake(c2, s2, why);
        check(shown && s2.peer_status() == peer_status::verified,
              kind + ": a client, " + std::string(name(v)) + (shown ? "" : ": " + why));
    }
}
} // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IONBF, 0);
    auto const ca = or_throw(dev::authority::create());
    with_key(ca, false);
    with_key(ca, true);

    mbedtls_svc_key_id_t unknown{};
    auto const none = private_key::from_psa(unknown);
    check(!none && none.error() == errc::invalid_argument && none.error().why() == reason::no_psa_key,
          "a key that PSA does not know");
    psa_key_attributes_t aes = PSA_KEY_ATTRIBUTES_INIT;
    psa_set_key_type(&aes, PSA_KEY_TYPE_AES);
    psa_set_key_bits(&aes, 128);
    psa_set_key_usage_flags(&aes, PSA_KEY_USAGE_ENCRYPT);
    psa_set_key_algorithm(&aes, PSA_ALG_CTR);
    mbedtls_svc_key_id_t id{};
    check(psa_generate_key(&aes, &id) == PSA_SUCCESS, "an AES key");
    auto const wrong = private_key::from_psa(id);
    check(!wrong && wrong.error() == errc::unsupported, "a key of another kind is refused");
    std::printf("1..%u\n", checks);
    return all_good ? 0 : 1;
}
