// SPDX-License-Identifier: BSL-1.0
#include "pair.hpp"

#include <tlspp/text.hpp>
#include <tlspp/tlspp.hpp>

#include <optional>
#include <utility>
#include <vector>

namespace {
using namespace tlspp;

constexpr std::size_t longest = 16 * 1024;

template <class Result>
auto take(const char* what, Result&& result) {
    if (!result) {
        speed::give_up(std::string("tlspp: ") + what + ": " + result.error().message().c_str());
    }
    return *std::forward<Result>(result);
}

class tlspp_pair final : public speed::pair {
public:
    tlspp_pair(const speed::settings& settings, const speed::credentials& own) : resume_(settings.resume) {
        version const only = settings.tls1_3 ? version::tls1_3 : version::tls1_2;
        auto const suite = static_cast<cipher_suite>(settings.suite);
        client_options client;
        client.trust = take("root", trust_store::from_pem(own.root));
        client.minimum_version = client.maximum_version = only;
        client.cipher_suites = {suite};
        if (resume_) {
            client.session_cache = take("cache", session_cache::create());
        }
        clients_ = take("client context", client_context::create(client));
        server_options server;
        server.identities = {take("identity", identity::from_pem(own.certificate, own.key))};
        server.minimum_version = server.maximum_version = only;
        server.cipher_suites = {suite};
        if (!resume_) {
            server.tickets = {.count = 0};
        }
        servers_ = take("server context", server_context::create(server));
    }

    void connect() override {
        client_.reset();
        server_.reset();
        client_ = take("client", clients_->wrap(memory_transport{}, "localhost"));
        server_ = take("server", servers_->wrap(memory_transport{}));
        bool client_done = false;
        bool server_done = false;
        while (!client_done || !server_done) {
            client_done = step(*client_);
            carry(*client_, *server_);
            server_done = step(*server_);
            carry(*server_, *client_);
        }
        if (resume_) { // tickets come with data
            ask(1);
            answer(1);
        }
    }
    bool resumed() const override { return client_->session_reused(); }
    void ask(std::size_t size) override { transfer(*client_, *server_, size); }
    void answer(std::size_t size) override { transfer(*server_, *client_, size); }

private:
    static bool step(engine& end) {
        auto const done = end.handshake();
        if (!done && done.error() != errc::want_read) {
            speed::give_up(std::string("tlspp: handshake: ") + done.error().message().c_str());
        }
        return done.has_value();
    }
    static void carry(engine& from, engine& to) {
        auto const out = from.transport().outgoing();
        to.transport().feed(out);
        from.transport().consume(out.size());
    }
    void transfer(engine& from, engine& to, std::size_t size) {
        if (auto const sent = from.write_all(bytes(data_).first(size)); !sent) {
            speed::give_up(std::string("tlspp: write: ") + sent.error().message().c_str());
        }
        carry(from, to);
        for (std::size_t got = 0; got != size;) {
            got += take("read", to.read_some(std::span(into_).first(size - got)));
        }
    }

    bool resume_;
    std::optional<client_context> clients_;
    std::optional<server_context> servers_;
    std::optional<engine> client_;
    std::optional<engine> server_;
    std::vector<std::byte> data_ = std::vector<std::byte>(longest);
    std::vector<std::byte> into_ = std::vector<std::byte>(longest);
};
} // namespace

std::unique_ptr<speed::pair> speed::make_tlspp(const settings& settings, const credentials& own) {
    return std::make_unique<tlspp_pair>(settings, own);
}
