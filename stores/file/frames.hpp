// SPDX-License-Identifier: MIT
// Frames of a history file, to bytes and back. Their layout stands in history.hpp.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "store/record.hpp"

#include <cstddef>
#include <vector>

namespace asyncz::stores {

[[nodiscard]] Bytes encode_frame(const RunRecord& run);

// The whole frames among `bytes`, in their order.
struct Frames {
  std::vector<RunRecord> runs;
  std::vector<ByteView> views;  // of each among the bytes
  std::size_t end = 0;          // of the last of them
  bool torn = false;            // what follows is the beginning of another, whose writer died
  bool damaged = false;         // there is something else between or behind them
};
[[nodiscard]] Frames decode_frames(ByteView bytes);

}  // namespace asyncz::stores
