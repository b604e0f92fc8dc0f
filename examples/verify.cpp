// SPDX-License-Identifier: BSL-1.0

// Judges a chain of certificates without a connection, and says what speaks against it.
#include <tlspp/text.hpp>
#include <tlspp/tlspp.hpp>
#include <tlspp/x509/verify_chain.hpp>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>
using namespace tlspp;

namespace {

constexpr std::string_view usage = R"(usage: verify --trusted FILE --chain FILE --purpose server|client [option ...]

Judges a chain of certificates: exit status 0 where it is good, 1 where it is not, with a line for each reason.

  --trusted FILE        the CA certificates that are trusted (PEM); what cannot be read among them is passed over
  --chain FILE          the certificate to judge, then intermediates in any order (PEM)
  --purpose PURPOSE     server or client: what its holder is
  --crls FILE           CRLs (PEM): then every certificate but the anchor is looked up, and an issuer without a current
                        list is a reason to refuse
  --name NAME           what the certificate must be for; left out: anybody
  --name-kind KIND      DNS (default), IP or RFC822
  --time SECONDS        since 1970, UTC; left out: now
  --key-usage LIST      uses that its keyUsage, where there is one, must allow: digitalSignature, keyAgreement, …
  --eku LIST            purposes besides that of --purpose that it must be good for: serverAuth, clientAuth,
                        codeSigning, …, or OIDs with dots
  --max-depth N         the most intermediates that are not self-issued (default 8)
  --profile PROFILE     rfc5280 (default) or webpki
  --help                this text

Lists are separated by commas. Exit status 2: wrong usage, or a file that cannot be read or has nothing in it.
)";

/// Ends the program with a sentence and an exit status.
struct stop {
    int status;
    std::string text;
};

struct arguments {
    std::string trusted, chain, crls, name, name_kind, purpose, time, key_usage, eku, max_depth, profile;
};

arguments parse_arguments(int argc, char** argv) {
    arguments out;
    struct option {
        std::string_view name;
        std::string arguments::* value;
    };
    constexpr option options[] = {
        {"--trusted", &arguments::trusted},
        {"--chain", &arguments::chain},
        {"--crls", &arguments::crls},
        {"--name", &arguments::name},
        {"--name-kind", &arguments::name_kind},
        {"--purpose", &arguments::purpose},
        {"--time", &arguments::time},
        {"--key-usage", &arguments::key_usage},
        {"--eku", &arguments::eku},
        {"--max-depth", &arguments::max_depth},
        {"--profile", &arguments::profile},
    };
    std::vector<std::string_view> seen;
    for (int i = 1; i < argc; ++i) {
        std::string_view const word = argv[i];
        auto const equals = word.find('=');
        auto const* const found =
            std::ranges::find_if(options, [&](const option& o) { return o.name == word.substr(0, equals); });
        if (found == std::end(options)) {
            throw stop{2, "unknown option: " + std::string(word)};
        }
        if (std::ranges::find(seen, found->name) != seen.end()) {
            throw stop{2, std::string(found->name) + " is there twice"};
        }
        seen.push_back(found->name);
        if (equals != std::string_view::npos) {
            out.*found->value = word.substr(equals + 1);
        } else if (++i < argc) {
            out.*found->value = argv[i];
        } else {
            throw stop{2, std::string(found->name) + " needs a value"};
        }
        if ((out.*found->value).empty() && found->name != "--eku" && found->name != "--key-usage") {
            throw stop{2, std::string(found->name) + " needs a value"};
        }
    }
    return out;
}

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!file.good() && !file.eof()) {
        throw stop{2, "cannot read " + path};
    }
    return text;
}

/// The certificates of a file one by one, as PEM or as they are; none is read yet.
std::vector<std::string> certificates_of(const std::string& path) {
    auto const text = read_file(path);
    constexpr std::string_view begin = "-----BEGIN CERTIFICATE-----";
    constexpr std::string_view end = "-----END CERTIFICATE-----";
    std::vector<std::string> out;
    for (auto at = text.find(begin); at != std::string::npos;) {
        auto const next = text.find(begin, at + begin.size());
        auto const block = text.substr(at, next == std::string::npos ? next : next - at);
        auto const last = block.find(end);
        out.push_back(last == std::string::npos ? block : block.substr(0, last + end.size()) + "\n");
        at = next;
    }
    if (out.empty() && text.starts_with('\x30')) {
        out.push_back(text); // DER
    }
    if (out.empty()) {
        throw stop{2, "there is no certificate in " + path};
    }
    return out;
}

