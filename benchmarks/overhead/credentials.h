/* SPDX-License-Identifier: BSL-1.0 */
#ifndef TLSPP_BENCHMARK_CREDENTIALS_H
#define TLSPP_BENCHMARK_CREDENTIALS_H

/* Test certificates: a P-256 leaf for "localhost" under a P-256 root, both valid until the year 2999. The key
 * is public and protects nothing; it is fixed, since another key would mean another number of instructions.
 */

static const char credentials_root[] = "-----BEGIN CERTIFICATE-----\n"
                                       "MIIBcjCCARegAwIBAgIBATAKBggqhkjOPQQDAjAfMR0wGwYDVQQDDBR0bHNwcCBi\n"
                                       "ZW5jaG1hcmsgcm9vdDAgFw0yMDAxMDEwMDAwMDBaGA8yOTk5MTIzMTIzNTk1OVow\n"
                                       "HzEdMBsGA1UEAwwUdGxzcHAgYmVuY2htYXJrIHJvb3QwWTATBgcqhkjOPQIBBggq\n"
                                       "hkjOPQMBBwNCAATNIZ2OrNCuCVU7O50EgD64vwsDbH/b1uO0oeKeXb0OOjz/aGIf\n"
                                       "omzaaQ1ExPyoCHx91SGTAmgkI6JJwGrReDz3o0IwQDAPBgNVHRMBAf8EBTADAQH/\n"
                                       "MA4GA1UdDwEB/wQEAwIBBjAdBgNVHQ4EFgQUy3bjb51Y+Nbg0RLf1CCGECd+9vkw\n"
                                       "CgYIKoZIzj0EAwIDSQAwRgIhALsUsh5N3w/WfoJfjHpgrSllTz+BAKTjtdh1R8Gt\n"
                                       "7AnOAiEA406s9rTEJeiAtrP2o8PWxBb8kJg8ZC9khBbIc4LfsyM=\n"
                                       "-----END CERTIFICATE-----\n";

static const char credentials_leaf[] = "-----BEGIN CERTIFICATE-----\n"
                                       "MIIBsDCCAVegAwIBAgIBAjAKBggqhkjOPQQDAjAfMR0wGwYDVQQDDBR0bHNwcCBi\n"
                                       "ZW5jaG1hcmsgcm9vdDAgFw0yMDAxMDEwMDAwMDBaGA8yOTk5MTIzMTIzNTk1OVow\n"
                                       "FDESMBAGA1UEAwwJbG9jYWxob3N0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n"
                                       "s6P2HaWr2BxTUMA0Qi62ovk7xgnnC+fVUpUrK8iqWG06ZDu2T1jaduDS07t/zVgl\n"
                                       "CJEDkzwAdNE+nBHTy1USb6OBjDCBiTAMBgNVHRMBAf8EAjAAMA4GA1UdDwEB/wQE\n"
                                       "AwIHgDATBgNVHSUEDDAKBggrBgEFBQcDATAUBgNVHREEDTALgglsb2NhbGhvc3Qw\n"
                                       "HQYDVR0OBBYEFL6UBSXkowuVddBzRJeynEzUdibIMB8GA1UdIwQYMBaAFMt242+d\n"
                                       "WPjW4NES39QghhAnfvb5MAoGCCqGSM49BAMCA0cAMEQCICY03CB1/Z3ea77UwtyE\n"
                                       "+X0aQ7f0N0EKvC/YA+jyaFTXAiAesZVVbPhjMUeTOGCZKSRq/ueveGAgqa2ZoKrM\n"
                                       "iDgDuA==\n"
                                       "-----END CERTIFICATE-----\n";

static const char credentials_leaf_key[] = "-----BEGIN EC PRIVATE KEY-----\n"
                                           "MHcCAQEEIJSkNkK0bcuAgnE0ZDIEgU5Qqy7fkaIXXzzjYKOAN2osoAoGCCqGSM49\n"
                                           "AwEHoUQDQgAEs6P2HaWr2BxTUMA0Qi62ovk7xgnnC+fVUpUrK8iqWG06ZDu2T1ja\n"
                                           "duDS07t/zVglCJEDkzwAdNE+nBHTy1USbw==\n"
                                           "-----END EC PRIVATE KEY-----\n";

#endif
