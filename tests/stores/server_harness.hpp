// SPDX-License-Identifier: MIT
// The conformance suite's store on a server, whose URL is in the environment: a table (or what
// such a store has instead) of its own for each harness.
#pragma once

#include "stores/conformance.hpp"

#include "base/task_id.hpp"
#include "stores/registry.hpp"

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

namespace asyncz::tests {

class ServerHarness final : public Harness {
 public:
  ServerHarness(const char* variable, const std::string& parameter)
  {
    const char* const url = std::getenv(variable);
    if (url == nullptr) fail("there is no " + std::string{variable});
    const std::string text{url};
    url_ = text + (text.find('?') == std::string::npos ? "?" : "&") + parameter + "=t_" +
           new_task_id();
    processes = true;
  }

  std::unique_ptr<Store> open() override
  {
    auto store = stores::open_store({.url = url_, .create = true});
    if (!store) fail(store.error().what);
    return *std::move(store);
  }

 private:
  [[noreturn]] static void fail(const std::string& why)
  {
    std::fprintf(stderr, "%s\n", why.c_str());
    std::abort();
  }

  std::string url_;
};

}  // namespace asyncz::tests
