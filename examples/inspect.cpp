// SPDX-License-Identifier: BSL-1.0

// What a person wants to know of a TLS server, before or after something went wrong with it. The first connection goes
// through whatever the certificate is, so that it can be shown, and carries nothing; two more measure resumption.
#include "command_line.hpp"

#include <tlspp/chrono.hpp>
#include <tlspp/keylog_file.hpp>
#include <tlspp/text.hpp>
#include <tlspp/tlspp.hpp>
#include <tlspp/trace_text.hpp>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>
using namespace tlspp;
using namespace std::chrono_literals;
using command_line::stop;

namespace {

constexpr std::string_view usage = R"(usage: inspect [option ...] HOST[:PORT]

Tells what was agreed on with a TLS server, its chain of certificates, and why it is trusted or not.

  --ca FILE             trust the CA certificates of this file (PEM) instead of the system's
  --name NAME           the name that the certificate must carry, where it is not HOST
  --alpn LIST           protocols to offer by ALPN, with commas in between (h2,http/1.1 unless it is given;
                        an empty list offers none)
  --profile NAME        rfc5280 (the default) or webpki, which also has the form rules of public CAs
  --timeout SECONDS     for each connection (10)
  --ladder              show the messages of the handshake
  --json                for machines: one object on standard output
  --help                this text

The system's CA certificates are those of the distribution's bundle, or what the environment variables SSL_CERT_FILE and
SSL_CERT_DIR name. SSLKEYLOGFILE names a file that gets the secrets of the connections, for Wireshark. Colours are for
terminals only; NO_COLOR turns them off.

Exit status:
  0   the server is trusted
  1   it is not; the reasons are among what is printed
  2   wrong usage, or a file that cannot be read
  3   no connection, or no TLS on it: nothing but a sentence on standard error
)";

constexpr int no_connection = 3;

struct arguments {
    command_line::host_and_port where;
    std::string ca;
    std::string name;
    std::string alpn = "h2,http/1.1";
    tlspp::profile profile = profile::rfc5280;
    timeout limit = 10s;
    bool ladder = false;
    bool json = false;
};

std::optional<arguments> parse(int argc, char** argv) {
    arguments out;
    std::optional<std::string_view> target;
    for (int i = 1; i < argc; ++i) {
        std::string_view const word = argv[i];
        bool const has_value = i + 1 < argc;
        if (word == "--json") {
            out.json = true;
        } else if (word == "--ladder") {
            out.ladder = true;
        } else if (word == "--ca" && has_value) {
            out.ca = argv[++i];
        } else if (word == "--name" && has_value) {
            out.name = argv[++i];
        } else if (word == "--alpn" && has_value) {
            out.alpn = argv[++i];
        } else if (word == "--profile" && has_value) {
            std::string_view const name = argv[++i];
            if (name != "rfc5280" && name != "webpki") {
                return std::nullopt;
            }
            out.profile = name == "webpki" ? profile::webpki : profile::rfc5280;
        } else if (word == "--timeout" && has_value) {
            char* end = nullptr;
            double const seconds = std::strtod(argv[++i], &end);
            if (*end != '\0' || !(seconds > 0 && seconds <= 3600)) {
                return std::nullopt;
            }
            out.limit = timeout(std::chrono::milliseconds(static_cast<long>(seconds * 1000) + 1));
        } else if (!word.starts_with('-') && !target) {
            target = word;
        } else {
            return std::nullopt;
        }
    }
    if (!target) {
        return std::nullopt;
    }
    out.where = command_line::parse_authority(*target, 443);
    if (out.name.empty()) {
        out.name = out.where.host;
    }
    return out;
}

template <class T>
T value_of(result<T>&& r, int status = no_connection) {
    if (!r) {
        bool const of_the_user = r.error() == errc::invalid_name || r.error() == errc::invalid_argument ||
                                 r.error() == errc::file || r.error() == errc::no_trust || r.error() == errc::malformed;
        throw stop{of_the_user ? command_line::wrong_usage : status, to_string(r.error())};
    }
    if constexpr (!std::is_void_v<T>) {
        return std::move(*r);
    }
}

using clock_type = std::chrono::steady_clock;

