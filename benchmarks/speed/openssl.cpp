// SPDX-License-Identifier: BSL-1.0
#include "pair.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <string_view>
#include <vector>

namespace {

constexpr std::size_t longest = 16 * 1024;

[[noreturn]] void fail(const char* what) {
    char text[200];
    ERR_error_string_n(ERR_get_error(), text, sizeof text);
    speed::give_up(std::string("OpenSSL: ") + what + ": " + text);
}
void check(bool good, const char* what) {
    if (!good) {
        fail(what);
    }
}

template <auto Free>
struct freed_by {
    template <class T>
    void operator()(T* what) const {
        Free(what);
    }
};
template <class T, auto Free>
using owned = std::unique_ptr<T, freed_by<Free>>;
using owned_bio = owned<BIO, BIO_free>;
using owned_certificate = owned<X509, X509_free>;

owned_bio bio_of(const std::string& text) {
    return owned_bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

const char* suite(int number) {
    switch (number) {
    case 0x1301:
        return "TLS_AES_128_GCM_SHA256";
    case 0x1302:
        return "TLS_AES_256_GCM_SHA384";
    case 0x1303:
        return "TLS_CHACHA20_POLY1305_SHA256";
    case 0xC02B:
        return "ECDHE-ECDSA-AES128-GCM-SHA256";
    default:
        speed::give_up("OpenSSL: which suite?");
    }
}

// SSL_set_tlsext_host_name is a macro with casts of C.
bool send_name(SSL* ssl, const char* name) {
    return SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, const_cast<char*>(name)) == 1;
}

class openssl_pair final : public speed::pair {
public:
    openssl_pair(const speed::settings& settings, const speed::credentials& own)
        : resume_(settings.resume), clients_(SSL_CTX_new(TLS_client_method())),
          servers_(SSL_CTX_new(TLS_server_method())) {
        int const only = settings.tls1_3 ? TLS1_3_VERSION : TLS1_2_VERSION;
        for (SSL_CTX* context : {clients_.get(), servers_.get()}) {
            check(SSL_CTX_set_min_proto_version(context, only) == 1 &&
                      SSL_CTX_set_max_proto_version(context, only) == 1,
                  "version");
            check(settings.tls1_3 ? SSL_CTX_set_ciphersuites(context, suite(settings.suite)) == 1
                                  : SSL_CTX_set_cipher_list(context, suite(settings.suite)) == 1,
                  "suite");
            check(SSL_CTX_set1_groups_list(context, "X25519:P-256") == 1, "group");
        }
        owned_certificate const root(PEM_read_bio_X509(bio_of(own.root).get(), nullptr, nullptr, nullptr));
        check(root && X509_STORE_add_cert(SSL_CTX_get_cert_store(clients_.get()), root.get()) == 1, "root");
        SSL_CTX_set_verify(clients_.get(), SSL_VERIFY_PEER, nullptr);
        owned_certificate const leaf(PEM_read_bio_X509(bio_of(own.certificate).get(), nullptr, nullptr, nullptr));
        owned<EVP_PKEY, EVP_PKEY_free> const key(
            PEM_read_bio_PrivateKey(bio_of(own.key).get(), nullptr, nullptr, nullptr));
        check(leaf && key && SSL_CTX_use_certificate(servers_.get(), leaf.get()) == 1 &&
                  SSL_CTX_use_PrivateKey(servers_.get(), key.get()) == 1,
              "identity");
        if (!resume_) {
            SSL_CTX_set_options(servers_.get(), SSL_OP_NO_TICKET);
            check(SSL_CTX_set_num_tickets(servers_.get(), 0) == 1, "tickets");
        } else {
            SSL_CTX_set_session_cache_mode(clients_.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
            SSL_CTX_set_ex_data(clients_.get(), 0, this);
            SSL_CTX_sess_set_new_cb(clients_.get(), [](SSL* ssl, SSL_SESSION* session) {
                static_cast<openssl_pair*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), 0))->session_.reset(session);
                return 1; // it is ours now
            });
        }
    }

    void connect() override {
        client_.reset(SSL_new(clients_.get()));
        server_.reset(SSL_new(servers_.get()));
        BIO* const to_server = BIO_new(BIO_s_mem());
        BIO* const to_client = BIO_new(BIO_s_mem());
        check(client_ && server_ && to_server && to_client, "connection");
        BIO_up_ref(to_server);
        BIO_up_ref(to_client);
        SSL_set_bio(client_.get(), to_client, to_server);
        SSL_set_bio(server_.get(), to_server, to_client);
        check(SSL_set1_host(client_.get(), "localhost") == 1 && send_name(client_.get(), "localhost"), "name");
        if (session_) {
            check(SSL_set_session(client_.get(), session_.get()) == 1, "session");
        }
        SSL_set_connect_state(client_.get());
        SSL_set_accept_state(server_.get());
        bool client_done = false;
        bool server_done = false;
        while (!client_done || !server_done) {
            client_done = step(client_.get());
            server_done = step(server_.get());
        }
        if (resume_) {
            ask(1);
            answer(1);
        }
    }
    bool resumed() const override { return SSL_session_reused(client_.get()) == 1; }
    void ask(std::size_t size) override { transfer(client_.get(), server_.get(), size); }
    void answer(std::size_t size) override { transfer(server_.get(), client_.get(), size); }

private:
    static bool step(SSL* end) {
        int const done = SSL_do_handshake(end);
        check(done == 1 || SSL_get_error(end, done) == SSL_ERROR_WANT_READ, "handshake");
        return done == 1;
    }
    void transfer(SSL* from, SSL* to, std::size_t size) {
        check(SSL_write(from, data_.data(), static_cast<int>(size)) == static_cast<int>(size), "write");
        for (std::size_t got = 0; got != size;) {
            int const n = SSL_read(to, into_.data(), static_cast<int>(size - got));
            check(n > 0, "read");
            got += static_cast<std::size_t>(n);
        }
    }

    bool resume_;
    owned<SSL_CTX, SSL_CTX_free> clients_;
    owned<SSL_CTX, SSL_CTX_free> servers_;
    owned<SSL_SESSION, SSL_SESSION_free> session_;
    owned<SSL, SSL_free> client_;
    owned<SSL, SSL_free> server_;
    std::vector<char> data_ = std::vector<char>(longest);
    std::vector<char> into_ = std::vector<char>(longest);
};
} // namespace

std::unique_ptr<speed::pair> speed::make_openssl(const settings& settings, const credentials& own) {
    return std::make_unique<openssl_pair>(settings, own);
}
