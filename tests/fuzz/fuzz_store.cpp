// SPDX-License-Identifier: MIT
// What somebody may put into the files of a FileStore: task files and histories. What is read is
// written as it was. The first byte chooses the kind of file.
#include "stores/file/frames.hpp"
#include "stores/file/task_file.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

using namespace asyncz;
using namespace asyncz::stores;

namespace {

void require(bool holds)
{
  if (!holds) std::abort();
}

void try_task_file(ByteView bytes)
{
  const auto record = decode_task_file("id", bytes);
  if (!record) return require(record.error().kind == ErrorKind::corrupt);
  require(std::ranges::equal(encode_task_file(*record), bytes));
}

void try_history(ByteView bytes)
{
  const auto frames = decode_frames(bytes);
  require(frames.end <= bytes.size());
  Bytes again;
  for (const auto& run : frames.runs) {
    const auto frame = encode_frame(run);
    again.insert(again.end(), frame.begin(), frame.end());
  }
  require(frames.damaged ? again.size() < frames.end : again.size() == frames.end);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  if (size == 0) return 0;
  const ByteView bytes{data + 1, size - 1};
  if (data[0] % 2 == 0) {
    try_task_file(bytes);
  } else {
    try_history(bytes);
  }
  return 0;
}
