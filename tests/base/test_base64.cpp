// SPDX-License-Identifier: MIT
#include "base/base64.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace asyncz;

TEST_CASE("bytes are written as RFC 4648 says, and read back")
{
  // Section 10 of it.
  for (const auto& [bytes, text] : {std::pair{"", ""},
                                    {"f", "Zg=="},
                                    {"fo", "Zm8="},
                                    {"foo", "Zm9v"},
                                    {"foob", "Zm9vYg=="},
                                    {"fooba", "Zm9vYmE="},
                                    {"foobar", "Zm9vYmFy"}}) {
    CHECK(base64_text(bytes_of(bytes)) == text);
    const auto read = bytes_of_base64(text);
    REQUIRE(read);
    CHECK(text_of(*read) == bytes);
  }
  const Bytes all{0, 255, 254, 0x3E, 0x3F};
  CHECK(bytes_of_base64(base64_text(all)) == all);
}

TEST_CASE("what is not base64 to the last bit is refused")
{
  for (const auto* text : {"Z", "Zg", "Zg=", "Zg===", "====", "Z===", "Zh==", "Zm9=", "Zm 9",
                           "Zm9v\n", "Zg==Zg==", "Zm-_", "=Zg="}) {
    CAPTURE(text);
    CHECK_FALSE(bytes_of_base64(text));
  }
}
