// SPDX-License-Identifier: BSL-1.0

// A server with a thread for each client: answers "GET /" with a page, and sends every other line back. A client that
// fails its handshake, or says nothing, disturbs nobody else.
#include "command_line.hpp"

#include <tlspp/text.hpp>
#include <tlspp/tlspp.hpp>

#include <array>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <optional>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
using namespace tlspp;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view usage = R"(usage: server --port N --cert FILE --key FILE [option ...]

  --port N            the port to listen on; 0: one that the system chooses (it is printed, see --port-file)
  --cert FILE         the server's certificate, followed by its intermediates (PEM)
  --key FILE          its private key (PEM)
  --client-ca FILE    clients must have a certificate of one of these CAs
  --min-version V     1.2 (the default) or 1.3
  --max-version V     1.2 or 1.3 (the default)
  --address A         the address to listen on (all of them, unless it is given)
  --port-file FILE    write the port into this file when clients may come

Runs until it is ended by a signal. Exit status: 1 when it cannot start, 2 when it was called wrongly.
)";

struct arguments {
    std::uint16_t port = 0;
    std::string certificate;
    std::string key;
    std::string client_ca;
    std::string address = "::";
    std::string port_file;
    std::optional<version> minimum;
    std::optional<version> maximum;
};

std::optional<version> to_version(std::string_view text) {
    return text == "1.2"   ? std::optional(version::tls1_2)
           : text == "1.3" ? std::optional(version::tls1_3)
                           : std::nullopt;
}

std::optional<arguments> parse(int argc, char** argv) {
    arguments out;
    bool has_port = false;
    for (int i = 1; i < argc; i += 2) {
        std::string_view const name = argv[i];
        if (i + 1 == argc) {
            return std::nullopt;
        }
        std::string const value = argv[i + 1];
        if (name == "--port") {
            char* end = nullptr;
            auto const number = std::strtoul(value.c_str(), &end, 10);
            if (value.empty() || *end != '\0' || number > 65535) {
                return std::nullopt;
            }
            out.port = static_cast<std::uint16_t>(number);
            has_port = true;
        } else if (name == "--cert") {
            out.certificate = value;
        } else if (name == "--key") {
            out.key = value;
        } else if (name == "--client-ca") {
            out.client_ca = value;
        } else if (name == "--address") {
            out.address = value;
        } else if (name == "--port-file") {
            out.port_file = value;
        } else if (name == "--min-version" || name == "--max-version") {
            auto const parsed = to_version(value);
            if (!parsed) {
                return std::nullopt;
            }
            (name == "--min-version" ? out.minimum : out.maximum) = parsed;
        } else {
            return std::nullopt;
        }
    }
    return has_port && !out.certificate.empty() && !out.key.empty() ? std::optional(out) : std::nullopt;
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

void answer_http(connection& conn, std::string_view target) {
    bool const found = target == "/";
    std::string const body =
        found ? "<!doctype html>\n<title>tlspp</title>\n<p>Hello over " + std::string(conn.cipher().protocol) + ".\n"
              : "<!doctype html>\n<title>Not found</title>\n";
    or_throw(conn.write_all(std::string(found ? "HTTP/1.1 200 OK" : "HTTP/1.1 404 Not Found") +
                            "\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: " +
                            std::to_string(body.size()) + "\r\n\r\n" + body));
}

void converse(connection& conn) {
    line_reader lines(conn);
    while (auto const line = lines.next()) {
        if (line->starts_with("GET ")) {
            for (auto header = lines.next(); header && !header->empty(); header = lines.next()) {
            }
            auto const rest = line->substr(4);
            answer_http(conn, std::string_view(rest).substr(0, rest.find(' ')));
            break;
        }
        or_throw(conn.write_all(*line + "\n"));
    }
    or_throw(conn.shutdown());
    std::array<char, 4096> rest;
    while (or_throw(conn.read_some(rest)) != 0) { // until the client has closed too: then it has read everything
    }
}

void serve(const server_context& context, bsd_socket socket) {
    auto const from = socket.peer_endpoint();
    std::string const who = std::string(from.address()) + " " + std::to_string(from.port());
    try {
        auto conn = or_throw(context.wrap(std::move(socket)));
        conn.transport().set_deadline(deadline{10s}); // for the whole handshake
        or_throw(conn.handshake());
        conn.transport().clear_deadline();
        conn.transport().set_timeout(60s); // for each read and write

        std::string line = who + ": " + std::string(conn.cipher().protocol) + " " + std::string(conn.cipher().name);
        if (auto const peer = conn.peer_certificate()) {
            line += ", " + to_string(peer->subject());
        }
        log(line);
        converse(conn);
        log(who + ": closed");
    } catch (const std::exception& e) {
        log(who + ": " + e.what());
    }
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
        return 2;
    }
    server_options options{
        .identities = {or_throw(identity::from_files(given->certificate, given->key))},
        .minimum_version = given->minimum,
        .maximum_version = given->maximum,
        .alpn = {"http/1.1"},
    };
    if (!given->client_ca.empty()) {
        options.client_auth = client_auth::required;
        options.trust = or_throw(trust_store::from_file(given->client_ca));
    }
    auto context = or_throw(server_context::create(options));
    auto listener = or_throw(bsd_listener::bind(given->address, given->port));
    if (!given->port_file.empty()) {
        command_line::write_file(given->port_file, std::to_string(listener.port()) + "\n");
    }
    log("listening on port " + std::to_string(listener.port()));

    static std::counting_semaphore<256> seats(256); // clients at a time; the others wait in the listener's queue
    for (;;) {
        seats.acquire();
        auto socket = listener.accept();
        if (!socket) {
            log(to_string(socket.error()));
            seats.release();
            continue;
        }
        std::thread([context, client = std::move(*socket)]() mutable {
            serve(context, std::move(client));
            seats.release();
        }).detach();
    }
} catch (const command_line::stop& why) {
    std::cerr << "server: " << why.text << '\n';
    return why.status;
} catch (const std::exception& e) {
    std::cerr << "server: " << e.what() << '\n';
    return 1;
}
