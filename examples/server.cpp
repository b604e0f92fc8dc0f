// SPDX-License-Identifier: BSL-1.0

// A server with a thread for each client: answers "GET /" with a page, and sends every other line back. A client that
// fails its handshake, or says nothing, disturbs nobody else.
#include "tls_arguments.hpp"

#include <tlspp/text.hpp>
#include <tlspp/tlspp.hpp>

#include <array>
#include <charconv>
#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>
#include <mutex>
#include <optional>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
using namespace tlspp;
using namespace std::chrono_literals;
using command_line::stop;

namespace {

constexpr std::string_view usage = R"(usage: server --port N --cert FILE --key FILE [option ...]

  --port N            the port to listen on; 0: one that the system chooses (it is printed, see --port-file)
  --cert FILE         the server's certificate, followed by its intermediates (PEM); not needed with --psk
  --key FILE          its private key (PEM)
  --client-ca FILE    clients must have a certificate of one of these CAs
  --client-auth WHO   required (the default) or optional: clients of --client-ca may have none
  --tickets N         tickets behind each full handshake; 0: none (2 unless it is given)
  --page FILE         the page, in place of one that tells the version
  --address A         the address to listen on (all of them, unless it is given)
  --port-file FILE    write the port into this file when clients may come
)";
constexpr std::string_view usage_end = R"(
Answers "GET /" with a page, sends every other line back, and closes with close_notify. Runs until it is ended by a
signal, whatever its clients do. Exit status: 1 when it cannot start, 2 when it was called wrongly.
)";

struct arguments {
    std::uint16_t port = 0;
    std::string certificate;
    std::string key;
    std::string client_ca;
    client_auth asks = client_auth::required;
    std::optional<std::uint8_t> tickets;
    std::string page;
    std::string address = "::";
    std::string port_file;
    command_line::tls_arguments tls;
};

template <class Number>
Number to_number(std::string_view text) {
    Number out{};
    auto const [end, failure] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (failure != std::errc{} || end != text.data() + text.size()) {
        throw stop{command_line::wrong_usage, "not a number, or out of range: " + std::string(text)};
    }
    return out;
}

arguments parse(int argc, char** argv) {
    arguments out;
    bool has_port = false;
    for (int i = 1; i < argc; i += 2) {
        std::string_view const name = argv[i];
        if (i + 1 == argc) {
            throw stop{command_line::wrong_usage, "nothing stands behind " + std::string(name)};
        }
        std::string_view const value = argv[i + 1];
        if (name == "--port") {
            out.port = to_number<std::uint16_t>(value);
            has_port = true;
        } else if (name == "--cert") {
            out.certificate = value;
        } else if (name == "--key") {
            out.key = value;
        } else if (name == "--client-ca") {
            out.client_ca = value;
        } else if (name == "--client-auth" && (value == "required" || value == "optional")) {
            out.asks = value == "optional" ? client_auth::optional : client_auth::required;
        } else if (name == "--tickets") {
            out.tickets = to_number<std::uint8_t>(value);
        } else if (name == "--page") {
            out.page = value;
        } else if (name == "--address") {
            out.address = value;
        } else if (name == "--port-file") {
            out.port_file = value;
        } else if (!out.tls.take(name, value)) {
            throw stop{command_line::wrong_usage, "unknown option " + std::string(name) + ", see --help"};
        }
    }
    bool const has_certificate = !out.certificate.empty() && !out.key.empty();
    if (!has_port || !(has_certificate || (out.tls.has_keys() && out.certificate.empty() && out.key.empty()))) {
        throw stop{command_line::wrong_usage, "--port, --cert and --key are needed (or --port and --psk), see --help"};
    }
    return out;
}

/// One line of the log, whole, whichever thread writes it.
void log(const std::string& line) {
    static std::mutex one_at_a_time;
    std::lock_guard const lock(one_at_a_time);
    std::cout << line << std::endl;
}

/// The lines that a client sends, of bounded length.
class line_reader {
public:
    explicit line_reader(connection& conn) : conn_(conn) {}

    /// The next line without its end; nothing where the client has closed.
    std::optional<std::string> next() {
        for (;;) {
            if (auto const end = held_.find('\n'); end != std::string::npos) {
                auto line = held_.substr(0, end != 0 && held_[end - 1] == '\r' ? end - 1 : end);
                held_.erase(0, end + 1);
                return line;
            }
            if (held_.size() > longest) {
                throw std::length_error("a line of more than 8192 bytes");
            }
            std::array<char, 4096> buffer;
            std::size_t const n = or_throw(conn_.read_some(buffer));
            if (n == 0) {
                return std::nullopt;
            }
            held_.append(buffer.data(), n);
        }
    }

private:
    static constexpr std::size_t longest = 8192;
    connection& conn_;
    std::string held_;
};

