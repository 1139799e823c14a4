// SPDX-License-Identifier: MIT
#include "codec/run_codec.hpp"

#include "codec/field_reader.hpp"
#include "codec/field_writer.hpp"

#include <utility>

namespace asyncz {
namespace {

template <class T>
Bytes encoded(const T& record, RecordType type)
{
  FieldWriter writer{type};
  writer.write_record(record);
  return std::move(writer).take();
}

}  // namespace

Bytes encode(const Run& run) { return encoded(run, RecordType::run); }
Bytes encode(const WorkerInfo& worker) { return encoded(worker, RecordType::worker); }
Bytes encode(const QueuePause& pause) { return encoded(pause, RecordType::queue_pause); }

Result<Run> decode_run(ByteView bytes) { return FieldReader{bytes}.read_all<Run>(RecordType::run); }

Result<WorkerInfo> decode_worker(ByteView bytes)
{
  return FieldReader{bytes}.read_all<WorkerInfo>(RecordType::worker);
}

Result<QueuePause> decode_queue_pause(ByteView bytes)
{
  return FieldReader{bytes}.read_all<QueuePause>(RecordType::queue_pause);
}

}  // namespace asyncz