struct measured {
    stream<bsd_socket> conn;
    std::chrono::microseconds connecting;
    std::chrono::microseconds shaking;
};

measured call(const client_context& context, const arguments& given) {
    auto const start = clock_type::now();
    auto socket = value_of(bsd_socket::connect(given.where.host, given.where.port, given.limit));
    auto const connected = clock_type::now();
    socket.set_deadline(deadline{given.limit});
    auto conn = value_of(context.wrap(std::move(socket), given.name));
    value_of(conn.handshake());
    auto const in = [](clock_type::duration d) { return std::chrono::duration_cast<std::chrono::microseconds>(d); };
    return {std::move(conn), in(connected - start), in(clock_type::now() - connected)};
}

struct report {
    explicit report(trace_recorder recorder) : trace(std::move(recorder)) {}

    std::string address;
    std::vector<std::string> reasons; ///< not to trust it
    std::string protocol;
    std::string suite;
    int bits = 0;
    std::string group;
    std::string signature;
    std::optional<std::string> alpn;
    bool hello_retried = false;
    bool extended_master_secret = false;
    certificate_chain chain; ///< the leaf first; as built where it is trusted, as sent where not
    std::chrono::microseconds connecting{};
    std::chrono::microseconds shaking{};
    std::optional<bool> resumes;
    std::chrono::microseconds resuming{};
    trace_recorder trace;

    bool trusted() const { return reasons.empty(); }
};

std::vector<std::string> reasons_of(verify_flags flags) {
    std::vector<std::string> out;
    for (unsigned bit = 0; bit != 64; ++bit) {
        auto const flag = static_cast<verify_flag>(std::uint64_t{1} << bit);
        if (flags.has(flag)) {
            out.emplace_back(describe(flag));
        }
    }
    return out;
}

/// A full handshake and another one: sessions of TLS 1.3 come behind the first, with what is read.
void try_to_resume(client_options options, const arguments& given, report& out) {
    options.session_cache = value_of(session_cache::create());
    options.verify = verify_mode::required;
    options.trace = {};
    auto const context = value_of(client_context::create(options));
    {
        auto first = call(context, given);
        (void)first.conn.shutdown(deadline{2s}); // reads what is there; not every server answers
    }
    auto second = call(context, given);
    out.resumes = second.conn.session_reused();
    out.resuming = second.shaking;
    (void)second.conn.shutdown();
}

report look_at(const arguments& given) {
    report out(value_of(trace_recorder::create()));
    std::vector<std::string_view> protocols;
    for (std::string_view rest = given.alpn; !rest.empty();) {
        auto const comma = rest.find(',');
        protocols.push_back(rest.substr(0, comma));
        rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    }
    client_options options{
        .verify = verify_mode::insecure_report_only, // nothing is said to the server but hello and goodbye
        .profile = given.profile,
        .alpn = protocols,
        .keylog = value_of(keylog_from_environment()),
        .trace = out.trace,
    };
    if (!given.ca.empty()) {
        options.trust = value_of(trust_store::from_file(given.ca));
    }
    auto context = value_of(client_context::create(options));
    auto [conn, connecting, shaking] = call(context, given);
    out.address = conn.transport().peer_endpoint().address();
    out.connecting = connecting;
    out.shaking = shaking;
    out.reasons = reasons_of(conn.peer_flags());
    out.protocol = conn.cipher().protocol;
    out.suite = conn.cipher().name;
    out.bits = conn.cipher().secret_bits;
    out.group = conn.group() ? std::string(name(*conn.group())) : "";
    out.signature = conn.signature_scheme() ? std::string(name(*conn.signature_scheme())) : "";
    if (auto const chosen = conn.alpn()) {
        out.alpn = std::string(*chosen);
    }
    out.hello_retried = conn.hello_retried();
    out.extended_master_secret = conn.extended_master_secret();
    out.chain = value_of(out.trusted() ? conn.verified_chain() : conn.peer_certificates());
    (void)conn.shutdown(); // the server may be gone: all that is wanted is known
    if (out.trusted()) {
        try_to_resume(std::move(options), given, out);
    }
    return out;
}

// ---- for people ----------------------------------------------------------------------------------------------

