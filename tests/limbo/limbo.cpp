// SPDX-License-Identifier: BSL-1.0
// Runs path-validation cases in the format of C2SP's x509-limbo through x509::verify, through handshakes, and beside
// them through plain Mbed TLS, and prints how often each agrees with what the case expects.
//
//     limbo CASES.json               as TAP, with the cases that differ
//     limbo CASES.json --markdown    the tables of docs/testing.md
//     limbo CASES.json --verdicts    a line for every case and judge
//     limbo                          nothing to run: all is left out
#include "judges.hpp"

#include <tlspp/public_suffix.hpp>

#include <array>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <stdexcept>

using tlspp::profile;

namespace {

struct tally {
    unsigned agree = 0;
    unsigned bad_accepted = 0;
    unsigned good_refused = 0;
    unsigned left_out = 0;

    void add(const limbo::verdict& v, bool good) {
        ++(!v.applies ? left_out : v.accepted == good ? agree : good ? good_refused : bad_accepted);
    }
    std::string text() const {
        return std::to_string(agree) + " / " + std::to_string(bad_accepted) + " / " + std::to_string(good_refused);
    }
};

struct judge {
    const char* name;
    limbo::verdict (*ask)(const limbo::test_case&);
};
constexpr judge judges[] = {
    {"verify rfc5280", [](const limbo::test_case& c) { return limbo::by_verify(c, profile::rfc5280); }},
    {"verify webpki", [](const limbo::test_case& c) { return limbo::by_verify(c, profile::webpki); }},
    {"handshake rfc5280", [](const limbo::test_case& c) { return limbo::by_handshake(c, profile::rfc5280); }},
    {"handshake webpki", [](const limbo::test_case& c) { return limbo::by_handshake(c, profile::webpki); }},
    {"plain Mbed TLS", limbo::by_mbedtls},
};
constexpr std::size_t count = std::size(judges);

using row = std::array<tally, count>;

struct difference {
    std::string id;
    limbo::verdict verdict;
    bool good = false;
    std::string excuse; ///< of a bad one accepted
};

struct outcome {
    std::map<std::string, row> by_feature;
    row all;
    std::array<std::vector<difference>, count> differences;
    std::vector<std::string> looser_in_handshake; ///< accepted there, refused by `verify`
    std::vector<std::string> looser_than_mbedtls; ///< bad ones accepted under rfc5280 that plain Mbed TLS refuses
};

outcome run(const std::vector<limbo::test_case>& cases, bool tell) {
    outcome out;
    for (auto const& c : cases) {
        std::array<limbo::verdict, count> said;
        for (std::size_t i = 0; i != count; ++i) {
            said[i] = judges[i].ask(c);
            if (tell) {
                std::cout << (!said[i].applies   ? "left out  "
                              : said[i].accepted ? "accepted  "
                                                 : "refused   ")
                          << (c.good ? "good  " : "bad   ") << c.id << "  " << judges[i].name << "  " << said[i].why
                          << '\n';
            }
            out.all[i].add(said[i], c.good);
            for (auto const& feature : c.features.empty() ? std::vector<std::string>{"none"} : c.features) {
                out.by_feature[feature][i].add(said[i], c.good);
            }
            if (said[i].applies && said[i].accepted != c.good) {
                bool const ours = i + 1 != count && !c.good;
                out.differences[i].push_back({c.id, said[i], c.good, ours ? limbo::excuse(c) : std::string()});
            }
        }
        for (std::size_t i = 0; i != 2; ++i) {
            if (said[i + 2].applies && said[i + 2].accepted && !said[i].accepted) {
                out.looser_in_handshake.push_back(c.id + ", " + judges[i].name);
            }
        }
        if (!c.good && said[0].accepted && said[4].applies && !said[4].accepted) {
            out.looser_than_mbedtls.push_back(c.id + " (Mbed TLS: " + said[4].why + ")");
        }
    }
    return out;
}

/// Agree, bad accepted, good refused; a row a feature.
void print_table(const outcome& o, std::string_view before, std::string_view between) {
    std::cout << before << "feature";
    for (auto const& one : judges) {
        std::cout << between << one.name;
    }
    std::cout << (between == " | " ? " |" : "") << '\n';
    if (!before.empty() && between == " | ") {
        std::cout << "|";
        for (std::size_t i = 0; i != count + 1; ++i) {
            std::cout << " --- |";
        }
        std::cout << '\n';
    }
    auto const print = [&](const std::string& name, const row& r) {
        std::cout << before << name;
        for (std::size_t i = 0; i != count; ++i) {
            std::cout << between << r[i].text();
        }
        std::cout << (between == " | " ? " |" : "") << '\n';
    };
    for (auto const& [feature, r] : o.by_feature) {
        print(feature, r);
    }
    print("all", o.all);
}

void print_markdown(const outcome& o, std::size_t cases) {
    std::cout << cases << " cases: agree / bad accepted / good refused\n\n";
    print_table(o, "| ", " | ");
    std::cout << "\nLeft out:";
    for (std::size_t i = 0; i != count; ++i) {
        std::cout << (i == 0 ? " " : ", ") << judges[i].name << " " << o.all[i].left_out;
    }
    std::cout << ".\n\nBad chains that `profile::webpki` accepts:\n\n";
    for (auto const& d : o.differences[1]) {
        if (!d.good) {
            std::cout << "* `" << d.id << "`: " << (d.excuse.empty() ? "no rule here" : d.excuse) << '\n';
        }
    }
}

class tap {
public:
    void line(bool good, const std::string& what) {
        std::cout << (good ? "ok " : "not ok ") << ++number_ << " - " << what << '\n';
        failed_ = failed_ || !good;
    }
    int finish() const {
        std::cout << "1.." << number_ << std::endl;
        return failed_ ? 1 : 0;
    }

private:
    unsigned number_ = 0;
    bool failed_ = false;
};

std::string in_a_list(const std::vector<std::string>& ids) {
    std::string out;
    for (auto const& id : ids) {
        out += (out.empty() ? ": " : ", ") + id;
    }
    return out;
}

int report(const outcome& o) {
    for (std::size_t i = 0; i != count; ++i) {
        for (auto const& d : o.differences[i]) {
            std::cout << "# " << judges[i].name << ": " << (d.good ? "good refused  " : "bad accepted  ") << d.id
                      << "  " << d.verdict.why << d.excuse << '\n';
        }
    }
    std::cout << "# agree / bad accepted / good refused\n";
    print_table(o, "# ", "  |  ");
    // what the whole suite may at most show
    unsigned const webpki_limit = TLSPP_PSL ? 5 : 7;
    auto const at_most = [](unsigned n, unsigned limit) {
        return std::to_string(n) + " (at most " + std::to_string(limit) + ")";
    };
    unsigned unexplained = 0;
    for (auto const& d : o.differences[0]) {
        unexplained += !d.good && d.excuse.empty() ? 1 : 0;
    }
    tap t;
    t.line(o.all[0].bad_accepted <= 34, "rfc5280, bad accepted: " + at_most(o.all[0].bad_accepted, 34));
    t.line(unexplained == 0, "of these for another reason than form: " + at_most(unexplained, 0));
    t.line(o.all[0].good_refused <= 2, "rfc5280, good refused: " + at_most(o.all[0].good_refused, 2));
    t.line(o.all[1].bad_accepted <= webpki_limit,
           "webpki, bad accepted: " + at_most(o.all[1].bad_accepted, webpki_limit));
    t.line(o.looser_in_handshake.empty(),
           "no handshake accepts what verify refuses" + in_a_list(o.looser_in_handshake));
    t.line(o.looser_than_mbedtls.empty(),
           "nothing bad is accepted that Mbed TLS refuses" + in_a_list(o.looser_than_mbedtls));
    return t.finish();
}

std::vector<limbo::test_case> read_cases(const char* path) {
    std::ifstream file(path, std::ios::binary);
    std::string const text{std::istreambuf_iterator<char>(file), {}};
    std::vector<limbo::test_case> out;
    auto const whole = test::json::parse(text);
    for (auto const& one : whole["testcases"].elements()) {
        out.push_back(limbo::read(one));
    }
    if (out.empty()) {
        throw std::runtime_error("there is no case in it");
    }
    return out;
}
} // namespace

int main(int argc, char** argv) try {
    if (argc < 2) {
        std::cout << "ok 1 - path-validation cases # SKIP no file: configure with -Dlimbo_cases=FILE\n1..1\n";
        return 0;
    }
    std::string_view const how = argc > 2 ? argv[2] : "";
    auto const cases = read_cases(argv[1]);
    auto const o = run(cases, how == "--verdicts");
    if (how == "--markdown") {
        print_markdown(o, cases.size());
        return 0;
    }
    return report(o);
} catch (const std::exception& e) {
    std::cerr << "limbo: " << (argc > 1 ? argv[1] : "") << ": " << e.what() << '\n';
    return 2;
}
