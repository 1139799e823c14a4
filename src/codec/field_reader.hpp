// SPDX-License-Identifier: MIT
// Reads what FieldWriter wrote, and nothing else: one encoding for each value, in one order.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "codec/layout.hpp"

#include <concepts>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace asyncz {

class FieldReader {
 public:
  explicit FieldReader(ByteView bytes) : rest_{bytes} {}

  // Reads the whole of a record of this type.
  //   corrupt
  template <class T>
  Result<T> read_all(RecordType type)
  {
    T record;
    read_head(type);
    read_record(record);
    if (!problem_ && !rest_.empty()) fail("goes on after its end");
    if (problem_) return *problem_;
    return record;
  }

 private:
  void read_head(RecordType type);
  std::uint8_t read_byte();
  std::uint64_t read_varint();
  std::int64_t read_signed();
  std::string_view read_text();

  // Keeps the first problem; from then on reading gives zeros.
  void fail(std::string_view what);

  template <class T>
  void read_record(T& record)
  {
    if (++depth_ > deepest) fail("is nested too deeply");
    auto tag = read_byte();
    Layout<T>::each([&](std::uint8_t known, std::string_view name, auto member) {
      if (tag != known || problem_) return;
      field_ = name;
      read(record.*member);
      if (record.*member == defaults<T>().*member) fail("is written although it has its default");
      tag = read_byte();
    });
    if (tag != 0) fail("is followed by an unknown or misplaced field");
    --depth_;
  }

  void read(bool& flag) { flag = !flag; }

  template <std::unsigned_integral T>
  void read(T& number)
  {
    const auto wide = read_varint();
    if (wide > std::numeric_limits<T>::max()) return fail("is out of range");
    number = static_cast<T>(wide);
  }

  template <std::signed_integral T>
  void read(T& number)
  {
    const auto wide = read_signed();
    if (wide < std::numeric_limits<T>::min() || wide > std::numeric_limits<T>::max()) {
      return fail("is out of range");
    }
    number = static_cast<T>(wide);
  }

  template <class T>
  requires std::is_enum_v<T>
  void read(T& enumerator)
  {
    const auto byte = read_byte();
    if (byte > static_cast<std::uint8_t>(last_enumerator<T>)) return fail("is an unknown choice");
    enumerator = static_cast<T>(byte);
  }

  void read(double& number);
  void read(Duration& duration) { duration = Duration{read_signed()}; }
  void read(Instant& instant) { instant = instant_of(read_signed()); }
  void read(std::string& text) { text = read_text(); }
  void read(std::map<std::string, std::string>& map);

  template <class T>
  void read(std::optional<T>& value)
  {
    read(value.emplace());
  }

  template <class T>
  void read(std::vector<T>& list)
  {
    list.clear();
    for (auto left = read_count(); left > 0 && !problem_; --left) read(list.emplace_back());
  }

  template <class T>
  requires requires { Layout<T>{}; }
  void read(T& record) { read_record(record); }

  // How many items follow; each takes a byte at least.
  std::uint64_t read_count();

  static constexpr int deepest = 16;

  ByteView rest_;
  int depth_ = 0;
  std::string_view field_ = "head";
  std::optional<Error> problem_;
};

}  // namespace asyncz
