// SPDX-License-Identifier: BSL-1.0
#pragma once
#include <cstdlib>
#include <string>

namespace test {

/// Sets an environment variable, and puts it back.
class variable {
public:
    variable(const char* name, const std::string& value) : name_(name) {
        const char* const old = std::getenv(name);
        had_ = old != nullptr;
        old_ = had_ ? old : "";
        ::setenv(name, value.c_str(), 1);
    }
    variable(const variable&) = delete;
    variable& operator=(const variable&) = delete;
    ~variable() {
        if (had_) {
            ::setenv(name_, old_.c_str(), 1);
        } else {
            ::unsetenv(name_);
        }
    }

private:
    const char* name_;
    std::string old_;
    bool had_ = false;
};
} // namespace test
