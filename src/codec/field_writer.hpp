// SPDX-License-Identifier: MIT
// Writes a record's fields as bytes; what may be left out is left out (asyncz-record(5)).
#pragma once

#include "base/bytes.hpp"
#include "codec/layout.hpp"

#include <bit>
#include <chrono>
#include <concepts>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace asyncz {

class FieldWriter {
 public:
  explicit FieldWriter(RecordType type)
  {
    bytes_.reserve(256);
    bytes_.push_back(static_cast<std::uint8_t>(type));
    bytes_.push_back(record_version);
  }

  template <class T>
  void write_record(const T& record)
  {
    Layout<T>::each([&](std::uint8_t tag, std::string_view, auto member) {
      if (record.*member == defaults<T>().*member) return;
      bytes_.push_back(tag);
      write(record.*member);
    });
    bytes_.push_back(0);
  }

  [[nodiscard]] Bytes take() && { return std::move(bytes_); }

 private:
  void write_varint(std::uint64_t number)
  {
    for (; number >= 0x80; number >>= 7) {
      bytes_.push_back(static_cast<std::uint8_t>(number | 0x80));
    }
    bytes_.push_back(static_cast<std::uint8_t>(number));
  }

  void write(bool) {}  // the tag alone says that it is not the default

  template <std::unsigned_integral T>
  void write(T number)
  {
    write_varint(number);
  }

  template <std::signed_integral T>
  void write(T number)
  {
    const auto wide = static_cast<std::int64_t>(number);
    write_varint(static_cast<std::uint64_t>(wide) << 1 ^ static_cast<std::uint64_t>(wide >> 63));
  }

  template <class T>
  requires std::is_enum_v<T>
  void write(T enumerator) { bytes_.push_back(static_cast<std::uint8_t>(enumerator)); }

  void write(double number)
  {
    const auto bits = std::bit_cast<std::uint64_t>(number);
    for (int shift = 0; shift < 64; shift += 8) {
      bytes_.push_back(static_cast<std::uint8_t>(bits >> shift));
    }
  }

  void write(Duration duration) { write(std::int64_t{duration.count()}); }
  void write(Instant instant) { write(us_of(instant)); }

  void write(const std::string& text)
  {
    write_varint(text.size());
    bytes_.insert(bytes_.end(), text.begin(), text.end());
  }

  template <class T>
  void write(const std::optional<T>& value)
  {
    write(*value);  // without a value it is the default
  }

  template <class T>
  void write(const std::vector<T>& list)
  {
    write_varint(list.size());
    for (const auto& item : list) write(item);
  }

  void write(const std::map<std::string, std::string>& map)
  {
    write_varint(map.size());
    for (const auto& [key, value] : map) {
      write(key);
      write(value);
    }
  }

  template <class T>
  requires requires { Layout<T>{}; }
  void write(const T& record) { write_record(record); }

  Bytes bytes_;
};

}  // namespace asyncz
