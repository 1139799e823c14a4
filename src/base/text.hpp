// SPDX-License-Identifier: MIT
// Small things done to text that the standard library does not do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz {

// Whether these bytes are well-formed UTF-8 (RFC 3629: no surrogates, nothing overlong).
[[nodiscard]] bool is_utf8(std::string_view text);

// Whether the text holds a control character (C0, DEL, C1) or a character that changes the
// direction or the joining of its neighbours (Unicode Cf, such as U+202E).
[[nodiscard]] bool has_control_or_format(std::string_view utf8);

// What may be shown on a terminal or in a log line: control and format characters and ill-formed
// bytes as \xNN or \u{NNNN}.
[[nodiscard]] std::string printable(std::string_view text);

[[nodiscard]] std::string_view trimmed(std::string_view text);
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);
[[nodiscard]] std::string joined(std::span<const std::string> words, std::string_view separator);
[[nodiscard]] std::string lower(std::string_view ascii);

// 16 hexadecimal digits, which sort as the numbers do.
[[nodiscard]] std::string hex_text(std::uint64_t number);

// The candidate nearest to a mistyped word, if one is near enough to be meant (Damerau-Levenshtein
// distance of at most a third of the word's length, and never more than 3).
[[nodiscard]] std::optional<std::string_view> did_you_mean(
    std::string_view word, std::span<const std::string_view> candidates);

// One word as a POSIX shell must read it to get these bytes back; bare where that is safe.
[[nodiscard]] std::string shell_quoted(std::string_view word);

}  // namespace asyncz
