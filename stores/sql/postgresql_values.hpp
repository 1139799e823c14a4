// SPDX-License-Identifier: MIT
// Values as PostgreSQL's binary format has them.
#pragma once

#include "stores/sql/connection.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace asyncz::stores {

// The arrays that libpq wants. Borrows the values.
class PostgresqlValues {
 public:
  explicit PostgresqlValues(const SqlValues& values) : numbers_(values.size())
  {
    for (std::size_t i = 0; i < values.size(); ++i) add(values[i], numbers_[i]);
  }

  [[nodiscard]] int count() const { return static_cast<int>(places.size()); }

  std::vector<unsigned> types;
  std::vector<const char*> places;
  std::vector<int> lengths;
  std::vector<int> formats;

  static std::int64_t number_at(const char* place)
  {
    std::uint64_t number = 0;
    for (int i = 0; i < 8; ++i) number = number << 8 | static_cast<unsigned char>(place[i]);
    return static_cast<std::int64_t>(number);
  }

 private:
  using Number = std::array<char, 8>;
  // Of the types, as the server's catalog numbers them.
  static constexpr unsigned bytea = 17;
  static constexpr unsigned int8 = 20;
  static constexpr unsigned text = 25;

  void add(const SqlValue& value, Number& number)
  {
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
      auto rest = static_cast<std::uint64_t>(*integer);
      for (auto byte = number.rbegin(); byte != number.rend(); ++byte, rest >>= 8) {
        *byte = static_cast<char>(rest & 0xff);
      }
      push(int8, {number.data(), number.size()});
    } else if (const auto* words = std::get_if<std::string_view>(&value)) {
      push(text, *words);
    } else if (const auto* bytes = std::get_if<ByteView>(&value)) {
      push(bytea, text_of(*bytes));
    } else {
      push(0, {});
      places.back() = nullptr;
    }
  }

  void push(unsigned type, std::string_view content)
  {
    types.push_back(type);
    places.push_back(content.data() == nullptr ? "" : content.data());
    lengths.push_back(static_cast<int>(content.size()));
    formats.push_back(1);
  }

  std::vector<Number> numbers_;
};

}  // namespace asyncz::stores
