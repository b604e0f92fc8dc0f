// SPDX-License-Identifier: BSL-1.0
#include "judge.hpp"
#include "rules.hpp"

#include <tlspp/detail/json_writer.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

/// Makes chains and judges them with tlspp: `generate COUNT SEED [RULE]`. Each chain is one line of JSON on stdout,
/// with all that others need to judge it too; judge.py does that.
namespace differential {
namespace {

const char* text(verdict v) { return v == verdict::accept ? "accept" : v == verdict::refuse ? "refuse" : "open"; }
const char* text(topic t) {
    switch (t) {
    case topic::none:
    case topic::path:
        return "path";
    case topic::form:
        return "form";
    case topic::validity:
        return "validity";
    case topic::constraints:
        return "basic constraints";
    case topic::key_usage:
        return "key usage";
    case topic::critical:
        return "critical extensions";
    case topic::name_limits:
        return "name constraints";
    case topic::names:
        return "names";
    case topic::strength:
        return "strength";
    }
    return "";
}

void print(std::size_t number, const rule& r, const std::string& name, const made_chain& chain) {
    detail::json_writer json;
    json.open('{');
    auto const add = [&json](const char* key, std::string_view value) {
        json.key(key);
        json.text(value);
    };
    add("id", std::to_string(number));
    add("rule", r.id);
    add("section", r.section);
    add("topic", text(r.part));
    add("expected", text(r.expected));
    add("name", name);
    add("anchors", chain.anchors);
    add("leaf", chain.sent.front());
    std::string others;
    for (std::size_t i = 1; i < chain.sent.size(); ++i) {
        others += chain.sent[i];
    }
    add("others", others);
    add("key", chain.key);
    add("tlspp", refusal_of_verify(chain, name, profile::rfc5280));
    add("webpki", refusal_of_verify(chain, name, profile::webpki));
    add("handshake", refusal_of_handshake(chain, name));
    json.close('}');
    std::printf("%s\n", json.take().c_str());
}

int run(std::size_t count, std::uint64_t seed, std::string_view only) {
    std::vector<const rule*> good;
    std::vector<const rule*> others;
    for (auto const& list : {good_rules(), path_rules(), purpose_rules(), form_rules(), name_rules(), limit_rules()}) {
        for (const rule& r : list) {
            if (only.empty() || only == r.id) {
                (r.expected == verdict::accept ? good : others).push_back(&r);
            }
        }
    }
    if (good.empty() && others.empty()) {
        std::fprintf(stderr, "there is no such rule\n");
        return 2;
    }
    chooser random(seed);
    key_ring keys(random);
    std::size_t next_good = 0;
    std::size_t next_other = 0;
    for (std::size_t i = 0; i != count; ++i) {
        // two good ones in five; each list goes round
        bool const is_good = others.empty() || (!good.empty() && i % 5 < 2);
        const rule& r = is_good ? *good[next_good++ % good.size()] : *others[next_other++ % others.size()];
        auto made = plain_recipe(random, keys, random.between(r.least, r.most));
        decorate(made, random);
        r.apply(made, random, keys);
        print(i, r, made.name, make(made));
    }
    return 0;
}
} // namespace
} // namespace differential

int main(int argc, char** argv) {
    if (argc < 3) {
        std::fprintf(stderr, "use: generate COUNT SEED [RULE]\n");
        return 2;
    }
    return differential::run(std::strtoul(argv[1], nullptr, 10), std::strtoull(argv[2], nullptr, 10),
                             argc > 3 ? argv[3] : "");
}