/// What all threads share.
struct site {
    server_context context;
    command_line::tls_arguments tls;
    std::optional<std::string> page;
};

void answer_http(connection& conn, const site& own, std::string_view target) {
    bool const found = target == "/";
    std::string const body = !found     ? "<!doctype html>\n<title>Not found</title>\n"
                             : own.page ? *own.page
                                        : "<!doctype html>\n<title>tlspp</title>\n<p>Hello over " +
                                              std::string(conn.cipher().protocol) + ".\n";
    or_throw(conn.write_all(std::string(found ? "HTTP/1.1 200 OK" : "HTTP/1.1 404 Not Found") +
                            "\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: " +
                            std::to_string(body.size()) + "\r\n\r\n" + body));
}

void converse(connection& conn, const site& own) {
    line_reader lines(conn);
    while (auto const line = lines.next()) {
        if (line->starts_with("GET ")) {
            for (auto header = lines.next(); header && !header->empty(); header = lines.next()) {
            }
            auto const rest = line->substr(4);
            answer_http(conn, own, std::string_view(rest).substr(0, rest.find(' ')));
            break;
        }
        or_throw(conn.write_all(*line + "\n"));
    }
    or_throw(conn.shutdown());
    std::array<char, 4096> rest;
    while (or_throw(conn.read_some(rest)) != 0) { // until the client has closed too: then it has read everything
    }
}

void serve(const site& own, bsd_socket socket) {
    auto const from = socket.peer_endpoint();
    std::string const who = std::string(from.address()) + " " + std::to_string(from.port());
    try {
        auto conn = or_throw(own.context.wrap(std::move(socket)));
        conn.transport().set_deadline(deadline{10s}); // for the whole handshake
        or_throw(conn.handshake());
        conn.transport().clear_deadline();
        conn.transport().set_timeout(60s); // for each read and write

        std::string line = who + ": " + std::string(conn.cipher().protocol) + " " + std::string(conn.cipher().name);
        if (conn.session_reused() && conn.peer_status() != peer_status::psk) {
            line += ", resumed";
        }
        if (auto const peer = conn.peer_certificate()) {
            line += ", " + to_string(peer->subject());
        }
        if (conn.peer_status() == peer_status::psk) {
            line += ", key of " + std::string(conn.psk_identity());
        }
        if (auto const exported = own.tls.exported(conn); !exported.empty()) {
            line += ", " + exported;
        }
        log(line);
        converse(conn, own);
        log(who + ": closed");
    } catch (const std::exception& e) {
        log(who + ": " + e.what());
    }
}

std::string read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::string content(std::istreambuf_iterator<char>(in), {});
    if (!in) {
        throw stop{1, "cannot read " + path};
    }
    return content;
}

server_context make_context(const arguments& given) {
    server_options options{.alpn = {"http/1.1"}, .tickets = {.count = given.tickets}};
    if (!given.certificate.empty()) {
        options.identities = {or_throw(identity::from_files(given.certificate, given.key))};
    }
    if (!given.client_ca.empty()) {
        options.client_auth = given.asks;
        options.trust = or_throw(trust_store::from_file(given.client_ca));
    }
    if (given.tls.has_keys()) {
        options.psk = given.tls.server_keys();
    }
    return or_throw(server_context::create(given.tls.applied_to(std::move(options))));
}

} // namespace

int main(int argc, char** argv) try {
    if (argc == 2 && std::string_view(argv[1]) == "--help") {
        std::cout << usage << command_line::tls_arguments::usage << usage_end;
        return 0;
    }
    auto const given = parse(argc, argv);
    site const own{make_context(given), given.tls,
                   given.page.empty() ? std::nullopt : std::optional(read_file(given.page))};
    auto listener = or_throw(bsd_listener::bind(given.address, given.port));
    if (!given.port_file.empty()) {
        command_line::write_file(given.port_file, std::to_string(listener.port()) + "\n");
    }
    log("listening on port " + std::to_string(listener.port()));

    static std::counting_semaphore<256> seats(256); // clients at a time; the others wait in the listener's queue
    for (;;) {                                      // never left, so the threads may use what is above
        seats.acquire();
        auto socket = listener.accept();
        if (!socket) {
            log(to_string(socket.error()));
            seats.release();
            continue;
        }
        std::thread([&own, client = std::move(*socket)]() mutable {
            serve(own, std::move(client));
            seats.release();
        }).detach();
    }
} catch (const stop& why) {
    std::cerr << "server: " << why.text << '\n';
    return why.status;
} catch (const std::exception& e) {
    std::cerr << "server: " << e.what() << '\n';
    return 1;
}
