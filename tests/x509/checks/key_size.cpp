// SPDX-License-Identifier: BSL-1.0
#include <tlspp/x509/checks/key_size.hpp>

#include "form_gap.hpp"

using namespace tlspp;
using chains::build;
using chains::form_gap;
using chains::judge_form;

namespace {
// Made with openssl; Mbed TLS generates no such keys through PSA.
constexpr const char* rsa_2052 = R"(-----BEGIN RSA PRIVATE KEY-----
MIIEpgIBAAKCAQEK3nutrNejSrXM+UuB0lPQUSlaD6nq5AtOQfb45EyhlBeo75OE
DR60m3BiX2BZ6HLGBZiccsHe6GsstgkyqQXuuYzr/GjR3vv7qzF+wQTtiIDxs0JE
/FlJ+pZD8A87oyKFIHOvAsR60RAx6AeRP/z2bWjRCr2WBta9f10hdbMUAy2CKZwQ
zZaVkxidZgBpsB3rb6EXKs0ALoQ6Mc2l0AUCHHcaQAYW6cH7uNJ4fIbFD9hebytV
zknsPcWdJcjsSPv+X4fCv6fcxuJMj+9lrMbm4wwzmeVkliFGLrpDCO1kruEij4W3
2uQ0vmJBTV7HxYzDinpi0vSojW7l5ev0CNMaSQIDAQABAoIBAQEWyVTNi3YLlWNW
C44UeywVQ7PHu75CjszuoE6P/ksWrdex+Glr0JqnM9eRZ5Oejghf9Wpgd6MMTbe3
Pfzu0T655eAbpEt54Gy2+oCxGXusuIGvFKnZkF8wjbd9ISOYLOxig+DCQdot4gXk
EgUIQKHWtMC0Jyp14TRvo07HzpNn3PFrgwtYX/2mzhEJC3rxvIsafDoh/zyBmodV
1eKevj8MPWLAcdN+e/4a6IE7WVBawtf9gVh/HNTFNpdC21CxJOxTKQattCryS5Kp
0DTyMHrquN/fzojRV+tGupc7uZHfAPWkjngPebbe39NkfkQTWhPeP2WqoGtUGtqE
9We6TPFBAoGBA1CoMCwXmsXUfCC249nYKQL2KH+s/Elr2fjOCVUng2FNu7ElHswH
JRjRPt5tRm1rh5BSiLto7HWF9olwFz7598aNOJphDoMvuAFNUMxZGnstYEHOEVc6
GJC2ERbq5yN+YdvC8j16XyZN5XE0oOcQCjtVtHMhcr2drT2Qupw2we6JAoGBA0dY
OU8h7xTU7Wtk4DOS1YZ8VVuksJ994HuwiE1M5e3YbXyTYiQxkN7Bo29CEsYY8h8Y
+1Ebmr7OpBItO8KqQ8gpMkojMwdmDRv9GNc7Uc/c63Hk13um93KjSHt/AZPQR7wM
54JGInmsVrtuXVC1MSic+UjtfWCmheGrdUyLot3BAoGBAfPDt+qfU/Pgd+DEE1Y8
Z5po39ygQEn0i35rxy8wf7wTjM57L7GzG3OL9dwCuhDB3ClvkTncRjPHWjIBoo7h
obp5e7XeJi+3MEMEBurwJhoX1LGr6qZVfhXqQhIe71MFoBdMrF7r65ChGtcZyQ+J
cJ0UkZmjPvDPJDA3RM2tqXMRAoGBAOByKhkMFPe4HKjsN7vy1uB4nQa9mnF74qyQ
v1IUbyPUDSsT6lmNW5UFqOOWgpiwkQZZ0tKUlCPT9DHcIK/kge2jfowur3WaB4Vl
f+AGP9Fa3Sb+r9SkCGWCXl6Pzucs+hHCTaIbiRqKSEMktxVe7n9SwqKKx00yGnkH
NX27lVjBAoGBAjnMUZjwYkdzDOrqCMg6SLTuU8Q42/7QRV7KAWu5J7fv8oNDcl1o
pviYMF6XCaKt+jIEj+rsbdYVw+RZ+V21r81tTCKeCZHjFCJ6f7lmDFvhyMLFpGOO
UMAJYWsAzvWiRLuPOOX0pCr/mPrrGq6vNlsfnu+Rf5HGXO229zau6TgY
-----END RSA PRIVATE KEY-----
)";
constexpr const char* rsa_2052_certificate = R"(-----BEGIN CERTIFICATE-----
MIIC+jCCAeGgAwIBAgIUQtHkkjLO+ml2H5Anz4h/ToZxBswwDQYJKoZIhvcNAQEL
BQAwDDEKMAgGA1UEAwwBYTAeFw0yNjExMjQyMzI2MzFaFw0zNjExMjEyMzI2MzFa
MAwxCjAIBgNVBAMMAWEwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQre
e62s16NKtcz5S4HSU9BRKVoPqerkC05B9vjkTKGUF6jvk4QNHrSbcGJfYFnocsYF
mJxywd7oayy2CTKpBe65jOv8aNHe+/urMX7BBO2IgPGzQkT8WUn6lkPwDzujIoUg
c68CxHrREDHoB5E//PZtaNEKvZYG1r1/XSF1sxQDLYIpnBDNlpWTGJ1mAGmwHetv
oRcqzQAuhDoxzaXQBQIcdxpABhbpwfu40nh8hsUP2F5vK1XOSew9xZ0lyOxI+/5f
h8K/p9zG4kyP72WsxubjDDOZ5WSWIUYuukMI7WSu4SKPhbfa5DS+YkFNXsfFjMOK
emLS9KiNbuXl6/QI0xpJAgMBAAGjUzBRMB0GA1UdDgQWBBSIziSR0cbupyufWwT+
errNFHPAvzAfBgNVHSMEGDAWgBSIziSR0cbupyufWwT+errNFHPAvzAPBgNVHRMB
Af8EBTADAQH/MA0GCSqGSIb3DQEBCwUAA4IBAgAIHinaGb+5N551Xv1V/PJvlBo1
hCDfk9rhozs3zeB1WsyCHi9tZXiNmh93RuzdmJBgTc0xEhz75mL8CXL8tDvwEJfr
pe4dDt3PV22VWDzHqR3No1SG+AudALP6vhmbi3c5b9BXySnZfkkTJ27fZohMvnrZ
ss5xT89pPYO7bt6l758zTMPDHbIn9rNQp9VqAUeIFo/P8VhsVhL3TZwvq/EEFjiB
b7m9REoTdVFHgd6K6dxfc3kk8wtiv6d0A4Wgm3sFd9buIMG7Dl2Huab7MmGQePGd
sp6D42laodtJuBix7dKrKHmuY5K+vsdy1qMx9AITyMnfDBay6JM48Z4TgJcC+w==
-----END CERTIFICATE-----
)";
constexpr const char* brainpool = R"(-----BEGIN EC PRIVATE KEY-----
MHgCAQEEIDnT5utwZUg1aKPkKbfy1+h3dRHA5i3G9s7tfGpsvS13oAsGCSskAwMC
CAEBB6FEA0IABG2VDG5lfhw0ukeyRw4kuupJneqv8eYKYkfHkGBbI1aTAh9tCkg5
YgwdAS/ATl78WoKtRhBIn+miV9fs1zlOqac=
-----END EC PRIVATE KEY-----
)";
constexpr auto left_out = &verify_policy::insecure_no_key_size;
} // namespace

TEST_CASE("keys are as long as public CAs have them", "[key_size]") {
    CHECK(judge_form(build({.key_type = dev::key_type::ec_p384}, {{.key_type = dev::key_type::ec_p521}},
                           {.dns_names = {"a.example"}, .key_type = dev::key_type::rsa_2048}))
              .empty());
    if constexpr (detail::mbedtls4) { // PSA has no such keys: they cannot be read, and no certificate that has one
        CHECK(private_key::from_pem(std::string_view(rsa_2052)).error() == errc::unsupported);
        CHECK(certificate::from_pem(std::string_view(rsa_2052_certificate)).error() == errc::malformed);
    } else {
        form_gap(build({}, {}, {.dns_names = {"a.example"}, .key_pem = rsa_2052}), verify_flag::key_size, left_out);
        // the anchor's signs, so it counts
        form_gap(build({.key_pem = rsa_2052}, {}), verify_flag::key_size, left_out);
        CHECK(certificate::from_pem(std::string_view(rsa_2052_certificate)));
    }
}

TEST_CASE("curves are those that public CAs certify", "[key_size]") {
    form_gap(build({}, {}, {.dns_names = {"a.example"}, .key_pem = brainpool}), verify_flag::key_size, left_out);
}
