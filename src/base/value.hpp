// SPDX-License-Identifier: MIT
// A tree of plain values: what JSON, TOML and the command line have in common, so that a field of
// a task is read and written in one way.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace asyncz {

struct Value;

using ValueList = std::vector<Value>;

// Keys in the order in which they were written; small, so looked up by walking.
using ValueMap = std::vector<std::pair<std::string, Value>>;

struct Value {
  std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, ValueList, ValueMap> it =
      nullptr;

  Value() = default;
  Value(std::nullptr_t) {}
  Value(bool value) : it{value} {}
  Value(int value) : it{std::int64_t{value}} {}
  Value(std::int64_t value) : it{value} {}
  Value(double value) : it{value} {}
  Value(const char* value) : it{std::string{value}} {}
  Value(std::string_view value) : it{std::string{value}} {}
  Value(std::string value) : it{std::move(value)} {}
  Value(ValueList value) : it{std::move(value)} {}
  Value(ValueMap value) : it{std::move(value)} {}

  [[nodiscard]] bool is_null() const { return it.index() == 0; }
  template <class T>
  [[nodiscard]] const T* get() const
  {
    return std::get_if<T>(&it);
  }

  // The member of a map, or nothing: also when this is no map.
  [[nodiscard]] const Value* find(std::string_view key) const
  {
    if (const auto* map = get<ValueMap>()) {
      for (const auto& [name, value] : *map) {
        if (name == key) return &value;
      }
    }
    return nullptr;
  }

  friend bool operator==(const Value&, const Value&) = default;
};

}  // namespace asyncz
