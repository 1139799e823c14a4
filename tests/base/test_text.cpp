// SPDX-License-Identifier: MIT
#include "base/text.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace asyncz;

TEST_CASE("only well formed UTF-8 passes")
{
  CHECK(is_utf8(""));
  CHECK(is_utf8("naïve €\xF0\x9F\x98\x80"));
  CHECK_FALSE(is_utf8("\xC0\xAF"));          // overlong
  CHECK_FALSE(is_utf8("\xED\xA0\x80"));      // surrogate
  CHECK_FALSE(is_utf8("\xF4\x90\x80\x80"));  // beyond U+10FFFF
  CHECK_FALSE(is_utf8("\xE2\x82"));          // cut
}

TEST_CASE("what could trick a terminal is shown as an escape")
{
  CHECK(printable("a\x1b[31mb") == "a\\x1b[31mb");
  CHECK(printable("evil\xE2\x80\xAEtxt") == "evil\\u{202e}txt");
  CHECK(printable("bad\xFF"
                  "end") == "bad\\xffend");
  CHECK(printable("Käse") == "Käse");
}

TEST_CASE("a mistyped word finds its neighbour, a strange one finds nobody")
{
  constexpr std::array<std::string_view, 3> known{"retries", "retry_delay", "queue"};
  CHECK(did_you_mean("retires", known) == "retries");
  CHECK(did_you_mean("quue", known) == "queue");
  CHECK_FALSE(did_you_mean("banana", known));
}

TEST_CASE("hexadecimal texts sort as their numbers")
{
  CHECK(hex_text(0) == "0000000000000000");
  CHECK(hex_text(0x1F) == "000000000000001f");
  CHECK(hex_text(0xFEDC'BA98'7654'3210) == "fedcba9876543210");
}

TEST_CASE("a quoted word survives a shell")
{
  CHECK(shell_quoted("plain-word_1.txt") == "plain-word_1.txt");
  CHECK(shell_quoted("") == "''");
  CHECK(shell_quoted("it's") == "'it'\\''s'");
  CHECK(shell_quoted("a b$c") == "'a b$c'");
}
