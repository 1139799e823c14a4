// SPDX-License-Identifier: MIT
// asyncz version: which asyncz this is, and which stores it can use.
#include "cli/commands.hpp"
#include "cli/views/json.hpp"
#include "stores/registry.hpp"

#include <fmt/core.h>

#include <string>
#include <utility>

namespace asyncz::cli {
namespace {

std::string client_text(const stores::Kind& kind)
{
  if (kind.client == nullptr) return "";
  return fmt::format(" ({}: {})", kind.client, kind.has_client() ? "found" : "not installed");
}

class Version final : public Command {
 public:
  void declare(Options&) override {}

  Result<ExitStatus> run(Context& context) override
  {
    if (context.globals().json) {
      ValueList stores;
      for (const stores::Kind& kind : stores::kinds()) {
        stores.emplace_back(
            ValueMap{{"scheme", kind.scheme},
                     {"summary", kind.summary},
                     {"client", kind.client == nullptr ? Value{} : Value{kind.client}},
                     {"found", kind.has_client()}});
      }
      print_json(context, ValueMap{{"version", ASYNCZ_VERSION}, {"stores", std::move(stores)}});
      return 0;
    }
    context.out("asyncz " ASYNCZ_VERSION "\n");
    for (const stores::Kind& kind : stores::kinds()) {
      context.out(fmt::format("store {}: {}{}\n", kind.scheme, kind.summary, client_text(kind)));
    }
    return 0;
  }
};

}  // namespace

std::unique_ptr<Command> make_version() { return std::make_unique<Version>(); }

}  // namespace asyncz::cli