std::string milliseconds(std::chrono::microseconds t) {
    auto const tenths = (t.count() + 50) / 100;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " ms";
}
long days_left(const certificate& c) {
    return std::chrono::floor<std::chrono::days>(to_sys_seconds(c.not_after()) - std::chrono::system_clock::now())
        .count();
}
std::string key_of(const certificate& c) {
    auto const key = c.public_key();
    return key.kind == x509::key_kind::rsa ? "RSA " + std::to_string(key.bits)
           : key.curve.empty()             ? std::to_string(key.bits) + " bits"
                                           : std::string(key.curve);
}
std::string names_of(const certificate& c) {
    std::string out;
    std::size_t more = 0;
    for (const x509::general_name& name : c.subject_alt_names()) {
        if (out.size() > 200) {
            ++more;
        } else {
            out += (out.empty() ? "" : ", ") + to_string(name);
        }
    }
    return more == 0 ? out : out + ", and " + std::to_string(more) + " more";
}

class painter {
public:
    painter() {
        const char* const off = std::getenv("NO_COLOR");  // NOLINT(concurrency-mt-unsafe)
        const char* const terminal = std::getenv("TERM"); // NOLINT(concurrency-mt-unsafe)
        on_ = ::isatty(STDOUT_FILENO) != 0 && (off == nullptr || *off == '\0') && terminal != nullptr &&
              std::string_view(terminal) != "dumb";
    }
    std::string green(std::string_view text) const { return paint("32", text); }
    std::string red(std::string_view text) const { return paint("31", text); }
    std::string faint(std::string_view text) const { return paint("2", text); }

private:
    std::string paint(std::string_view code, std::string_view text) const {
        return on_ ? "\x1B[" + std::string(code) + "m" + std::string(text) + "\x1B[0m" : std::string(text);
    }
    bool on_ = false;
};

void print_chain(const report& r, const painter& colour) {
    std::cout << (r.trusted() ? "\nchain, as verified\n" : "\nchain, as the server sent it\n");
    std::string indent = "  ";
    for (std::size_t i = r.chain.size(); i-- != 0;) {
        const certificate& c = r.chain[i];
        bool const top = i + 1 == r.chain.size();
        std::cout << indent << (top ? "" : "`- ") << to_string(c.subject())
                  << (top && r.trusted() ? "  (trust anchor)" : "") << '\n';
        indent += top ? "" : "   ";
        if (i == 0 && !c.subject_alt_names().empty()) {
            std::cout << indent << colour.faint("for    ") << names_of(c) << '\n';
        }
        long const days = days_left(c);
        auto const left = days < 0 ? "expired " + std::to_string(-days) + " days ago"
                                   : std::to_string(days) + (days == 1 ? " day left" : " days left");
        std::cout << indent << colour.faint("until  ") << time_to_string(c.not_after()) << ", "
                  << (days < 0    ? colour.red(left)
                      : days < 14 ? colour.red(left)
                                  : left)
                  << '\n'
                  << indent << colour.faint("key    ") << key_of(c) << ", signed with " << c.signature_algorithm().name
                  << '\n';
    }
    if (!r.chain.empty()) {
        std::cout << "  " << colour.faint("SHA-256 ") << to_hex(value_of(r.chain.front().fingerprint())) << '\n';
    }
}

void print(const report& r, const arguments& given) {
    painter const colour;
    auto const line = [&colour](std::string_view what, std::string_view value) {
        std::cout << colour.faint(std::string(what) + std::string(16 - what.size(), ' ')) << value << '\n';
    };
    std::cout << given.where.host << " port " << given.where.port << " (" << r.address << ")\n\n";
    if (r.trusted()) {
        line("trusted", colour.green("yes") + ", the chain ends at a trust anchor and is for " + given.name);
    } else {
        line("trusted", colour.red("no"));
        for (auto const& why : r.reasons) {
            line("", why);
        }
    }
    line("protocol", r.protocol);
    line("cipher suite", r.suite + " (" + std::to_string(r.bits) + " bits)");
    if (!r.group.empty()) {
        line("key agreement", r.group + (r.hello_retried ? ", after a HelloRetryRequest" : ""));
    }
    if (!r.signature.empty()) {
        line("signature", r.signature);
    }
    if (!r.extended_master_secret) {
        line("session", "not bound to the handshake (no extended master secret)");
    }
    line("ALPN", r.alpn ? *r.alpn : given.alpn.empty() ? "not offered" : "nothing chosen of " + given.alpn);
    line("handshake", milliseconds(r.shaking) + ", after " + milliseconds(r.connecting) + " for TCP");
    line("resumption", !r.resumes   ? "not tried"
                       : *r.resumes ? "yes, in " + milliseconds(r.resuming)
                                    : "no: the second handshake was a full one");
    print_chain(r, colour);
    if (given.ladder) {
        std::cout << '\n' << ladder_text(r.trace.records());
    }
}

