// SPDX-License-Identifier: MIT
#include "stores/custom/opening.hpp"

#include "base/hash.hpp"
#include "base/json.hpp"
#include "base/task_id.hpp"
#include "base/text.hpp"
#include "stores/custom/custom_store.hpp"
#include "stores/url.hpp"

#include <utility>

namespace asyncz::stores {
namespace {

constexpr Duration usual_timeout = std::chrono::seconds{10};
constexpr Duration least_timeout = std::chrono::milliseconds{100};
constexpr Duration longest_timeout = std::chrono::hours{1};
constexpr std::size_t longest_name = 32;

ValueMap parameters_of(const Opening& opening, const Url& url)
{
  std::map<std::string, Value> merged = opening.parameters;
  for (const auto& [name, text] : url.parameters) merged.insert_or_assign(name, Value{text});
  return {merged.begin(), merged.end()};
}

// Takes our own parameter out of those that are the helper's.
Result<Duration> take_timeout(ValueMap& parameters)
{
  auto timeout = usual_timeout;
  Status status;
  std::erase_if(parameters, [&](const auto& parameter) {
    if (parameter.first != "timeout") return false;
    const auto* text = parameter.second.template get<std::string>();
    const auto given = text != nullptr ? parse_duration(*text) : Result<Duration>{Duration{0}};
    if (!given) status = given.error();
    if (given) timeout = *given;
    return true;
  });
  if (!status) return status.error();
  if (timeout >= least_timeout && timeout <= longest_timeout) return timeout;
  return Error{ErrorKind::usage, "the store's parameter 'timeout' is 100ms to 1h", {}};
}

}  // namespace

Result<std::string> helper_name(std::string_view scheme)
{
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789-";
  if (scheme.size() > longest_name || scheme.find_first_not_of(allowed) != std::string_view::npos) {
    return Error{ErrorKind::usage, "'" + printable(scheme) + "' is no name for a kind of store",
                 "a name has letters, digits and '-', at most 32"};
  }
  return "asyncz-store-" + std::string{scheme};
}

Result<std::unique_ptr<Store>> open_custom_store(const Opening& opening)
{
  const auto url = parse_url(opening.url);
  if (!url) return url.error();
  auto name = helper_name(url->scheme);
  if (!name) return name.error();
  auto path = find_helper(*name);
  if (!path) return path.error();
  auto parameters = parameters_of(opening, *url);
  const auto timeout = take_timeout(parameters);
  if (!timeout) return timeout.error();

  ValueMap greeting{
      {"authority", url->authority}, {"path", url->path}, {"parameters", std::move(parameters)}};
  const auto folder = url->scheme + "-" + hex_text(fnv1a(bytes_of(json_text(greeting))));
  greeting.insert(greeting.end(), {{"url", opening.url},
                                   {"create", opening.create},
                                   {"session", new_task_id() + new_task_id()},
                                   {"protocol", wire::protocol}});
  HelperProgram program{*std::move(name), *std::move(path), *timeout, opening.tell};
  if (!program.tell) program.tell = [](std::string_view) {};
  return make_custom_store(std::make_unique<Helpers>(std::move(program), std::move(greeting)),
                           opening.state_directory + "/stores/" + folder);
}

}  // namespace asyncz::stores
