// SPDX-License-Identifier: MIT
#include "stores/registry.hpp"

#include "base/text.hpp"
#include "stores/memory/memory_store.hpp"
#include "stores/url.hpp"

#include <array>
#include <vector>

namespace asyncz::stores {
namespace {

Result<std::unique_ptr<Store>> open_memory(const Opening& opening)
{
  const auto url = parse_url(opening.url);
  if (!url) return url.error();
  if (!url->authority.empty() || !url->path.empty() || !url->parameters.empty()) {
    return Error{ErrorKind::usage, "a memory store has no parameters",
                 "write the store as memory:"};
  }
  return make_memory_store(make_memory_state());
}

constexpr std::array all_kinds{
    Kind{"memory", "the memory of this process", true, false, open_memory},
};

}  // namespace

std::span<const Kind> kinds() { return all_kinds; }

Result<const Kind*> kind_of(std::string_view url)
{
  const auto parsed = parse_url(url);
  if (!parsed) return parsed.error();
  std::vector<std::string_view> schemes;
  for (const auto& kind : all_kinds) {
    if (kind.scheme == parsed->scheme) return &kind;
    schemes.push_back(kind.scheme);
  }
  const auto meant = did_you_mean(parsed->scheme, schemes);
  return Error{
      ErrorKind::usage, "there are no stores of the kind '" + printable(parsed->scheme) + "'",
      meant ? "did you mean " + std::string{*meant} + ":" : "asyncz version lists the kinds"};
}

Result<std::unique_ptr<Store>> open_store(const Opening& opening)
{
  const auto kind = kind_of(opening.url);
  if (!kind) return kind.error();
  return (*kind)->open(opening);
}

}  // namespace asyncz::stores