trust_store read_trust(const std::string& path) {
    std::string good;
    std::optional<error> first;
    for (auto const& one : certificates_of(path)) {
        if (auto const parsed = certificate::parse(one); parsed) {
            std::string pem(parsed->pem_size(), '\0');
            pem.resize(or_throw(parsed->to_pem(pem)));
            good += pem;
        } else if (!first) {
            first = parsed.error();
        }
    }
    if (good.empty()) {
        throw stop{1, "no trusted certificate can be read: " + to_string(*first)};
    }
    auto const store = trust_store::from_pem(good);
    return store ? *store : throw stop{1, to_string(store.error())};
}

std::vector<certificate> read_chain(const std::string& path) {
    std::vector<certificate> out;
    for (auto const& one : certificates_of(path)) {
        if (auto const parsed = certificate::parse(one); parsed) {
            out.push_back(*parsed);
        } else if (out.empty()) {
            throw stop{1, "the certificate cannot be read: " + to_string(parsed.error())};
        }
    }
    return out;
}

std::int64_t number(std::string_view option, std::string_view text, std::int64_t lowest) {
    std::int64_t value = 0;
    auto const [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    std::string_view const rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
    bool const fraction = option == "--time" && rest.size() > 1 && rest[0] == '.' &&
                          rest.find_first_not_of("0123456789", 1) == std::string_view::npos;
    if (failure != std::errc{} || (!rest.empty() && !fraction) || value < lowest) {
        throw stop{2, std::string(option) + " is not a number: " + std::string(text)};
    }
    return value;
}

std::vector<std::string> words(std::string_view list) {
    std::vector<std::string> out;
    while (!list.empty()) {
        auto const comma = list.find(',');
        if (auto const word = list.substr(0, comma); !word.empty()) {
            out.emplace_back(word);
        }
        list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    }
    return out;
}

/// digitalSignature, digital_signature and DigitalSignature are one name.
std::string folded(std::string_view name) {
    std::string out;
    for (char const c : name) {
        if (c != '_' && c != '-' && c != ' ') {
            out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
        }
    }
    return out;
}

x509::key_usages parse_key_usages(std::string_view list) {
    constexpr std::string_view names[] = {"digitalsignature", "contentcommitment", "keyencipherment",
                                          "dataencipherment", "keyagreement",      "keycertsign",
                                          "crlsign",          "encipheronly",      "decipheronly"};
    std::uint16_t bits = 0;
    for (auto const& word : words(list)) {
        auto const name = folded(word) == "nonrepudiation" ? "contentcommitment" : folded(word);
        auto const* const found = std::ranges::find(names, name);
        if (found == std::end(names)) {
            throw stop{2, "not a key usage: " + word};
        }
        bits = static_cast<std::uint16_t>(bits | 1U << (found - std::begin(names)));
    }
    return x509::key_usages(bits);
}

/// The content octets of an object identifier with dots.
std::string encode_oid(const std::string& dotted) {
    std::string out;
    std::uint64_t first = 0;
    std::size_t arcs = 0;
    for (std::string_view rest = dotted;; ++arcs) {
        auto const dot = rest.find('.');
        auto const word = rest.substr(0, dot);
        std::uint64_t arc = 0;
        auto const [end, failure] = std::from_chars(word.data(), word.data() + word.size(), arc);
        bool const good = failure == std::errc{} && end == word.data() + word.size() &&
                          (word == "0" || !word.starts_with('0')) && arc < (1ULL << 56) && (arcs != 0 || arc < 3) &&
                          (arcs != 1 || first == 2 || arc < 40);
        if (!good) {
            throw stop{2, "not a purpose: " + dotted};
        }
        if (arcs == 0) {
            first = arc;
        } else {
            arc += arcs == 1 ? 40 * first : 0;
            int shift = 0;
            while (shift < 56 && arc >> (shift + 7) != 0) {
                shift += 7;
            }
            for (; shift >= 0; shift -= 7) {
                out += static_cast<char>((arc >> shift & 0x7FU) | (shift == 0 ? 0U : 0x80U));
            }
        }
        if (dot == std::string_view::npos) {
            break;
        }
        rest.remove_prefix(dot + 1);
    }
    if (arcs == 0) {
        throw stop{2, "not a purpose: " + dotted};
    }
    return out;
}

std::vector<std::string> parse_purposes(std::string_view list) {
    struct known {
        std::string_view name;
        x509::oid id;
    };
    constexpr known names[] = {
        {"serverauth", x509::oids::server_auth},     {"clientauth", x509::oids::client_auth},
        {"codesigning", x509::oids::code_signing},   {"emailprotection", x509::oids::email_protection},
        {"timestamping", x509::oids::time_stamping}, {"ocspsigning", x509::oids::ocsp_signing},
    };
    std::vector<std::string> out;
    for (auto const& word : words(list)) {
        auto const name = folded(word);
        auto const* const found = std::ranges::find(names, name, &known::name);
        auto const id = found != std::end(names)                         ? std::string(found->id.der())
                        : name == "any" || name == "anyextendedkeyusage" ? std::string()
                                                                         : encode_oid(word);
        if (!id.empty() && id != x509::oids::any_extended_key_usage.der()) { // any: whichever it has
            out.push_back(id);
        }
    }
    return out;
}

/// Sets the name to look for; it lives in `storage`, or in the arguments.
void set_name(x509::verify_options& options, std::optional<server_name>& storage, const arguments& given) {
    auto const kind = folded(given.name_kind.empty() ? "DNS" : given.name_kind);
    if (kind != "dns" && kind != "ip" && kind != "rfc822") {
        throw stop{2, "--name-kind is DNS, IP or RFC822, not " + given.name_kind};
    }
    if (given.name.empty()) {
        if (!given.name_kind.empty()) {
            throw stop{2, "--name-kind without --name"};
        }
        return;
    }
    if (kind == "rfc822") {
        options.email = given.name;
        return;
    }
    auto const parsed = server_name::parse(given.name);
    if (kind == "ip" && (!parsed || parsed->kind() != name_kind::ip)) {
        throw stop{2, "not an address: " + given.name};
    }
    if (!parsed) {
        throw stop{1, to_string(parsed.error())};
    }
    if (kind == "dns" && parsed->kind() != name_kind::dns) {
        throw stop{1, "no certificate is for an address as a DNS name: " + given.name};
    }
    options.name = &storage.emplace(*parsed);
}

/// Prints every reason on a line of its own.
void print(const error& why) {
    if (why != errc::certificate_rejected) {
        std::cout << why << '\n';
        return;
    }
    for (unsigned bit = 0; bit != 64; ++bit) {
        auto const flag = static_cast<verify_flag>(1ULL << bit);
        if (why.flags().has(flag)) {
            std::cout << describe(flag) << '\n';
        }
    }
}

int run(const arguments& given) {
    if (given.trusted.empty() || given.chain.empty()) {
        throw stop{2, "--trusted and --chain are needed"};
    }
    x509::verify_options options;
    if (given.purpose != "server" && given.purpose != "client") {
        throw stop{2, "--purpose is server or client"};
    }
    options.purpose = given.purpose == "server" ? x509::purpose::server : x509::purpose::client;
    if (!given.profile.empty() && given.profile != "rfc5280" && given.profile != "webpki") {
        throw stop{2, "--profile is rfc5280 or webpki, not " + given.profile};
    }
    options.profile = given.profile == "webpki" ? profile::webpki : profile::rfc5280;
    if (!given.time.empty()) {
        options.time = number("--time", given.time, 0);
    }
    if (!given.max_depth.empty()) {
        options.policy.max_intermediates =
            static_cast<std::uint16_t>(std::min<std::int64_t>(number("--max-depth", given.max_depth, 0), 65535));
    }
    auto const usages = parse_key_usages(given.key_usage);
    auto const purposes = parse_purposes(given.eku);
    std::vector<x509::oid> const ids(purposes.begin(), purposes.end());
    options.policy.further_purposes = ids;
    auto const crls = given.crls.empty() ? std::string() : read_file(given.crls);
    certificates_of(given.trusted); // wrong usage is told before anything is judged
    auto const chain = read_chain(given.chain);
    std::optional<server_name> name;
    set_name(options, name, given);
    auto const trust = read_trust(given.trusted);
    if (!given.crls.empty()) {
        auto const lists = crl_list::parse(crls);
        if (!lists) {
            throw stop{1, to_string(lists.error())};
        }
        options.policy.crls = *lists;
        options.policy.revocation = revocation::chain;
    }
    auto const judged = x509::verify(chain, trust, options);
    if (!judged) {
        print(judged.error());
    }
    auto const allowed = chain[0].key_usage();
    bool const usable = !allowed || (usages.bits() & ~allowed->bits()) == 0;
    bool const told = !judged && judged.error().flags().has(verify_flag::key_usage);
    if (!usable && !told) {
        std::cout << describe(verify_flag::key_usage) << '\n';
    }
    return judged && usable ? 0 : 1;
}
} // namespace

int main(int argc, char** argv) try {
    if (std::any_of(argv + 1, argv + argc, [](std::string_view word) { return word == "--help"; })) {
        std::cout << usage;
        return 0;
    }
    return run(parse_arguments(argc, argv));
} catch (const stop& why) {
    (why.status == 1 ? std::cout : std::cerr << "verify: ") << why.text << '\n';
    return why.status;
} catch (const std::exception& e) {
    std::cerr << "verify: " << e.what() << '\n';
    return 2;
}
