// SPDX-License-Identifier: MIT
#include "stores/file/frames.hpp"

#include "stores/records.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

using namespace asyncz;
using namespace asyncz::stores;
using namespace asyncz::tests;

namespace {

constexpr std::size_t header_size = 48;

void append(Bytes& bytes, ByteView more) { bytes.insert(bytes.end(), more.begin(), more.end()); }

std::vector<std::uint64_t> fences_of(const Frames& frames)
{
  std::vector<std::uint64_t> fences;
  for (const auto& run : frames.runs) fences.push_back(run.fence);
  return fences;
}

Bytes three_frames()
{
  Bytes bytes;
  for (const std::uint64_t fence : {1, 2, 3}) append(bytes, encode_frame(run_of(7, fence, noon)));
  return bytes;
}

}  // namespace

TEST_CASE("whatever byte of a frame is damaged, the frames beside it are found")
{
  const auto whole = three_frames();
  const auto size = whole.size() / 3;
  for (auto at = size; at < 2 * size; ++at) {
    auto bytes = whole;
    bytes[at] ^= 0x55;
    const auto frames = decode_frames(bytes);
    CAPTURE(at);
    CHECK(fences_of(frames) == std::vector<std::uint64_t>{1, 3});
    CHECK(frames.damaged);
    CHECK(frames.end == whole.size());
  }
}

TEST_CASE("only an end that is shorter than its frame is taken for torn")
{
  const auto whole = three_frames();
  const auto size = whole.size() / 3;
  for (std::size_t left = 1; left < size; ++left) {
    const auto frames = decode_frames(ByteView{whole}.first(2 * size + left));
    CAPTURE(left);
    CHECK(fences_of(frames) == std::vector<std::uint64_t>{1, 2});
    CHECK(frames.end == 2 * size);
    CHECK(frames.torn);
    CHECK_FALSE(frames.damaged);
  }
  for (auto at = 2 * size; at < whole.size(); ++at) {
    auto bytes = whole;
    bytes[at] ^= 0x55;
    const auto frames = decode_frames(bytes);
    CAPTURE(at);
    CHECK(fences_of(frames) == std::vector<std::uint64_t>{1, 2});
    CHECK(frames.end == 2 * size);
    CHECK_FALSE(frames.torn);
    CHECK(frames.damaged);
  }
}

// Each of these heads is sound and speaks of megabytes: a reader that tried them all for each other
// would not come to an end while somebody waits.
TEST_CASE("a history full of false heads is read in one pass")
{
  constexpr std::size_t size = std::size_t{8} << 20;
  for (const std::size_t claimed : {std::size_t{0}, size / 2, 2 * size}) {
    auto run = run_of(7, 1, noon);
    run.sealed.assign(claimed, 0);
    const auto frame = encode_frame(run);
    Bytes bytes;
    while (bytes.size() < size) append(bytes, ByteView{frame}.first(header_size - 1));
    append(bytes, three_frames());
    CHECK(fences_of(decode_frames(bytes)).size() <= 3);
  }
}
