// SPDX-License-Identifier: MIT
#include "base/task_id.hpp"

#include "base/text.hpp"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace asyncz {
namespace {

constexpr std::size_t longest_id = 200;
constexpr std::size_t longest_queue = 63;

Error bad_id(std::string_view id, std::string_view why)
{
  return {ErrorKind::usage,
          "'" + printable(id.substr(0, 80)) + "' cannot be an id: " + std::string{why},
          {}};
}

}  // namespace

std::string new_task_id()
{
  constexpr std::string_view alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
  std::array<unsigned char, 8> random{};
  if (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) {
    std::abort();  // the kernel promises 8 bytes; without them every id would be the same
  }
  std::string id;
  for (const auto byte : random) id += alphabet[byte % alphabet.size()];
  return id;
}

Status check_stored_id(std::string_view id)
{
  if (id.empty()) return bad_id(id, "it is empty");
  if (id.size() > longest_id) return bad_id(id, "it is longer than 200 bytes");
  if (id[0] == '.' || id[0] == '-') return bad_id(id, "it begins with '.' or '-'");
  if (id.find_first_of(std::string_view{"/\\:\0", 4}) != std::string_view::npos) {
    return bad_id(id, "it holds '/', '\\', ':' or NUL");
  }
  if (!is_utf8(id)) return bad_id(id, "it is not UTF-8");
  if (has_control_or_format(id)) return bad_id(id, "it holds a control or format character");
  return {};
}

Status check_task_id(std::string_view id)
{
  if (auto status = check_stored_id(id); !status) return status;
  if (parent_of_instance(id)) return bad_id(id, "an ending of '@' and digits is reserved");
  return {};
}

Status check_queue_name(std::string_view name)
{
  constexpr std::string_view allowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  if (name.empty() || name.size() > longest_queue ||
      name.find_first_not_of(allowed) != std::string_view::npos) {
    return Error{ErrorKind::usage,
                 "'" + printable(name.substr(0, 80)) + "' cannot be a queue's name",
                 "a queue's name is 1 to 63 of A-Z a-z 0-9 . _ -"};
  }
  return {};
}

std::string instance_id(std::string_view id, std::int64_t due_us)
{
  return std::string{id} + "@" + std::to_string(due_us);
}

std::optional<std::string_view> parent_of_instance(std::string_view id)
{
  const auto at = id.rfind('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == id.size()) return std::nullopt;
  const auto digits = id.substr(at + 1);
  const bool number =
      std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  return number ? std::optional{id.substr(0, at)} : std::nullopt;
}

}  // namespace asyncz
