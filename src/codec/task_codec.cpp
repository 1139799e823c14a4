// SPDX-License-Identifier: MIT
#include "codec/task_codec.hpp"

#include "codec/field_reader.hpp"
#include "codec/field_writer.hpp"

#include <utility>

namespace asyncz {

Bytes encode(const StoredTask& task)
{
  FieldWriter writer{RecordType::task};
  writer.write_record(task);
  return std::move(writer).take();
}

Result<StoredTask> decode_task(ByteView bytes)
{
  return FieldReader{bytes}.read_all<StoredTask>(RecordType::task);
}

}  // namespace asyncz
