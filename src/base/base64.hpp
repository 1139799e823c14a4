// SPDX-License-Identifier: MIT
// Bytes as text: base64 (RFC 4648, section 4).
#pragma once

#include "base/bytes.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace asyncz {

[[nodiscard]] std::string base64_text(ByteView bytes);

// Nothing where this is not base64 with its padding, to the last bit.
[[nodiscard]] std::optional<Bytes> bytes_of_base64(std::string_view text);

}  // namespace asyncz
