// SPDX-License-Identifier: MIT
#include "config/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace asyncz {
namespace {

bool is_bare(std::string_view key)
{
  return !key.empty() && std::ranges::all_of(key, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

std::string quoted(std::string_view text)
{
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.append({'\\', c});
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7F) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string key_text(std::string_view key) { return is_bare(key) ? std::string{key} : quoted(key); }

std::string value_text(const Value& value);

std::string list_text(const ValueList& list)
{
  std::string out = "[";
  for (const Value& element : list) {
    if (out.size() > 1) out += ", ";
    out += value_text(element);
  }
  return out + "]";
}

std::string inline_table(const ValueMap& map)
{
  std::string out;
  for (const auto& [name, value] : map) {
    if (value.is_null()) continue;
    out += out.empty() ? " " : ", ";
    out += key_text(name) + " = " + value_text(value);
  }
  return out.empty() ? "{}" : "{" + out + " }";
}

// TOML has no null; a list's null becomes an empty text.
struct ValueText {
  std::string operator()(std::nullptr_t) const { return "\"\""; }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::int64_t value) const { return fmt::format("{}", value); }
  std::string operator()(double value) const
  {
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
    std::string text = fmt::format("{}", value);
    return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
  }
  std::string operator()(const std::string& value) const { return quoted(value); }
  std::string operator()(const ValueList& value) const { return list_text(value); }
  std::string operator()(const ValueMap& value) const { return inline_table(value); }
};

std::string value_text(const Value& value) { return std::visit(ValueText{}, value.it); }

// Small maps inside a table of their own (`[tasks.backup]`) read better on one line.
bool goes_inline(const Value& value, int depth)
{
  const auto* map = value.get<ValueMap>();
  if (map == nullptr) return true;
  return depth >= 2 && inline_table(*map).size() <= 72;
}

// Plain keys first, then each table under its header, since a header ends what stands above it.
void append_table(std::string& out, const ValueMap& map, const std::string& path, int depth)
{
  for (const auto& [name, value] : map) {
    if (value.is_null() || !goes_inline(value, depth)) continue;
    out += key_text(name) + " = " + value_text(value) + '\n';
  }
  for (const auto& [name, value] : map) {
    if (goes_inline(value, depth)) continue;
    const auto& inner = *value.get<ValueMap>();
    const std::string header = path.empty() ? key_text(name) : path + '.' + key_text(name);
    const bool only_tables =
        !inner.empty() && std::ranges::none_of(inner, [depth](const auto& member) {
          return goes_inline(member.second, depth + 1);
        });
    if (!only_tables) out += fmt::format("{}[{}]\n", out.empty() ? "" : "\n", header);
    append_table(out, inner, header, depth + 1);
  }
}

}  // namespace

std::string toml_text(const ValueMap& map)
{
  std::string out;
  append_table(out, map, "", 0);
  return out;
}

}  // namespace asyncz
