// SPDX-License-Identifier: MIT
// Whatever bytes a store hands us: decoding ends in a value or in an error, and every value has one
// encoding. The first byte chooses what is tried.
#include "codec/run_codec.hpp"
#include "codec/task_codec.hpp"
#include "seal/seal.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

using namespace asyncz;

namespace {

template <class T>
void check_one_encoding(const Result<T>& decoded, ByteView bytes)
{
  if (!decoded) return;
  const auto again = encode(*decoded);
  if (!std::equal(again.begin(), again.end(), bytes.begin(), bytes.end())) std::abort();
}

void check_opening(ByteView bytes)
{
  const Keyring ring{Key::from_secret(bytes_of("vector"))};
  const auto plain = open(ring, SealKind::task, "backup", bytes);
  if (plain) check_one_encoding(decode_task(*plain), *plain);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  if (size == 0) return 0;
  const ByteView bytes{data + 1, size - 1};
  switch (data[0] % 5) {
    case 0:
      check_one_encoding(decode_task(bytes), bytes);
      break;
    case 1:
      check_one_encoding(decode_run(bytes), bytes);
      break;
    case 2:
      check_one_encoding(decode_worker(bytes), bytes);
      break;
    case 3:
      check_one_encoding(decode_queue_pause(bytes), bytes);
      break;
    default:
      check_opening(bytes);
  }
  return 0;
}
