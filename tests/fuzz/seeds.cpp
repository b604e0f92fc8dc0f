// SPDX-License-Identifier: BSL-1.0
#include "../x509/samples.hpp"

#include <tlspp/context.hpp>
#include <tlspp/dev.hpp>
#include <tlspp/engine.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

/// Writes what the fuzzers start from, one folder for each target: `seeds FOLDER`. Made when it is needed, since
/// certificates age and nothing binary has to be kept.
namespace {
using namespace tlspp;

std::filesystem::path folder_of_all;

void put(const char* target, std::string_view content) {
    static unsigned number = 0;
    auto const folder = folder_of_all / target;
    std::filesystem::create_directories(folder);
    std::ofstream(folder / ("seed-" + std::to_string(number++)), std::ios::binary) << content;
}

std::string der_of(std::string_view pem) { return pem.empty() ? std::string() : samples::der_of(pem); }

/// One DER element around a text: enough for the extensions below.
std::string element(char tag, std::string_view content) {
    return std::string{tag, static_cast<char>(content.size())} + std::string(content);
}
dev::extension extension(const char* oid, std::string_view der, bool critical = false) {
    return {.oid = oid, .der = samples::octets(der), .critical = critical};
}

constexpr std::int64_t from = 1'600'000'000;
constexpr std::int64_t until = 2'000'000'000;

dev::authority_options ca_options(std::string name) {
    return {.common_name = std::move(name), .not_before = from, .not_after = until};
}

std::vector<dev::certificate_options> leaves() {
    using namespace std::string_literals;
    std::vector<dev::certificate_options> all;
    all.push_back({.dns_names = {"a.example"}});
    all.push_back({.dns_names = {"*.a.example", "b.example"},
                   .ip_addresses = {"192.0.2.1", "2001:db8::1"},
                   .email_addresses = {"user@example.org"},
                   .uris = {"https://a.example/x"},
                   .alternative_names = {"dirName:C=DE,O=Example"}});
    all.push_back({.dns_names = {"xn--mnchen-3ya.example"}, .key_type = dev::key_type::ec_p384});
    all.push_back({.dns_names = {"r.example"}, .key_type = dev::key_type::insecure_rsa_1024});
    all.push_back({.common_name = "old.example", .version = 1});
    all.push_back({.dns_names = {"s.example"}, .subject = "C=DE,ST=Hamburg,L=Hamburg,O=Example\\, Inc.,OU=x,CN=s"});
    all.push_back({.dns_names = {"e.example"}, .subject = ""});
    all.push_back({.dns_names = {"c.example"},
                   .serial = "00",
                   .crl_distribution_points = {"http://c.example/ca.crl", "ldap://c.example/x"}});
    // otherName, registeredID, an address of a wrong length
    all.push_back(
        {.extensions = {extension(
             "2.5.29.17", element('\x30', element('\xA0', "\x06\x03\x2A\x03\x04\xA0\x04\x0C\x02hi"s) +
                                              element('\x88', "\x2A\x03\x04"s) + element('\x87', "\x01\x02"s)))}});
    // authorityInfoAccess, certificatePolicies
    all.push_back(
        {.dns_names = {"p.example"},
         .extensions = {extension("1.3.6.1.5.5.7.1.1",
                                  element('\x30', element('\x30', "\x06\x08\x2B\x06\x01\x05\x05\x07\x30\x01"s +
                                                                      element('\x86', "http://o.example")) +
                                                      element('\x30', "\x06\x08\x2B\x06\x01\x05\x05\x07\x30\x02"s +
                                                                          element('\x86', "http://i.example/ca.der")))),
                        extension("2.5.29.32", element('\x30', element('\x30', "\x06\x06\x67\x81\x0C\x01\x02\x01"s) +
                                                                   element('\x30', "\x06\x04\x55\x1D\x20\x00"s))),
                        extension("1.2.3.4", element('\x0C', "unknown"), true)}});
    // authorityKeyIdentifier with issuer and serial number
    all.push_back(
        {.dns_names = {"k.example"},
         .extensions = {extension("2.5.29.35", element('\x30', element('\x80', "identifier") +
                                                                   element('\xA1', element('\x82', "i.example")) +
                                                                   element('\x82', "\x01\x02"s)))}});
    all.push_back({.dns_names = {"q.example"},
                   .path_length = 3,
                   .permitted = {"DNS:example", "IP:192.0.2.0/24"},
                   .excluded = {"email:.example.org", "URI:.example", "dirName:C=DE"},
                   .name_constraints_critical = false});
    for (auto& one : all) {
        one.not_before = from;
        one.not_after = until;
    }
    return all;
}

void certificates(const dev::authority& ca) {
    std::string bundle = ca.root_pem();
    for (auto const& options : leaves()) {
        auto const pem = or_throw(ca.issue_pem(options)).certificate_pem;
        auto const der = der_of(pem);
        put("certificate", pem);
        put("certificate", der);
        for (const char* name : {"a.example", "x.a.example", "192.0.2.1", "2001:db8::1", "user@example.org"}) {
            put("name", std::string(name) + "\n" + der);
        }
        put("trust_store", der);
        bundle += pem;
    }
    put("trust_store", bundle);
    put("trust_store", ca.root_pem() + ca.root_pem());
    put("trust_store", der_of(ca.root_pem()) + der_of(ca.certificate_pem()));
    for (const char* text : {"a.example.\n*.example", "A.EXAMPLE\n*.a.example", "::ffff:192.0.2.1\n", "0x7f000001\n",
                             "127.1\n", "[::1]\n", "fe80::1%eth0\n", "*.b.a.example\nc.b.a.example"}) {
        put("name", text);
    }
}

void lists(const dev::authority& ca) {
    dev::crl_options options{.this_update = from, .next_update = until};
    auto const empty = or_throw(ca.crl_pem({}, options));
    options.entry_extensions = {extension("2.5.29.21", "\x0A\x01\x01")};
    auto const full = or_throw(ca.crl_pem({"01", "00ff", "7fffffffffffffffffffffffffffffffffffffff"}, options));
    for (auto const& pem : {empty, full, empty + full}) {
        put("crl", pem);
        put("crl", der_of(pem));
    }
    options.extensions = {extension("2.5.29.27", "\x02\x01\x01", true)};
    put("crl", der_of(or_throw(ca.crl_pem({"01"}, options)))); // a delta
    options.extensions = {extension("2.5.29.28", element('\x30', "\x84\x01\xFF"), true)};
    put("crl", der_of(or_throw(ca.crl_pem({"01"}, options)))); // an indirect one
}

void keys(const dev::authority& ca) {
    using enum dev::key_type;
    for (auto type : {ec_p256, ec_p384, ec_p521, rsa_2048, insecure_rsa_1024}) {
        auto const made = or_throw(ca.issue_pem({.key_type = type}));
        put("private_key", "\n" + made.key_pem);
        put("private_key", "\n" + der_of(made.key_pem));
        put("private_key", "\n" + made.certificate_pem + made.key_pem);
    }
    for (std::string_view pem : {samples::ec_key, samples::encrypted_key, samples::scrypt_key, samples::ed25519_key}) {
        put("private_key", "secret\n" + std::string(pem));
        put("private_key", "wrong\n" + std::string(pem));
        put("private_key", "secret\n" + der_of(pem));
    }
}

std::string all_der_of(std::string_view pem) {
    std::string der;
    detail::pem_cursor blocks(pem);
    for (detail::pem_block block; blocks.next(block);) {
        der += der_of(block.whole);
    }
    return der;
}

/// Good and bad in one way each, for the checks; whether the signatures are right is not asked.
void chains() {
    auto const put_chain = [](const dev::authority& issuer, const dev::certificate_options& leaf) {
        put("checks", all_der_of(or_throw(issuer.issue_pem(leaf)).certificate_pem + issuer.root_pem()));
    };
    auto options = ca_options("Root");
    options.permitted = {"DNS:example", "IP:192.0.2.0/24", "email:example", "URI:.example", "dirName:O=Example"};
    options.excluded = {"DNS:bad.example", "IP:192.0.2.128/25", "email:.bad.example", "URI:bad.example",
                        "dirName:O=Bad"};
    auto const root = or_throw(dev::authority::create(options));
    auto inner = ca_options("Inner");
    inner.organisation = "Example";
    inner.path_length = 1;
    inner.extended_key_usage = {dev::purpose::server_auth};
    auto const middle = or_throw(root.intermediate(inner));
    inner.common_name = "Innermost";
    inner.path_length = 0;
    auto const innermost = or_throw(middle.intermediate(inner));
    for (auto leaf : leaves()) {
        leaf.organisation = "Example";
        put_chain(root, leaf);
        put_chain(innermost, leaf);
    }
    put_chain(middle, {.dns_names = {"a.example"},
                       .not_before = from,
                       .not_after = until,
                       .email_addresses = {"a@example"},
                       .organisation = "Example"});
    auto const plain = or_throw(dev::authority::create(ca_options("Plain")));
    put_chain(plain, {.dns_names = {"a.example"}, .not_before = from, .not_after = until});
    put_chain(or_throw(plain.intermediate(ca_options("Plain"))),
              {.dns_names = {"a.example"}, .not_before = from, .not_after = until});
}

/// Good for a.example. RSA, since its signatures are the quickest to check.
void signed_chains() {
    auto options = ca_options("Root");
    options.key_type = dev::key_type::rsa_2048;
    auto const root = or_throw(dev::authority::create(options));
    options.common_name = "Inner";
    options.permitted = {"DNS:example"};
    auto const inner = or_throw(root.intermediate(options));
    options.key_pem = or_throw(inner.issue_pem(options)).key_pem;
    auto const again = or_throw(inner.intermediate(options)); // the same name, another key
    dev::certificate_options const leaf{
        .dns_names = {"a.example"}, .not_before = from, .not_after = until, .key_pem = options.key_pem};
    auto const by_root = all_der_of(or_throw(root.issue_pem(leaf)).certificate_pem);
    auto const by_inner = all_der_of(or_throw(inner.issue_pem(leaf)).certificate_pem);
    auto const by_again = all_der_of(or_throw(again.issue_pem(leaf)).certificate_pem);
    auto const anchor = der_of(root.root_pem());
    for (auto const& chain : {by_root + anchor, by_inner + anchor, by_again + anchor, by_inner + by_again + anchor,
                              by_root + by_again + by_again, by_root}) {
        put("chain", chain);
    }
}
/// Handshakes of both versions, as each side sees them, and what the client alone is sent.
void handshakes(const dev::authority& ca) {
    auto const own = or_throw(ca.issue({.dns_names = {"localhost"}}));
    auto const trust = or_throw(ca.trust());
    for (auto const v : {version::tls1_2, version::tls1_3}) {
        auto const clients = or_throw(client_context::create({.trust = trust, .maximum_version = v}));
        auto const servers =
            or_throw(server_context::create({.identities = {own}, .groups = {named_group::secp384r1}}));
        auto client = or_throw(clients.wrap(memory_transport{}, "localhost"));
        auto server = or_throw(servers.wrap(memory_transport{}));
        std::string seen_by[2];
        std::string received;
        auto const carry = [&](engine& source, engine& to, bool to_client) {
            auto const out = source.transport().outgoing();
            for (std::size_t at = 0; at < out.size(); at += 127) {
                auto const part = out.subspan(at, out.size() - at < 127 ? out.size() - at : 127);
                std::string const text(reinterpret_cast<const char*>(part.data()), part.size());
                auto const head = [&](bool in) { return static_cast<char>(text.size() << 1U | (in ? 1U : 0U)); };
                seen_by[0] += head(to_client) + text;
                seen_by[1] += head(!to_client) + text;
                received += to_client ? head(true) + text : std::string();
            }
            to.transport().feed(out);
            source.transport().consume(out.size());
        };
        for (int i = 0; i != 6; ++i) {
            (void)client.handshake();
            carry(client, server, false);
            (void)server.handshake();
            carry(server, client, true);
        }
        put("inspector", std::string(1, '\0') + seen_by[0]);
        put("inspector", std::string(1, '\1') + seen_by[1]);
        put("inspector", std::string(1, '\0') + received);
        or_throw(server.write_all("x"));
        carry(server, client, true);
        char one[1];
        or_throw(client.read_exactly(one));
        auto held = or_throw(client.session());
        put("session", std::string(detail::view_of(held.record()).text()));
        std::string sealed(held.sealed_size(), '\0');
        or_throw(held.seal(std::string(32, 's'), sealed));
        put("session", sealed);
    }
}

/// What is done to the flights of a handshake, one thing each, for each version and credential.
void attacks() {
    using namespace std::string_literals;
    for (char which = 0; which != 4; ++which) {
        put("wire", std::string(1, which));
        for (char flight = 0; flight != 6; ++flight) {
            for (char what = 0; what != 6; ++what) {
                put("wire",
                    std::string{which, flight, '\x30', static_cast<char>(what << 4), '\x04'} + "\x16\x03\x03\x00"s);
            }
        }
    }
}
} // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "use: seeds FOLDER\n");
        return 2;
    }
    folder_of_all = argv[1];
    auto const ca = or_throw(dev::authority::create(ca_options("Fuzz CA")));
    certificates(ca);
    lists(ca);
    keys(ca);
    chains();
    signed_chains();
    handshakes(ca);
    attacks();
    return 0;
}
