// SPDX-License-Identifier: MIT
#include "store/wire.hpp"

#include "base/base64.hpp"
#include "base/number.hpp"

namespace asyncz::wire {

Fields::Fields(const Value& object) : object_{object}
{
  if (object.get<ValueMap>() == nullptr) {
    status_ = Error{ErrorKind::corrupt, "an object is missing", {}};
  }
}

void Fields::refuse(std::string_view name, std::string_view why)
{
  if (!status_) return;
  status_ = Error{ErrorKind::corrupt, "'" + std::string{name} + "' " + std::string{why}, {}};
}

std::string Fields::text(std::string_view name)
{
  const auto* value = object_.find(name);
  const auto* text = value != nullptr ? value->get<std::string>() : nullptr;
  if (text != nullptr) return *text;
  refuse(name, "is not a text");
  return {};
}

bool Fields::flag(std::string_view name)
{
  const auto* value = object_.find(name);
  const auto* flag = value != nullptr ? value->get<bool>() : nullptr;
  if (flag != nullptr) return *flag;
  refuse(name, "is neither true nor false");
  return false;
}

std::int64_t Fields::number(std::string_view name, std::int64_t least, std::int64_t most)
{
  const auto* value = object_.find(name);
  const auto* number = value != nullptr ? value->get<std::int64_t>() : nullptr;
  if (number != nullptr && *number >= least && *number <= most) return *number;
  refuse(name, number != nullptr ? "is out of range" : "is not a whole number");
  return least;
}

std::int64_t Fields::count(std::string_view name) { return number(name, 0, most_counted); }

std::uint64_t Fields::tag(std::string_view name)
{
  const auto digits = text(name);
  const auto tag = parse_number<std::uint64_t>(digits, 16);
  if (tag && digits.size() == 16) return *tag;
  refuse(name, "is not 16 hexadecimal digits");
  return 0;
}

Instant Fields::moment(std::string_view name)
{
  const auto* value = object_.find(name);
  const auto moment = instant_in(value != nullptr ? *value : Value{false});
  if (moment) return *moment;
  refuse(name, moment.error().what);
  return never;
}

Bytes Fields::bytes(std::string_view name)
{
  auto bytes = bytes_of_base64(text(name));
  if (bytes) return *std::move(bytes);
  refuse(name, "is not base64");
  return {};
}

ValueList Fields::list(std::string_view name)
{
  const auto* value = object_.find(name);
  const auto* list = value != nullptr ? value->get<ValueList>() : nullptr;
  if (list != nullptr) return *list;
  refuse(name, "is not a list");
  return {};
}

Value Fields::member(std::string_view name)
{
  const auto* value = object_.find(name);
  if (value != nullptr) return *value;
  refuse(name, "is missing");
  return {};
}

std::optional<Value> Fields::find(std::string_view name) const
{
  const auto* value = object_.find(name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  return *value;
}

}  // namespace asyncz::wire
