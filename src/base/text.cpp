// SPDX-License-Identifier: MIT
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

namespace asyncz {
namespace {

struct CodePoint {
  char32_t value = 0;
  std::size_t length = 0;  // bytes taken; 0: ill-formed here
};

CodePoint decode_multibyte(std::string_view text, std::size_t length, char32_t lead, char32_t least)
{
  if (text.size() < length) return {};
  char32_t value = lead;
  for (std::size_t i = 1; i < length; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0U) != 0x80U) return {};
    value = (value << 6U) | (byte & 0x3FU);
  }
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < least || value > 0x10FFFF || surrogate) return {};
  return {value, length};
}

CodePoint decode(std::string_view text)
{
  const auto byte = static_cast<unsigned char>(text[0]);
  if (byte < 0x80) return {byte, 1};
  if ((byte & 0xE0U) == 0xC0) return decode_multibyte(text, 2, byte & 0x1FU, 0x80);
  if ((byte & 0xF0U) == 0xE0) return decode_multibyte(text, 3, byte & 0x0FU, 0x800);
  if ((byte & 0xF8U) == 0xF0) return decode_multibyte(text, 4, byte & 0x07U, 0x10000);
  return {};
}

struct CodeRange {
  char32_t first;
  char32_t last;
};

// General categories Cc and Cf, and the line and paragraph separators (Unicode 15.0,
// DerivedGeneralCategory.txt).
constexpr std::array<CodeRange, 22> control_and_format{{
    {0x0000, 0x001F},   {0x007F, 0x009F},   {0x00AD, 0x00AD},   {0x0600, 0x0605},
    {0x061C, 0x061C},   {0x06DD, 0x06DD},   {0x070F, 0x070F},   {0x0890, 0x0891},
    {0x08E2, 0x08E2},   {0x180E, 0x180E},   {0x200B, 0x200F},   {0x2028, 0x202E},
    {0x2060, 0x2064},   {0x2066, 0x206F},   {0xFEFF, 0xFEFF},   {0xFFF9, 0xFFFB},
    {0x110BD, 0x110BD}, {0x110CD, 0x110CD}, {0x13430, 0x1343F}, {0x1BCA0, 0x1BCA3},
    {0x1D173, 0x1D17A}, {0xE0001, 0xE007F},
}};

bool is_control_or_format(char32_t value)
{
  return std::any_of(control_and_format.begin(), control_and_format.end(),
                     [&](CodeRange range) { return value >= range.first && value <= range.last; });
}

std::string escaped(CodePoint point, unsigned char byte)
{
  std::array<char, 16> buffer{};
  if (point.length <= 1) {
    std::snprintf(buffer.data(), buffer.size(), "\\x%02x", byte);
  } else {
    std::snprintf(buffer.data(), buffer.size(), "\\u{%x}", static_cast<unsigned>(point.value));
  }
  return buffer.data();
}

std::size_t distance(std::string_view a, std::string_view b)
{
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + change});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

bool is_utf8(std::string_view text)
{
  while (!text.empty()) {
    const auto point = decode(text);
    if (point.length == 0) return false;
    text.remove_prefix(point.length);
  }
  return true;
}

bool has_control_or_format(std::string_view utf8)
{
  while (!utf8.empty()) {
    const auto point = decode(utf8);
    if (point.length == 0 || is_control_or_format(point.value)) return true;
    utf8.remove_prefix(point.length);
  }
  return false;
}

std::string printable(std::string_view text)
{
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto point = decode(text);
    const auto length = std::max<std::size_t>(point.length, 1);
    if (point.length == 0 || is_control_or_format(point.value)) {
      out += escaped(point, static_cast<unsigned char>(text[0]));
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return out;
}

std::string_view trimmed(std::string_view text)
{
  constexpr std::string_view blanks = " \t\r\n\v\f";
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator)
{
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string joined(std::span<const std::string> words, std::string_view separator)
{
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += separator;
    out += words[i];
  }
  return out;
}

std::string lower(std::string_view ascii)
{
  std::string out{ascii};
  for (auto& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string hex_text(std::uint64_t number)
{
  std::string digits(16, '0');
  for (auto digit = digits.rbegin(); number != 0; ++digit, number >>= 4U) {
    *digit = "0123456789abcdef"[number & 15U];
  }
  return digits;
}

std::optional<std::string_view> did_you_mean(std::string_view word,
                                             std::span<const std::string_view> candidates)
{
  const auto near_enough = std::min<std::size_t>(3, std::max<std::size_t>(1, word.size() / 3));
  std::optional<std::string_view> best;
  auto best_distance = near_enough + 1;
  for (const auto candidate : candidates) {
    const auto d = distance(word, candidate);
    if (d < best_distance) {
      best = candidate;
      best_distance = d;
    }
  }
  return best;
}

std::string shell_quoted(std::string_view word)
{
  constexpr std::string_view safe =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
  if (!word.empty() && word.find_first_not_of(safe) == std::string_view::npos) {
    return std::string{word};
  }
  std::string out = "'";
  for (const char c : word) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

}  // namespace asyncz