// ---- for machines --------------------------------------------------------------------------------------------

/// Bytes from the network may stand in it: what is not printable ASCII is escaped, as Latin-1.
std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (char const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte > 0x7E) {
            constexpr std::string_view digits = "0123456789abcdef";
            out += "\\u00";
            out += digits[byte >> 4];
            out += digits[byte & 15U];
        } else {
            out += c == '"' || c == '\\' ? "\\" : "";
            out += c;
        }
    }
    return out + '"';
}

void print_json(const report& r, const arguments& given) {
    auto const boolean = [](bool b) { return b ? "true" : "false"; };
    auto const or_null = [](const std::string& text) { return text.empty() ? "null" : quoted(text); };
    auto const in_ms = [](std::chrono::microseconds t) {
        return std::to_string(static_cast<double>(t.count()) / 1000);
    };
    std::string reasons;
    for (auto const& why : r.reasons) {
        reasons += (reasons.empty() ? "" : ", ") + quoted(why);
    }
    std::string chain;
    for (const certificate& c : r.chain) {
        chain += (chain.empty() ? "" : ", ") + to_json(c);
    }
    std::string ladder;
    for (const trace_record& one : r.trace.records()) {
        ladder += (ladder.empty() ? "" : ", ");
        ladder += R"({"sender": )" + quoted(one.sender() == role::client ? "client" : "server") + R"(, "message": )" +
                  quoted(name(one)) + R"(, "encrypted": )" + boolean(one.encrypted) + R"(, "length": )" +
                  std::to_string(one.length) + "}";
    }
    std::cout << R"({"host": )" << quoted(given.where.host) << R"(, "port": )" << given.where.port << R"(, "address": )"
              << quoted(r.address) << R"(, "name": )" << quoted(given.name) << R"(, "trusted": )"
              << boolean(r.trusted()) << R"(, "reasons": [)" << reasons << R"(], "protocol": )" << quoted(r.protocol)
              << R"(, "suite": )" << quoted(r.suite) << R"(, "secretBits": )" << r.bits << R"(, "group": )"
              << or_null(r.group) << R"(, "signatureScheme": )" << or_null(r.signature) << R"(, "alpn": )"
              << (r.alpn ? quoted(*r.alpn) : "null") << R"(, "helloRetried": )" << boolean(r.hello_retried)
              << R"(, "extendedMasterSecret": )" << boolean(r.extended_master_secret) << R"(, "connectMilliseconds": )"
              << in_ms(r.connecting) << R"(, "handshakeMilliseconds": )" << in_ms(r.shaking) << R"(, "resumed": )"
              << (r.resumes ? boolean(*r.resumes) : "null") << R"(, "resumptionMilliseconds": )"
              << (r.resumes && *r.resumes ? in_ms(r.resuming) : "null") << R"(, "chain": [)" << chain
              << R"(], "ladder": [)" << ladder << "]}\n";
}
} // namespace

int main(int argc, char** argv) try {
    if (argc == 2 && std::string_view(argv[1]) == "--help") {
        std::cout << usage;
        return 0;
    }
    auto const given = parse(argc, argv);
    if (!given) {
        std::cerr << usage;
        return command_line::wrong_usage;
    }
    auto const found = look_at(*given);
    given->json ? print_json(found, *given) : print(found, *given);
    std::cout.flush();
    return !std::cout ? no_connection : found.trusted() ? 0 : 1;
} catch (const stop& why) {
    std::cerr << "inspect: " << why.text << '\n';
    return why.status;
} catch (const std::exception& e) {
    std::cerr << "inspect: " << e.what() << '\n';
    return no_connection;
}
