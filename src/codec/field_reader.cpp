// SPDX-License-Identifier: MIT
#include "codec/field_reader.hpp"

#include <bit>
#include <cmath>
#include <utility>

namespace asyncz {

void FieldReader::fail(std::string_view what)
{
  if (!problem_) {
    problem_ = Error{
        ErrorKind::corrupt, "the record's '" + std::string{field_} + "' " + std::string{what}, {}};
  }
  rest_ = {};
}

void FieldReader::read_head(RecordType type)
{
  if (read_byte() != static_cast<std::uint8_t>(type)) return fail("names another type of record");
  const auto version = read_byte();
  if (version > record_version && !problem_) {
    problem_ = Error{ErrorKind::corrupt,
                     "the record has format " + std::to_string(version) + ", and we know " +
                         std::to_string(record_version),
                     "a newer asyncz wrote it; use that one"};
    rest_ = {};
  }
  if (version != record_version) fail("names an unknown format");
}

std::uint8_t FieldReader::read_byte()
{
  if (rest_.empty()) {
    fail("is cut");
    return 0;
  }
  const auto byte = rest_.front();
  rest_ = rest_.subspan(1);
  return byte;
}

std::uint64_t FieldReader::read_varint()
{
  std::uint64_t number = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const auto byte = read_byte();
    if (shift == 63 && byte > 1) break;
    number |= std::uint64_t{byte & 0x7Fu} << shift;
    if (byte >= 0x80) continue;
    if (byte == 0 && shift > 0) fail("has a number that is longer than it need be");
    return number;
  }
  fail("has a number that is too large");
  return 0;
}

std::int64_t FieldReader::read_signed()
{
  const auto number = read_varint();
  return static_cast<std::int64_t>(number >> 1 ^ (~(number & 1) + 1));
}

std::string_view FieldReader::read_text()
{
  const auto size = read_varint();
  if (size > rest_.size()) {
    fail("is cut");
    return {};
  }
  const auto text = text_of(rest_.first(size));
  rest_ = rest_.subspan(size);
  return text;
}

std::uint64_t FieldReader::read_count()
{
  const auto count = read_varint();
  if (count <= rest_.size()) return count;
  fail("is cut");
  return 0;
}

void FieldReader::read(double& number)
{
  std::uint64_t bits = 0;
  for (int shift = 0; shift < 64; shift += 8) bits |= std::uint64_t{read_byte()} << shift;
  number = std::bit_cast<double>(bits);
  if (!std::isfinite(number)) fail("is no number");
}

void FieldReader::read(std::map<std::string, std::string>& map)
{
  for (auto left = read_count(); left > 0 && !problem_; --left) {
    std::string key{read_text()};
    if (!map.empty() && key <= map.rbegin()->first) return fail("has its keys out of order");
    map.emplace_hint(map.end(), std::move(key), read_text());
  }
}

}  // namespace asyncz
